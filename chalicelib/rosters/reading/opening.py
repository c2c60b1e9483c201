"""Opening a list: which bytes are which letters, what parts the columns, where the headings stand, what each means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from chalicelib.rosters.reading.rows import Column, Field, Problem, Row


@dataclass(frozen=True, slots=True)
class OpenedList:
    """A list whose columns are understood.

    ``encoding``: ``utf-8``, ``utf-16``, ``cp1258``, ``tcvn5712`` or ``xlsx``. ``header_row``: the number that a
    spreadsheet shows, None where there are no headings. ``total``: rows below the headings, at most. ``problems``:
    those of the list as a whole; with an ``error`` among them no row can be used. ``preface``: the rows above the
    headings, and the headings.
    """

    encoding: str
    delimiter: str | None
    sheet: str | None
    header_row: int | None
    columns: tuple[Column, ...]
    total: int
    problems: tuple[Problem, ...]
    preface: tuple[tuple[str, ...], ...]

    def rows(self, start: int = 0) -> Iterator[Row]:
        """The rows with numbers above ``start``, empty ones left out; those before are looked through for repetitions
        only."""
        raise NotImplementedError


def open_list(file: BinaryIO, name: str, mapping: Mapping[int, Field | None] | None = None) -> OpenedList:
    """Understand a list. ``file`` can be sought in and stays the caller's to close; the end of ``name`` counts least.
    ``mapping`` says what columns are, by their places, where the guess is wrong (None: left aside).

    Raises: ListUnreadable.
    """
    raise NotImplementedError
