"""The spreadsheet of questions: what we write reads back as it was, and the template reads as what it shows."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.banks.packages import reading as packages
from chalicelib.banks.packages import sheet_writing, sheets
from chalicelib.banks.packages.findings import Reading
from chalicelib.banks.packages.refusals import PackageNotInUtf8, PackageOfAnotherFormat
from chalicelib.questions.models import KINDS, AnyQuestion
from tests.banks.packages.inventing import questions, tags, taken
from tests.questions.writing import PICTURE, question

FORMS: dict[str, tuple[Callable[..., Any], Callable[[bytes], Reading]]] = {
    "xlsx": (sheet_writing.write_workbook, sheets.read_workbook),
    "csv": (sheet_writing.write_csv, lambda content: sheets.read_csv(content.decode("utf-8-sig"))),
}
each_form = pytest.mark.parametrize("form", FORMS)
SAYABLE = [kind for kind in KINDS if kind != "hot_spot"]


def _names_of_gaps_apart(made: AnyQuestion) -> dict[str, Any]:
    """All of a question but what its gaps are called, which a row does not say."""
    facts = made.model_dump(mode="json")
    for place, gap in enumerate(facts.get("gaps", ())):
        facts["text"] = facts["text"].replace(f"[[{gap['id']}]]", f"[[{place}]]")
        gap["id"] = place
    return facts


@each_form
@pytest.mark.parametrize("kind", SAYABLE)
@settings(max_examples=15)
@given(data=st.data())
def test_what_is_written_reads_back_as_it_was(form: str, kind: str, data: st.DataObject) -> None:
    written = taken(data.draw(questions(kind, st.none(), st.none())), data.draw(tags))
    file = io.BytesIO()
    write, read = FORMS[form]
    assert write(file, [written]) == []
    reading = read(file.getvalue())
    assert reading.findings == []
    assert [(_names_of_gaps_apart(each.question), each.tags) for each in reading.items] == [
        (_names_of_gaps_apart(written.question), written.tags)
    ]


@each_form
def test_what_a_row_cannot_hold_is_named_and_left_out(form: str) -> None:
    areas = [{"shape": "circle", "x": 0.5, "y": 0.5, "r": 0.1}]
    above = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Xem"}]}]}
    items = [
        taken(question("hot_spot", picture=PICTURE, areas=areas)),
        taken(question("true_false", right=True, stimulus=above)),
        taken(question("true_false", right=True)),
    ]
    file = io.BytesIO()
    write, read = FORMS[form]
    assert [each.code for each in write(file, items)] == ["kind_unsayable", "stimulus_unsayable"]
    assert len(read(file.getvalue()).items) == 1


def test_the_template_shows_one_of_each_kind() -> None:
    file = io.BytesIO()
    sheet_writing.write_template(file)
    reading = sheets.read_workbook(file.getvalue())
    assert (reading.findings, {each.question.kind for each in reading.items}) == ([], set(SAYABLE))


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("Tự luận,Vì sao?,,", "kind_not_read", "Loại câu hỏi"),
        ("Một lựa chọn,Nào?,a,Z", "right_not_among", "Đáp án đúng"),
        ("Một lựa chọn,Nào?,a,A", "too_few_choices", "Lựa chọn A"),
        ("Đúng/Sai,Nào?,,Có lẽ", "no_right_answer", "Đáp án đúng"),
        ("Ghép cặp,Nào?,a - b,", "pair_unreadable", "Lựa chọn A"),
        ("Số,Nào?,,ba", "not_a_number", "Đáp án đúng"),
        ("Trả lời ngắn,,,a", "string_too_short", "Câu hỏi"),
        (f"Sắp xếp,Nào?,{'a' * 501},", "string_too_long", "Lựa chọn A"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column(row: str, code: str, column: str) -> None:
    reading = sheets.read_csv(f"Loại câu hỏi,Câu hỏi,Lựa chọn A,Đáp án đúng\n\n{row}\n")
    assert [(each.place.line, each.code, each.field) for each in reading.findings] == [(3, code, column)]


@pytest.mark.parametrize("right", ["B", "b", "2", "Không"])
def test_what_is_right_is_said_by_letter_number_or_text(right: str) -> None:
    row = f"Một lựa chọn,Nên không?,Có,Không,{right}"
    reading = sheets.read_csv(f"Loại câu hỏi,Câu hỏi,Lựa chọn A,Lựa chọn B,Đáp án đúng\n{row}\n")
    assert [each.question.key() for each in reading.items] == [["b"]]


HEADINGS = "Loại câu hỏi;Câu hỏi;Lựa chọn A;Lựa chọn B;Lựa chọn C;Lựa chọn D;Đáp án đúng"


@pytest.mark.parametrize(
    ("texts", "right"), [("4;3;5;22", "4"), ("4;3;5;22", "3"), ("B;A;C;D", "A"), ("Có;Không;1, 2;1", '"1, 2"')]
)
def test_the_text_of_one_choice_that_names_the_place_of_another_is_not_guessed(texts: str, right: str) -> None:
    reading = sheets.read_csv(f"{HEADINGS}\nMột lựa chọn;2 + 2?;{texts};{right}\n")
    assert reading.items == []
    assert [(each.code, each.field) for each in reading.findings] == [("right_ambiguous", "Đáp án đúng")]


@pytest.mark.parametrize(
    ("texts", "right", "key"),
    [
        ("4;3;5;22", "A", "a"), ("4;3;5;22", '"A;"', "a"), ("4;3;5;22", "22", "d"), ("4;3;5;22", "5", "c"),
        ("1;2;3;4", "2", "b"), ("B;A;C;D", '"A;"', "a"), ("B;A;C;D", "C", "c"),
    ],
)  # fmt: skip
def test_what_means_one_choice_alone_is_taken(texts: str, right: str, key: str) -> None:
    reading = sheets.read_csv(f"{HEADINGS}\nMột lựa chọn;2 + 2?;{texts};{right}\n")
    assert [each.question.key() for each in reading.items] == [[key]]


@each_form
def test_choices_that_look_like_letters_read_back_as_they_were(form: str) -> None:
    choices = [{"text": "B", "correct": True}, {"text": "A"}, {"text": "A;"}]
    file = io.BytesIO()
    write, read = FORMS[form]
    assert write(file, [taken(question("single", choices=choices))]) == []
    assert [each.question.key() for each in read(file.getvalue()).items] == [["a"]]


def test_kinds_and_truths_are_taken_as_people_write_them() -> None:
    reading = sheets.read_csv("Loại câu hỏi,Câu hỏi,Đáp án đúng\nĐúng - Sai,Trời xanh.,Đ\nĐúng sai,Trời vuông.,S\n")
    assert [each.question.key() for each in reading.items] == [["true"], ["false"]]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        ("Câu hỏi,A,B\nNào?,1,2\n".encode(), PackageOfAnotherFormat),
        ("Loại câu hỏi,Câu hỏi\nĐúng/Sai,Trời xanh?\n".encode("cp1258", "replace"), PackageNotInUtf8),
    ],
)
def test_rows_without_their_headings_or_their_diacritics_say_so(content: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        packages.read(content, "")


def test_headings_may_stand_in_any_order_without_diacritics() -> None:
    reading = sheets.read_csv("dap an dung;CAU HOI;loai cau hoi\nSai;Trời vuông.;dung/sai\n")
    assert [each.question.prompt for each in reading.items] == ["Trời vuông."]


def test_no_cell_is_a_formula_to_a_spreadsheet() -> None:
    file = io.BytesIO()
    sheet_writing.write_csv(file, [taken(question("true_false", prompt="=1+1 đúng không?", right=False))])
    assert "'=1+1" in file.getvalue().decode()
