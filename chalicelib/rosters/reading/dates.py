"""Dates of birth as lists have them: day first as Vietnam writes, ISO, a spreadsheet's count of days, a year."""

from __future__ import annotations

import re
from datetime import date, timedelta

from chalicelib import clock, vietnamese
from chalicelib.rosters.reading import remarks
from chalicelib.rosters.reading.remarks import Remark

# With a time of day after it, as spreadsheets write dates out.
_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ]{1,3}(\d{1,2})[-/. ]{1,3}(\d{4}|\d{2})(?:[ T]\d.*)?")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]\d.*)?")
_WORDS = re.compile(r"(?:ngay )?(\d{1,2}) thang (\d{1,2}) nam (\d{4})")
_MONTH = re.compile(r"(?:0?\d|1[0-2])[-/.](\d{4})")
_COMPACT = re.compile(r"(\d{2})(\d{2})(\d{4})")
_EPOCH = date(1899, 12, 30)  # day 0 of spreadsheets, counting from 1 March 1900 on (ECMA-376 part 1, 18.17.4.1)
_SERIAL = re.compile(r"\d{5}")
_EARLIEST = 1900
_YOUNGEST = 10  # years: a year of two digits is the latest at which somebody is of that age


def read(text: str) -> tuple[str | None, Remark | None]:
    """``1996-07-03`` or ``1996``; and what is to be said about it."""
    if text.isascii() and text.isdecimal():
        return _number(text)
    if found := _DAY_FIRST.fullmatch(text):
        return _day_first(found[1], found[2], found[3])
    if found := _YEAR_FIRST.fullmatch(text):
        return _checked(int(found[1]), int(found[2]), int(found[3]))
    if found := _MONTH.fullmatch(text):
        return _year(int(found[1]))
    if found := _WORDS.fullmatch(vietnamese.fold(text)):
        return _checked(int(found[3]), int(found[2]), int(found[1]))
    return None, remarks.BIRTH_UNREADABLE


def _number(text: str) -> tuple[str | None, Remark | None]:
    if len(text) == 4:
        return _year(int(text))
    if _SERIAL.fullmatch(text):
        day = _EPOCH + timedelta(days=int(text))
        return _checked(day.year, day.month, day.day)
    if found := _COMPACT.fullmatch(text):
        return _checked(int(found[3]), int(found[2]), int(found[1]))
    return None, remarks.BIRTH_UNREADABLE


def _day_first(first: str, second: str, year: str) -> tuple[str | None, Remark | None]:
    day, month, full = int(first), int(second), _full(year)
    if day == 0 or month == 0:  # 00/00/1996: the rest is not known
        return _year(full)
    if month > 12 >= day:
        value, remark = _checked(full, day, month)
        return value, remark or remarks.BIRTH_MONTH_FIRST.about(date=f"{month:02d}/{day:02d}/{full}")
    value, remark = _checked(full, month, day)
    return value, remark or (remarks.BIRTH_CENTURY.about(year=full) if len(year) == 2 else None)


def _full(year: str) -> int:
    if len(year) == 4:
        return int(year)
    latest = clock.now().year - _YOUNGEST
    return latest - (latest - int(year)) % 100


def _checked(year: int, month: int, day: int) -> tuple[str | None, Remark | None]:
    try:
        value = date(year, month, day)
    except ValueError:
        return None, remarks.BIRTH_UNREADABLE
    if year < _EARLIEST or value > clock.vietnam_day():
        return None, remarks.BIRTH_UNREADABLE
    return value.isoformat(), None


def _year(year: int) -> tuple[str | None, Remark | None]:
    if not _EARLIEST <= year <= clock.now().year:
        return None, remarks.BIRTH_UNREADABLE
    return str(year), None
