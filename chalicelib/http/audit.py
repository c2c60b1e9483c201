"""The append-only audit trail: every action of an operator or of a space's staff, who, what, when, from where.

The record is written before the action, so that nothing happens unrecorded; an action that is refused afterwards leaves
its record with the outcome. Records are never changed otherwise and never deleted by the program.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from chalicelib import clock, ids
from chalicelib.errors import Refusal
from chalicelib.http.endpoint import Operation
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Rows


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
) -> Iterator[None]:
    """Write down the action that the block performs, when its operation is one that is audited: 1 WCU."""
    if not operation.audited or actor is None:
        yield
        return
    table = space.table("people")
    at = clock.timestamp()
    pk, sk = partition(at[:7]), f"{at}#{ids.new()}"
    target = {name: value for name, value in path.items() if name != "space"}
    table.create(
        {
            "pk": pk,
            "sk": sk,
            "at": at,
            "actor": actor.person_id,
            "roles": sorted(actor.roles),
            "operation": operation.name,
            "target": target,
            "address": circumstances.address,
            "request": circumstances.request_id,
        }
    )
    try:
        yield
    except Exception as error:
        outcome = error.code if isinstance(error, Refusal) else "failed"
        table.update(
            pk, sk, "SET outcome = :o", {":o": outcome}, condition="attribute_not_exists(outcome)", returns="NONE"
        )
        raise


def page(space: Space, month: str, after: Item | None, limit: int) -> Rows:
    """One page of a month's trail, newest first: one Query."""
    return space.table("people").query(partition(month), after=after, limit=limit, descending=True)
