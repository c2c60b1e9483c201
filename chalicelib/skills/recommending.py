"""Which courses lead further. Pure: no I/O.

In an area where one is below what is aimed at (or, where nothing is, at any level but the last) a course leads further
that is taught up to a level above one's own: the nearest first, since who is at level 2 is lost in one for level 6.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chalicelib.courses.catalogue import Card
from chalicelib.skills.framework_models import FrameworkContent
from chalicelib.storage.items import Item

MOST = 12
# Courses name whom they are for by older words than audiences have; whoever is in none of these is a citizen.
_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "public-sector": frozenset({"civil_servant", "citizen"}),
    "workers": frozenset({"business", "citizen"}),
    "students": frozenset({"citizen"}),
    "citizens": frozenset({"citizen", "community_team"}),
}


@dataclass(frozen=True, slots=True)
class Recommended:
    """A course, and for each area in which it leads further the level that it leads to."""

    card: Card
    teaches: tuple[tuple[str, int], ...]


def needs(content: FrameworkContent, levels: Mapping[str, int], targets: Mapping[str, int]) -> dict[str, int]:
    """The areas in which one may go further, each with one's level in it."""
    return {area: level for area, level in levels.items() if level < targets.get(area, content.scale)}


def recommended(
    content: FrameworkContent,
    needs: Mapping[str, int],
    cards: Iterable[Card],
    audiences: Collection[str],
    completed: Collection[str],
    scales: Mapping[str, int],
) -> list[Recommended]:
    """Courses that lead further in any of these areas, without those that were completed or are for others; ``scales``
    says how many levels each framework has."""
    found = []
    for card in cards:
        if card.course_id in completed or not _suits(card.audiences, audiences):
            continue
        teaches = _further(content, needs, card.competences, scales)
        if teaches:
            found.append(Recommended(card, teaches))
    found.sort(key=lambda each: (_step(needs, each), each.card.order, each.card.course_id))
    return found[:MOST]


def _step(needs: Mapping[str, int], found: Recommended) -> int:
    return min(level - needs[area] for area, level in found.teaches)


def _further(
    content: FrameworkContent, needs: Mapping[str, int], taught: Sequence[Item], scales: Mapping[str, int]
) -> tuple[tuple[str, int], ...]:
    best: dict[str, int] = {}
    for each in taught:
        for area, level in _in_terms_of(content, each, scales):
            if area in needs and level > needs[area]:
                best[area] = min(level, best.get(area, level))
    return tuple(sorted(best.items()))


def _in_terms_of(content: FrameworkContent, taught: Item, scales: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """A course's competence as areas and levels of a framework: its own, or those that another one's code stands for,
    its levels stretched to this scale and rounded down, so that nothing is promised which is not taught."""
    if taught["framework"] == content.id:
        area = content.area_of(taught["code"])
        if area:
            yield area, int(taught["level"])
        return
    scale = scales.get(taught["framework"])
    if not scale:
        return
    level = math.floor(int(taught["level"]) * content.scale / scale)
    for mapping in content.mappings:
        if mapping.framework == taught["framework"] and any(_covers(code, taught["code"]) for code in mapping.to):
            yield content.area_of(mapping.code) or "", level


def _covers(code: str, other: str) -> bool:
    """Whether one code is the other, or the area of it, or in it."""
    return code == other or other.startswith(f"{code}.") or code.startswith(f"{other}.")


def _suits(wanted: Sequence[str], audiences: Collection[str]) -> bool:
    words = set().union(*(_WORDS.get(each, frozenset()) for each in audiences)) or {"citizen"}
    return not wanted or not words.isdisjoint(wanted)
