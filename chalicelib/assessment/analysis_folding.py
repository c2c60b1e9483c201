"""What sittings tell of the questions they were asked, added up sheet by sheet. Pure: no I/O.

All sums are whole numbers, so that neither their order nor where a fold was interrupted changes a figure. Shares and
scores go in as ten-thousandths (:data:`WHOLE`). A fold is plain data: JSON keeps it between two invocations.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from functools import lru_cache
from hashlib import sha256
from typing import Any

WHOLE = 10_000
MOST_ITEMS = 2_000  # of which is kept count, each some 3 KB
MOST_FORMS = 4  # sets of questions whose reliability is followed: a fixed paper has one for each version
_STEPS = 4  # of the histogram of times, for each doubling


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on a sheet: what its answer earned, in ten-thousandths of its points. ``chosen`` are the choices
    taken, where there were choices; ``spent_s`` is 0 where nobody told it; ``key``: how often that was corrected by
    which it was marked."""

    item: str
    points: int
    share: int
    answered: bool
    chosen: tuple[str, ...] = ()
    spent_s: int = 0
    key: int = 0


@dataclass(slots=True)
class ItemFold:
    """The sums of one item at a version.

    ``rest`` are n, Σx, Σy, Σx², Σy² and Σxy of its share x and the share y that the sheet earned of all other points;
    ``by_score`` has n and Σx for each score of the whole in percent, ``choices`` for each choice how often it was
    taken, and n and Σy of who took it; ``times`` how often it took so long (:func:`time_bin`); ``key`` is the newest
    that anybody was marked by.
    """

    asked: int = 0
    answered: int = 0
    earned: int = 0
    rest: list[int] = field(default_factory=lambda: [0] * 6)
    by_score: dict[str, list[int]] = field(default_factory=dict)
    choices: dict[str, list[int]] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)
    key: int = 0

    def add(self, asked: Asked, rest: int | None, score: int) -> None:
        """One more sheet; ``rest`` is ``None`` where nothing else was asked."""
        self.asked += 1
        self.answered += asked.answered
        self.earned += asked.share
        self.key = max(self.key, asked.key)
        _add(self.by_score.setdefault(str(score), [0, 0]), 1, asked.share)
        if rest is not None:
            x = asked.share
            _add(self.rest, 1, x, rest, x * x, rest * rest, x * rest)
        for each in asked.chosen:
            _add(self.choices.setdefault(each, [0, 0, 0]), 1, rest is not None, rest or 0)
        if asked.spent_s > 0:
            name = str(time_bin(asked.spent_s))
            self.times[name] = self.times.get(name, 0) + 1


@dataclass(slots=True)
class FormFold:
    """The sums of all sheets with the same questions: n, Σt and Σt² of the points earned, and Σ and Σ² by item."""

    whole: list[int] = field(default_factory=lambda: [0] * 3)
    items: dict[str, list[int]] = field(default_factory=dict)

    def add(self, sheet: Sequence[Asked]) -> None:
        """One more sheet."""
        total = sum(each.share * each.points for each in sheet)
        _add(self.whole, 1, total, total * total)
        for each in sheet:
            earned = each.share * each.points
            _add(self.items.setdefault(each.item, [0, 0]), earned, earned * earned)


@dataclass(slots=True)
class Fold:
    """The sums of all sheets so far. ``left_out`` counts answers to items beyond the first :data:`MOST_ITEMS`."""

    sittings: int = 0
    left_out: int = 0
    items: dict[str, ItemFold] = field(default_factory=dict)
    forms: dict[str, FormFold] = field(default_factory=dict)

    def add(self, sheet: Sequence[Asked], score: int) -> None:
        """One more sheet, with its score in percent."""
        self.sittings += 1
        earned = sum(each.share * each.points for each in sheet)
        possible = sum(each.points for each in sheet)
        for each in sheet:
            item = self._item(each.item)
            if item is None:
                self.left_out += 1
                continue
            others = possible - each.points
            item.add(each, _rounded(earned - each.share * each.points, others) if others else None, score)
        form = self._form(sheet)
        if form:
            form.add(sheet)

    def _item(self, name: str) -> ItemFold | None:
        if name not in self.items and len(self.items) >= MOST_ITEMS:
            return None
        return self.items.setdefault(name, ItemFold())

    def _form(self, sheet: Sequence[Asked]) -> FormFold | None:
        name = sha256(" ".join(sorted(each.item for each in sheet)).encode()).hexdigest()[:16]
        if name not in self.forms and len(self.forms) >= MOST_FORMS:
            return None
        return self.forms.setdefault(name, FormFold())

    def kept(self) -> dict[str, Any]:
        """The fold as JSON takes it."""
        return asdict(self)


def again(kept: dict[str, Any]) -> Fold:
    """What :meth:`Fold.kept` gave, to go on with."""
    items = {name: ItemFold(**each) for name, each in kept["items"].items()}
    forms = {name: FormFold(**each) for name, each in kept["forms"].items()}
    return Fold(kept["sittings"], kept["left_out"], items, forms)


@lru_cache(maxsize=4_096)
def ten_thousandths(share: str) -> int:
    """A share as sheets keep it, ``2/3``, rounded."""
    exact = Fraction(share)
    return _rounded(exact.numerator * WHOLE, exact.denominator)


def time_bin(seconds: int) -> int:
    """The class of a time of at least a second: four of them for each doubling, so a class is 19 % wide."""
    return int(_STEPS * math.log2(seconds))


def bin_middle(number: int) -> int:
    """The middle of a class of times, in whole seconds: at most a tenth from any time in it, and a second."""
    return round(2 ** ((number + 0.5) / _STEPS))


def _rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _add(sums: list[int], *more: int) -> None:
    for place, each in enumerate(more):
        sums[place] += each
