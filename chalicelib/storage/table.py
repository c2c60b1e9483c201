"""One tenant's table as plain Python: the raw way to it, for hot paths and for what pynamodb has no words for.

Cold paths read better through ``space[Model]`` (see ``spaces.py``). Expired items (TTL) read as absent everywhere here,
since DynamoDB may take 48 hours to delete them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import clock
from chalicelib.errors import Unavailable
from chalicelib.storage import client
from chalicelib.storage.items import Item, from_item, to_item, to_value

Key = tuple[str, str]
INDEX_KEYS = {"by-course": ("c", "cs"), "listed": ("l", "ls")}
TRANSACTION_LIMIT = 100
_BATCH_ROUNDS = 8
_CONFLICT_TRIES = 5


class ConditionFailed(Exception):
    """A conditional write found another state; ``item`` is that state (``None`` when nothing is there)."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("condition failed")
        self.item = item


class TransactionFailed(Exception):
    """A transaction whose conditions did not hold: ``failed`` has the positions, ``items`` what was found there."""

    def __init__(self, failed: list[int], items: dict[int, Item]) -> None:
        super().__init__(f"conditions {failed} failed")
        self.failed = failed
        self.items = items


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of a query, and the sort key to go on after (``None`` at the end)."""

    items: list[Item]
    after: Item | None


@dataclass(frozen=True, slots=True)
class Write:
    """One part of a transaction: made by :meth:`Table.putting` and its siblings."""

    request: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its full name; keys are ``pk`` and ``sk``."""

    name: str

    def get(self, pk: str, sk: str, *, consistent: bool = False) -> Item | None:
        """One GetItem: 0.5 RCU per 4 KB (1 when ``consistent``)."""
        request = {"TableName": self.name, "Key": _key(pk, sk), "ConsistentRead": consistent}
        found = client.call("GetItem", request).get("Item")
        return _alive(from_item(found)) if found else None

    def query(
        self,
        pk: str,
        *,
        begins_with: str = "",
        between: tuple[str, str] | None = None,
        index: str | None = None,
        after: Item | None = None,
        limit: int | None = None,
        descending: bool = False,
        consistent: bool = False,
        attributes: Sequence[str] = (),
    ) -> Rows:
        """One Query: up to 1 MB or ``limit`` items of one partition (or one index partition), in order of the sort
        key. With ``attributes``, these alone and the key: it costs the same and is read faster."""
        request = _asking(pk, index, begins_with, between, attributes)
        request |= {"TableName": self.name, "ScanIndexForward": not descending}
        if index:
            request["IndexName"] = index
        elif consistent:
            request["ConsistentRead"] = True
        if limit:
            request["Limit"] = limit
        if after:
            request["ExclusiveStartKey"] = to_item(after)
        rows = _rows(client.call("Query", request))
        return Rows([item for item in rows.items if _alive(item)], rows.after)

    def query_all(
        self,
        pk: str,
        *,
        begins_with: str = "",
        index: str | None = None,
        consistent: bool = False,
        attributes: Sequence[str] = (),
    ) -> list[Item]:
        """All of a partition that is known to be bounded; as many Query calls as it has megabytes."""
        items: list[Item] = []
        after: Item | None = None
        while True:
            rows = self.query(
                pk, begins_with=begins_with, index=index, after=after, consistent=consistent, attributes=attributes
            )
            items += rows.items
            after = rows.after
            if after is None:
                return items

    def scan(self, attributes: Sequence[str], *, after: Item | None = None) -> Rows:
        """One Scan: these attributes of up to 1 MB of the whole table, read consistently, in no order, expired items
        among them. It costs what the table holds, whatever is asked for: for maintenance, never for a request.
        """
        request: dict[str, Any] = {
            "TableName": self.name,
            "ConsistentRead": True,
            "ProjectionExpression": ", ".join(f"#{name}" for name in attributes),
            "ExpressionAttributeNames": {f"#{name}": name for name in attributes},
        }
        if after:
            request["ExclusiveStartKey"] = to_item(after)
        return _rows(client.call("Scan", request))

    def batch_get(
        self, keys: Sequence[Key], *, consistent: bool = False, attributes: Sequence[str] = ()
    ) -> dict[Key, Item]:
        """Up to 100 items in one BatchGetItem (more keys: more calls); unprocessed keys are asked for again, boundedly.
        With ``attributes``, these alone and the key: it costs the same and is read faster.

        Raises: Unavailable when the table stays throttled.
        """
        found = self.batch_get_raw(keys, consistent=consistent, attributes=attributes)
        return {key: item for key, raw in found.items() if (item := _alive(from_item(raw)))}

    def batch_get_raw(
        self, keys: Sequence[Key], *, consistent: bool = False, attributes: Sequence[str] = ()
    ) -> dict[Key, Item]:
        """:meth:`batch_get` with items as DynamoDB gives them, expired ones among them: for models."""
        found: dict[Key, Item] = {}
        unique = list(dict.fromkeys(keys))
        for start in range(0, len(unique), 100):
            wanted = [_key(*key) for key in unique[start : start + 100]]
            asked = {"Keys": wanted, "ConsistentRead": consistent, **_projection(attributes)}
            pending = {self.name: asked}
            for _ in range(_BATCH_ROUNDS):
                answer = client.call("BatchGetItem", {"RequestItems": pending})
                for raw in answer["Responses"].get(self.name, []):
                    found[raw["pk"]["S"], raw["sk"]["S"]] = raw
                pending = answer.get("UnprocessedKeys") or {}
                if not pending:
                    break
            if pending:
                raise Unavailable
        return found

    def put(
        self,
        item: Mapping[str, Any],
        *,
        condition: str | None = None,
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> None:
        """One PutItem, 1 WCU per KB. Raises: ConditionFailed, with the item found."""
        _write("PutItem", _with_condition({"TableName": self.name, "Item": to_item(item)}, condition, values, names))

    def put_all(self, items: Iterable[Mapping[str, Any]]) -> None:
        """Put items without conditions, 25 in one BatchWriteItem; what is left undone is asked for again, boundedly.

        Keys must differ. Raises: Unavailable when the table stays throttled; some items are then written.
        """
        writes = [{"PutRequest": {"Item": to_item(item)}} for item in items]
        for start in range(0, len(writes), 25):
            pending = {self.name: writes[start : start + 25]}
            for _ in range(_BATCH_ROUNDS):
                pending = client.call("BatchWriteItem", {"RequestItems": pending}).get("UnprocessedItems") or {}
                if not pending:
                    break
            if pending:
                raise Unavailable

    def create(self, item: Mapping[str, Any]) -> None:
        """Put an item that must not exist yet. Raises: ConditionFailed, with the item found."""
        self.put(item, condition="attribute_not_exists(pk)")

    def update(
        self,
        pk: str,
        sk: str,
        expression: str,
        values: Mapping[str, Any] | None = None,
        *,
        names: Mapping[str, str] | None = None,
        condition: str | None = None,
        returns: str = "ALL_NEW",
        resend: bool = True,
    ) -> Item:
        """One UpdateItem, 1 WCU per KB of the larger image; gives the item afterwards (nothing, with ``NONE``).

        It may be sent again after an answer that was lost. What must not count twice goes by :meth:`update_once`; a
        figure that may miss one for half the price comes without ``resend``, and raises Unavailable where it may have
        been written. Raises: ConditionFailed, with the item found.
        """
        request = {"TableName": self.name, "Key": _key(pk, sk), "UpdateExpression": expression, "ReturnValues": returns}
        answer = _write("UpdateItem", _with_condition(request, condition, values, names), resend=resend)
        return from_item(answer.get("Attributes") or {})

    def update_once(
        self,
        pk: str,
        sk: str,
        expression: str,
        values: Mapping[str, Any] | None = None,
        *,
        names: Mapping[str, str] | None = None,
        condition: str | None = None,
    ) -> None:
        """An update that takes effect once however often it is sent, for additions that nothing else tells apart: a
        transaction of one write, 2 WCU per KB, whose token DynamoDB remembers for ten minutes.

        Raises: ConditionFailed, with the item found.
        """
        try:
            transact([self.updating(pk, sk, expression, values, names=names, condition=condition)])
        except TransactionFailed as failed:
            raise ConditionFailed(failed.items.get(0)) from None

    def delete(
        self, pk: str, sk: str, *, condition: str | None = None, values: Mapping[str, Any] | None = None
    ) -> Item | None:
        """One DeleteItem; gives what was there. Raises: ConditionFailed."""
        request = {"TableName": self.name, "Key": _key(pk, sk), "ReturnValues": "ALL_OLD"}
        old = _write("DeleteItem", _with_condition(request, condition, values, None)).get("Attributes")
        return from_item(old) if old else None

    def putting(
        self,
        item: Mapping[str, Any],
        *,
        condition: str | None = None,
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> Write:
        """A put inside a transaction."""
        request = {"TableName": self.name, "Item": to_item(item)}
        return Write({"Put": _with_condition(request, condition, values, names)})

    def creating(self, item: Mapping[str, Any]) -> Write:
        """The put of an item that must not exist, inside a transaction."""
        return self.putting(item, condition="attribute_not_exists(pk)")

    def updating(
        self,
        pk: str,
        sk: str,
        expression: str,
        values: Mapping[str, Any] | None = None,
        *,
        names: Mapping[str, str] | None = None,
        condition: str | None = None,
    ) -> Write:
        """An update inside a transaction."""
        request = {"TableName": self.name, "Key": _key(pk, sk), "UpdateExpression": expression}
        return Write({"Update": _with_condition(request, condition, values, names)})

    def deleting(
        self,
        pk: str,
        sk: str,
        *,
        condition: str | None = None,
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> Write:
        """A delete inside a transaction."""
        request = {"TableName": self.name, "Key": _key(pk, sk)}
        return Write({"Delete": _with_condition(request, condition, values, names)})

    def checking(self, pk: str, sk: str, condition: str, values: Mapping[str, Any] | None = None) -> Write:
        """A condition on an item that the transaction does not write."""
        request = {"TableName": self.name, "Key": _key(pk, sk)}
        return Write({"ConditionCheck": _with_condition(request, condition, values, None)})


def transact(writes: Iterable[Write], *, token: str | None = None) -> None:
    """All of these writes or none (at most 100, also over several tables); costs twice the capacity.

    ``token`` (at most 36 characters) makes a repetition within ten minutes harmless. A transaction that meets another
    one at the same item is tried again, a few times. Raises: TransactionFailed, Unavailable.
    """
    request: dict[str, Any] = {"TransactItems": [write.request for write in writes]}
    if token:
        request["ClientRequestToken"] = token
    try:
        _without_conflict(request)
    except ClientError as error:
        reasons = error.response.get("CancellationReasons")
        if error.response["Error"]["Code"] != "TransactionCanceledException" or not reasons:
            raise
        failed = [place for place, reason in enumerate(reasons) if reason.get("Code") == "ConditionalCheckFailed"]
        if not failed:
            raise
        items = {place: from_item(reasons[place]["Item"]) for place in failed if reasons[place].get("Item")}
        raise TransactionFailed(failed, items) from None


def _without_conflict(request: dict[str, Any]) -> None:
    """The transaction, again after a moment when another held one of its items: the SDK leaves that to us."""
    for tries in range(_CONFLICT_TRIES):
        try:
            client.call("TransactWriteItems", dict(request))
        except Unavailable as error:
            if tries == _CONFLICT_TRIES - 1 or not _is_conflict(error.__cause__):
                raise
            time.sleep(random.uniform(0, 0.02 * 2**tries))  # noqa: S311 (it spreads retries, it hides nothing)
        else:
            return


def _is_conflict(cause: BaseException | None) -> bool:
    reasons = cause.response.get("CancellationReasons", []) if isinstance(cause, ClientError) else []
    return any(reason.get("Code") == "TransactionConflict" for reason in reasons)


def _write(operation: str, request: dict[str, Any], *, resend: bool = True) -> dict[str, Any]:
    try:
        return client.call(operation, request, resend=resend)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        found: Any = error.response.get("Item")
        raise ConditionFailed(from_item(found) if found else None) from None


def _with_condition(
    request: dict[str, Any],
    condition: str | None,
    values: Mapping[str, Any] | None,
    names: Mapping[str, str] | None,
) -> dict[str, Any]:
    if condition:
        request["ConditionExpression"] = condition
        request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    if values:
        request["ExpressionAttributeValues"] = {name: to_value(value) for name, value in values.items()}
    if names:
        request["ExpressionAttributeNames"] = dict(names)
    return request


def _asking(
    pk: str, index: str | None, begins_with: str, between: tuple[str, str] | None, attributes: Sequence[str]
) -> dict[str, Any]:
    """Which items of a partition a query is about, and what of them."""
    hash_name, sort_name = INDEX_KEYS[index] if index else ("pk", "sk")
    names, values, condition = {"#h": hash_name}, {":h": {"S": pk}}, "#h = :h"
    if between:
        names["#s"], condition = sort_name, condition + " AND #s BETWEEN :a AND :b"
        values |= {":a": {"S": between[0]}, ":b": {"S": between[1]}}
    elif begins_with:
        names["#s"], condition = sort_name, condition + " AND begins_with(#s, :p)"
        values[":p"] = {"S": begins_with}
    projection = _projection(attributes)
    names |= projection.get("ExpressionAttributeNames", {})
    asked = {"KeyConditionExpression": condition, "ExpressionAttributeValues": values}
    return {**asked, **projection, "ExpressionAttributeNames": names}


def _projection(attributes: Sequence[str]) -> dict[str, Any]:
    """Keys always, and when the item expires: without them it could not be told what was found."""
    if not attributes:
        return {}
    names = {f"#{name}": name for name in ("pk", "sk", "ttl", *attributes)}
    return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}


def _rows(answer: Mapping[str, Any]) -> Rows:
    last = answer.get("LastEvaluatedKey")
    return Rows([from_item(raw) for raw in answer["Items"]], from_item(last) if last else None)


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _alive(item: Item) -> Item | None:
    ttl = item.get("ttl")
    return None if ttl is not None and ttl <= clock.epoch_s() else item
