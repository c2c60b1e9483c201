"""The attempts of two accounts that become one: the other's follow those of the account that is kept, under the next
numbers; and back."""

from __future__ import annotations

from chalicelib.assessment import keys
from chalicelib.learning.joining import Joined
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Table


def join(space: Space, kept_id: str, other_id: str, was: Joined) -> None:
    """Move the other account's attempts in a course behind the kept one's: 1 Query, and 2 writes for each. Repeating it
    changes nothing."""
    for attempt in _attempts(space, other_id, was.course_id):
        lesson, number = keys.place(attempt["sk"])
        _move(space, attempt, keys.key(kept_id, was.course_id, lesson, was.attempts_before(lesson) + number))


def part(space: Space, kept_id: str, other_id: str, was: Joined, *, leaves: bool) -> None:
    """Give the other account its attempts back; ``leaves`` lets the kept one have them too, since it counts them."""
    for attempt in _attempts(space, kept_id, was.course_id):
        lesson, number = keys.place(attempt["sk"])
        own, before = int(was.other.get(f"n_{lesson}", 0)), was.attempts_before(lesson)
        if before < number <= before + own:
            _move(space, attempt, keys.key(other_id, was.course_id, lesson, number - before), leaves=leaves)


def _move(space: Space, attempt: Item, to: tuple[str, str], *, leaves: bool = False) -> None:
    """A put, then a delete: done again after a kill between them, they give the same."""
    pk, sk = to
    _table(space).put({**attempt, "pk": pk, "sk": sk})
    if not leaves:
        _table(space).delete(attempt["pk"], attempt["sk"])


def _attempts(space: Space, person_id: str, course_id: str) -> list[Item]:
    return _table(space).query_all(keys.partition(person_id), begins_with=f"attempt#{course_id}#", consistent=True)


def _table(space: Space) -> Table:
    return space.table("learning")
