"""The attempts and sittings of two accounts that become one: the other's follow those of the account that is kept,
under the next numbers; and back. Sittings that both have begun are as many: all count."""

from __future__ import annotations

from chalicelib.assessment import keys, store
from chalicelib.errors import Unavailable
from chalicelib.learning.joining import Joined
from chalicelib.people import origins
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Table

_TRIES = 5


def join(space: Space, kept_id: str, other_id: str, was: Joined) -> None:
    """Move the other account's attempts in a course behind the kept one's: 1 Query, and 2 writes for each. Repeating it
    changes nothing."""
    for attempt in _attempts(space, other_id, was.course_id):
        lesson, number = keys.place(attempt["sk"])
        _move(
            space, attempt, keys.key(kept_id, was.course_id, lesson, was.attempts_before(lesson) + number), was.merge_id
        )


def part(space: Space, kept_id: str, other_id: str, was: Joined, *, leaves: bool) -> None:
    """Give the other account its attempts back; ``leaves`` lets the kept one have them too, since it counts them."""
    for attempt in _attempts(space, kept_id, was.course_id):
        lesson, number = keys.place(attempt["sk"])
        own, before = int(was.other.get(f"n_{lesson}", 0)), was.attempts_before(lesson)
        if before < number <= before + own:
            _move(
                space, attempt, keys.key(other_id, was.course_id, lesson, number - before), was.merge_id, leaves=leaves
            )


def _move(space: Space, attempt: Item, to: tuple[str, str], merge_id: str, *, leaves: bool = False) -> None:
    """A put, then a delete: done again after a kill between them, they give the same."""
    pk, sk = to
    _table(space).put({**attempt, "pk": pk, "sk": sk, "mv": merge_id})
    if not leaves:
        _table(space).delete(attempt["pk"], attempt["sk"])


def _attempts(space: Space, person_id: str, course_id: str) -> list[Item]:
    return _table(space).query_all(keys.partition(person_id), begins_with=f"attempt#{course_id}#", consistent=True)


def _table(space: Space) -> Table:
    return space.table("learning")


def join_sittings(space: Space, kept_id: str, other_id: str) -> None:
    """Move the other account's sittings with their papers behind the kept one's: 1 Query, and 3 calls for each, one
    transaction among them. Repeating it changes nothing; what is saved meanwhile goes along. Raises: Unavailable."""
    for sheet in store.all_sittings(space, other_id):
        assessment_id, number = keys.sitting_place(sheet["sk"])
        for _ in range(_TRIES):
            last = store.last_sitting(space, kept_id, assessment_id)
            free = keys.sitting_place(last["sk"])[1] + 1 if last else 1
            if _move_sitting(
                space, other_id, kept_id, (assessment_id, number, free), came=_came(sheet, other_id, number)
            ):
                break
        else:
            raise Unavailable


def part_sittings(space: Space, kept_id: str, other_id: str) -> None:
    """Give the other account the sittings back that came from it, under their own numbers, or behind what it has begun
    since."""
    for sheet in store.all_sittings(space, kept_id):
        if not origins.is_from(sheet.get("o"), other_id):
            continue
        assessment_id, number = keys.sitting_place(sheet["sk"])
        own = _numbers(sheet)[-1]
        for _ in range(_TRIES):
            last = store.last_sitting(space, other_id, assessment_id)
            taken = last is not None and keys.sitting_place(last["sk"])[1] >= own
            free = keys.sitting_place(last["sk"])[1] + 1 if last and taken else own
            came: Item = {"o": origins.of(sheet["o"])[:-1] or None, "on": _numbers(sheet)[:-1] or None}
            if _move_sitting(space, kept_id, other_id, (assessment_id, number, free), came=came):
                break
        else:
            raise Unavailable


def _came(sheet: Item, other_id: str, number: int) -> Item:
    """The accounts that it was in, and its numbers there, the last one last."""
    return {"o": [*origins.of(sheet.get("o")), other_id], "on": [*_numbers(sheet), number]}


def _numbers(sheet: Item) -> list[int]:
    """Once only the first was noted."""
    noted = sheet.get("on")
    return [int(each) for each in (noted if isinstance(noted, list) else [noted] if noted else [])]


def _move_sitting(space: Space, from_id: str, to_id: str, place: tuple[str, int, int], *, came: Item) -> bool:
    """As it is now, under another number; whether it is moved (or gone). ``came`` is where it came from."""
    assessment_id, number, free = place
    sheet = store.sitting(space, from_id, assessment_id, number)
    paper = store.paper(space, from_id, assessment_id, number)
    if sheet is None or paper is None:
        return True
    ended = sheet["st"] != "open"
    listed = keys.done_key(sheet["sub"], to_id, free) if ended else keys.open_key(sheet["until"], to_id, free)
    pk, sk = keys.sitting(to_id, assessment_id, free)
    index = keys.index_partition(assessment_id, keys.shard_of(to_id))
    moved = {**sheet, "pk": pk, "sk": sk, "c": index, "cs": listed, **came}
    paper_pk, paper_sk = keys.paper(to_id, assessment_id, free)
    return store.move_sitting(space, sheet, moved, {**paper, "pk": paper_pk, "sk": paper_sk})
