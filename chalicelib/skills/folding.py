"""From single measurements to what somebody can do now. Pure: no I/O.

States follow from the measurements that are kept, whichever came first: so what is handed over twice, late or in
another order comes to the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from chalicelib.assessment.evidence import Evidence
from chalicelib.skills import estimating, keys
from chalicelib.skills.estimating import Answered
from chalicelib.skills.framework_models import FrameworkContent
from chalicelib.storage.items import Item

# Of one framework: growth is told from the first ones to the newest ones, however often somebody takes it between.
MOST_FIRST, MOST_NEWEST = 10, 50


def measured(framework: FrameworkContent, evidence: Evidence) -> Item:
    """A sitting as a measurement (``keys.py``). An item counts once for each area that it is filed under."""
    by_area: dict[str, list[Answered]] = defaultdict(list)
    for piece in evidence.pieces:
        place = estimating.place_of(piece.difficulty, framework.scale)
        answered = Answered(place, estimating.guess_of(piece.question), piece.share)
        for area in sorted({area for code in piece.competences if (area := framework.area_of(code))}):
            by_area[area].append(answered)
    levels, few = dict[str, list[int]](), dict[str, int]()
    for area, items in sorted(by_area.items()):
        found = estimating.estimate(items, framework.scale)
        if found is None:
            few[area] = len(items)
        else:
            levels[area] = [found.level, found.low, found.high, found.questions]
    pk, sk = keys.measurement(
        evidence.person_id, framework.id, evidence.submitted, evidence.assessment, evidence.number
    )
    item: Item = {"pk": pk, "sk": sk, "fw": framework.id, "at": evidence.submitted, "lv": levels}
    return item | ({"few": few} if few else {})


def kept(measurements: Iterable[Item]) -> list[Item]:
    """Of all measurements of one person those that are kept, by framework and time."""
    by_framework: dict[str, list[Item]] = defaultdict(list)
    for item in sorted(measurements, key=lambda each: str(each["sk"])):
        by_framework[item["fw"]].append(item)
    return [each for of_one in by_framework.values() for each in _bounded(of_one)]


def _bounded(items: list[Item]) -> list[Item]:
    if len(items) <= MOST_FIRST + MOST_NEWEST:
        return items
    return items[:MOST_FIRST] + items[-MOST_NEWEST:]


def states(person_id: str, measurements: Sequence[Item]) -> dict[str, Item]:
    """Somebody's state in each framework (``keys.py``), from all measurements that are kept, in order."""
    found: dict[str, Item] = {}
    for item in measurements:
        for area, (level, *_) in item["lv"].items():
            pk, sk = keys.state(person_id, item["fw"])
            state = found.setdefault(sk, {"pk": pk, "sk": sk, "fw": item["fw"], "lv": {}, "first": {}})
            state["first"].setdefault(area, level)
            state["lv"][area] = level
            state["at"] = item["at"]
    return found


def same(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether two items say the same, but for what others keep in them."""
    return all(one.get(name) == other.get(name) for name in ("lv", "first", "few", "at", "fw"))
