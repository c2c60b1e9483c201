"""Analysis of items: what is folded sheet by sheet is what a plain computation over all sheets gives."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.assessment import analysis_figures as figures
from chalicelib.assessment import analysis_folding as folding
from chalicelib.assessment.analysis_folding import WHOLE, Asked, Fold

POINTS = {"a.1.1": 1, "a.2.1": 2, "a.3.1": 5}
CHOICES = ("x", "y", "z")
Sheet = tuple[list[Asked], int]


@st.composite
def _sheet(draw: st.DrawFn) -> Sheet:
    items = draw(st.sets(st.sampled_from(sorted(POINTS)), min_size=1))
    asked = [draw(_asked(each)) for each in sorted(items)]
    earned = sum(each.share * each.points for each in asked)
    return asked, 100 * earned // (WHOLE * sum(each.points for each in asked))


def _asked(item: str) -> st.SearchStrategy[Asked]:
    return st.builds(
        Asked,
        item=st.just(item),
        points=st.just(POINTS[item]),
        share=st.sampled_from(["0", "1/3", "1/2", "1"]).map(folding.ten_thousandths),
        answered=st.booleans(),
        chosen=st.sets(st.sampled_from(CHOICES)).map(lambda taken: tuple(sorted(taken))),
        spent_s=st.integers(0, 5_000),
        key=st.integers(0, 2),
    )


SHEETS = st.lists(_sheet(), max_size=40)


def _folded(sheets: Sequence[Sheet]) -> Fold:
    fold = Fold()
    for asked, score in sheets:
        fold.add(asked, score)
    return fold


def _seen(sheets: Sequence[Sheet], item: str) -> list[tuple[Asked, float | None, int]]:
    """The item on each sheet that has it, with the share of all other points, and the score."""
    found = []
    for asked, score in sheets:
        others = [each for each in asked if each.item != item]
        points = sum(each.points for each in others)
        rest = sum(each.share * each.points for each in others) / points if points else None
        found += [(each, rest, score) for each in asked if each.item == item]
    return found


def _correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    if len(pairs) < figures.FEWEST:
        return None
    try:
        return statistics.correlation([x for x, _ in pairs], [y for _, y in pairs])
    except statistics.StatisticsError:
        return None


def _extreme(people: Sequence[tuple[int, int]]) -> Fraction:
    """Mean share of the first 27 % in this order, those level with the last of them counted by a part."""
    size, taken, earned = Fraction(27, 100) * len(people), Fraction(0), Fraction(0)
    for score in dict.fromkeys(score for score, _ in people):
        level = [share for other, share in people if other == score]
        part = min(size - taken, Fraction(len(level)))
        earned += part * sum(level) / len(level)
        taken += part
    return earned / (size * WHOLE)


@given(SHEETS)
def test_an_item_has_the_figures_of_a_plain_computation(sheets: list[Sheet]) -> None:
    fold = _folded(sheets)
    for name, item in fold.items.items():
        seen, found = _seen(sheets, name), figures.of_item(item, CHOICES, {"x"})
        assert (found.answered, found.skipped) == (
            sum(each.answered for each, _, _ in seen),
            sum(not each.answered for each, _, _ in seen),
        )
        if len(seen) < figures.FEWEST:
            assert (found.facility, found.discrimination, found.upper_lower, found.choices) == (None, None, None, ())
            continue
        assert found.facility == pytest.approx(statistics.fmean(each.share / WHOLE for each, _, _ in seen))
        pairs = [(each.share, rest) for each, rest, _ in seen if rest is not None]
        expected = _correlation(pairs)
        if expected is None:
            assert found.discrimination is None
        else:
            assert found.discrimination == pytest.approx(expected, abs=0.002)
        rising = sorted((score, each.share) for each, _, score in seen)
        extremes = _extreme(rising[::-1]) - _extreme(rising)
        assert found.upper_lower == pytest.approx(float(extremes))


@given(SHEETS)
def test_a_choice_has_who_took_it_and_what_they_earned_else(sheets: list[Sheet]) -> None:
    for name, item in _folded(sheets).items.items():
        for choice in figures.of_item(item, CHOICES, {"x"}).choices:
            takers = [(each, rest) for each, rest, _ in _seen(sheets, name) if choice.id in each.chosen]
            rests = [rest for _, rest in takers if rest is not None]
            assert choice.taken == len(takers)
            assert choice.right == (choice.id == "x")
            if len(rests) < figures.FEWEST:
                assert choice.rest is None
            else:
                assert choice.rest == pytest.approx(statistics.fmean(rests) / WHOLE, abs=0.0001)


@given(st.lists(st.integers(1, 86_400), min_size=figures.FEWEST, max_size=60))
def test_a_median_is_right_to_a_tenth(times: list[int]) -> None:
    fold = _folded([([Asked("a.1.1", 1, 0, True, spent_s=each)], 0) for each in times])
    found = figures.median(fold.items["a.1.1"].times)
    assert found == pytest.approx(statistics.median_low(times), rel=0.1, abs=1)


@given(st.lists(st.lists(st.sampled_from([0, WHOLE // 2, WHOLE]), min_size=3, max_size=3), max_size=40))
def test_alpha_is_cronbachs(rows: list[list[int]]) -> None:
    sheets = [
        ([Asked(item, POINTS[item], share, True) for item, share in zip(POINTS, row, strict=True)], 0) for row in rows
    ]
    alpha, n = figures.reliability(_folded(sheets))
    assert n == len(rows)
    earned = [[each.share * each.points for each in asked] for asked, _ in sheets]
    whole = statistics.pvariance([sum(each) for each in earned]) if earned else 0
    if n < figures.FEWEST or whole == 0:
        assert alpha is None
    else:
        parts = sum(statistics.pvariance(column) for column in zip(*earned, strict=True))
        assert alpha == pytest.approx(3 / 2 * (1 - parts / whole))


@given(SHEETS, st.integers(0, 40), st.randoms(use_true_random=False))
def test_neither_an_interruption_nor_the_order_changes_anything(
    sheets: list[Sheet], cut: int, random: Callable[..., None]
) -> None:
    straight = _folded(sheets)
    kept = json.dumps(_folded(sheets[:cut]).kept())
    resumed = folding.again(json.loads(kept))
    for asked, score in sheets[cut:]:
        resumed.add(asked, score)
    assert resumed == straight
    mixed = sorted(sheets, key=lambda _: random.random())  # type: ignore[attr-defined]
    if len(straight.forms) < folding.MOST_FORMS:
        assert _folded(mixed) == straight


def _exam(*answers: tuple[int, int, str, int]) -> figures.ItemFigures:
    """The figures of an item, of so many people each: its share, what else they earned, what they took."""
    sheets: list[Sheet] = []
    for share, rest, choice, people in answers:
        asked = [Asked("a.1.1", 1, share, True, (choice,)), Asked("a.2.1", 1, rest, True)]
        sheets += [(asked, (share + rest) // 200)] * people
    return figures.of_item(_folded(sheets).items["a.1.1"], CHOICES, {"x"})


@pytest.mark.parametrize(
    ("answers", "flags"),
    [
        ([(WHOLE, 5_000, "x", 30)], ("too_easy",)),
        ([(0, 5_000, "y", 30)], ("too_hard",)),
        ([(WHOLE, 0, "x", 15), (0, WHOLE, "y", 15)], ("negative_discrimination", "distractor_better_than_key")),
        ([(WHOLE, 9_000, "x", 15), (0, 1_000, "y", 15)], ()),
        ([(WHOLE, 0, "x", 10), (0, WHOLE, "y", 10)], ()),
    ],
    ids=["all knew", "nobody knew", "the wrong way round", "as it should be", "too few to say"],
)
def test_what_is_odd_about_an_item_is_said(answers: list[tuple[int, int, str, int]], flags: tuple[str, ...]) -> None:
    assert _exam(*answers).flags == flags


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "MOST_ITEMS", 2)
    fold = _folded([([Asked(f"a.{number}.1", 1, WHOLE, True)], 100) for number in range(9)])
    assert (fold.sittings, len(fold.items), fold.left_out, len(fold.forms)) == (9, 2, 7, folding.MOST_FORMS)
