"""Undoing an order: whoever it enrolled and has not begun is un-enrolled, whoever has begun keeps their progress and
loses only the requirement, and who was enrolled before it has again what was required of them then.

What is undone is noted in the transaction that undoes it, so that a retry after a kill counts nobody twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from chalicelib.errors import Unavailable
from chalicelib.learning import store
from chalicelib.learning.merging import Enrolment
from chalicelib.learning.requiring import MOST as MOST
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed, Write, transact

_TRIES = 5

Undone = Literal["removed", "released", "unchanged"]


def release(
    space: Space, course_id: str, people: Sequence[str], order: str, noting: Callable[[Mapping[Undone, int]], Write]
) -> dict[Undone, int]:
    """Undo an order for these people (at most :data:`MOST`), with the note of how many had which fate, which ``noting``
    makes. 1 BatchGetItem and 1 transaction; 1 RCU and 4 WCU each.

    Raises: Unavailable when those people's enrolments change faster than they can be read.
    """
    for _ in range(_TRIES):
        found = {each.person_id: each for each in store.batch(space, course_id, people, consistent=True)}
        undone: dict[Undone, int] = {"removed": 0, "released": 0, "unchanged": 0}
        writes: list[Write] = []
        for person_id in people:
            enrolment = found.get(person_id)
            kind = fate(enrolment, order)
            undone[kind] += 1
            write = None if enrolment is None else _write(space, enrolment, kind, order)
            if write:
                writes.append(write)
        try:
            transact([noting(undone), *writes])
        except TransactionFailed:
            continue
        return undone
    raise Unavailable


def fate(enrolment: Enrolment | None, order: str) -> Undone:
    """What undoing an order makes of somebody's enrolment. No I/O."""
    if enrolment is None or enrolment.completed_at is not None:
        return "unchanged"
    if enrolment.required_by == order:
        return "released" if enrolment.begun else "removed"
    return "released" if enrolment.required_by == f"+{order}" else "unchanged"


def _write(space: Space, enrolment: Enrolment, kind: Undone, order: str) -> Write | None:
    if kind == "removed":
        return store.removing(space, enrolment)
    if kind == "released":
        return store.releasing(space, enrolment)
    # A later order requires it: undoing that one must not bring back what is undone here.
    if enrolment.completed_at is None and enrolment.before and enrolment.before.by in (order, f"+{order}"):
        return store.forgetting_before(space, enrolment)
    return None
