"""Everyone who is in an audience, or in a unit and under it, page by page: for jobs, which take their time and go on
where they were killed.

The lists are an index's, a moment late: whoever has left since is passed over, whoever has just come may be missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.people import entries, store, units
from chalicelib.people.keys import person_pk
from chalicelib.people.person import Person
from chalicelib.storage.spaces import Space

_COUNTED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Group:
    """Whom to go through: their list, shard by shard, how its entries begin, and who is still in the group."""

    partition: Callable[[int], str]
    prefix: str
    holds: Callable[[Person], bool]


def everyone() -> Group:
    """Everyone, but for whoever went up in another's account."""
    return Group(lambda shard: f"people#{shard}", "", lambda person: not person.merged_into)


def of_audience(audience: str) -> Group:
    """Everyone in an audience."""
    return Group(lambda shard: entries.audience_list(audience, shard), "", lambda person: audience in person.audiences)


def of_unit(path: str) -> Group:
    """Everyone in a unit, and in the units under it."""
    return Group(entries.unit_list, f"{path}/", lambda person: units.within(person.unit or "", path))


def page(space: Space, group: Group, position: str, limit: int) -> tuple[list[Person], str]:
    """The next persons of a group after a position (empty: from the start), and the position to go on after (empty at
    the end). A page may hold fewer than ``limit``. 1 Query and 1 BatchGetItem a hundred; 0.5 RCU a person and 4 KB."""
    shard, after = _placed(position)
    rows = store.listed(space, group.partition(shard), group.prefix, after, limit)
    found = store.get_many(space, (item["pk"].removeprefix(person_pk("")) for item in rows.items))
    persons = [person for person in found.values() if group.holds(person)]
    if rows.after:
        return persons, f"{shard}|{rows.after['ls']}"
    return persons, f"{shard + 1}|" if shard + 1 < entries.SHARDS else ""


def count(space: Space, group: Group, most: int | None = None) -> int:
    """How many there are, or so many that there are ``most`` or more: 1 Query for each thousand, and one for each of
    the four shards."""
    found = 0
    for shard in range(entries.SHARDS):
        after = ""
        while True:
            rows = store.listed(space, group.partition(shard), group.prefix, after, _COUNTED_AT_ONCE)
            found += len(rows.items)
            if most is not None and found >= most:
                return found
            if not rows.after:
                break
            after = rows.after["ls"]
    return found


def _placed(position: str) -> tuple[int, str]:
    if not position:
        return 0, ""
    shard, _, after = position.partition("|")
    return int(shard), after
