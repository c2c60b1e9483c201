"""Which level of a framework answers speak for. Pure: no I/O.

An item response model with known item places, after Birnbaum's three-parameter logistic model (Lord and Novick,
Statistical Theories of Mental Test Scores, 1968, part 5): whoever is at level t answers an item at place b rightly with
the chance ``P = c + (1 - c) / (1 + exp(-a (t - b)))``. Places are not fitted but said by authors (an item's
difficulty), so a single person can be measured, and from the first day. What is not known of an item is the same for
all; the constants below say what it is.

The answers' likelihood over the levels, all of them alike before, gives the chance of each level. The level that is
told is the highest which is reached with a chance of one half at least. Since ``P`` grows with the level, an answer
that is better by any share moves that chance towards higher levels, never lower (a monotone likelihood ratio).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chalicelib.questions.choosing import ChoiceQuestion, TrueFalse
from chalicelib.questions.models import AnyQuestion

# Who is one level above an item's place answers it rightly four times out of five, when there is nothing to guess.
SLOPE = 1.5
DIFFICULTIES = 5
FEWEST = 3  # items of an area: fewer measure nothing
LIKELY = 0.8  # of the interval that is told beside a level
_HALF = 0.5
_SURE = 1e-12  # no chance is nought or one: a single answer decides nothing


@dataclass(frozen=True, slots=True)
class Answered:
    """An item that somebody was asked. ``place`` is on the scale of levels, ``guess`` the chance to be right without
    knowing, ``share`` what was earned of it (0 to 1)."""

    place: float
    guess: float
    share: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A level, the interval that it is in with a chance of 80 %, and how many items speak for it."""

    level: int
    low: int
    high: int
    questions: int


def place_of(difficulty: int | None, levels: int) -> float:
    """Where on a scale of so many levels an item of that difficulty (1 to 5) is: the five share the scale out evenly.
    One without a difficulty is in the middle."""
    asked = (1 + DIFFICULTIES) / 2 if difficulty is None else difficulty
    return (asked - 0.5) * levels / DIFFICULTIES + 0.5


def guess_of(question: AnyQuestion) -> float:
    """The chance to answer rightly without knowing: of choices one is taken blindly, nothing else is guessed."""
    if isinstance(question, TrueFalse):
        return 0.5
    if isinstance(question, ChoiceQuestion) and question.kind == "single":
        return 1 / max(len(question.choices), 2)
    return 0.0


def estimate(answered: Iterable[Answered], levels: int) -> Estimate | None:
    """The level that these answers speak for, of so many; ``None`` where they are too few to speak.

    Who got nothing right is at the first level: what was not shown is not credited, however hard the items were.
    """
    items = sorted(answered, key=lambda each: (each.place, each.guess, each.share))
    if len(items) < FEWEST:
        return None
    chances = _chances(items, levels)
    tail = (1 - LIKELY) / 2
    low, high = _reached(chances, 1 - tail), _within(chances, 1 - tail)
    level = _reached(chances, _HALF)
    if not any(each.share > 0 for each in items):
        low = level = 1
    return Estimate(level, low, high, len(items))


def _chances(items: Sequence[Answered], levels: int) -> list[float]:
    """The chance of each level, from the first."""
    logs = [math.fsum(_log_likelihood(each, level) for each in items) for level in range(1, levels + 1)]
    best = max(logs)
    weights = [math.exp(each - best) for each in logs]
    whole = math.fsum(weights)
    return [each / whole for each in weights]


def _log_likelihood(item: Answered, level: int) -> float:
    """Of a share that was earned: what a right answer would say counts for as much, the rest as a wrong one."""
    knows = 1 / (1 + math.exp(-SLOPE * (level - item.place)))
    right = min(max(item.guess + (1 - item.guess) * knows, _SURE), 1 - _SURE)
    return item.share * math.log(right) + (1 - item.share) * math.log(1 - right)


def _reached(chances: Sequence[float], chance: float) -> int:
    """The highest level that is reached with that chance at least."""
    level, above = len(chances), chances[-1]
    while level > 1 and above < chance:
        level -= 1
        above += chances[level - 1]
    return level


def _within(chances: Sequence[float], chance: float) -> int:
    """The lowest level that is not exceeded with that chance at least."""
    level, up_to = 1, chances[0]
    while level < len(chances) and up_to < chance:
        level += 1
        up_to += chances[level - 1]
    return level
