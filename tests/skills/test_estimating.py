"""Levels estimated from answers: what must hold whatever was asked and answered."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from chalicelib.questions.models import AnyQuestion, Question
from chalicelib.skills.estimating import SLOPE, Answered, Estimate, estimate, guess_of, place_of
from tests.banks.filling import single, typed

LEVELS = st.integers(2, 10)
GUESSES = st.sampled_from([0.0, 0.2, 0.25, 1 / 3, 0.5])


@st.composite
def answered(draw: st.DrawFn, least: int = 3, most: int = 12) -> tuple[list[Answered], int]:
    """Answers to items of any place on a scale."""
    levels = draw(LEVELS)
    difficulties = st.one_of(st.none(), st.integers(1, 5))
    shares = st.sampled_from([0.0, 0.25, 0.5, 2 / 3, 1.0])
    item = st.builds(
        lambda difficulty, guess, share: Answered(place_of(difficulty, levels), guess, share),
        difficulties, GUESSES, shares,
    )  # fmt: skip
    return draw(st.lists(item, min_size=least, max_size=most)), levels


def told(items: list[Answered], levels: int) -> Estimate:
    found = estimate(items, levels)
    assert found
    return found


@given(answered())
def test_a_level_is_on_the_scale_and_in_its_interval(case: tuple[list[Answered], int]) -> None:
    items, levels = case
    found = told(items, levels)
    assert 1 <= found.low <= found.level <= found.high <= levels
    assert found.questions == len(items)


@given(answered(), st.data())
def test_a_better_answer_never_lowers(case: tuple[list[Answered], int], data: st.DataObject) -> None:
    items, levels = case
    at = data.draw(st.integers(0, len(items) - 1))
    better = data.draw(st.floats(items[at].share, 1))
    after = told([*items[:at], replace(items[at], share=better), *items[at + 1 :]], levels)
    before = told(items, levels)
    assert after.level >= before.level
    assert after.low >= before.low
    assert after.high >= before.high


@given(answered(), st.randoms())
def test_their_order_says_nothing(case: tuple[list[Answered], int], random: object) -> None:
    items, levels = case
    mixed = list(items)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert told(mixed, levels) == told(items, levels)


@given(st.integers(3, 20), st.sampled_from([0.0, 0.2, 0.25]), LEVELS)
def test_the_hardest_all_right_is_the_last_level(count: int, guess: float, levels: int) -> None:
    assert told([Answered(place_of(5, levels), guess, 1)] * count, levels).level == levels


def test_coins_that_fall_right_are_no_mastery_until_there_are_many() -> None:
    hard = Answered(place_of(5, 8), 0.5, 1)
    assert told([hard] * 3, 8).level < 8
    assert told([hard] * 8, 8).level == 8


@given(answered())
def test_nothing_right_is_the_first_level(case: tuple[list[Answered], int]) -> None:
    items, levels = case
    assert told([replace(each, share=0) for each in items], levels).level == 1


@given(answered(least=0, most=2))
def test_few_answers_measure_nothing(case: tuple[list[Answered], int]) -> None:
    assert estimate(*case) is None


def _expected_width(places: list[float], levels: int) -> float:
    """How wide the interval is on average, over all levels and all ways to answer, each as likely as the model says."""
    total = 0.0
    for marks in itertools.product((0.0, 1.0), repeat=len(places)):
        found = told([Answered(place, 0, mark) for place, mark in zip(places, marks, strict=True)], levels)
        for level in range(1, levels + 1):
            chances = [1 / (1 + math.exp(-SLOPE * (level - place))) for place in places]
            total += (found.high - found.low) * math.prod(
                chance if mark else 1 - chance for chance, mark in zip(chances, marks, strict=True)
            )
    return total / levels


@pytest.mark.parametrize("levels", [4, 8])
def test_more_items_tell_more_on_average(levels: int) -> None:
    places = [place_of(each, levels) for each in (1, 3, 5, 2, 4, 1, 3, 5, 2, 4)]
    widths = [_expected_width(places[:count], levels) for count in (3, 5, 10)]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > widths[-1] + 0.5


@pytest.mark.parametrize(
    ("question", "guess"),
    [
        (single(), 1 / 3),
        ({"kind": "true_false", "prompt": "Đúng?", "right": True}, 0.5),
        (single() | {"kind": "multiple"}, 0.0),
        (typed(), 0.0),
    ],
)
def test_only_one_choice_of_several_is_guessed(question: dict[str, object], guess: float) -> None:
    adapter: TypeAdapter[AnyQuestion] = TypeAdapter(Question)
    assert guess_of(adapter.validate_python(question)) == guess


def test_difficulties_share_the_scale_out_evenly() -> None:
    assert [round(place_of(each, 8), 1) for each in (1, 2, 3, 4, 5)] == [1.3, 2.9, 4.5, 6.1, 7.7]
    assert place_of(None, 8) == place_of(3, 8) == 4.5
