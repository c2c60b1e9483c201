"""What is asked of a space's audiences. It stands beside the courses and is remembered for a minute, so that a
learner's home reads nothing for it."""

from __future__ import annotations

from chalicelib.assignments import store
from chalicelib.assignments.rules import Assignment
from chalicelib.audiences import membership
from chalicelib.http.caching import Remembered
from chalicelib.storage.spaces import FRESH_S, Space

_KEPT = 5_000
_known: Remembered[str, tuple[Assignment, ...]] = Remembered(_KEPT, fresh_s=FRESH_S, weigh=lambda all_: len(all_) + 1)


def current(space: Space) -> list[Assignment]:
    """What is asked of the space's audiences now: 1 Query, and 1 where the audiences are not remembered.

    What was asked of an audience that is no more has ended with it: ids do not come again."""
    rules = membership.known(space).rules
    found = store.every(space)
    if any(each.audience not in rules for each in found):
        rules = membership.latest(space).rules
    return [each for each in found if each.audience in rules]


def of(space: Space, course_id: str, audience: str) -> Assignment | None:
    """What a course is to an audience now: as :func:`current`."""
    return next((each for each in current(space) if (each.course_id, each.audience) == (course_id, audience)), None)


def known(space: Space) -> tuple[Assignment, ...]:
    """What is asked of the space's audiences, at most a minute old: 0 calls when warm, else 1 Query."""
    return _known.get(space.slug, lambda: tuple(store.every(space)))


def forget(space: Space) -> None:
    """Look again next time: after this process changed what is asked."""
    _known.forget(space.slug)
