"""Merges of accounts, and requests about one's own data, in a space's people table.

| item | pk, sk | holds |
|---|---|---|
| merge | ``person#<kept>``, ``merge#<id>`` | the other account as it was; TTL |
| request | ``person#<id>``, ``data-request#<id>`` | what is asked for, until when, the answer |
| open | ``person#<id>``, ``open-request#<kind>`` | the one request of its kind that is open |

In the index requests stand under ``data-requests`` (open, by the day of their next term) or ``data-requests-done`` (by
the time of the answer).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pynamodb.attributes import UnicodeAttribute

from chalicelib import clock
from chalicelib.people.keys import person_pk
from chalicelib.storage.attributes import Facts, Whole, Word, optional
from chalicelib.storage.items import Item, to_item
from chalicelib.storage.models import ItemPage, TenantItem
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, Rows, TransactionFailed, Write, transact

MergePassword = Literal["kept", "other", "none"]
MergeState = Literal["merging", "merged", "undoing", "undone"]
DataRequestKind = Literal["correct", "delete", "withdraw", "object"]
DataRequestState = Literal["received", "acknowledged", "fulfilled", "refused"]
_PREFIX = "merge#"
REQUESTS, _OPEN_REQUEST = "data-request#", "open-request#"
_OPEN, _DONE = "data-requests", "data-requests-done"
_INDEX = "listed"
_FIRST, _LAST = "\u0001", "\U0010ffff"


class MergeItem(TenantItem):
    """A merge: ``person#<kept>``, ``merge#<id>``. ``before`` and ``password_hash`` are the other account's."""

    table_kind = "people"

    other = UnicodeAttribute()
    other_name = UnicodeAttribute()
    state: Word[MergeState] = Word()
    before = Facts()
    password_hash = optional(UnicodeAttribute())
    password: Word[MergePassword] = Word()  # whose opens both doors
    by = UnicodeAttribute()
    at = UnicodeAttribute()
    until = Whole()  # epoch seconds, until which it can be undone
    updated_at = UnicodeAttribute()

    @property
    def id(self) -> str:
        """The merge's id, from its key."""
        return self.sk.removeprefix(_PREFIX)

    @property
    def kept(self) -> str:
        """The person whose account is kept, from its key."""
        return self.pk.removeprefix(person_pk(""))


def get(space: Space, kept_id: str, merge_id: str) -> MergeItem | None:
    """One merge, read consistently: one GetItem, 1 RCU."""
    return space[MergeItem].find(person_pk(kept_id), _PREFIX + merge_id, consistent=True)


def of_person(space: Space, kept_id: str, after: str | None, limit: int) -> ItemPage[MergeItem]:
    """What was merged into a person's account, newest first: one Query."""
    start = _PREFIX + after if after else None
    return space[MergeItem].page(person_pk(kept_id), begins_with=_PREFIX, after=start, limit=limit, descending=True)


def creating(space: Space, kept_id: str, merge_id: str, facts: Item) -> Write:
    """The put of a new merge, which must not exist, inside the transaction that joins the accounts."""
    at = clock.timestamp()
    return space[MergeItem](person_pk(kept_id), _PREFIX + merge_id, at=at, updated_at=at, **facts).creating()


def turning(space: Space, merge: MergeItem, before: MergeState, state: MergeState) -> Write:
    """The write that takes a merge from one state to the next, inside a transaction."""
    item = space[MergeItem](merge.pk, merge.sk)
    return item.updating(
        [MergeItem.state.set(state), MergeItem.updated_at.set(clock.timestamp())], MergeItem.state == before
    )


def turn(space: Space, merge: MergeItem, before: MergeState, state: MergeState) -> None:
    """:func:`turning`, alone: one UpdateItem. Raises: ConditionFailed."""
    item = space[MergeItem](merge.pk, merge.sk)
    item.update([MergeItem.state.set(state), MergeItem.updated_at.set(clock.timestamp())], MergeItem.state == before)


class DataRequestItem(TenantItem):
    """What a person asks to be done with their data: ``person#<id>``, ``data-request#<id>``."""

    table_kind = "people"

    kind: Word[DataRequestKind] = Word()
    text = UnicodeAttribute()
    state: Word[DataRequestState] = Word()
    at = UnicodeAttribute()
    acknowledge_by = UnicodeAttribute()  # days in Vietnam, ISO 8601
    due = UnicodeAttribute()
    acknowledged_at = optional(UnicodeAttribute())
    answered_at = optional(UnicodeAttribute())
    answered_by = optional(UnicodeAttribute())
    answer = optional(UnicodeAttribute())
    l = UnicodeAttribute()  # noqa: E741 (the index's own name for it)
    ls = UnicodeAttribute()

    @property
    def id(self) -> str:
        """The request's id, from its key."""
        return self.sk.removeprefix(REQUESTS)

    @property
    def person(self) -> str:
        """Whose data it is about, from its key."""
        return self.pk.removeprefix(person_pk(""))

    @property
    def next_term(self) -> str:
        """The day until which something is to be done; of one that is answered, of no meaning."""
        return self.acknowledge_by if self.state == "received" else self.due


def create_request(space: Space, person_id: str, request_id: str, facts: Mapping[str, Any]) -> DataRequestItem | None:
    """Store a new request, unless one of its kind is open: 1 transaction, 8 WCU and the index. Gives what is stored:
    the same at a repetition, None when another is open."""
    listed: dict[str, Any] = {"l": _OPEN, "ls": f"{facts['acknowledge_by']}#{request_id}"}
    item = space[DataRequestItem](person_pk(person_id), REQUESTS + request_id, state="received", **facts, **listed)
    mark = {"pk": item.pk, "sk": _OPEN_REQUEST + facts["kind"], "request": request_id}
    try:
        transact([item.creating(), space.table("people").creating(mark)])
    except TransactionFailed:
        return get_request(space, person_id, request_id)
    return item


def is_open(space: Space, person_id: str, kind: str) -> str | None:
    """The person's open request of a kind: one GetItem, 1 RCU."""
    mark = space.table("people").get(person_pk(person_id), _OPEN_REQUEST + kind, consistent=True)
    return str(mark["request"]) if mark else None


def get_request(space: Space, person_id: str, request_id: str) -> DataRequestItem | None:
    """One request, read consistently: one GetItem, 1 RCU a 4 KB."""
    return space[DataRequestItem].find(person_pk(person_id), REQUESTS + request_id, consistent=True)


def requests_of(space: Space, person_id: str, after: str | None, limit: int) -> ItemPage[DataRequestItem]:
    """A person's own requests, newest first: one Query."""
    start = REQUESTS + after if after else None
    return space[DataRequestItem].page(
        person_pk(person_id), begins_with=REQUESTS, after=start, limit=limit, descending=True
    )


def open_requests(space: Space, first: str, last: str, limit: int, *, descending: bool) -> ItemPage[DataRequestItem]:
    """Open requests whose place (``<day of the next term>#<id>``) lies between these, both included: one Query."""
    between = (first or _FIRST, last or _LAST)
    rows = space.table("people").query(_OPEN, index=_INDEX, between=between, limit=limit, descending=descending)
    return _requests(space, rows)


def answered_requests(space: Space, last: str, limit: int) -> ItemPage[DataRequestItem]:
    """Answered requests from that place on, latest answer first: one Query."""
    between = (_FIRST, last or _LAST)
    rows = space.table("people").query(_DONE, index=_INDEX, between=between, limit=limit, descending=True)
    return _requests(space, rows)


def _requests(space: Space, rows: Rows) -> ItemPage[DataRequestItem]:
    model = space[DataRequestItem]
    found = [each for item in rows.items if (each := model.of(to_item(item)))]
    return ItemPage(found, rows.after["ls"] if rows.after else None)


def acknowledge_request(space: Space, request: DataRequestItem, at: str) -> None:
    """Note that the person was told of the receipt: one UpdateItem. Raises: ConditionFailed, when it is so already."""
    actions = DataRequestItem.setting(
        {"state": "acknowledged", "acknowledged_at": at, "ls": f"{request.due}#{request.id}"}
    )
    space[DataRequestItem](request.pk, request.sk).update(actions, DataRequestItem.state == "received")


def answer_request(space: Space, request: DataRequestItem, facts: Mapping[str, Any]) -> None:
    """Close a request with an answer, once: 1 transaction, 8 WCU and the index. Raises: ConditionFailed."""
    actions = DataRequestItem.setting({**facts, "l": _DONE, "ls": f"{facts['answered_at']}#{request.id}"})
    still = DataRequestItem.state.is_in("received", "acknowledged")
    item = space[DataRequestItem](request.pk, request.sk)
    mark = space.table("people").deleting(
        request.pk,
        _OPEN_REQUEST + request.kind,
        condition="#r = :id",
        values={":id": request.id},
        names={"#r": "request"},
    )
    try:
        transact([item.updating(actions, still), mark])
    except TransactionFailed:
        raise ConditionFailed(None) from None


def kept(space: Space, table: Literal["people", "learning"], partition: str, after: str | None, limit: int) -> Rows:
    """What is kept in a person's partition, item by item: one Query, 0.5 RCU for 4 KB."""
    start = {"pk": partition, "sk": after} if after else None
    return space.table(table).query(partition, after=start, limit=limit)
