"""What the sums of :mod:`analysis_folding` say of each item and of the whole. Pure: no I/O.

Sources: facility, corrected item-total correlation and the groups of 27 % are those of classical test theory (Kelley
1939; Crocker and Algina, *Introduction to Classical and Modern Test Theory*, 1986, chapters 7 and 14).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from chalicelib.assessment.analysis_folding import WHOLE, Fold, FormFold, ItemFold, bin_middle

FEWEST = 10  # sheets (or people who took a choice) below which no figure is told
FLAGGED_FROM = 30  # with fewer, chance alone gives a correlation of 0.3
TOO_EASY, TOO_HARD = 0.95, 0.20
_GROUP = 0.27  # Kelley: where the two groups differ most surely


@dataclass(frozen=True, slots=True)
class ChoiceFigures:
    """A choice: how many took it, and the mean share of all other points that they earned."""

    id: str
    right: bool
    taken: int
    rest: float | None


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """An item. ``None``: it cannot be told, for want of people or of any difference between them."""

    answered: int
    skipped: int
    facility: float | None
    discrimination: float | None
    upper_lower: float | None
    median_s: int | None
    choices: tuple[ChoiceFigures, ...]
    flags: tuple[str, ...]


def of_item(item: ItemFold, choices: Collection[str], rights: Collection[str]) -> ItemFigures:
    """The figures of an item with these choices, of which ``rights`` are right by the newest key."""
    enough = item.asked >= FEWEST
    shown = tuple(_choice(item, each, each in rights) for each in sorted(choices)) if enough else ()
    facility = item.earned / (item.asked * WHOLE) if enough else None
    discrimination = correlation(item.rest) if enough else None
    return ItemFigures(
        answered=item.answered,
        skipped=item.asked - item.answered,
        facility=facility,
        discrimination=discrimination,
        upper_lower=upper_lower(item.by_score) if enough else None,
        median_s=median(item.times),
        choices=shown,
        flags=tuple(_flags(facility, discrimination, shown)) if item.asked >= FLAGGED_FROM else (),
    )


def reliability(fold: Fold) -> tuple[float | None, int]:
    """Cronbach's alpha of those sheets with the same questions that are most, and how many those are: of questions that
    are right or wrong it is KR-20. ``None`` where nobody or no question differs, or too few had the same."""
    form = max(fold.forms.values(), key=lambda each: each.whole[0], default=FormFold())
    return _alpha(form), form.whole[0]


def _alpha(form: FormFold) -> float | None:
    """k/(k−1) · (1 − Σ var(item) / var(whole)), Cronbach 1951."""
    n, total, squares = form.whole
    whole, questions = n * squares - total * total, len(form.items)
    if n < FEWEST or questions < 2 or whole == 0:
        return None
    parts = sum(n * squared - summed * summed for summed, squared in form.items.values())
    return questions / (questions - 1) * (1 - parts / whole)


def correlation(sums: list[int]) -> float | None:
    """Pearson's, of n, Σx, Σy, Σx², Σy² and Σxy: corrected, since y leaves the item itself out. ``None`` with fewer
    than :data:`FEWEST`, or where one of the two never differs."""
    n, x, y, xx, yy, xy = sums
    of_x, of_y = n * xx - x * x, n * yy - y * y
    if n < FEWEST or of_x == 0 or of_y == 0:
        return None
    return max(-1.0, min(1.0, (n * xy - x * y) / (math.sqrt(of_x) * math.sqrt(of_y))))


def upper_lower(by_score: Mapping[str, list[int]]) -> float:
    """Mean share of the 27 % with the highest scores less that of the 27 % with the lowest. Who is level with the last
    of a group is in it by a part, so that both have exactly that size."""
    rising = sorted((int(score), n, earned) for score, (n, earned) in by_score.items())
    size = _GROUP * sum(n for _, n, _ in rising)
    return _mean_of(size, rising[::-1]) - _mean_of(size, rising)


def _mean_of(size: float, groups: list[tuple[int, int, int]]) -> float:
    left, earned = size, 0.0
    for _, n, of_them in groups:
        taken = min(left, n)
        earned += of_them * taken / n
        left -= taken
        if left <= 0:
            break
    return earned / (size * WHOLE)


def median(times: Mapping[str, int]) -> int | None:
    """The (lower) median of the times that were told, to a tenth. ``None`` with fewer than :data:`FEWEST`."""
    told, passed = sum(times.values()), 0
    if told < FEWEST:
        return None
    for number, n in sorted((int(name), n) for name, n in times.items()):
        passed += n
        if 2 * passed >= told:
            return bin_middle(number)
    return None


def _choice(item: ItemFold, choice: str, right: bool) -> ChoiceFigures:
    taken, n, rest = item.choices.get(choice, (0, 0, 0))
    return ChoiceFigures(choice, right, taken, rest / (n * WHOLE) if n >= FEWEST else None)


def _flags(facility: float | None, discrimination: float | None, choices: tuple[ChoiceFigures, ...]) -> Iterator[str]:
    if facility is not None and facility > TOO_EASY:
        yield "too_easy"
    if facility is not None and facility < TOO_HARD:
        yield "too_hard"
    if discrimination is not None and discrimination < 0:
        yield "negative_discrimination"
    rights = [each.rest for each in choices if each.right and each.rest is not None]
    wrongs = [each.rest for each in choices if not each.right and each.rest is not None]
    if rights and wrongs and max(wrongs) > max(rights):
        yield "distractor_better_than_key"
