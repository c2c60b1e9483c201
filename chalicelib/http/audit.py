"""The append-only audit trail: every action of an operator or of a space's staff, who, what, when, from where.

The record is written before the action, so that nothing happens unrecorded; an action that is refused afterwards leaves
its record with the outcome. Records are never changed otherwise and never deleted by the program.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pydantic import BaseModel, RootModel

from chalicelib import clock, ids, logs
from chalicelib.errors import Refusal, Unavailable
from chalicelib.http.endpoint import Operation
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, Rows, Table


def partition(month: str) -> str:
    """The trail's partition of one month (``2026-11``), in UTC."""
    return f"audit#{month}"


@contextmanager
def record(
    operation: Operation,
    space: Space,
    actor: Actor | None,
    circumstances: Circumstances,
    path: Mapping[str, str],
    body: BaseModel | None = None,
) -> Iterator[None]:
    """Write down the action that the block performs, when its operation is one that is audited: 1 WCU."""
    if not operation.audited or actor is None:
        yield
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
        yield
    except Exception as error:
        _note_outcome(table, pk, sk, error)
        raise


def _given(operation: Operation, body: BaseModel | None) -> Item:
    """What was asked: the names of the fields that were sent, and the values of those that the operation declares."""
    if isinstance(body, RootModel):
        body = body.root  # one of several bodies: which, its fields tell
    if not isinstance(body, BaseModel):
        return {}
    values = body.model_dump(mode="json", include=set(operation.audits)) if operation.audits else None
    return {"fields": sorted(body.model_fields_set), "given": values}


def _note_outcome(table: Table, pk: str, sk: str, error: Exception) -> None:
    """Write down that the action was refused or broke; the caller hears of that, even when this fails."""
    outcome = error.code if isinstance(error, Refusal) else "failed"
    try:
        table.update(
            pk, sk, "SET outcome = :o", {":o": outcome}, condition="attribute_not_exists(outcome)", returns="NONE"
        )
    except (ConditionFailed, Unavailable) as trouble:
        logs.event("audit.outcome_lost", level=logging.WARNING, error=trouble, outcome=outcome)


def page(space: Space, month: str, after: Item | None, limit: int) -> Rows:
    """One page of a month's trail, newest first: one Query."""
    return space.table("people").query(partition(month), after=after, limit=limit, descending=True)
