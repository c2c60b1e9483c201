"""The attempts of two accounts that become one: the other's follow those of the account that is kept, under the next
numbers; and back."""

from __future__ import annotations

from chalicelib.learning.joining import Joined
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Table

_WIDTH = 4


def join(space: Space, kept_id: str, other_id: str, was: Joined) -> None:
    """Move the other account's attempts in a course behind the kept one's: 1 Query, and 2 writes for each. Repeating it
    changes nothing."""
    for attempt in _attempts(space, other_id, was.course_id):
        lesson, number = _place(attempt)
        place = _key(was.course_id, lesson, was.attempts_before(lesson) + number)
        _move(space, attempt, f"learner#{kept_id}", place)


def part(space: Space, kept_id: str, other_id: str, was: Joined, *, leaves: bool) -> None:
    """Give the other account its attempts back; ``leaves`` lets the kept one have them too, since it counts them."""
    for attempt in _attempts(space, kept_id, was.course_id):
        lesson, number = _place(attempt)
        own, before = int(was.other.get(f"n_{lesson}", 0)), was.attempts_before(lesson)
        if before < number <= before + own:
            place = _key(was.course_id, lesson, number - before)
            _move(space, attempt, f"learner#{other_id}", place, leaves=leaves)


def _move(space: Space, attempt: Item, pk: str, sk: str, *, leaves: bool = False) -> None:
    """A put, then a delete: done again after a kill between them, they give the same."""
    _table(space).put({**attempt, "pk": pk, "sk": sk})
    if not leaves:
        _table(space).delete(attempt["pk"], attempt["sk"])


def _attempts(space: Space, person_id: str, course_id: str) -> list[Item]:
    return _table(space).query_all(f"learner#{person_id}", begins_with=f"attempt#{course_id}#", consistent=True)


def _place(attempt: Item) -> tuple[str, int]:
    _, _, lesson, number = attempt["sk"].split("#")
    return lesson, int(number)


def _key(course_id: str, lesson: str, number: int) -> str:
    return f"attempt#{course_id}#{lesson}#{number:0{_WIDTH}d}"


def _table(space: Space) -> Table:
    return space.table("learning")
