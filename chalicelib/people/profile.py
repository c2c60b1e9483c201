"""What a space may know of a person beside name and identifiers: fields, each with its purpose, value, source and day.

A field is asked for when a course needs it, never at the door. Who told a fact decides who may overwrite it: what a
person or an admin wrote by hand stays, whatever a later list or app says (:func:`merged`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from chalicelib import clock, vietnamese
from chalicelib.errors import rule
from chalicelib.people import places, wards

Source = Literal["self", "admin", "roster", "app", "sso"]
BY_HAND: frozenset[Source] = frozenset({"self", "admin"})
Occupation = Literal[
    "civil_servant", "public_employee", "pupil", "student", "worker", "business", "farmer", "freelance", "retired",
    "homemaker", "other",
]  # fmt: skip
Gender = Literal["female", "male", "other"]
Need = Literal["none", "vision", "hearing", "movement", "speech", "cognition", "other"]
TEXT_LENGTH = 120
_BIRTH = re.compile(r"(\d{4})(?:-(\d{2})-(\d{2}))?")
_EARLIEST = 1900
# Markup; and what parts cells, and begins a formula in the next one, where a list of ours is opened.
_NOT_TEXT = re.compile(r"""[<>]|[;,|]["'\s]*[=+@\-\uff1d\uff0b\uff0d\uff20]""")
_UNIT = re.compile(r"[0-9a-z]{8}(?:/[0-9a-z]{8}){0,7}")


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of a profile: who told it, and on which day (in Vietnam, ISO 8601)."""

    value: str
    by: Source
    on: str

    @classmethod
    def told(cls, value: str, by: Source) -> Fact:
        """A fact told today."""
        return cls(value, by, clock.vietnam_day().isoformat())


Profile = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the profile: what it is called, what for, and how a given text becomes the stored value."""

    name: str
    label_vi: str
    label_en: str
    purpose_vi: str
    purpose_en: str
    parse: Callable[[str], str]
    choices: tuple[str, ...] = ()  # the values there are; empty: free
    sensitive: bool = False  # Law 91/2025: shown to nobody but the person and those who manage people


def birth(text: str) -> str:
    """``1996`` or ``1996-07-03``. Raises: PydanticCustomError (``birth_invalid``)."""
    found = _BIRTH.fullmatch(text.strip())
    if found is None or not _EARLIEST <= int(found[1]) <= clock.now().year:
        raise rule(*_BIRTH_INVALID)
    if found[2]:
        try:
            date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            raise rule(*_BIRTH_INVALID) from None
    return found[0]


def _choice(name: str, choices: tuple[str, ...]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in choices:
            there = ", ".join(choices)
            raise rule(f"{name}_unknown", f"Chỉ có các giá trị: {there}.", f"The values there are: {there}.")
        return text

    return parse


def _province(text: str) -> str:
    code = places.province(text)
    if code is None:
        raise rule(*_PROVINCE_UNKNOWN)
    return code


def line(text: str) -> str:
    """One line of free text, cleaned. Raises: PydanticCustomError (``text_invalid``)."""
    cleaned = vietnamese.clean_line(unicodedata.normalize("NFC", text[: TEXT_LENGTH * 4]))
    if not cleaned or len(cleaned) > TEXT_LENGTH or _NOT_TEXT.search(cleaned):
        raise rule(*_TEXT_INVALID)
    return cleaned


def unit(text: str) -> str:
    """The path of an organisational unit, as ``units.py`` makes it. Raises: PydanticCustomError (``unit_invalid``)."""
    if not _UNIT.fullmatch(text):
        raise rule(*_UNIT_INVALID)
    return text


OCCUPATIONS: tuple[str, ...] = Occupation.__args__  # type: ignore[attr-defined]
GENDERS: tuple[str, ...] = Gender.__args__  # type: ignore[attr-defined]
NEEDS: tuple[str, ...] = Need.__args__  # type: ignore[attr-defined]

_BIRTH_INVALID = (
    "birth_invalid",
    "Năm sinh có dạng 1996, ngày sinh có dạng 1996-07-03, từ năm 1900 đến nay.",
    "A year of birth looks like 1996, a date like 1996-07-03, from 1900 until now.",
)
_PROVINCE_UNKNOWN = (
    "province_unknown",
    "Không có tỉnh, thành phố này trong danh mục 34 tỉnh, thành phố.",
    "There is no such province among the 34.",
)
_TEXT_INVALID = (
    "text_invalid",
    "Nội dung dài từ 1 đến 120 ký tự, không chứa dấu < > và không có công thức sau dấu ; , hoặc |.",
    "The text has 1 to 120 characters, neither < nor >, and no formula after ; , or |.",
)
_UNIT_INVALID = ("unit_invalid", "Không có đơn vị này.", "There is no such unit.")

_SUITING = ("Gợi ý khoá học phù hợp với bạn.", "To recommend the courses that suit you.")
_GENDER = ("Thống kê theo giới.", "Figures by gender.")
_PLACES = ("Thống kê theo địa bàn.", "Figures by place.")
_FIELDS = (
    Field("birth", "Năm sinh", "Year of birth", *_SUITING, birth),
    Field("gender", "Giới tính", "Gender", *_GENDER, _choice("gender", GENDERS), GENDERS),
    Field("occupation", "Nghề nghiệp", "Occupation", *_SUITING, _choice("occupation", OCCUPATIONS), OCCUPATIONS),
    Field("province", "Tỉnh, thành phố", "Province", *_PLACES, _province, tuple(places.PROVINCES)),
    Field("ward", "Xã, phường, đặc khu", "Commune or ward", *_PLACES, line),  # a code once the province is known
    Field("unit", "Đơn vị", "Unit", "Giao khoá học theo đơn vị.", "To assign courses by unit.", unit),
    Field("position", "Chức vụ", "Position", *_SUITING, line),
    Field(
        "disability",
        "Nhu cầu hỗ trợ",
        "Support needs",
        "Chọn cách học phù hợp với bạn; không bắt buộc.",
        "To choose a way of learning that suits you; you need not say.",
        _choice("disability", NEEDS),
        NEEDS,
        sensitive=True,
    ),
)
FIELDS: dict[str, Field] = {field.name: field for field in _FIELDS}
FieldName = Literal["birth", "gender", "occupation", "province", "ward", "unit", "position", "disability"]


def parse(name: str, text: str) -> str:
    """The stored value of a field that is not empty. Raises: PydanticCustomError."""
    return FIELDS[name].parse(text)


def merged(old: Profile, told: Mapping[str, str], by: Source, *, overwrite: bool = False) -> Profile:
    """A profile after somebody told these values. What was written by hand yields to what is written by hand only,
    unless ``overwrite``; an equal value keeps its source and day. Ward and province never contradict each other."""
    changed = dict(old)
    for name, value in located(old, told).items():
        kept = old.get(name)
        if kept and kept.value == value:
            continue
        if kept and kept.by in BY_HAND and by not in BY_HAND and not overwrite:
            continue
        changed[name] = Fact.told(value, by)
    ward, province = changed.get("ward"), changed.get("province")
    if ward and province and (found := wards.named(ward.value, province.value)):
        changed["ward"] = replace(ward, value=found.code)  # written before the province was known
    return _in_one_place(old, changed, stays=BY_HAND if by not in BY_HAND and not overwrite else frozenset())


def located(old: Profile, told: Mapping[str, str]) -> Mapping[str, str]:
    """What is told, with the ward's code for its name where the province is told or known and has a ward so called."""
    ward, kept = told.get("ward"), old.get("ward")
    if ward is None:
        return told
    known = wards.known(kept.value) if kept else None
    province = told.get("province") or (old["province"].value if "province" in old else None)
    found = wards.named(ward, province or (known.province if known else ""))
    return {**told, "ward": found.code} if found else told


def _in_one_place(old: Profile, changed: dict[str, Fact], stays: frozenset[Source]) -> Profile:
    """Without what ward and province say against each other. A ward's code says its province too; whose word is among
    ``stays`` counts more than what was told now."""
    fact, province, before = changed.get("ward"), changed.get("province"), old.get("province")
    ward = wards.known(fact.value) if fact else None
    if fact is None or ward is None or (province and province.value == ward.province):
        return changed
    if fact != old.get("ward") and (province is None or (province == before and province.by not in stays)):
        return {**changed, "province": replace(fact, value=ward.province)}
    if fact == old.get("ward") and fact.by in stays and before:
        return {**changed, "province": before}
    # Somebody moved or took their province back, or a list knows a ward of another place than what stays.
    kept = old.get("ward") if fact != old.get("ward") else None
    rest = {name: each for name, each in changed.items() if name != "ward"}
    return {**rest, "ward": kept} if kept else rest


def birth_year(profile: Profile) -> int | None:
    """The year of birth, if it is known."""
    fact = profile.get("birth")
    return int(fact.value[:4]) if fact else None


def stored(profile: Profile) -> dict[str, dict[str, Any]]:
    """A profile as it stands in an item."""
    return {name: {"v": fact.value, "by": fact.by, "on": fact.on} for name, fact in profile.items()}


def of_stored(kept: Mapping[str, Mapping[str, Any]] | None) -> Profile:
    """The profile of what :func:`stored` gave."""
    return {name: Fact(each["v"], each["by"], each["on"]) for name, each in (kept or {}).items()}
