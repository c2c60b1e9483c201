"""Lists as offices send them: the same people in every form, and every problem of a messy one."""

from __future__ import annotations

import csv
import io

import pytest

from chalicelib.rosters import reading
from chalicelib.rosters.reading.opening import OpenedList
from tests.rosters import lists
from tests.rosters.lists import codes, opened, rows

FORMER = (
    "Hà Giang|Yên Bái|Bắc Kạn|Hoà Bình|Vĩnh Phúc|Bắc Giang|Thái Bình|Hải Dương|Hà Nam|Nam Định|Quảng Bình"
    "|Thừa Thiên Huế|Quảng Nam|Kon Tum|Bình Định|Ninh Thuận|Phú Yên|Đắk Nông|Bình Thuận|Bình Phước|Bà Rịa - Vũng Tàu"
    "|Bình Dương|Long An|Tiền Giang|Bến Tre|Trà Vinh|Kiên Giang|Sóc Trăng|Hậu Giang|Bạc Liêu"
).split("|")


def _read(name: str) -> OpenedList:
    return reading.open_list(io.BytesIO((lists.DATA / name).read_bytes()))


@pytest.mark.parametrize("name", lists.FORMS)
def test_the_same_people_whatever_the_form(name: str) -> None:
    found = list(_read(name).rows())
    assert [(row.values, row.units) for row in found] == list(lists.truth().values())
    assert [row.number for row in found] == list(range(2, 2002))
    assert [row for row in found if row.problems] == []


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter"),
    [
        ("utf8_bom_semicolon_crlf.csv", "utf-8", ";"),
        ("utf16le_tab.txt", "utf-16", "\t"),
        ("cp1258_tab.txt", "cp1258", "\t"),
        ("tcvn5712.csv", "tcvn5712", ","),
        ("nfd_mac.csv", "utf-8", ","),
        ("messy.xlsx", "xlsx", None),
    ],
)
def test_a_list_says_how_it_was_understood(name: str, encoding: str, delimiter: str | None) -> None:
    read = _read(name)
    assert (read.encoding, read.delimiter, read.problems) == (encoding, delimiter, ())
    assert {column.field for column in read.columns if column.field} == {
        "staff_code", "name", "national_id", "birth", "unit", "email", "phone",
    }  # fmt: skip


def test_every_problem_of_a_messy_list_is_named() -> None:
    """What was done to the 2,000 people is to be seen in the file; each of it is reported, and nothing else."""
    with (lists.DATA / "messy.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file, delimiter=";"))
    expected: list[tuple[int, int | None, str, str]] = []
    seen: set[str] = set()
    for number, cells in enumerate(table[1:], 2):
        code, name, national_id, _, unit, *_ = cells
        if unit.removeprefix("UBND Tỉnh ") in FORMER:
            expected.append((number, 4, "province_merged", "warning"))
        if len(national_id) < 12:
            expected.append((number, 2, "national_id_restored", "warning"))
        if name.startswith(("=", "<")):
            expected.append((number, 1, "formula" if name[0] == "=" else "markup", "error"))
        elif code in seen:
            expected.append((number, None, "row_repeated", "error"))
        else:
            seen.add(code)
    found = [
        (each.row, each.column, each.code, each.severity) for row in _read("messy.csv").rows() for each in row.problems
    ]
    assert sorted(found, key=str) == sorted(expected, key=str)
    counts = {code: sum(each[2] == code for each in found) for _, _, code, _ in found}
    assert counts == {
        "row_repeated": 106, "national_id_restored": 50, "province_merged": 26, "formula": 25, "markup": 12,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["messy.csv", "messy.xlsx"])
def test_what_is_usable_in_a_messy_list_is_right(name: str) -> None:
    usable = {row.values["staff_code"]: row for row in _read(name).rows() if row.is_usable}
    assert len(usable) > 1950
    for code, row in usable.items():
        values, units = lists.truth()[code]
        assert values | row.values == values, code
        assert values.keys() - row.values.keys() <= {"email"}  # emptied by hand in nine rows
        if not any(former in unit for former in FORMER for unit in row.units):
            assert row.units[1:] == units[1:]


def test_a_workbook_has_the_problems_of_the_same_list_as_text() -> None:
    def told(name: str, first: int) -> set[tuple[int, str]]:
        return {
            (each.row - first, each.code)
            for row in _read(name).rows()
            for each in row.problems
            if each.code != "national_id_restored"  # in the workbook more numbers have become numbers
        }

    assert told("messy.csv", 2) == told("messy.xlsx", 4)


def test_reading_goes_on_where_it_was_cut_off() -> None:
    whole = list(_read("messy.csv").rows())
    for start in (0, 1, 2, 53, 1000, 2106, 2107, 5000):
        assert list(_read("messy.csv").rows(start)) == [row for row in whole if row.number > start]


def test_a_row_keeps_what_stands_in_the_list() -> None:
    read = _read("messy.xlsx")
    assert read.preface[0][0] == "DANH SÁCH CÁN BỘ THAM GIA BỒI DƯỠNG"
    assert read.header_row == 3
    assert len(read.preface) == 3
    row = next(row for row in read.rows() if "formula" in codes(row))
    assert row.raw[2] == '=HYPERLINK("http://evil","x")'
    assert row.problems[0].value == '\'=HYPERLINK("http://evil","x")'
    assert read.total >= 2105


def test_titles_numbers_of_columns_and_repeated_headings_are_no_people() -> None:
    found = rows(
        "UỶ BAN NHÂN DÂN,,,\n,,,\nDANH SÁCH HỌC VIÊN,,,\nSTT,Họ và tên,Email,Đơn vị\n(1),(2),(3),(4)\n"
        "I,,,\n1,Nguyễn Văn An,an@hue.example,Sở A\n,,,\nSTT,Họ và tên,Email,Đơn vị\n2,Lê Thị Bình,binh@hue.example,\n"
    )
    assert [(row.number, row.values["name"]) for row in found] == [(7, "Nguyễn Văn An"), (10, "Lê Thị Bình")]


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        ("Mã CB,Họ và tên,Số CCCD,Ngày sinh,Đơn vị,SĐT", "staff_code name national_id birth unit phone"),
        ("ma can bo,ho va ten,so cccd,ngay sinh,don vi,dt", "staff_code name national_id birth unit phone"),
        ("Employee ID,Full name,National ID,DOB,Department,Mobile", "staff_code name national_id birth unit phone"),
        ("HỌ ĐỆM,TÊN,THƯ ĐIỆN TỬ,GIỚI TÍNH,CHỨC VỤ,TỈNH/TP", "family_name given_name email gender position province"),
        (
            "Tên,Email (*),Xã/phường,Nghề nghiệp,Ngày sinh (dd/mm),CMND/CCCD",
            "name email ward occupation birth national_id",
        ),
        ("Stt,Tên,E-mail,Email,Ghi chú,Nhóm máu", "- name email - - -"),
    ],
)
def test_columns_are_known_by_their_headings(headings: str, fields: str) -> None:
    columns = opened(headings + "\n1,2,3,4,5,6\n").columns
    assert " ".join(column.field or "-" for column in columns) == fields


def test_a_column_that_is_not_understood_is_said_and_can_be_told() -> None:
    text = "Tên,Danh xưng,Liên lạc\nNguyễn Văn An,Ông,an@hue.example\n"
    read = opened(text)
    assert [(each.code, each.heading, each.severity) for each in read.problems] == [
        ("identifier_column_missing", "", "error"),
        ("column_unknown", "Danh xưng", "warning"),
        ("column_unknown", "Liên lạc", "warning"),
    ]
    told = opened(text, {2: "email", 1: None})
    assert told.problems == ()
    assert [(column.field, column.guessed_by) for column in told.columns] == [
        ("name", "heading"), (None, "mapping"), ("email", "mapping"),
    ]  # fmt: skip
    assert [row.values for row in told.rows()] == [{"name": "Nguyễn Văn An", "email": "an@hue.example"}]


def test_what_is_told_counts_more_than_headings() -> None:
    read = opened("Họ tên,Mã,Mã số\nNguyễn Văn An,A1,B1\n", {2: "staff_code"})
    assert [column.field for column in read.columns] == ["name", None, "staff_code"]


def test_a_list_without_headings_is_understood_by_what_stands_in_it() -> None:
    people = "\n".join(
        ",".join((values["name"], values["email"], values["national_id"], "0" + values["phone"][3:]))
        for values, _ in list(lists.truth().values())[:30]
    )
    read = opened(people)
    assert read.header_row is None
    assert [(column.field, column.guessed_by) for column in read.columns] == [
        ("name", "content"), ("email", "content"), ("national_id", "content"), ("phone", "content"),
    ]  # fmt: skip
    assert len(list(read.rows())) == 30


def test_the_unit_above_comes_first_wherever_it_stands() -> None:
    found = rows("Tên,Email,Phòng ban,Đơn vị,Cơ quan chủ quản\nAn,a@hue.example,Phòng 1,Sở A,UBND tỉnh\n")
    assert found[0].units == ("UBND tỉnh", "Sở A", "Phòng 1")


def test_family_and_given_names_make_a_name() -> None:
    found = rows("Họ đệm,Tên,Email\nNGUYỄN VĂN,AN,a@hue.example\n,,b@hue.example\n<b>,An,c@hue.example\n")
    assert found[0].values["name"] == "Nguyễn Văn An"
    assert [codes(row) for row in found[1:]] == [["name_missing"], ["markup"]]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter_and_end_of_line(delimiter: str, ending: str) -> None:
    lines = [["Họ tên", "Email"], ["Nguyễn, An", "an@hue.example"], ["Lê Bình", "binh@hue.example"]]
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator=ending).writerows(lines)
    read = opened(file.getvalue())
    assert read.delimiter == delimiter
    assert [row.values["name"] for row in read.rows()] == ["Nguyễn, An", "Lê Bình"]


def test_a_delimiter_that_excel_tells_is_no_row() -> None:
    assert [row.number for row in rows("sep=;\nTên;Email\nAn;an@hue.example\n")] == [2]


def test_a_quote_that_is_never_closed_costs_one_line() -> None:
    text = 'Tên,Email\n"Nguyễn An,an@hue.example\n' + "".join(f"Lê Bình,b{n}@hue.example\n" for n in range(100))
    found = rows(text)
    assert len(found) == 101
    assert found[0].values == {"name": "Nguyễn An", "email": "an@hue.example"}
    assert codes(found[0]) == ["line_damaged"]


def test_cells_may_hold_line_ends() -> None:
    found = rows('Tên,Email,Chức vụ\n"Nguyễn\nAn",an@hue.example,"Trưởng\r\nphòng"\nLê Bình,b@hue.example,\n')
    assert [row.values["name"] for row in found] == ["Nguyễn An", "Lê Bình"]
    assert found[0].values["position"] == "Trưởng phòng"
    assert [row.number for row in found] == [2, 3]
