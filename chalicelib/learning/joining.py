"""The learning of two accounts that become one: enrolment by enrolment, each in one transaction, so that a kill leaves
nothing half done, and what was before is kept to be undone.

The rule is ``uniting.py``. What was before stands under ``merged#<merge>``, ``<course>`` in the learning table, where
nothing counts it: figures are sums over learners' own items, so they follow by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.errors import Unavailable
from chalicelib.learning import items, moving, uniting, versions
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Table, TransactionFailed, Write, transact

_TRIES = 5
# What a change of an enrolment moves, whichever it is: if all of it is as it was read, so is the whole, but for a
# place that a late report brings to a lesson.
_MOVES = ("v", "st", "seen", "last", "fin", "k", "done", "due")


@dataclass(frozen=True, slots=True)
class Joined:
    """One course whose two enrolments were united: each as it was before (``kept`` may not have been there)."""

    course_id: str
    kept: Item | None
    other: Item

    merge_id: str

    def attempts_before(self, lesson: str) -> int:
        """How many attempts at a quiz the kept account had: the other's follow."""
        return int((self.kept or {}).get(f"n_{lesson}", 0))


def join(space: Space, merge_id: str, kept_id: str, other_id: str, kept_until: int) -> Iterator[Joined]:
    """Unite every enrolment that the other account still has, one after the other: 1 Query, then 3 calls each.

    Gives each of the merge's courses, those of earlier tries too; repeating it changes nothing. Raises: Unavailable.
    """
    for each in _table(space).query_all(items.partition(other_id), begins_with=items.PREFIX, consistent=True):
        _join_one(space, merge_id, kept_id, each, kept_until)
    yield from joined(space, merge_id)


def joined(space: Space, merge_id: str) -> list[Joined]:
    """The courses of a merge as they were before: 1 Query for each megabyte."""
    rows = _table(space).query_all(_partition(merge_id), consistent=True)
    return [Joined(each["sk"], each.get("kept"), each["other"], merge_id) for each in rows]


def part(space: Space, merge_id: str, kept_id: str, was: Joined) -> None:
    """Give the other account its enrolment back: 3 calls. The kept one goes back to what it was, unless something was
    learned since: then it keeps all it has. What the other has learned since is united with it. Repeating it changes
    nothing.

    Raises: Unavailable.
    """
    table, other_id = _table(space), was.other["pk"].removeprefix(items.partition(""))
    for _ in range(_TRIES):
        now = table.get(*items.key(kept_id, was.course_id), consistent=True)
        since = table.get(was.other["pk"], was.other["sk"], consistent=True)
        own = united(space, other_id, was.other, since) if since else was.other
        writes = [
            _held(table, own | {"mv": merge_id}, since),
            table.deleting(_partition(merge_id), was.course_id, condition="attribute_exists(pk)"),
        ]
        if now is not None and _is_as_united(space, kept_id, was, now):
            writes.append(_held(table, was.kept, now) if was.kept else _gone(table, now))
        try:
            transact(writes)
        except TransactionFailed:
            if not _is_there(space, merge_id, was.course_id):
                return  # an earlier try of our own did it
            continue
        return
    raise Unavailable


def goes_back(space: Space, kept_id: str, was: Joined) -> bool:
    """Whether the kept account has learned nothing in the course since: then it goes back to what it was. 1 call."""
    now = _table(space).get(*items.key(kept_id, was.course_id), consistent=True)
    return now is not None and _is_as_united(space, kept_id, was, now)


def _is_as_united(space: Space, kept_id: str, was: Joined, now: Item) -> bool:
    one = united(space, kept_id, was.kept, was.other)
    return all(now.get(name) == one.get(name) for name in _MOVES)


def united(space: Space, kept_id: str, kept: Item | None, other: Item) -> Item:
    """The one enrolment of both, on the version that they go on with."""
    version = uniting.version_of(kept, other) if kept else int(other["v"])
    carried = [_carried(space, each, version) if each else None for each in (kept, other)]
    return uniting.united(kept_id, carried[0], carried[1] or other, version)


def _carried(space: Space, enrolment: Item, version: int) -> Item:
    if enrolment["v"] == version:
        return enrolment
    course_id = enrolment["sk"].removeprefix(items.PREFIX)
    old, new = (versions.pinned(space, course_id, each) for each in (int(enrolment["v"]), version))
    return uniting.without(enrolment, moving.gone(old, new))


def _join_one(space: Space, merge_id: str, kept_id: str, other: Item, kept_until: int) -> None:
    table, course_id = _table(space), other["sk"].removeprefix(items.PREFIX)
    for _ in range(_TRIES):
        kept = table.get(*items.key(kept_id, course_id), consistent=True)
        one = united(space, kept_id, kept, other) | {"mv": merge_id}
        writes = [_held(table, one, kept), _gone(table, other)]
        if not _is_there(space, merge_id, course_id):
            # A device of the other account may enrol again until its token has run out: what was before is kept once.
            before = {"pk": _partition(merge_id), "sk": course_id, "kept": kept, "other": other, "ttl": kept_until}
            writes.append(table.creating(before))
        try:
            transact(writes)
        except TransactionFailed:
            found = table.get(other["pk"], other["sk"], consistent=True)
            if found is None:
                return  # an earlier try of our own did it
            other = found
            continue
        return
    raise Unavailable


def _held(table: Table, item: Item, before: Item | None) -> Write:
    """The put of an item in place of one that is still as it was read."""
    if before is None:
        return table.putting(item, condition="attribute_not_exists(pk)")
    condition, names, values = _as_read(before)
    return table.putting(item, condition=condition, names=names, values=values)


def _gone(table: Table, item: Item) -> Write:
    condition, names, values = _as_read(item)
    return table.deleting(item["pk"], item["sk"], condition=condition, names=names, values=values)


def _as_read(item: Item) -> tuple[str, dict[str, str], Item]:
    parts = [
        f"#{name} = :{name}" if item.get(name) is not None else f"attribute_not_exists(#{name})" for name in _MOVES
    ]
    values = {f":{name}": item[name] for name in _MOVES if item.get(name) is not None}
    return " AND ".join(parts), {f"#{name}": name for name in _MOVES}, values


def _is_there(space: Space, merge_id: str, course_id: str) -> bool:
    return _table(space).get(_partition(merge_id), course_id, consistent=True) is not None


def _partition(merge_id: str) -> str:
    return f"merged#{merge_id}"


def _table(space: Space) -> Table:
    return space.table("learning")
