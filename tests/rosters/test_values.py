"""Single cells: what they say, and what is said about them."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from chalicelib import vietnamese
from chalicelib.cells import FORMULAS
from chalicelib.people import identifiers, places, profile
from chalicelib.people.models import Name
from chalicelib.rosters.reading import Field, Row, cells, identity_numbers, names, remarks
from chalicelib.rosters.reading.headings import HEADING
from tests.rosters import lists
from tests.rosters.lists import codes

# A man born in 1996 in province 001, and a woman born in 2003 in province 046.
MAN, WOMAN = "001096012345", "046303012345"


def _one(**told: str) -> Row:
    """The row of a list that has these columns, and a name and a staff code unless told."""
    told = {"name": "Nguyễn Văn An", "staff_code": "CB1"} | told
    text = "\t".join(HEADING[field] for field in told) + "\n" + "\t".join(told.values()) + "\n"  # type: ignore[index]
    return lists.rows(text)[0]


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("03/07/1996", "1996-07-03", None),
        ("3/7/1996", "1996-07-03", None),
        ("03-07-1996", "1996-07-03", None),
        ("3.7.1996", "1996-07-03", None),
        ("03 / 07 / 1996", "1996-07-03", None),
        ("1996-07-03", "1996-07-03", None),
        ("1996/7/3", "1996-07-03", None),
        ("1996-07-03 00:00:00", "1996-07-03", None),
        ("03/07/1996 00:00", "1996-07-03", None),
        ("35249", "1996-07-03", None),
        ("03071996", "1996-07-03", None),
        ("Ngày 3 tháng 7 năm 1996", "1996-07-03", None),
        ("1996", "1996", None),
        ("07/1996", "1996", None),
        ("00/00/1996", "1996", None),
        ("29/02/1996", "1996-02-29", None),
        ("07/25/1996", "1996-07-25", "birth_month_first"),
        ("03/07/96", "1996-07-03", "birth_century"),
        ("03/07/05", "2005-07-03", "birth_century"),
        ("29/02/1997", None, "birth_unreadable"),
        ("31/31/1996", None, "birth_unreadable"),
        ("03/07/2199", None, "birth_unreadable"),
        ("1850", None, "birth_unreadable"),
        ("99999", None, "birth_unreadable"),
        ("mùa thu", None, "birth_unreadable"),
        ("٠٣/٠٧/١٩٩٦", "1996-07-03", None),
    ],
)
def test_a_date_of_birth(text: str, value: str | None, code: str | None) -> None:
    row = _one(birth=text)
    assert row.values.get("birth") == value
    assert codes(row) == ([code] if code else [])
    assert row.is_usable


@pytest.mark.parametrize(
    ("text", "birth", "gender", "value", "code"),
    [
        (MAN, "03/07/1996", "Nam", MAN, None),
        ("001 096 012 345", "", "", MAN, None),
        ("1096012345", "03/07/1996", "", MAN, "national_id_restored"),
        ("1096012345", "1996", "Nam", MAN, "national_id_restored"),
        ("46303012345", "2003", "Nữ", WOMAN, "national_id_restored"),
        ("4.6303012345E+10", "2003", "", WOMAN, "national_id_restored"),
        ("1096012345", "", "", None, "national_id_short"),  # nothing proves it
        ("1096012345", "03/07/1995", "", None, "national_id_short"),  # another year
        ("1096012345", "03/07/1996", "Nữ", None, "national_id_short"),  # another sex
        ("46303012345", "1903", "", None, "national_id_short"),  # another century
        ("3096012345", "1996", "", None, "national_id_short"),  # no province has the code 003
        ("4.6303E+10", "2003", "", None, "number_rounded"),
        ("4,63E+10", "2003", "", None, "number_rounded"),
        ("003096012345", "1996", "", None, "national_id_structure"),
        ("001996012345", "1996", "", None, "national_id_structure"),
        (MAN, "03/07/1995", "", MAN, "national_id_birth"),
        ("191234567", "1996", "", "191234567", None),  # a card of before 2016
        ("12345678", "1996", "", None, "national_id_invalid"),
        ("CCCD?", "1996", "", None, "national_id_invalid"),
        ("•••••••••345", "1996", "", None, None),  # as our own lists show it: unchanged
    ],
)
def test_an_identity_number(text: str, birth: str, gender: str, value: str | None, code: str | None) -> None:
    row = _one(national_id=text, birth=birth, gender=gender)
    assert row.values.get("national_id") == value
    assert codes(row) == ([code] if code else [])
    assert all(sum(map(str.isdecimal, problem.value)) <= 3 for problem in row.problems)


@given(st.sampled_from(list(lists.truth().values())), st.sampled_from(range(1996, 2000)))
def test_zeros_are_put_back_where_they_were_and_nowhere_else(person: lists.Person, another: int) -> None:
    values, _ = person
    number, birth = values["national_id"], values["birth"]
    eaten = number.lstrip("0")
    assert identity_numbers.read(eaten, birth, None)[0] == number
    if birth[:4] != str(another):
        assert identity_numbers.read(eaten, str(another), None)[0] is None


def test_an_identity_number_is_judged_wherever_its_column_stands() -> None:
    row = lists.rows("CCCD,Tên,Ngày sinh\n1096012345,An,03/07/1996\n")[0]
    assert row.values["national_id"] == MAN


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("0912345678", "+84912345678", None),
        ("912345678", "+84912345678", None),  # Excel ate the zero
        ("84 912.345.678", "+84912345678", None),
        ("+84912345678", "+84912345678", None),
        ("'+84912345678", "+84912345678", None),
        ("9.12345678E+8", "+84912345678", None),
        ("2363822222", "+842363822222", None),
        ("0912345678 / 0987654321", "+84912345678", "phone_several"),
        ("0912345678; 0987654321", "+84912345678", "phone_several"),
        ("9.1E+8", None, "number_rounded"),
        ("091234567", None, "phone_invalid"),
        ("+1 202 555 0100", None, "phone_foreign"),
    ],
)
def test_a_phone_number(text: str, value: str | None, code: str | None) -> None:
    row = _one(phone=text)
    assert row.values.get("phone") == value
    assert codes(row) == ([code] if code else [])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("NGUYỄN VĂN AN", "Nguyễn Văn An"),
        ("  NGUYỄN  VĂN\u00a0AN ", "Nguyễn Văn An"),
        ("NGUYễN VăN AN", "Nguyễn Văn An"),  # a TCVN3 font without accented capitals
        ("Nguyễn Văn An", "Nguyễn Văn An"),
        ("nguyễn văn an", "nguyễn văn an"),  # a choice of somebody's
        ("Nguyễn VĂN An", "Nguyễn VĂN An"),
        ("H'HEN NIÊ", "H'Hen Niê"),
        ("Y-BHAM ÊBAN", "Y-Bham Êban"),
        ("ÐỖ ÐỨC ÐẠT", "Đỗ Đức Đạt"),
        ("Nguye\u0302\u0303n Va\u0306n An", "Nguyễn Văn An"),
        ("An\u200b\u202e", "An"),
        ("ĐẶNG Á", "Đặng Á"),
    ],
)
def test_a_name(text: str, name: str) -> None:
    assert _one(name=text).values["name"] == name


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "name_missing"),
        ("-", "name_missing"),
        ("Nguy?n V?n An", "letters_lost"),
        ("Nguy\ufffdn An", "letters_lost"),
        ("http://evil.example", "name_invalid"),
        ("An 😀", "name_invalid"),
        ("An " * 60, "name_too_long"),
        ('=HYPERLINK("http://evil","x")', "formula"),
        ("+cmd|' /C calc'!A0", "formula"),
        ("-2+3", "formula"),
        ("@SUM(A1)", "formula"),
        ("<script>alert(1)</script>", "markup"),
        ("a < b", "markup"),
        ("#REF!", "excel_error"),
    ],
)
def test_without_a_name_the_row_is_left_out(name: str, code: str) -> None:
    row = _one(name=name)
    assert codes(row) == [code]
    assert not row.is_usable
    assert "name" not in row.values


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("email", "không phải email", "email_not_ascii"),
        ("email", "@SUM(A1)", "formula"),
        ("gender", "abc", "gender_unknown"),
        ("occupation", "phi hành gia", "occupation_unknown"),
        ("province", "Paris", "province_unknown"),
        ("position", "=cmd", "formula"),
        ("position", "x" * 121, "text_invalid"),
        ("ward", "<b>Xã</b>", "markup"),
        ("unit", "Ph?ng T? ch?c", "letters_lost"),
        ("person", "abc", "person_invalid"),
    ],
)
def test_a_wrong_value_costs_the_value_and_not_the_account(field: Field, text: str, code: str) -> None:
    row = _one(**{field: text})
    assert codes(row) == [code]
    assert row.is_usable
    assert row.values == {"name": "Nguyễn Văn An", "staff_code": "CB1"}
    assert row.units == ()


def test_a_row_that_nobody_can_be_found_by_is_left_out() -> None:
    row = _one(staff_code="", email="sai", national_id="•••••••••345")
    assert codes(row) == ["email_invalid", "identifier_missing"]
    assert not row.is_usable


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("gender", "nữ", "female"),
        ("gender", "NAM", "male"),
        ("gender", "F", "female"),
        ("occupation", "Công chức", "civil_servant"),
        ("occupation", "giao vien", "public_employee"),
        ("province", "TP Huế", "46"),
        ("staff_code", "cb 0000001", "CB0000001"),
        ("email", "An@Hue.Example", "an@hue.example"),
        ("position", "- Trưởng phòng", "- Trưởng phòng"),
    ],
)
def test_values_are_taken_in_the_form_that_is_stored(field: Field, text: str, value: str) -> None:
    row = _one(**{field: text})
    assert (row.values[field], row.problems) == (value, ())


@pytest.mark.parametrize(
    ("text", "province", "value", "said"),
    [
        ("Phường  Thuận\u00a0Hoá", "TP Huế", "19789", []),
        ("P. Thuận Hóa", "46", "19789", []),
        ("19789", "Huế", "19789", []),
        ("phuong thuan hoa", "Huế", "19789", ["ward_read_as"]),
        ("Phường Thuận Hòa", "Huế", "Phường Thuận Hòa", ["ward_unknown"]),  # of before 2025
        ("Phường Thuận Hoá", "Hà Nội", "Phường Thuận Hoá", ["ward_unknown"]),
        ("Phường Thuận Hoá", "", "Phường Thuận Hoá", ["ward_without_province"]),
    ],
)
def test_a_ward_is_looked_for_in_its_province_and_else_kept_as_written(
    text: str, province: str, value: str, said: list[str]
) -> None:
    row = _one(ward=text, province=province)
    assert (row.values["ward"], codes(row), row.is_usable) == (value, said, True)


@pytest.mark.parametrize(
    ("field", "text", "now"),
    [
        ("province", "Tỉnh Thừa Thiên Huế", "Thành phố Huế"),
        ("unit", "UBND Tỉnh Bình Dương", "Thành phố Hồ Chí Minh"),
        ("unit", "Sở Y tế tỉnh Bến Tre", "Tỉnh Vĩnh Long"),
    ],
)
def test_provinces_of_before_the_mergers_are_said(field: Field, text: str, now: str) -> None:
    row = _one(**{field: text})
    assert codes(row) == ["province_merged"]
    assert now in row.problems[0].vi
    assert row.units == ((text,) if field == "unit" else ())


def test_one_telephone_of_an_office_belongs_to_one_person() -> None:
    found = lists.rows("Tên,Mã CB,SĐT\nAn,1,0912345678\nBình,2,0912345678\nChi,,0912345678\nAn,1,0912345678\nDũng,1,\n")
    assert [codes(row) for row in found] == [
        [], ["identifier_shared"], ["identifier_repeated"], ["row_repeated"], ["identifier_repeated"],
    ]  # fmt: skip
    assert [row.is_usable for row in found] == [True, True, False, False, False]
    assert found[1].values == {"name": "Bình", "staff_code": "2"}
    assert found[1].problems[0].value == "'+84912345678"


@given(st.text(st.characters(categories=["L", "M", "N", "Zs", "Po"]), max_size=30) | st.just("WWW An") | st.just("www"))
def test_no_name_is_taken_that_people_may_not_have(text: str) -> None:
    name, remark = names.read(cells.tidy(text))
    assert (name is None) != (remark is None)
    assert name is None or TypeAdapter(Name).validate_python(name) == name


STORED: dict[Field, st.SearchStrategy[str]] = {
    "staff_code": st.from_regex(r"[A-Z0-9][A-Z0-9./_-]{0,10}[A-Z0-9]", fullmatch=True),
    "email": st.from_regex(r"[a-z0-9]{1,10}@[a-z0-9]{1,10}\.vn", fullmatch=True),
    "phone": st.from_regex(r"\+84[35789][0-9]{8}", fullmatch=True),
    "birth": st.dates(date(1900, 1, 1), date(2020, 1, 1)).map(str) | st.just("1996"),
    "gender": st.sampled_from(profile.GENDERS),
    "occupation": st.sampled_from(profile.OCCUPATIONS),
    "province": st.sampled_from(list(places.PROVINCES)),
    "position": st.sampled_from(["Trưởng phòng", "- Phó phòng", "+ Chuyên viên", "@ văn thư"]),
}


@given(st.fixed_dictionaries({}, optional=STORED))
def test_what_we_export_says_what_is_stored(values: dict[Field, str]) -> None:
    cells_out = {field: cells.outgoing(field, value) for field, value in values.items()}
    assert not any(each.startswith(FORMULAS) for each in cells_out.values())
    row = _one(**cells_out)
    assert row.values == {"name": "Nguyễn Văn An", "staff_code": "CB1"} | values
    assert row.problems == ()


def test_an_exported_identity_number_says_nothing_new() -> None:
    hashed = identifiers.Identifier("national_id", "abcdefghijklmnopqrstuvwxyz-479")
    row = _one(national_id=cells.outgoing("national_id", hashed.value))
    assert (row.values, row.problems) == ({"name": "Nguyễn Văn An", "staff_code": "CB1"}, ())


@given(st.text())
def test_what_is_shown_is_harmless(text: str) -> None:
    line = cells.shown(text)
    assert not line.startswith(FORMULAS)
    assert not set("<>\n\r\u202e") & set(line)
    assert len(line) <= 61


@given(st.text(st.characters() | st.sampled_from("\u00a0\u200b\u202e\u0300\u0302 \t")))
def test_lines_are_cleaned_alike_whether_they_look_plain_or_not(text: str) -> None:
    spaced = re.sub(r"\s+", " ", vietnamese.clean(text))
    assert vietnamese.clean_line(text) == spaced.strip()


REMARKS = {name: each for name, each in vars(remarks).items() if isinstance(each, remarks.Remark)}


@pytest.mark.parametrize("name", REMARKS)
def test_a_remark_speaks_both_languages(name: str) -> None:
    remark = REMARKS[name]
    for vi, en in ((remark.vi, remark.en), (remark.mend_vi, remark.mend_en)):
        assert vi != en
        assert vi.endswith((".", "}.", "…)."))
        assert en.endswith((".", "}."))
    facts = dict.fromkeys(
        ("row", "what", "what_en", "count", "year", "date", "old", "now", "there", "most", "where", "name"), "?"
    )
    told = remark.about(**facts)
    assert "{" not in told.vi + told.en + told.mend_vi + told.mend_en


def test_a_remark_has_a_code_of_its_own() -> None:
    codes_there = [remark.code for remark in REMARKS.values()]
    assert len(set(codes_there)) == len(codes_there) > 20
