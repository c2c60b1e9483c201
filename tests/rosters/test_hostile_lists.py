"""Files that are no lists, and lists made to harm whoever reads them."""

from __future__ import annotations

import io
import random
import zipfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib import sheet_extent
from chalicelib.cells import FORMULAS
from chalicelib.rosters.reading import encodings
from chalicelib.rosters.reading.refusals import (
    ListEmpty,
    ListOfAnotherFormat,
    ListTooLarge,
    ListUnreadable,
    WorkbookDamaged,
)
from tests.rosters import lists
from tests.rosters.lists import codes, opened, rows, sheet_of, workbook

PEOPLE: list[list[str | float | None]] = [
    ["Họ tên", "Email", "Ngày sinh"],
    ["Nguyễn Văn An", "an@hue.example", 35249.0],
]


def _read_through(content: bytes) -> None:
    """Whatever it is, it is refused or read, and what is said about it can be shown."""
    try:
        read = opened(content)
    except ListUnreadable:
        return
    said = list(read.problems)
    for row in read.rows():
        said += row.problems
        assert row.is_usable <= ("name" in row.values)
    for problem in said:
        assert problem.vi
        assert problem.en
        assert not problem.value.startswith(FORMULAS)
        assert not set("<>") & set(problem.value + problem.heading)


@given(st.binary(max_size=2_000))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    _read_through(content)


@given(st.text(max_size=500), st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1258", "tcvn5712"]))
def test_any_text_below_headings_is_read(text: str, encoding: str) -> None:
    _read_through(f"Họ tên,Email,Ngày sinh,Số CCCD,SĐT,Đơn vị\n{text}".encode(encoding, "replace"))


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 255)), min_size=1, max_size=6), st.booleans())
@example([(9608, 1)], False)
@settings(max_examples=150)
def test_a_damaged_workbook_is_read_or_refused(changes: list[tuple[int, int]], inside: bool) -> None:
    sheet = bytearray(sheet_of(PEOPLE).encode())
    whole = bytearray(workbook(sheet_of(PEOPLE)))
    target = sheet if inside else whole
    for place, value in changes:
        target[place % len(target)] = value
    _read_through(workbook(sheet.decode("utf-8", "replace")) if inside else bytes(whole))


def test_half_a_file_is_read_or_refused() -> None:
    for name in (*lists.FORMS, "messy.xlsx"):
        content = (lists.DATA / name).read_bytes()
        for length in random.Random(name).sample(range(min(len(content), 4_000)), 12):
            _read_through(content[:length])


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", ListEmpty),
        (b"\n\n  \n", ListEmpty),
        (b"\xef\xbb\xbf", ListEmpty),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ListOfAnotherFormat),
        (b"%PDF-1.7\n", ListOfAnotherFormat),
        (b"<html><table><tr><td>An</td></tr></table></html>", ListOfAnotherFormat),
        (b"PK\x03\x04" + bytes(100), WorkbookDamaged),
    ],
)
def test_what_is_no_list_is_refused(content: bytes, refusal: type[ListUnreadable]) -> None:
    with pytest.raises(refusal):
        opened(content)


def test_an_archive_of_something_else_is_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("content.xml", "<office/>")
    with pytest.raises(ListOfAnotherFormat):
        opened(made.getvalue())


def test_a_workbook_of_no_rows_is_empty() -> None:
    with pytest.raises(ListEmpty):
        opened(workbook(""))


def test_a_workbook_is_read() -> None:
    found = rows(workbook(sheet_of(PEOPLE)))
    assert found[0].values == {"name": "Nguyễn Văn An", "email": "an@hue.example", "birth": "1996-07-03"}


def test_rows_and_columns_that_are_left_out_keep_their_places() -> None:
    sheet = (
        '<row r="3"><c r="B3" t="str"><v>Tên</v></c><c r="D3" t="str"><v>Email</v></c></row>'
        '<row r="7"><c r="B7" t="str"><v>An</v></c><c r="D7" t="str"><v>an@hue.example</v></c></row>'
    )
    read = opened(workbook(sheet))
    assert read.header_row == 3
    assert [(column.index, column.field) for column in read.columns if column.field] == [(1, "name"), (3, "email")]
    assert [(row.number, row.values["name"], row.raw[0]) for row in read.rows()] == [(7, "An", "")]


def test_a_cell_merged_over_rows_belongs_to_each_of_them() -> None:
    """A unit's name beside all its people, and headings in two rows with a date of birth for men and one for women."""
    table: list[list[str | float | None]] = [
        ["DANH SÁCH"],
        ["Họ tên", "Ngày sinh", None, "Mã CB", "Đơn vị"],
        [None, "Nam", "Nữ", None, None],
        ["Nguyễn Văn An", "03/07/1996", None, "1", "Sở A"],
        ["Lê Thị Bình", None, "1990", "2", None],
        ["Trần Chi", None, "x", "3", None],
        ["Phạm Dũng", "x", None, "4", None],
    ]
    merged = "".join(f'<mergeCell ref="{each}"/>' for each in ("A1:E1", "A2:A3", "B2:C2", "D2:D3", "E2:E3", "E4:E6"))
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    sheet = f"<worksheet {main}><sheetData>{sheet_of(table)}</sheetData><mergeCells>{merged}</mergeCells></worksheet>"
    read = opened(workbook("", **{"worksheets/sheet1__xml": sheet}))
    assert read.header_row == 3
    found = list(read.rows())
    assert [row.problems for row in found] == [()] * 4
    assert [row.units for row in found] == [("Sở A",)] * 3 + [()]
    assert [(row.values["gender"], row.values.get("birth")) for row in found] == [
        ("male", "1996-07-03"), ("female", "1990"), ("female", None), ("male", None),
    ]  # fmt: skip


def test_a_formula_with_a_value_is_read_and_said() -> None:
    sheet = sheet_of(PEOPLE[:1]) + (
        '<row r="2"><c r="A2" t="str"><f>B9&amp;C9</f><v>Nguyễn Văn An</v></c>'
        '<c r="B2" t="str"><f>HYPERLINK("mailto:an@hue.example","an@hue.example")</f><v>an@hue.example</v></c>'
        '<c r="C2"><f>WEBSERVICE("http://evil")</f></c></row>'
    )
    row = rows(workbook(sheet))[0]
    assert row.values == {"name": "Nguyễn Văn An", "email": "an@hue.example"}
    assert [(problem.column, problem.code) for problem in row.problems] == [
        (0, "formula_value"), (1, "formula_value"), (2, "formula"),
    ]  # fmt: skip
    assert row.problems[2].value == '\'=WEBSERVICE("http://evil")'


def test_a_cell_at_the_far_end_of_the_sheet_takes_no_memory() -> None:
    sheet = sheet_of(PEOPLE) + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with pytest.raises(ListTooLarge) as refused:
        opened(workbook(sheet))
    assert refused.value.facts == {"cell": "XFD1048576"}


def test_a_far_cell_is_seen_wherever_it_is_written() -> None:
    far = '<row r="200"><c r="XFD200"><v>1</v></c><c r="A200"><v>1</v></c><c r="B200" s="1"/></row>'
    with pytest.raises(ListTooLarge) as refused:
        opened(workbook(far + sheet_of(PEOPLE)))
    assert refused.value.facts == {"cell": "XFD200"}


def test_painted_cells_are_no_content() -> None:
    painted = "".join(
        f'<row r="{number}"><c r="A{number}"><v>1</v></c><c r="XFD{number}" s="1"/></row>' for number in (3, 9)
    )
    painted += '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    assert len(rows(workbook(sheet_of(PEOPLE) + painted))) == 3


@pytest.mark.parametrize(
    "sheet",
    [
        '<row r="1"><c r="XFD1048576"><v>1</v></c></row>',  # a cell outside its row
        '<row r="1"><c r="AAAA1"><v>1</v></c></row>',
        '<row r="1"><c r="1"><v>1</v></c></row>',
        '<row r="x"><c r="A1"><v>1</v></c></row>',
        '<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>',
    ],
)
def test_cells_in_impossible_places_are_refused(sheet: str) -> None:
    with pytest.raises((WorkbookDamaged, ListTooLarge)):
        opened(workbook(sheet))


def test_a_prefix_hides_no_cell() -> None:
    main = 'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    sheet = f'<x:worksheet {main}><x:sheetData><x:row r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>'
    with pytest.raises(ListTooLarge):
        opened(workbook("", **{"worksheets/sheet1__xml": f"{sheet}</x:sheetData></x:worksheet>"}))


def test_one_long_text_used_a_thousand_times_is_counted_each_time() -> None:
    texts = (
        f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{"x" * 32_000}</t></si></sst>'
    )
    sheet = "".join(f'<row r="{number}"><c r="A{number}" t="s"><v>0</v></c></row>' for number in range(1, 2_001))
    with pytest.raises(ListTooLarge):
        opened(workbook(sheet, sharedStrings__xml=texts))


def test_one_cell_named_a_million_times_is_counted_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_extent, "MOST_CELLS", 10_000)
    with pytest.raises(ListTooLarge):
        opened(workbook('<row r="1">' + '<c r="A1"><v/></c>' * (sheet_extent.MOST_CELLS + 1) + "</row>"))


def test_what_inflates_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_extent, "MOST_INFLATED", 2_000_000)
    sheet = sheet_of(PEOPLE) + " " * (sheet_extent.MOST_INFLATED + 1)
    with pytest.raises(ListTooLarge):
        opened(workbook(sheet))


def test_entities_are_not_declared() -> None:
    bomb = '<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
    with pytest.raises(WorkbookDamaged):
        opened(workbook("", **{"worksheets/sheet1__xml": bomb}))


def test_a_part_that_is_there_twice_is_refused() -> None:
    made = io.BytesIO(workbook(sheet_of(PEOPLE)))
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(made, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    with pytest.raises(WorkbookDamaged):
        opened(made.getvalue())


def test_a_hidden_sheet_is_not_the_list() -> None:
    book = (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
        '<sheet name="cũ" sheetId="1" state="hidden" r:id="rId1"/></sheets></workbook>'
    )
    with pytest.raises(ListEmpty):
        opened(workbook(sheet_of(PEOPLE), workbook__xml=book))


def test_no_row_is_read_beyond_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.rosters.reading.opening.MOST_ROWS", 3)
    found = rows("Tên,Mã CB\n" + "".join(f"An,{number}\n" for number in range(9)))
    assert [codes(row) for row in found] == [[], [], [], ["too_many_rows"]]
    assert not found[-1].is_usable


def test_an_endless_line_is_cut() -> None:
    found = rows("Tên,Mã CB\n" + "x" * 3_000_000 + ",1\nAn,2\n")
    assert found[-1].values == {"name": "An", "staff_code": "2"}


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8-sig", "cp1258", "tcvn5712"])
def test_every_encoding_is_found_without_a_mark(encoding: str) -> None:
    text = "Họ tên;Email\r\nNguyễn Thị Thuỳ Dương;duong@hue.example\r\nĐỗ Quốc Khánh;khanh@hue.example\r\n"
    written = {"cp1258": lists.decomposed(text)}.get(encoding, text).encode(encoding)
    assert [row.values["name"] for row in rows(written)] == ["Nguyễn Thị Thuỳ Dương", "Đỗ Quốc Khánh"]


def test_letters_far_down_tell_the_encoding() -> None:
    plain = "".join(f"An,a{number}@hue.example\n" for number in range(20_000))
    found = rows(("Ten,Email\n" + plain + "Nguyễn Thị Thuỳ Dương,d@hue.example\n").encode("tcvn5712"))
    assert found[-1].values["name"] == "Nguyễn Thị Thuỳ Dương"


def test_a_few_broken_letters_do_not_make_another_encoding() -> None:
    text = "Họ tên,Email\n" + "".join(f"Nguyễn Thị Dương,a{number}@hue.example\n" for number in range(30))
    found = rows(text.encode() + b"L\xc3\xaa B\xecnh,b@hue.example\n")
    assert [row.values.get("name") for row in found] == ["Nguyễn Thị Dương"] * 30 + [None]
    assert codes(found[-1]) == ["letters_lost"]


def test_an_encoding_that_is_not_vietnamese_is_said() -> None:
    read = opened("Full name,Email\nJosé Müller,jm@hue.example\nZoë Çelik,zc@hue.example\n".encode("cp1252"))
    assert [problem.code for problem in read.problems] == ["encoding_unsure"]


@pytest.mark.parametrize("word", "Nguyễn Thị Thuỳ Nghiêm Khuyên Hoài Huỳnh Đặng Quế Giang Ưng Yến Oanh".split())
def test_words_of_vietnamese(word: str) -> None:
    assert encodings.is_vietnamese(word)


@pytest.mark.parametrize("word", ["Ngô̂", "Müller", "Çelik", "xyz", "àá", "Ðæ"])
def test_words_of_no_vietnamese(word: str) -> None:
    assert not encodings.is_vietnamese(word)
