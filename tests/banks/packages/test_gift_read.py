"""GIFT as Moodle and its teachers write it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.banks.packages import gift


def _facts(text: str) -> dict[str, Any]:
    reading = gift.read(text)
    assert [each.code for each in reading.findings if not each.taken] == []
    return reading.items[0].question.model_dump(mode="json", exclude_defaults=True)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Trời xanh? {T}", {"kind": "true_false", "right": True}),
        (
            "Trời vuông? {FALSE#Sai rồi#Đúng rồi}",
            {"kind": "true_false", "right": False, "feedback_true": "Sai rồi", "feedback_false": "Đúng rồi"},
        ),
        ("Pi? {#3.14:0.01}", {"kind": "numeric", "value": "3.14", "tolerance": "0.01"}),
        ("Một đến năm? {#1..5}", {"kind": "numeric", "value": "3", "tolerance": "2"}),
        ("Ai? {=Bác =Bác Hồ}", {"kind": "short_answer", "accepted": ["Bác", "Bác Hồ"]}),
        ("Hai cộng {=hai =2} là bốn.", {"kind": "fill_in", "text": "Hai cộng [[a]] là bốn."}),
        ("1+1\\=2\\: đúng\\? {T####Vì thế}", {"prompt": "1+1=2: đúng\\?", "explanation": "Vì thế"}),
        ("[html]<p>Trời <b>xanh</b></p> {T}", {"prompt": "Trời xanh"}),
        ("[plain]a < b <i>c</i> {T}", {"prompt": "a < b <i>c</i>"}),
    ],
)
def test_each_kind_is_taken(text: str, facts: dict[str, Any]) -> None:
    found = _facts(text)
    assert {name: found.get(name) for name in facts} == facts


def test_choices_and_pairs() -> None:
    one = _facts("::Q2:: Giữa cam và lục? {\n=vàng # đúng\n~đỏ # sai\n~lam\n}")
    assert [(each["text"], each.get("correct"), each.get("feedback")) for each in one["choices"]] == [
        ("vàng", True, "đúng"),
        ("đỏ", None, "sai"),
        ("lam", None, None),
    ]
    some = _facts("Ai? {~%50%A ~%50%B ~%-50%C ~%-50%D}")
    assert (some["kind"], some["partial"]) == ("multiple", True)
    pairs = _facts("Ghép {=mèo -> cá =chó -> xương = -> cỏ}")
    assert ([each["match"] for each in pairs["pairs"]], pairs["distractors"]) == (["cá", "xương"], ["cỏ"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Kể lại. {}", "essay"),
        ("Chỉ đọc thôi.", "nothing_to_answer"),
        ("Sao? {=a", "braces"),
        ("{=a} và {=b}", "braces"),
        ("Mấy? {#ba}", "not_a_number"),
        ("Nào? {~a ~b}", "no_right_choice"),
        ("Nào? {a b}", "no_right_answer"),
        ("Nào?\nA. một\nB. hai\nANSWER: A", "aiken"),
    ],
)
def test_what_cannot_be_taken_says_why(text: str, code: str) -> None:
    reading = gift.read(f"// ghi chú\n\n{text}\n\nCòn câu này? {{T}}\n")
    assert [(each.place.line, each.code) for each in reading.findings] == [(3, code)]


@pytest.mark.parametrize("text", ["Nào? {=a ~%50%b ~c}", "Nào? {~%60%a ~%40%b ~%-100%c}", "Ai? {=a =%50%b}"])
def test_weights_that_are_not_ours_are_named(text: str) -> None:
    reading = gift.read(text)
    assert ([each.code for each in reading.findings], len(reading.items)) == (["weights_changed"], 1)


def test_markdown_stays_as_it_is_written_and_that_is_said() -> None:
    reading = gift.read("[markdown]Ai **đúng**? {=Bác}")
    assert [each.question.prompt for each in reading.items] == ["Ai **đúng**?"]
    assert [each.code for each in reading.findings] == ["markdown_kept"]


def test_categories_and_tags_become_tags() -> None:
    reading = gift.read("$CATEGORY: $course$/top/An toàn số\n\n// [id:7] [tag:OTP]\nNào? {T}\n\nHai? {F}\n")
    assert [each.tags.words for each in reading.items] == [("An toàn số", "OTP"), ("An toàn số",)]
