"""Asking: what is shown tells nothing of what is right; what may be written, and what is missing before it is asked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from chalicelib.questions import marking
from chalicelib.questions.models import KINDS, AnyQuestion
from chalicelib.questions.responses import GivenResponse
from tests.questions.writing import FILE, PICTURE, QUESTIONS, question

RESPONSES: TypeAdapter[Any] = TypeAdapter(GivenResponse)
CHOICES: list[dict[str, Any]] = [
    {"text": "Đúng là đây", "correct": True, "feedback": "Khen"},
    {"text": "Không phải", "feedback": "Chê"},
]
STEPS = [{"text": f"Bước {place}"} for place in range(6)]
PAIRS = [{"text": f"Mục {place}", "match": f"Đích {place}"} for place in range(4)]
GAPS: list[dict[str, Any]] = [
    {"id": "a", "accepted": ["khoá"]},
    {"id": "b", "accepted": ["mở"], "options": ["mở", "đóng"]},
]
AREAS = [{"shape": "circle", "x": 0.25, "y": 0.75, "r": 0.125}]
LONG = {"type": "paragraph", "content": [{"type": "text", "text": "đ" * 10_000}]}


def _doc(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "doc", "content": list(blocks)}


STIMULUS = _doc({"type": "image", "attrs": {"file": FILE, "alt": "Tin nhắn"}})

WRITTEN: dict[str, dict[str, Any]] = {
    "single": {"choices": CHOICES},
    "multiple": {"choices": CHOICES, "partial": True, "shuffle": True},
    "true_false": {"right": True, "feedback_true": "Khen", "feedback_false": "Chê"},
    "matching": {"pairs": PAIRS, "distractors": ["Đích 9"]},
    "ordering": {"items": STEPS},
    "numeric": {"value": "3.14", "tolerance": "0.01"},
    "short_answer": {"accepted": ["mật khẩu"]},
    "fill_in": {"text": "[[a]] rồi [[b]]", "gaps": GAPS},
    "hot_spot": {"picture": PICTURE, "areas": AREAS},
}


def test_every_kind_is_here() -> None:
    assert tuple(WRITTEN) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_asked_has_nothing_of_the_key(kind: str) -> None:
    written = question(kind, explanation="Vì sao", stimulus=STIMULUS, **WRITTEN[kind])
    shown = marking.asked(written, "s").model_dump()
    assert (shown["id"], shown["kind"], shown["prompt"], shown["stimulus"]) == ("q1", kind, "Câu hỏi?", STIMULUS)
    names = {
        "correct",
        "right",
        "match",
        "accepted",
        "value",
        "tolerance",
        "areas",
        "feedback",
        "explanation",
        "partial",
    }
    assert not names & _names(shown)
    text = json.dumps(shown, ensure_ascii=False)
    assert not [said for said in ("Khen", "Chê", "Vì sao", "khoá", "mật khẩu", "3.14", "0.75") if said in text]


def _names(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(_names(each) for each in value.values()))
    return set().union(*(_names(each) for each in value)) if isinstance(value, list) else set()


@given(st.permutations(STEPS), st.text())
def test_the_order_shown_is_none_of_the_authors(steps: list[Any], seed: str) -> None:
    """Whatever order was written, which is the right one, who knows the seed sees the same."""
    assert marking.asked(question("ordering", items=steps), seed) == marking.asked(
        question("ordering", items=STEPS), seed
    )


@given(st.permutations(range(4)), st.text())
def test_targets_and_options_are_none_of_the_authors(order: list[int], seed: str) -> None:
    pairs = [{"id": f"p{place}", "text": f"Mục {place}", "match": f"Đích {order[place]}"} for place in range(4)]
    straight = [{"id": f"p{place}", **pair} for place, pair in enumerate(PAIRS)]
    assert marking.asked(question("matching", pairs=pairs), seed) == marking.asked(
        question("matching", pairs=straight), seed
    )
    gap = {"id": "a", "accepted": ["b"], "options": list("dcba")}
    other = {"id": "a", "accepted": ["c"], "options": [list("abcd")[place] for place in order]}
    assert marking.asked(question("fill_in", text="[[a]]", gaps=[gap]), seed) == marking.asked(
        question("fill_in", text="[[a]]", gaps=[other]), seed
    )


@given(st.permutations(range(5)), st.integers(0, 4), st.text())
def test_choices_that_are_shuffled_are_none_of_the_authors(order: list[int], right: int, seed: str) -> None:
    """Neither their order nor the ids that they go by: authors like to write the right one first."""
    written = [{"id": "abcde"[at], "text": f"Ý {place}", "correct": at == 0} for at, place in enumerate(order)]
    straight = [{"text": f"Ý {place}", "correct": place == right} for place in range(5)]
    one = question("single", choices=written, shuffle=True)
    assert marking.asked(one, seed) == marking.asked(question("single", choices=straight, shuffle=True), seed)
    assert marking.mark(one, one.key()).correct  # type: ignore[arg-type]


def test_another_seed_shows_another_order() -> None:
    asked = question("ordering", items=STEPS)
    orders = {json.dumps(marking.asked(asked, str(seed)).model_dump()["items"]) for seed in range(20)}
    assert len(orders) > 10


def test_choices_stand_as_written_unless_they_are_shuffled() -> None:
    shown: Any = marking.asked(question("single", choices=CHOICES), "s")
    assert [(each.id, each.text) for each in shown.choices] == [("a", "Đúng là đây"), ("b", "Không phải")]


def test_parts_without_an_id_get_one_and_the_others_keep_theirs() -> None:
    choices = [{"text": "một"}, {"id": "a", "text": "hai"}, {"text": "ba"}]
    assert [each.id for each in question("multiple", choices=choices).choices] == ["b", "a", "c"]  # type: ignore[union-attr]
    twins = [{"text": "như nhau"}, {"text": "như nhau"}]
    names = [each.id for each in question("multiple", choices=twins, shuffle=True).choices]  # type: ignore[union-attr]
    assert len(set(names)) == 2
    kept = question("multiple", choices=twins).named(hidden=True)
    assert [each.id for each in kept.choices] == names  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_reads_back(kind: str) -> None:
    written = question(kind, stimulus=STIMULUS, **WRITTEN[kind])
    assert QUESTIONS.validate_json(written.model_dump_json()) == written


@pytest.mark.parametrize("kind", KINDS)
def test_the_key_is_told_only_when_it_may_be(kind: str) -> None:
    written = question(kind, explanation="Vì sao", **WRITTEN[kind])
    unanswered = marking.mark(written, None)
    held = marking.told(unanswered, revealed=False)
    assert (held.correct, held.right, held.explanation, held.feedback) == (False, None, None, {})
    assert held.chosen in ([], {}, "")
    told = marking.told(unanswered, revealed=True)
    assert (told.right, told.explanation) == (written.key(), "Vì sao")


def test_feedback_is_said_of_what_was_chosen() -> None:
    written = question("single", choices=CHOICES)
    assert marking.told(marking.mark(written, ["b"]), revealed=False).feedback == {"b": "Chê"}
    assert marking.told(marking.mark(written, ["b"]), revealed=True).feedback == {"a": "Khen", "b": "Chê"}
    statement = question("true_false", **WRITTEN["true_false"])
    assert marking.told(marking.mark(statement, ["false"]), revealed=False).feedback == {"false": "Chê"}


def test_only_the_key_may_differ() -> None:
    one = question("single", choices=[{"text": "a", "correct": True}, {"text": "b"}])
    corrected = question("single", choices=[{"text": "a"}, {"text": "b", "correct": True}])
    reworded = question("single", choices=[{"text": "a"}, {"text": "bb", "correct": True}])
    assert marking.same_content(one, corrected)
    assert not marking.same_content(one, reworded)
    assert not marking.same_content(one, question("true_false", right=True))
    assert marking.same_content(question("ordering", items=STEPS), question("ordering", items=STEPS[::-1]))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_whole_lacks_nothing(kind: str) -> None:
    assert marking.missing(question(kind, **WRITTEN[kind]), "q") == []


@pytest.mark.parametrize(
    ("kind", "facts", "found"),
    [
        ("single", {}, {("q.choices", "too_few_choices"), ("q.choices", "no_right_choice")}),
        ("single", {"choices": [CHOICES[0], {**CHOICES[0]}]}, {("q.choices", "several_right_choices")}),
        ("multiple", {"choices": [CHOICES[1], {"text": "b"}]}, {("q.choices", "no_right_choice")}),
        ("matching", {}, {("q.pairs", "too_few_choices")}),
        ("matching", {"pairs": [PAIRS[0], {"text": "b", "match": "Đích 0"}]}, {("q.pairs", "too_few_targets")}),
        ("ordering", {"items": STEPS[:1]}, {("q.items", "too_few_choices")}),
        ("short_answer", {}, {("q.accepted", "no_right_answer")}),
        ("fill_in", {"text": "không có ô"}, {("q.gaps", "gaps_not_in_text")}),
        ("fill_in", {"text": "[[b]] [[a]]", "gaps": GAPS}, {("q.gaps", "gaps_not_in_text")}),
        ("fill_in", {"text": "[[a]] [[a]]", "gaps": GAPS[:1]}, {("q.gaps", "gaps_not_in_text")}),
        ("fill_in", {"text": "[[a]]", "gaps": [{"id": "a"}]}, {("q.gaps.0.accepted", "no_right_answer")}),
        (
            "fill_in",
            {"text": "[[a]]", "gaps": [{"id": "a", "accepted": ["x"], "options": ["y", "z"]}]},
            {("q.gaps.0.options", "right_not_among")},
        ),
        ("hot_spot", {}, {("q.picture", "no_picture"), ("q.areas", "too_few_areas")}),
        ("hot_spot", {"picture": PICTURE, "areas": AREAS, "touches": 2}, {("q.areas", "too_few_areas")}),
    ],
)
def test_what_is_unfinished_is_named(kind: str, facts: dict[str, Any], found: set[tuple[str, str]]) -> None:
    assert {(each.field, each.code) for each in marking.missing(question(kind, **facts), "q")} == found


@pytest.mark.parametrize(
    ("kind", "facts", "path", "code"),
    [
        ("essay", {}, "kind", "union_tag_invalid"),
        ("single", {"choices": [{"id": "a", "text": "1"}, {"id": "a", "text": "2"}]}, "choices.1.id", "repeated_id"),
        ("single", {"choices": [{"text": ""}]}, "choices.0.text", "string_too_short"),
        ("single", {"points": 0}, "points", "greater_than_equal"),
        ("single", {"right": True}, "right", "extra_forbidden"),
        ("matching", {"distractors": ["x", "x"]}, "distractors", "repeated"),
        ("ordering", {"items": [STEPS[0], STEPS[0]]}, "items.1.text", "repeated"),
        ("ordering", {"items": [{"id": "a", "text": "1"}]}, "items.0.id", "extra_forbidden"),
        ("numeric", {"value": "ba"}, "value", "not_a_number"),
        ("numeric", {"value": True}, "value", "not_a_number"),
        ("numeric", {"value": "9" * 31}, "value", "not_a_number"),
        ("numeric", {"value": 1, "tolerance": -1}, "tolerance", "greater_than_equal"),
        ("fill_in", {"text": "[[a]]", "gaps": [GAPS[0], GAPS[0]]}, "gaps.1.id", "repeated_id"),
        ("hot_spot", {"areas": [{"shape": "circle", "x": 2, "y": 0, "r": 0}]}, "areas.0.x", "less_than_equal"),
        ("hot_spot", {"areas": [{"shape": "star"}]}, "areas.0.shape", "union_tag_invalid"),
        ("hot_spot", {"areas": [{"shape": "polygon", "points": []}]}, "areas.0.points", "too_short"),
        ("single", {"stimulus": _doc({"type": "script"})}, "stimulus.content.0", "node_not_allowed"),
        ("single", {"stimulus": _doc(LONG)}, "stimulus", "stimulus_too_large"),
    ],
)
def test_what_is_wrong_is_refused_at_its_place(kind: str, facts: dict[str, Any], path: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        question(kind, **facts)
    assert [(".".join(map(str, each["loc"])), each["type"]) for each in refused.value.errors()] == [(path, code)]


def test_the_pictures_shown_are_named_with_their_places() -> None:
    picture = {"file": FILE, "alt": "Hình"}
    found = question("single", stimulus=STIMULUS, choices=[CHOICES[0], {"text": "b", "picture": picture}]).pictures()
    assert list(found) == [("stimulus", FILE), ("choices.1.picture", FILE)]
    assert list(question("matching", pairs=[{**PAIRS[0], "picture": picture}]).pictures()) == [
        ("pairs.0.picture", FILE)
    ]
    assert list(question("ordering", items=[{**STEPS[0], "picture": picture}]).pictures()) == [
        ("items.0.picture", FILE)
    ]
    assert list(question("hot_spot", picture=PICTURE).pictures()) == [("picture", FILE)]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (["a"], ["a"]),
        ([], []),
        ({"a": " mật  khẩu "}, {"a": "mật khẩu"}),
        (" 3,14 ", "3,14"),
        ([{"x": 0.123456, "y": 1}], [{"x": 0.1235, "y": 1.0}]),
    ],
)
def test_an_answer_comes_in_as_plain_data(sent: Any, kept: Any) -> None:
    assert RESPONSES.validate_python(sent) == kept


@pytest.mark.parametrize(
    ("sent", "path", "code"),
    [
        (5, "", "no_answer"),
        (["A!"], "0", "string_pattern_mismatch"),
        (["a"] * 21, "", "too_long"),
        ({"a": 1}, "a", "string_type"),
        ("x" * 201, "", "string_too_long"),
        ([{"x": 2, "y": 1}], "0.x", "less_than_equal"),
        ([{"x": 1}], "0.y", "missing"),
        ([{"x": 1, "y": 1, "z": 1}], "0.z", "extra_forbidden"),
        ([{"x": 1, "y": 1}] * 11, "", "too_long"),
    ],
)
def test_what_is_no_answer_at_all_is_refused(sent: Any, path: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        RESPONSES.validate_python(sent)
    assert [(".".join(map(str, each["loc"])), each["type"]) for each in refused.value.errors()] == [(path, code)]


def test_any_answer_may_be_empty() -> None:
    for kind in KINDS:
        written: AnyQuestion = question(kind, **WRITTEN[kind])
        assert marking.faults(written, marking.mark(written, None).response, "q") == []
