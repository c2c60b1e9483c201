"""Numbers of citizens: what their structure proves, and where a spreadsheet has eaten the zero in front.

Twelve digits (Decree 137/2015/ND-CP, article 13; Circular 59/2021/TT-BCA, article 4): the province of registration of
birth (of the 63 that there were), sex and century (0, 1: men and women of the 20th century, 2, 3: of the 21st), the
year's last two digits, six at random.
"""

from __future__ import annotations

import re

from pydantic_core import PydanticCustomError

from chalicelib.people import identifiers
from chalicelib.rosters.reading import remarks
from chalicelib.rosters.reading.remarks import Remark

LENGTH = 12
_PROVINCES = frozenset(
    f"{int(each):03d}"
    for each in "1 2 4 6 8 10 11 12 14 15 17 19 20 22 24 25 26 27 30 31 33 34 35 36 37 38 40 42 44 45 46 48 49 51 52 54"
    " 56 58 60 62 64 66 67 68 70 72 74 75 77 79 80 82 83 84 86 87 89 91 92 93 94 95 96".split()
)
_CENTURIES = {"0": 1900, "1": 1900, "2": 2000, "3": 2000}
_SEXES = {"0": "male", "1": "female", "2": "male", "3": "female"}
_EATEN = (10, 11)  # digits that are left of twelve: every code of a province begins with one zero or two
_MASKED = re.compile(r"[•*●xX.]{3,}\d{0,4}")
_GROUPED = re.compile(r"[\s.\-']")
EXPONENT = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})")


def year_of_birth(number: str) -> int | None:
    """The year that twelve digits tell; None where they cannot be an identity number."""
    if number[:3] not in _PROVINCES or number[3] not in _CENTURIES:
        return None
    return _CENTURIES[number[3]] + int(number[4:6])


def read(text: str, birth: str | None, gender: str | None) -> tuple[str | None, Remark | None]:
    """The digits of a cell, and what is to be said about them; neither where our own list had masked them.

    ``birth`` and ``gender`` are the row's own, and alone can prove that a zero is missing.
    """
    if len(text) == LENGTH and text.isascii() and text.isdecimal():
        return _judged(text, birth)
    if _MASKED.fullmatch(text):
        return None, None
    whole = written_out(text)
    if whole is None:
        return None, remarks.NUMBER_ROUNDED
    digits = _GROUPED.sub("", whole)
    if len(digits) in _EATEN and digits.isascii() and digits.isdecimal():
        return _restored(digits, birth, gender)
    try:
        digits = identifiers.national_id(digits)
    except PydanticCustomError as error:
        return None, Remark.of(error)
    return _judged(digits, birth) if len(digits) == LENGTH else (digits, None)


def written_out(text: str) -> str | None:
    """A number that a spreadsheet has put as 8.6096660479E+10, if all its digits are there; another text as it is."""
    found = EXPONENT.fullmatch(text)
    if found is None:
        return text
    digits = found[1] + (found[2] or "")
    return digits if len(digits) == int(found[3]) + 1 else None


def _restored(digits: str, birth: str | None, gender: str | None) -> tuple[str | None, Remark | None]:
    number = digits.zfill(LENGTH)
    year = year_of_birth(number)
    proven = year is not None and birth is not None and birth[:4] == str(year)
    if not proven or gender not in (None, "other", _SEXES[number[3]]):
        return None, remarks.NATIONAL_ID_SHORT.about(count=len(digits))
    return number, remarks.NATIONAL_ID_RESTORED


def _judged(number: str, birth: str | None) -> tuple[str | None, Remark | None]:
    year = year_of_birth(number)
    if year is None:
        return None, remarks.NATIONAL_ID_STRUCTURE
    if birth is not None and birth[:4] != str(year):
        return number, remarks.NATIONAL_ID_BIRTH.about(year=year)
    return number, None
