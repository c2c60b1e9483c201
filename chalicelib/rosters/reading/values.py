"""What a cell says, field by field, in the form in which it is stored; and what is to be said about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from pydantic_core import PydanticCustomError

from chalicelib import ids, vietnamese
from chalicelib.people import identifiers, places, profile, wards
from chalicelib.rosters.reading import choices, dates, names, remarks
from chalicelib.rosters.reading.identity_numbers import written_out
from chalicelib.rosters.reading.remarks import Remark
from chalicelib.rosters.reading.rows import Field

Read = tuple[str | None, Remark | None]
_KEPT = 16_384  # names of units, positions, wards and days of birth come again and again
_PERSON = re.compile(ids.PATTERN)
_SEVERAL = re.compile(r"\s*[/;,|]\s*|\s+-\s+|\n")
_EATEN = re.compile(r"[35789]\d{8}|2\d{9}")
_LOST = re.compile(r"\ufffd|\w\?\w")
# "UBND Tỉnh Bình Dương", "Sở Y tế tỉnh Bến Tre"; folded
_OF_PROVINCE = re.compile(r"\b(?:tinh|thanh pho|tp\.?) (.+)")


def _by(parse: Callable[[str], str]) -> Callable[[str], Read]:
    def read(text: str) -> Read:
        try:
            return parse(text), None
        except PydanticCustomError as error:
            return None, Remark.of(error)

    return read


def _person(text: str) -> Read:
    value = text.lower()
    return (value, None) if _PERSON.match(value) else (None, remarks.PERSON_INVALID)


def _phone(text: str) -> Read:
    first, *others = [text] if text.isdecimal() else _SEVERAL.split(text.strip(" ;,/"))
    digits = first if text.isdecimal() else written_out(first.replace(" ", ""))
    if digits is None:
        return None, remarks.NUMBER_ROUNDED
    value, remark = _one_phone(f"0{digits}" if _EATEN.fullmatch(digits) else digits)
    return value, remark or (remarks.PHONE_SEVERAL if others else None)


def _gender(text: str) -> Read:
    value = choices.GENDERS.get(vietnamese.fold(text))
    return value, None if value else remarks.GENDER_UNKNOWN


@lru_cache(maxsize=_KEPT)
def _occupation(text: str) -> Read:
    value = choices.OCCUPATIONS.get(vietnamese.fold(text))
    return value, None if value else remarks.OCCUPATION_UNKNOWN.about(there=choices.OCCUPATION_LABELS)


@lru_cache(maxsize=_KEPT)
def _province(text: str) -> Read:
    value, remark = _known_province(text)
    return value, remark or _merged(text, text)


@lru_cache(maxsize=_KEPT)
def _line(text: str) -> Read:
    return (None, remarks.LETTERS_LOST) if _LOST.search(text) else _any_line(text)


@lru_cache(maxsize=_KEPT)
def _unit(text: str) -> Read:
    value, remark = _line(text)
    of = _OF_PROVINCE.search(vietnamese.fold(text)) if value else None
    return value, remark or (_merged(of[1], text[-len(of[0]) :]) if of else None)


@lru_cache(maxsize=_KEPT)
def ward(text: str, province: str | None) -> tuple[str, Remark | None]:
    """The code of the ward of that province which a text names; else the text as it stands, and why."""
    if province is None:
        return text, remarks.WARD_WITHOUT_PROVINCE
    found = wards.named(text, province)
    if found is None:
        return text, remarks.WARD_UNKNOWN.about(where=places.PROVINCES[province])
    guessed = text.isascii() and not text.isdecimal() and not found.name.isascii()
    return found.code, remarks.WARD_READ_AS.about(name=found.name) if guessed else None


def _merged(province: str, old: str) -> Remark | None:
    code = places.province(province) if places.is_merged(province) else None
    return remarks.PROVINCE_MERGED.about(old=old, now=places.PROVINCES[code]) if code else None


_one_phone = _by(identifiers.phone)
_any_line = _by(profile.line)
_known_province = _by(lambda text: profile.parse("province", text))

READERS: dict[Field, Callable[[str], Read]] = {
    "person": _person,
    "name": names.read,
    "family_name": _line,
    "given_name": _line,
    "staff_code": _by(identifiers.staff_code),
    "email": _by(identifiers.email),
    "phone": _phone,
    "birth": lru_cache(maxsize=_KEPT)(dates.read),
    "gender": _gender,
    "unit": _unit,
    "position": _line,
    "province": _province,
    "ward": _line,
    "occupation": _occupation,
}
