"""The append-only audit trail: every action of an operator or of a space's staff, who, what, when, from where.

The record is written before the action, so that nothing happens unrecorded; an action that is refused afterwards leaves
its record with the outcome, one that made something with its identifier. Records are never changed otherwise and never
deleted by the program.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, RootModel

from chalicelib import clock, ids, logs
from chalicelib.errors import Refusal, Unavailable
from chalicelib.http.endpoint import Answer, Operation
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, Rows, Table


def partition(month: str) -> str:
    """The trail's partition of one month (``2026-11``), in UTC."""
    return f"audit#{month}"


class Record:
    """The record of the action under way."""

    def __init__(self) -> None:
        self._result: Any = None

    def tell(self, result: Any) -> None:
        """Take note of what a creation answers."""
        self._result = result

    @property
    def made(self) -> str | None:
        """What it made, by the identifier in its answer."""
        body = self._result.body if isinstance(self._result, Answer) else self._result
        found = (getattr(body, name, None) for name in _IDENTIFIERS)
        return next((each for each in found if isinstance(each, str)), None)


_IDENTIFIERS = ("id", "slug", "job")


@contextmanager
def record(
    operation: Operation,
    space: Space,
    actor: Actor | None,
    circumstances: Circumstances,
    path: Mapping[str, str],
    body: BaseModel | None = None,
) -> Iterator[Record]:
    """Write down the action that the block performs, if its operation is audited: 1 WCU, 2 for creations."""
    under_way = Record()
    if not operation.audited or actor is None:
        yield under_way
        return
    table = space.table("people")
    at = clock.timestamp()
    pk, sk = partition(at[:7]), f"{at}#{ids.new()}"
    table.create(
        {
            "pk": pk,
            "sk": sk,
            "at": at,
            "actor": actor.person_id,
            "roles": sorted(actor.roles),
            "operation": operation.name,
            "target": {name: value for name, value in path.items() if name != "space"},
            "address": circumstances.address,
            "request": circumstances.request_id,
            **_given(operation, body),
        }
    )
    try:
        yield under_way
    except Exception as error:
        _note(table, pk, sk, "outcome", error.code if isinstance(error, Refusal) else "failed")
        raise
    if operation.creates and under_way.made:
        _note(table, pk, sk, "made", under_way.made)


def _given(operation: Operation, body: BaseModel | None) -> Item:
    """What was asked: the names of the fields that were sent, and the values of those that the operation declares."""
    if isinstance(body, RootModel):
        body = body.root  # one of several bodies: which, its fields tell
    if not isinstance(body, BaseModel):
        return {}
    values = body.model_dump(mode="json", include=set(operation.audits)) if operation.audits else None
    return {"fields": sorted(body.model_fields_set), "given": values}


def _note(table: Table, pk: str, sk: str, name: str, value: str) -> None:
    """Add how it ended, or what was made; the caller gets the action's own answer, even when this fails."""
    try:
        table.update(
            pk,
            sk,
            "SET #n = :v",
            {":v": value},
            names={"#n": name},
            condition="attribute_not_exists(#n)",
            returns="NONE",
        )
    except (ConditionFailed, Unavailable) as trouble:
        logs.event("audit.note_lost", level=logging.WARNING, error=trouble, note=name, value=value)


def page(space: Space, month: str, after: Item | None, limit: int) -> Rows:
    """One page of a month's trail, newest first: one Query."""
    return space.table("people").query(partition(month), after=after, limit=limit, descending=True)
