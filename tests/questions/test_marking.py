"""Marking: for each kind a table of cases that people would argue about, then the rules for any question."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.questions import marking
from chalicelib.questions.models import AnyQuestion
from tests.questions.writing import PICTURE, question

ONE = question("single", choices=[{"id": "a", "text": "Không", "correct": True}, {"id": "b", "text": "Có"}])
FIVE = [{"id": each, "text": each, "correct": each in "ab"} for each in "abcde"]
SOME = question("multiple", choices=FIVE)
PARTLY = question("multiple", choices=FIVE, partial=True)
TRUE = question("true_false", right=True)
PAIRS = [
    {"text": "Mã một lần", "match": "OTP"},
    {"text": "Mã vuông", "match": "QR"},
    {"text": "Mã vạch", "match": "EAN"},
]
MATCHED = question("matching", pairs=PAIRS, distractors=["PIN"])
STEPS = [{"text": each} for each in ("Dừng lại", "Kiểm tra", "Báo ngân hàng", "Trình báo")]
ORDERED = question("ordering", items=STEPS)
PI = question("numeric", value="3.14", tolerance="0.01")
PERCENT = question("numeric", value=200, tolerance=5, tolerance_in="percent")
MARKS = question("short_answer", accepted=["mật khẩu", "Hòa Bình"])
BARE = question("short_answer", accepted=["mật khẩu", "Đường"], ignore_diacritics=True)
GAPS = question(
    "fill_in",
    text="Mật khẩu có ít nhất [[n]] ký tự, và không nên [[v]] cho ai.",
    gaps=[{"id": "n", "accepted": ["12", "mười hai"]}, {"id": "v", "accepted": ["đưa"], "options": ["đưa", "giấu"]}],
)
SPOT = question("hot_spot", picture=PICTURE, areas=[{"shape": "circle", "x": 0.5, "y": 0.5, "r": 0.1}])
SPOTS = question(
    "hot_spot",
    picture=PICTURE,
    touches=2,
    areas=[
        {"shape": "rectangle", "x": 0, "y": 0, "width": 0.4, "height": 0.4},
        {"shape": "polygon", "points": [{"x": 0.2, "y": 0.2}, {"x": 0.8, "y": 0.2}, {"x": 0.2, "y": 0.8}]},
    ],
)


def _targets(question: AnyQuestion) -> dict[str, str]:
    """The ids of targets and items by their texts, as who answers sees them."""
    shown: Any = marking.asked(question, "")
    return {each.text: each.id for each in (shown.targets if question.kind == "matching" else shown.items)}


def _matched(*texts: str) -> dict[str, str]:
    return dict(zip("abc", (_targets(MATCHED)[each] for each in texts), strict=False))


def _ordered(*places: int) -> list[str]:
    return [_targets(ORDERED)[STEPS[place]["text"]] for place in places]


CASES: list[tuple[AnyQuestion, Any, Any]] = [
    (ONE, ["a"], 1),
    (ONE, ["a", "a"], 1),
    (ONE, ["b"], 0),
    (ONE, ["a", "b"], 0),
    (ONE, [], 0),
    (ONE, None, 0),
    (SOME, ["b", "a"], 1),
    (SOME, ["a"], 0),  # a part of it is nothing, unless its author says otherwise
    (SOME, ["a", "b", "c"], 0),
    (PARTLY, ["a", "b"], 1),
    (PARTLY, ["a"], Fraction(1, 2)),
    (PARTLY, ["a", "c"], Fraction(1, 6)),  # half of the right ones, a third of the wrong ones
    (PARTLY, ["a", "b", "c"], Fraction(2, 3)),
    (PARTLY, ["c", "d", "e"], 0),  # never below nothing
    (PARTLY, ["a", "b", "c", "d", "e"], 0),  # ticking everything
    (TRUE, ["true"], 1),
    (TRUE, ["false"], 0),
    (TRUE, ["true", "false"], 0),
    (MATCHED, _matched("OTP", "QR", "EAN"), 1),
    (MATCHED, _matched("OTP", "QR", "PIN"), Fraction(2, 3)),
    (MATCHED, _matched("OTP"), Fraction(1, 3)),
    (MATCHED, _matched("QR", "EAN", "OTP"), 0),
    (MATCHED, {}, 0),
    (ORDERED, _ordered(0, 1, 2, 3), 1),
    (ORDERED, _ordered(1, 2, 3, 0), Fraction(2, 3)),  # one that is moved costs one neighbour, and not all places
    (ORDERED, _ordered(0, 2, 1, 3), 0),
    (ORDERED, _ordered(3, 2, 1, 0), 0),
    (ORDERED, _ordered(0, 1), Fraction(1, 3)),
    (PI, "3,14", 1),
    (PI, " 3.14 ", 1),
    (PI, "3,15", 1),  # the bound itself
    (PI, "3,1501", 0),
    (PI, "+3,13", 1),
    (PI, "-3,14", 0),
    (PI, "ba phẩy mười bốn", 0),
    (PI, "", 0),
    (question("numeric", value="3", tolerance="0.00000000000000000001"), "3,00000000000000000001", 1),
    (question("numeric", value="3", tolerance="0.00000000000000000001"), "3,00000000000000000002", 0),
    (PERCENT, "210", 1),
    (PERCENT, "190", 1),
    (PERCENT, "210,1", 0),
    (question("numeric", value=1500), "1.500", 1),  # as it is written here
    (question("numeric", value=1500), "1 500", 1),
    (question("numeric", value="1.5"), "1.500", 1),  # as a calculator writes it
    (question("numeric", value=1234567), "1.234.567", 1),
    (question("numeric", value="1234567.5"), "1.234.567,5", 1),
    (question("numeric", value="1234567.5"), "1,234,567.5", 1),
    (question("numeric", value=12), "1.2", 0),
    (question("numeric", value="0.125"), "0,125", 1),
    (question("numeric", value=125), "0,125", 0),
    (question("numeric", value=-2), "\u22122", 1),
    (MARKS, "Mật  Khẩu", 1),
    (MARKS, "mat khau", 0),
    (MARKS, "mật khâu", 0),  # another word
    (MARKS, "hoà bình", 1),  # the tone over either vowel
    (MARKS, "mật kha\u0302\u0309u", 1),  # the same letters in another Unicode form
    (MARKS, "", 0),
    (BARE, "mat khau", 1),
    (BARE, "duong", 1),
    (BARE, "mật khẩu", 1),
    (BARE, "mat", 0),
    (GAPS, {"n": "Mười hai", "v": "đưa"}, 1),
    (GAPS, {"n": "12", "v": "giấu"}, Fraction(1, 2)),
    (GAPS, {"v": "đưa"}, Fraction(1, 2)),
    (GAPS, {"n": "", "v": ""}, 0),
    (SPOT, [{"x": 0.5, "y": 0.5}], 1),
    (SPOT, [{"x": 0.6, "y": 0.5}], 1),  # the border is within
    (SPOT, [{"x": 0.61, "y": 0.5}], 0),
    (SPOT, [{"x": 0.5, "y": 0.69}], 1),  # the picture is twice as wide as high, and the circle is round
    (SPOT, [{"x": 0.5, "y": 0.71}], 0),
    (SPOT, [], 0),
    (SPOTS, [{"x": 0.1, "y": 0.1}, {"x": 0.5, "y": 0.3}], 1),
    (SPOTS, [{"x": 0.3, "y": 0.3}, {"x": 0.1, "y": 0.1}], 1),  # the first lies in both, and leaves the second its own
    (SPOTS, [{"x": 0.1, "y": 0.1}, {"x": 0.05, "y": 0.1}], Fraction(1, 2)),  # the same place twice counts once
    (SPOTS, [{"x": 0.1, "y": 0.1}], Fraction(1, 2)),
    (SPOTS, [{"x": 0.9, "y": 0.9}, {"x": 0.95, "y": 0.9}], 0),
]


@pytest.mark.parametrize(("asked", "response", "share"), CASES)
def test_what_an_answer_is_worth(asked: AnyQuestion, response: Any, share: Any) -> None:
    if response is not None and not (asked.kind in ("single", "true_false") and len(set(response)) > 1):
        assert marking.faults(asked, response, "") == [] or response == "ba phẩy mười bốn"
    partial = asked.model_copy(update={"partial": True}) if asked.kind in _PARTIAL_BY_TABLE else asked
    assert marking.mark(partial, response).share == share
    whole = marking.mark(partial, response, partial=False).share
    assert whole == (1 if share == 1 else 0)


_PARTIAL_BY_TABLE = ("matching", "ordering", "fill_in", "hot_spot")


@pytest.mark.parametrize(
    ("asked", "response", "path", "code"),
    [
        (ONE, "a", "q", "wrong_form"),
        (ONE, ["z"], "q", "unknown_choice"),
        (ONE, ["a", "b"], "q", "one_choice_only"),
        (SOME, {"a": "b"}, "q", "wrong_form"),
        (TRUE, ["yes"], "q", "unknown_choice"),
        (TRUE, ["true", "false"], "q", "one_choice_only"),
        (MATCHED, ["a"], "q", "wrong_form"),
        (MATCHED, {"z": _targets(MATCHED)["OTP"]}, "q.z", "unknown_choice"),
        (MATCHED, {"a": "OTP"}, "q.a", "unknown_choice"),
        (ORDERED, "a", "q", "wrong_form"),
        (ORDERED, ["a"], "q", "unknown_choice"),
        (ORDERED, _ordered(0, 0), "q", "repeated"),
        (PI, ["3"], "q", "wrong_form"),
        (PI, "ba", "q", "not_a_number"),
        (PI, "1,2,3", "q", "not_a_number"),
        (PI, "1e3", "q", "not_a_number"),
        (PI, "9" * 31, "q", "not_a_number"),
        (MARKS, ["mật khẩu"], "q", "wrong_form"),
        (GAPS, "12", "q", "wrong_form"),
        (GAPS, {"z": "12"}, "q.z", "unknown_gap"),
        (GAPS, {"v": "xoá"}, "q.v", "unknown_choice"),
        (SPOT, ["a"], "q", "wrong_form"),
        (SPOT, [{"x": 0.5, "y": 0.5}, {"x": 0.6, "y": 0.5}], "q", "too_many_points"),
    ],
)
def test_what_cannot_be_an_answer_is_named(asked: AnyQuestion, response: Any, path: str, code: str) -> None:
    assert [(each.field, each.code) for each in marking.faults(asked, response, "q")] == [(path, code)]
    assert marking.mark(asked, response).share < 1 or code == "wrong_form"


def test_an_answer_is_bounded() -> None:
    gaps: list[dict[str, Any]] = [{"id": each, "accepted": ["x"]} for each in "abcdefghijklmnopqrst"]
    asked = question("fill_in", text="".join(f"[[{gap['id']}]]" for gap in gaps), gaps=gaps)
    assert marking.faults(asked, {gap["id"]: "đ" * 40 for gap in gaps}, "q") == []
    (fault,) = marking.faults(asked, {gap["id"]: "đ" * 50 for gap in gaps}, "q")
    assert (fault.field, fault.code) == ("q", "response_too_large")


@pytest.mark.parametrize("asked", [SOME, PARTLY, MATCHED, ORDERED, GAPS, SPOTS], ids=lambda asked: str(asked.kind))
def test_a_part_earns_only_where_its_author_says_so(asked: AnyQuestion) -> None:
    answers: dict[str, Any] = {
        "multiple": ["a"],
        "matching": _matched("OTP"),
        "ordering": _ordered(0, 1),
        "fill_in": {"n": "12"},
        "hot_spot": [{"x": 0.1, "y": 0.1}],
    }
    earned = marking.mark(asked, answers[asked.kind]).share
    assert (0 < earned < 1) if asked.partly() else earned == 0


def test_questions_count_by_their_points() -> None:
    heavy = ONE.model_copy(update={"points": 3})
    assert marking.percent([marking.mark(heavy, ["a"]), marking.mark(SOME, [])]) == 75
    assert marking.percent([marking.mark(heavy, ["b"]), marking.mark(PARTLY, ["a"])]) == 12  # 0.5 of 4, rounded down
    assert marking.percent([]) == 0


KINDS = [ONE, SOME, PARTLY, TRUE, MATCHED, ORDERED, PI, PERCENT, MARKS, BARE, GAPS, SPOT, SPOTS]
PARTS: st.SearchStrategy[str] = st.sampled_from(
    ["a", "b", "c", "n", "v", "true", "false", *_ordered(0, 1, 2, 3), *_matched("OTP").values()]
)
portions = st.floats(0, 1, allow_nan=False)
answers = (
    st.lists(PARTS, max_size=20)
    | st.dictionaries(PARTS, PARTS | st.text(max_size=20), max_size=20)
    | st.text(max_size=40)
    | st.lists(st.fixed_dictionaries({"x": portions, "y": portions}), max_size=10)
)


@given(st.sampled_from(KINDS), answers)
def test_every_answer_is_worth_something_between_nothing_and_all(asked: AnyQuestion, response: Any) -> None:
    marked = marking.mark(asked, response)
    assert 0 <= marked.share <= 1
    assert marked.correct == (marked.share == 1)
    assert marking.mark(asked, marked.response) == marked  # what is kept is worth what was sent
    found = marking.told(marked, revealed=False)
    assert (found.right is not None) == marked.correct
    assert 0 <= found.points <= asked.points


@given(st.sampled_from([ONE, SOME, PARTLY, TRUE]), st.lists(st.sampled_from("abcde"), max_size=8), st.randoms())
def test_order_and_repetition_of_choices_say_nothing(asked: AnyQuestion, taken: list[str], random: Any) -> None:
    again = taken * 2
    random.shuffle(again)
    assert marking.mark(asked, again) == marking.mark(asked, taken)


@given(st.lists(st.fixed_dictionaries({"x": portions, "y": portions}), max_size=2), st.randoms())
def test_the_order_of_touching_says_nothing(points: list[Any], random: Any) -> None:
    again = list(points)
    random.shuffle(again)
    assert marking.mark(SPOTS, again).share == marking.mark(SPOTS, points).share


@given(st.permutations(range(4)))
def test_only_the_right_order_is_wholly_right(places: list[int]) -> None:
    assert (marking.mark(ORDERED, _ordered(*places)).share == 1) == (places == [0, 1, 2, 3])


@given(st.decimals(-(10**6), 10**6, places=3))
def test_a_number_is_right_however_it_is_written(value: Any) -> None:
    asked = question("numeric", value=str(value))
    plain = f"{value:f}"
    for written in (plain, plain.replace(".", ","), f"{value:,f}", f"{value:,f}".translate(str.maketrans(",.", ".,"))):
        assert marking.mark(asked, written).share == 1, written


@pytest.mark.parametrize("asked", KINDS[:-2], ids=lambda asked: str(asked.kind))
def test_the_key_is_wholly_right(asked: AnyQuestion) -> None:
    key: Any = asked.key()
    assert marking.mark(asked, key).share == 1
    assert marking.faults(asked, key, "") == []
