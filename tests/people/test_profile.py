"""Facts about a person: what they may be, and who may overwrite whom."""

from __future__ import annotations

import pytest
from pydantic_core import PydanticCustomError

from chalicelib.people import profile
from chalicelib.people.profile import Fact, Source


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("birth", "1996", "1996"),
        ("birth", " 1996-07-03 ", "1996-07-03"),
        ("gender", "female", "female"),
        ("occupation", "civil_servant", "civil_servant"),
        ("province", "Thừa Thiên Huế", "46"),
        ("ward", "  Phường\u00a0Thuận  Hoá ", "Phường Thuận Hoá"),
        ("disability", "vision", "vision"),
        ("position", "Tổ phó; kiêm nhiệm", "Tổ phó; kiêm nhiệm"),
    ],
)
def test_a_value_is_stored_in_one_form(field: str, text: str, value: str) -> None:
    assert profile.parse(field, text) == value


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("birth", "1899", "birth_invalid"),
        ("birth", "2999", "birth_invalid"),
        ("birth", "1996-02-30", "birth_invalid"),
        ("birth", "03/07/1996", "birth_invalid"),
        ("gender", "F", "gender_unknown"),
        ("province", "Paris", "province_unknown"),
        ("ward", "<script>", "text_invalid"),
        ("ward", "x" * 121, "text_invalid"),
        ("ward", 'Phường A;=HYPERLINK("http://x")', "text_invalid"),
        ("position", 'Tổ phó; "\uff1d1+1', "text_invalid"),
        ("unit", "../../x", "unit_invalid"),
    ],
)
def test_what_no_field_takes(field: str, text: str, code: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        profile.parse(field, text)
    assert refused.value.type == code


@pytest.mark.parametrize(
    ("first", "then", "overwrite", "wins"),
    [
        ("roster", "roster", False, "then"),
        ("roster", "self", False, "then"),
        ("self", "roster", False, "first"),
        ("admin", "app", False, "first"),
        ("admin", "roster", True, "then"),
        ("self", "admin", False, "then"),
        ("admin", "self", False, "then"),
        ("app", "roster", False, "then"),
    ],
)
def test_what_was_written_by_hand_stays(first: Source, then: Source, overwrite: bool, wins: str) -> None:
    old = {"ward": Fact("first", first, "2026-01-01")}
    found = profile.merged(old, {"ward": "then"}, then, overwrite=overwrite)
    assert found["ward"].value == wins
    assert found["ward"].by == (then if wins == "then" else first)


def test_an_equal_value_keeps_who_told_it_first() -> None:
    old = {"ward": Fact("Thuận Hoá", "self", "2026-01-01")}
    assert profile.merged(old, {"ward": "Thuận Hoá"}, "roster") == old


HUE, HANOI = "19789", "00004"  # Thuận Hóa, Ba Đình


def told(by: Source, **values: str) -> dict[str, Fact]:
    return {name: Fact(value, by, "2026-01-01") for name, value in values.items()}


@pytest.mark.parametrize(
    ("old", "values", "by", "found"),
    [
        ({}, {"province": "46", "ward": "P. Thuận Hoá"}, "roster", ("46", HUE)),
        ({}, {"ward": HUE}, "self", ("46", HUE)),  # a code says its province
        ({}, {"ward": "Phường Thuận Hoá"}, "self", (None, "Phường Thuận Hoá")),
        ({}, {"province": "46", "ward": "Phường Thuận Hòa"}, "roster", ("46", "Phường Thuận Hòa")),
        (told("roster", province="46"), {"ward": "thuan hoa"}, "self", ("46", HUE)),
        (told("roster", ward="Phường Thuận Hoá"), {"province": "46"}, "self", ("46", HUE)),  # known later
        (told("self", province="46", ward=HUE), {"province": "01"}, "self", ("01", None)),  # moved
        (told("self", province="46", ward=HUE), {"ward": HANOI}, "self", ("01", HANOI)),
        (told("self", province="46", ward=HUE), {"province": "01", "ward": "Ba Đình"}, "self", ("01", HANOI)),
        (told("self", province="46", ward=HUE), {"province": "01", "ward": "Ba Đình"}, "roster", ("46", HUE)),
        (told("self", province="46"), {"province": "01", "ward": "Ba Đình"}, "roster", ("46", None)),
        (told("roster", province="46") | told("self", ward=HUE), {"province": "01"}, "app", ("46", HUE)),
        (told("roster", province="46", ward=HUE), {"province": "01"}, "app", ("01", None)),
        (told("roster", ward=HUE), {"gender": "male"}, "app", (None, None)),  # they took their province back
    ],
)
def test_ward_and_province_never_contradict_each_other(
    old: profile.Profile, values: dict[str, str], by: Source, found: tuple[str | None, str | None]
) -> None:
    merged = profile.merged(old, values, by)
    province, ward = merged.get("province"), merged.get("ward")
    assert (province and province.value, ward and ward.value) == found
    assert profile.merged(merged, {}, by) == merged


def test_a_ward_that_is_told_again_by_its_name_keeps_who_told_it_first() -> None:
    old = told("self", province="46", ward=HUE)
    assert profile.merged(old, {"ward": "Phường Thuận Hóa"}, "roster") == old


def test_a_profile_is_read_as_it_was_stored() -> None:
    whole = {"birth": Fact("1996-07-03", "roster", "2026-11-24"), "gender": Fact("male", "self", "2026-11-25")}
    assert profile.of_stored(profile.stored(whole)) == whole
    assert profile.birth_year(whole) == 1996
    assert profile.birth_year({}) is None
