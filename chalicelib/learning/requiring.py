"""Enrolling many at once because somebody requires it, with the day until which they are to complete the course.

What is written carries the job that wrote it, so that a retry after a kill finds its own and counts it as the same. A
transaction holds some hundred: all of them or none, each on the condition of what was read before, and all on the
condition that the order was not called off.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from chalicelib import clock
from chalicelib.courses.outline import Outline
from chalicelib.errors import Unavailable
from chalicelib.learning import enrolments, store
from chalicelib.learning.merging import Enrolment
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TRANSACTION_LIMIT, TransactionFailed, Write, transact

MOST = TRANSACTION_LIMIT - 1  # the order's own condition, or note, is of the same transaction
_TRIES = 5

Fate = Literal["new", "changed", "unchanged"]


class CalledOff(Exception):
    """The order was cancelled, or is being undone: nobody is enrolled by it any more."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """Until when (a day in Vietnam, ``2026-12-31``; ``None``: no deadline), and by which job."""

    due: str | None
    by: str

    @property
    def of_enrolled(self) -> str:
        """The job as it stands with those who were enrolled before it came."""
        return f"+{self.by}"


def require(
    space: Space, outline: Outline, people: Mapping[str, Collection[str]], wanted: Requirement, standing: Write
) -> dict[Fate, int]:
    """Enrol these people (at most :data:`MOST`; ids with their audiences), and give the deadline to those who are
    enrolled already: the newest requirement holds. Who left comes back; who has completed the course is left alone.

    ``standing``: the condition that the order still stands. Gives how many had which fate by this job. Repeating it
    writes nothing. 1 BatchGetItem and 1 transaction; 1 RCU and 3 WCU each.
    Raises: CalledOff, Unavailable when those people's enrolments change faster than they can be read.
    """
    for _ in range(_TRIES):
        found = {each.person_id: each for each in store.batch(space, outline.course_id, [*people], consistent=True)}
        fates: dict[Fate, int] = {"new": 0, "changed": 0, "unchanged": 0}
        writes: list[Write] = []
        for person_id, audiences in people.items():
            enrolment = found.get(person_id)
            kind = fate(enrolment, wanted)
            fates[kind] += 1
            if enrolment is None:
                writes.append(store.creating(space, _new(outline, person_id, audiences, wanted)))
            elif kind == "changed" and enrolment.required_by != wanted.of_enrolled:
                writes.append(store.requiring(space, enrolment, wanted.due, wanted.of_enrolled, clock.epoch_ms()))
        if not writes or _written(standing, writes):
            return fates
    raise Unavailable


def fate(enrolment: Enrolment | None, wanted: Requirement) -> Fate:
    """What a requirement makes, or has made, of somebody's enrolment. No I/O."""
    if enrolment is None or enrolment.required_by == wanted.by:
        return "new"
    if enrolment.required_by == wanted.of_enrolled:
        return "changed"
    if enrolment.completed_at is not None or (enrolment.active and enrolment.due == wanted.due):
        return "unchanged"
    return "changed"


def _new(outline: Outline, person_id: str, audiences: Collection[str], wanted: Requirement) -> Enrolment:
    return replace(enrolments.fresh(outline, person_id, audiences), due=wanted.due, required_by=wanted.by)


def _written(standing: Write, writes: list[Write]) -> bool:
    """Whether what was read still held. Raises: CalledOff."""
    try:
        transact([standing, *writes])
    except TransactionFailed as failure:
        if 0 in failure.failed:
            raise CalledOff from None
        return False
    return True
