"""Names of provinces: as offices write them, and those that no longer exist."""

from __future__ import annotations

import pytest

from chalicelib.people import places


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Thành phố Huế", "46"),
        ("TP. Huế", "46"),
        ("tp huế", "46"),
        ("HUE", "46"),
        ("Thừa Thiên Huế", "46"),
        ("Tỉnh Thừa Thiên - Huế", "46"),
        ("Đăk Nông", "68"),
        ("Hoà Bình", "25"),
        ("Hòa Bình", "25"),
        ("TP.HCM", "79"),
        ("Bà Rịa - Vũng Tàu", "79"),
        ("01", "01"),
        ("Tỉnh  Ðồng  Tháp", "82"),
    ],
)
def test_a_province_is_known_however_it_is_written(text: str, code: str) -> None:
    assert places.province(text) == code


@pytest.mark.parametrize("text", ["", "Tỉnh", "Paris", "99", "Huế Huế"])
def test_what_is_no_province(text: str) -> None:
    assert places.province(text) is None


def test_the_63_of_before_are_all_part_of_one_of_the_34() -> None:
    former = [name for names in places._MERGED.values() for name in names]
    assert len(places.PROVINCES) == 34
    assert all(places.is_merged(name) for name in former)
    assert not any(places.is_merged(name) for name in places.PROVINCES.values())
    spellings = {"Thừa Thiên Huế", "Đăk Nông", "Bà Rịa Vũng Tàu"}  # written twice, or only renamed
    assert len(set(former) - spellings - {"Thừa Thiên - Huế"}) + 34 == 63
