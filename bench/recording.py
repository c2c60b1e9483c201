"""What a request asks of DynamoDB, call by call, kept so that a bare client can ask the same again."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chalicelib.storage.transport import Transport

Call = tuple[str, dict[str, Any]]
_METHODS = {
    "GetItem": "get_item",
    "PutItem": "put_item",
    "UpdateItem": "update_item",
    "DeleteItem": "delete_item",
    "Query": "query",
    "BatchGetItem": "batch_get_item",
    "BatchWriteItem": "batch_write_item",
    "TransactWriteItems": "transact_write_items",
    "TransactGetItems": "transact_get_items",
}


@dataclass(slots=True)
class Recording:
    """Calls in their order, and what stood before them where they wrote."""

    client: Any
    calls: list[Call] = field(default_factory=list)
    before: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def take(self, operation: str, request: dict[str, Any]) -> None:
        """Remember a call that is about to be sent."""
        for write in _writes(operation, request):
            self._remember(write["TableName"], write.get("Key") or _key(write["Item"]))
        self.calls.append((operation, copy.deepcopy(request)))

    def restore(self) -> None:
        """Bring back what stood before the calls, so that their conditions hold again."""
        for (table, key), item in self.before.items():
            if item:
                self.client.put_item(TableName=table, Item=item)
            else:
                self.client.delete_item(TableName=table, Key=json.loads(key))

    def prepared(self) -> list[tuple[Any, dict[str, Any]]]:
        """The client's methods and what they are called with: all that is done before a clock runs."""
        return [(getattr(self.client, _METHODS[operation]), request) for operation, request in self.calls]

    def _remember(self, table: str, key: dict[str, Any]) -> None:
        place = table, json.dumps(key)
        if place not in self.before:
            found = self.client.get_item(TableName=table, Key=key, ConsistentRead=True)
            self.before[place] = found.get("Item", {})


def _writes(operation: str, request: dict[str, Any]) -> list[dict[str, Any]]:
    if operation in ("PutItem", "UpdateItem", "DeleteItem"):
        return [request]
    if operation == "TransactWriteItems":
        parts = [(kind, part) for each in request["TransactItems"] for kind, part in each.items()]
        return [part for kind, part in parts if kind != "ConditionCheck"]
    return []


def _key(item: dict[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in ("pk", "sk")}


@contextmanager
def recorded(client: Any) -> Iterator[Recording]:
    """Record what the block's requests ask, beside letting them ask."""
    recording, real = Recording(client), Transport.call

    def call(transport: Transport, operation: str, request: dict[str, Any], credentials: Any, **how: Any) -> Any:
        recording.take(operation, request)
        return real(transport, operation, request, credentials, **how)

    Transport.call = call  # type: ignore[assignment, method-assign]
    try:
        yield recording
    finally:
        Transport.call = real  # type: ignore[method-assign]
