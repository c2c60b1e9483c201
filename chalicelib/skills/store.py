"""Frameworks in the platform table; what an assessment measures, in a tenant's courses table; what was measured of a
person, in its learning table (``keys.py``).

| item | pk, sk | holds |
|---|---|---|
| framework | ``framework#<id>``, ``current`` | as it was imported last: ``pack``; ``v`` counts the imports |
| its versions | ``framework#<id>``, ``version#<v>`` | the same, of each import; immutable |
| its card | ``frameworks``, ``<id>`` | what lists tell |
| measure | ``measures``, ``<assessment>`` | the framework ``fw``; since when no more: ``ended`` |
"""

from __future__ import annotations

from collections.abc import Collection

from chalicelib.skills import keys
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space, platform
from chalicelib.storage.table import Table, transact

_FRAMEWORKS = "frameworks"
_CURRENT = "current"
_MEASURES = "measures"
_OF_SKILLS = "skill"  # what the sort keys of all of it begin with: measurements, then states


def framework(framework_id: str) -> Item | None:
    """A framework as it was imported last: 1 GetItem, 1 RCU for each 4 KB."""
    return _platform().get(_of(framework_id), _CURRENT, consistent=True)


def frameworks() -> list[Item]:
    """Cards of all frameworks that were imported: 1 Query, 1 RCU for some ten."""
    return _platform().query_all(_FRAMEWORKS, consistent=True)


def keep_framework(framework_id: str, seen: int, facts: Item, card: Item) -> None:
    """The next version of a framework, if nobody imported it since it was seen (0: never): one transaction, 4 WCU for
    each KB of the pack. Raises: TransactionFailed."""
    table, item = _platform(), {"pk": _of(framework_id), "v": seen + 1, **facts}
    condition, values = ("v = :seen", {":seen": seen}) if seen else ("attribute_not_exists(pk)", None)
    transact(
        [
            table.putting({**item, "sk": _CURRENT}, condition=condition, values=values),
            table.creating({**item, "sk": f"version#{seen + 1:06d}"}),
            table.putting({"pk": _FRAMEWORKS, "sk": framework_id, "v": seen + 1, **card}),
        ]
    )


def measure(space: Space, assessment_id: str) -> Item | None:
    """What an assessment measures: 1 GetItem, 1 RCU."""
    return _courses(space).get(_MEASURES, assessment_id, consistent=True)


def measures(space: Space) -> list[Item]:
    """What all assessments of a space measure: 1 Query, 0.5 RCU for some 50."""
    return _courses(space).query_all(_MEASURES)


def some_measures(space: Space, assessment_ids: Collection[str]) -> dict[str, Item]:
    """What these assessments measure, as it is now: 1 BatchGetItem a hundred, 1 RCU each."""
    found = _courses(space).batch_get([(_MEASURES, each) for each in assessment_ids], consistent=True)
    return {assessment_id: item for (_, assessment_id), item in found.items()}


def keep_measure(space: Space, assessment_id: str, facts: Item) -> None:
    """1 PutItem, 1 WCU."""
    _courses(space).put({"pk": _MEASURES, "sk": assessment_id, **facts})


def of_person(space: Space, person_id: str, *, consistent: bool = False) -> list[Item]:
    """All that was measured of somebody, by framework and time, and their states: 1 Query, 1 RCU for some 15 (2 when
    ``consistent``)."""
    return _learning(space).query_all(keys.partition(person_id), begins_with=_OF_SKILLS, consistent=consistent)


def measured(space: Space, person_id: str) -> list[Item]:
    """All measurements of somebody as they are now: 1 Query, 1 RCU for some ten."""
    return _learning(space).query_all(keys.partition(person_id), begins_with=keys.MEASUREMENT, consistent=True)


def keep(space: Space, item: Item) -> None:
    """A measurement or a state as it is now; which audiences it counts for stays: 1 UpdateItem, 1 WCU."""
    facts = {name: value for name, value in item.items() if name not in ("pk", "sk")}
    names = {f"#{name}": name for name in facts}
    gone = "" if "few" in facts else " REMOVE few"
    _learning(space).update(
        item["pk"],
        item["sk"],
        "SET " + ", ".join(f"#{name} = :{name}" for name in facts) + gone,
        {f":{name}": value for name, value in facts.items()},
        names=names,
        returns="NONE",
    )


def remove(space: Space, pk: str, sk: str) -> None:
    """A measurement or a state that is no more: 1 DeleteItem, 1 WCU."""
    _learning(space).delete(pk, sk)


def _of(framework_id: str) -> str:
    return f"framework#{framework_id}"


def _platform() -> Table:
    return platform().table("people")


def _courses(space: Space) -> Table:
    return space.table("courses")


def _learning(space: Space) -> Table:
    return space.table("learning")
