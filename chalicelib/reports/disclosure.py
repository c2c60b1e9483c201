"""Statistical disclosure control, as pure functions: what may be told of how many people stand at which level.

Nothing that is told, nor what anybody works out from all of it together, may show a group of one to nine people. Why
hiding small numbers is not enough, and the proof of what is done instead: ``docs/decisions/skills-without-people.md``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

Counts = Sequence[int]  # how many people are at each level, the lowest first

LEAST = 10  # people that anything is told of
SHARE_STEP = 5  # percent
# So many people, four blocks at least, have a spread that is told of: of fewer, one level or two would seem to be all.
LEAST_FOR_SHARES = 40


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a group: how many they are, in whole tens; their average level; a share of them in percent for
    each level, unless they are too few."""

    people: int
    average: float
    shares: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Release:
    """What is told of everyone and of the groups among them; ``None``: hidden, with nobody in it or a few."""

    everyone: Told | None
    groups: Mapping[str, Told | None]


def release(everyone: Counts, groups: Mapping[str, Counts]) -> Release:
    """What may be told of everyone together with each of these groups of them.

    Groups that nobody is in twice are told of as one table, and everyone as their sum. Groups that overlap are told of
    each by itself, since there is no telling what their sum stands for.
    """
    shown = _shown(everyone, groups)
    rest = [of_all - of_shown for of_all, of_shown in zip(everyone, _sum(shown.values(), len(everyone)), strict=True)]
    if min(rest, default=0) < 0:
        return _overlapping(everyone, groups)
    gathered_groups = {name: gathered(counts) for name, counts in shown.items()}
    together = _sum([gathered(rest), *gathered_groups.values()], len(everyone))
    return Release(told(together), {name: told(gathered_groups.get(name, ())) for name in groups})


def apart(everyone: Counts, group: Counts) -> Told | None:
    """What may be told of a group among everyone who is told of, whatever other groups there are: nothing when it, or
    those who are not in it, are a few."""
    beside = sum(everyone) - sum(group)
    return None if 0 < beside < LEAST else told(gathered(group))


def gathered(counts: Counts) -> Counts:
    """The same people in blocks of ten to nineteen who stand next to each other, all of a block where its middle is.

    Every number is then nought or ten at least; who is gathered once stays where they are. Nought for fewer than ten
    people. (Microaggregation of one ordinal variable, with medians.)
    """
    people = sum(counts)
    blocks = people // LEAST

    def start(block: int) -> int:
        return people * block // blocks

    def middle(block: int) -> int:
        return (start(block) + start(block + 1) - 1) // 2

    # Blocks are in the order of levels: those whose middle is below a level's end come first.
    ends = [bisect_left(range(blocks), end, key=middle) for end in accumulate(counts)]
    return [start(last) - start(first) if last > first else 0 for first, last in pairwise([0, *ends])]


def told(counts: Counts) -> Told | None:
    """What is told of people who are gathered."""
    people = sum(counts)
    if people < LEAST:
        return None
    total = sum(level * number for level, number in enumerate(counts, start=1))
    return Told(
        people=people // LEAST * LEAST,
        average=round(total / people, 1),
        shares=_shares(counts, people) if people >= LEAST_FOR_SHARES else None,
    )


def _shares(counts: Counts, people: int) -> tuple[int, ...]:
    return tuple(round(100 / SHARE_STEP * number / people) * SHARE_STEP for number in counts)


def _shown(everyone: Counts, groups: Mapping[str, Counts]) -> dict[str, Counts]:
    """The groups that are told of: those of ten and more, but for the smallest where the others of all are a few."""
    shown = {name: counts for name, counts in groups.items() if sum(counts) >= LEAST}
    while shown and 0 < sum(everyone) - sum(map(sum, shown.values())) < LEAST:
        del shown[min(shown, key=lambda name: (sum(shown[name]), name))]
    return shown


def _overlapping(everyone: Counts, groups: Mapping[str, Counts]) -> Release:
    return Release(told(gathered(everyone)), {name: apart(everyone, counts) for name, counts in groups.items()})


def _sum(many: Iterable[Counts], levels: int) -> list[int]:
    return [sum(counts[level] for counts in many) for level in range(levels)]
