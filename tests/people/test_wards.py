"""The units of the commune's level: whether the table is whole, and which of them a text names."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import vietnamese
from chalicelib.people import places, wards
from chalicelib.people.wards import Ward

TRUTH = Path(__file__).parents[1] / "rosters" / "data" / "truth.csv"
EVERY = [ward for province in places.PROVINCES for ward in wards.of_province(province)]
# As counted by others: the list of organisations that the rosters were made from.
COUNTS = {
    "01": 126, "04": 56, "08": 124, "11": 45, "12": 38, "14": 75, "15": 99, "19": 92, "20": 65, "22": 54, "24": 99,
    "25": 148, "31": 114, "33": 104, "37": 129, "38": 166, "40": 130, "42": 69, "44": 78, "46": 40, "48": 94, "51": 96,
    "52": 135, "56": 65, "66": 102, "68": 124, "75": 95, "79": 168, "80": 96, "82": 102, "86": 124, "91": 102,
    "92": 103, "96": 64,
}  # fmt: skip


def code(text: str, province: str) -> str | None:
    found = wards.named(text, province)
    return found.code if found else None


def test_the_table_is_whole() -> None:
    assert {province: len(wards.of_province(province)) for province in places.PROVINCES} == COUNTS
    assert len(EVERY) == 3_321
    assert len({ward.code for ward in EVERY}) == 3_321
    kinds = Counter("Đặc khu" if ward.name.startswith("Đặc khu ") else ward.name.split()[0] for ward in EVERY)
    assert kinds == {"Xã": 2_599, "Phường": 709, "Đặc khu": 13}
    assert len(wards._COMMUNES_UNTIL_2026) == 22
    assert all(wards.shown(each).startswith("Phường ") for each in wards._COMMUNES_UNTIL_2026)


def test_each_has_a_code_and_one_name() -> None:
    assert all(len(ward.code) == wards.CODE_LENGTH and ward.code.isdecimal() for ward in EVERY)
    assert all(vietnamese.clean_line(ward.name) == ward.name for ward in EVERY), "in NFC, with single spaces"
    assert all(wards.known(ward.code) is ward for ward in EVERY)
    for text in ("name", "code"):
        assert [each for each in EVERY if wards.named(getattr(each, text), each.province) is not each] == []


def test_the_communes_that_offices_write_of_are_in_it() -> None:
    """Names that were drawn from the official list by others."""
    with TRUTH.open(encoding="utf-8-sig", newline="") as file:
        pairs = {(row["don_vi"].removeprefix("UBND "), row["don_vi_con"]) for row in csv.DictReader(file)}
    named = {(above, below.removeprefix("UBND ")) for above, below in pairs if below.startswith("UBND ")}
    assert len(named) > 800
    unknown = [each for each in named if not (code_ := places.province(each[0])) or not wards.named(each[1], code_)]
    assert unknown == []


@pytest.mark.parametrize(
    ("text", "province", "name"),
    [
        ("Phường Thuận Hóa", "46", "Phường Thuận Hóa"),
        ("PHƯỜNG THUẬN HOÁ", "46", "Phường Thuận Hóa"),  # the tone on the other letter
        ("phuong thuan hoa", "46", "Phường Thuận Hóa"),
        ("Thuận Hóa", "46", "Phường Thuận Hóa"),
        ("P. Thuận Hóa", "46", "Phường Thuận Hóa"),
        ("P.Thuan Hoa", "46", "Phường Thuận Hóa"),
        (unicodedata.normalize("NFD", "Phường Thuận Hóa"), "46", "Phường Thuận Hóa"),
        ("Đặc khu Phú Quốc", "91", "Đặc khu Phú Quốc"),
        ("ĐK. Phú Quốc", "91", "Đặc khu Phú Quốc"),
        ("dac khu phu quoc", "91", "Đặc khu Phú Quốc"),
        ("X. Cẩm Giang", "31", "Xã Cẩm Giang"),
        ("Xã Cẩm Giàng", "31", "Xã Cẩm Giàng"),
        ("Văn Miếu-Quốc Tử Giám", "01", "Phường Văn Miếu - Quốc Tử Giám"),
        ("phuong b'lao", "68", "Phường B’Lao"),
        ("Xã Long Thành", "75", "Phường Long Thành"),  # a commune until 2026
        ("Phường Long Thành", "75", "Phường Long Thành"),
        ("Đông Tiến", "38", "Phường Đông Tiến"),
        ("Xa Dong Tien", "38", "Xã Đồng Tiến"),
    ],
)
def test_a_ward_is_known_however_it_is_written(text: str, province: str, name: str) -> None:
    assert wards.shown(code(text, province) or "") == name


@pytest.mark.parametrize(
    ("text", "province"),
    [
        ("Phường Thuận Hòa", "46"),  # of before 2025: another name, though it has the same letters
        ("Xã Thuận Hóa", "46"),  # another kind: it may have been another place
        ("Thị trấn Phong Điền", "46"),
        ("Thị xã Hương Trà", "46"),
        ("Phường Thuận Hóa", "01"),  # elsewhere
        ("Phường Thuận Hóa", "99"),
        ("19789", "01"),
        ("Xa Cam Giang", "31"),  # two are called so once the marks are gone
        ("Dong Tien", "38"),
        ("Phường", "46"),
        ("P.", "46"),
        ("", "46"),
    ],
)
def test_what_names_none_or_several_is_not_guessed_at(text: str, province: str) -> None:
    assert code(text, province) is None


@given(st.sampled_from(EVERY))
def test_without_marks_a_name_leads_to_itself_or_to_nothing(ward: Ward) -> None:
    assert code(vietnamese.unaccented(ward.name.replace("’", "'")), ward.province) in (ward.code, None)


@given(st.text(max_size=40), st.sampled_from(sorted(places.PROVINCES)))
def test_any_text_may_be_asked_about(text: str, province: str) -> None:
    found = wards.named(text, province)
    assert found is None or found.province == province


def test_the_table_is_not_read_before_it_is_needed() -> None:
    told = "from chalicelib.people import profile, wards; import json; print(json.dumps(sorted(wards._table.__dict__)))"
    read = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout
    assert json.loads(read) == []
