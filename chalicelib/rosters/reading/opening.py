"""Opening a list: which bytes are which letters, what parts the columns, where the headings stand, what each means."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO

from chalicelib.rosters.reading import content, encodings, header_rows, headings, remarks
from chalicelib.rosters.reading.assembly import Assembly, problem
from chalicelib.rosters.reading.delimited import Delimited
from chalicelib.rosters.reading.refusals import ListEmpty, ListOfAnotherFormat
from chalicelib.rosters.reading.rows import IDENTIFYING, Column, Field, HeaderBy, Problem, Record, Row, Source
from chalicelib.rosters.reading.workbooks import Workbook

MOST_ROWS = 200_000
_LOOKED_AT = 60  # rows in which the headings are sought
_SAMPLED = 40  # rows below them from which columns are guessed
_ZIP, _OLE = b"PK", b"\xd0\xcf\x11\xe0"
_OTHERS = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?(?:%PDF|<!doctype|<html|<\?xml|<table|\{\\rtf|\x1f\x8b|Rar!|7z)", re.IGNORECASE
)
_COUNTED = re.compile(r"\(?(\d{1,2})\)?")


@dataclass(frozen=True, slots=True)
class OpenedList:
    """A list whose columns are understood.

    ``encoding``: ``utf-8``, ``utf-16``, ``cp1258``, ``tcvn5712``, ``cp1252`` or ``xlsx``. ``header_row``: the number
    that a spreadsheet shows, None where there are no headings, and ``header_by`` by what it is known. ``total``: rows
    below the headings, at most. ``problems``: those of the list as a whole; with an ``error`` among them no row can be
    used. ``preface``: the rows above the headings, and the headings; ``below``: some rows under them.
    """

    encoding: str
    delimiter: str | None
    sheet: str | None
    header_row: int | None
    header_by: HeaderBy
    columns: tuple[Column, ...]
    total: int
    problems: tuple[Problem, ...]
    preface: tuple[tuple[str, ...], ...]
    below: tuple[tuple[str, ...], ...]
    source: Source = field(repr=False)

    def rows(self, start: int = 0) -> Generator[Row, None, None]:
        """The rows with numbers above ``start``, empty ones left out. Those up to ``start`` are looked through for what
        later ones repeat."""
        assembly = Assembly(self.columns)
        found = 0
        for record in islice(self.source.records(), self.header_row or 0, None):
            if self._is_heading(record) or (row := assembly.row(record)) is None:
                continue
            found += 1
            if found > MOST_ROWS:
                yield _too_many(record)
                return
            if record.number > start:
                yield row

    def _is_heading(self, record: Record) -> bool:
        """Headings that stand again on each printed page, and the columns' numbers that stand below them."""
        if self.header_row is None:
            return False
        if record.number == self.header_row + 1 and _is_count(record.cells):
            return True
        return record.cells == list(self.preface[-1])


def opened(
    file: BinaryIO, mapping: Mapping[int, Field | None] | None = None, header_row: int | None = None
) -> OpenedList:
    """Understand a list, as :func:`chalicelib.rosters.reading.open_list` says."""
    source = _source(file)
    first = list(islice(source.records(), max(_LOOKED_AT, (header_row or 0) + _SAMPLED)))
    if not any(cell.strip() for record in first for cell in record.cells):
        raise ListEmpty
    place, header_by = header_rows.find(first, header_row)
    below = [record.cells for record in first[place + 1 :]][:_SAMPLED]
    cells = first[place].cells if place >= 0 else []
    width = max(len(cells), *(at + 1 for at in mapping or {}), *map(len, below if place < 0 else [cells]))
    columns = headings.understood([*cells, *[""] * (width - len(cells))], content.guess(below), mapping)
    header = first[place].number if place >= 0 else None
    return OpenedList(
        encoding=source.encoding,
        delimiter=source.delimiter,
        sheet=source.sheet,
        header_row=header,
        header_by=header_by,
        columns=columns,
        total=max(source.total - (header or 0), 0),
        problems=tuple(_of_the_whole(source, columns, header or 1)),
        preface=tuple(tuple(record.cells) for record in first[: place + 1]),
        below=tuple(map(tuple, below)),
        source=source,
    )


def _source(file: BinaryIO) -> Source:
    file.seek(0)
    start = file.read(64)
    if start.startswith(_ZIP):
        return Workbook(file)
    if start.startswith(_OLE) or _OTHERS.match(start):
        raise ListOfAnotherFormat
    if not start:
        raise ListEmpty
    return Delimited(file, encodings.guess(file))


def _is_count(cells: Sequence[str]) -> bool:
    numbers = [_COUNTED.fullmatch(cell.strip()) for cell in cells if cell.strip()]
    counted = [int(each[1]) for each in numbers if each]
    first = counted[0] if counted else 0
    return len(numbers) > 2 and all(numbers) and counted == list(range(first, first + len(counted)))


def _of_the_whole(source: Source, columns: Sequence[Column], row: int) -> Iterator[Problem]:
    fields = {column.field for column in columns}
    if source.encoding == "cp1252":
        yield problem(row, remarks.ENCODING_UNSURE)
    if not fields & {"name", "family_name"}:
        yield problem(row, remarks.NO_NAME_COLUMN)
    if not fields & set(IDENTIFYING):
        yield problem(row, remarks.NO_IDENTIFIER_COLUMN)
    for column in columns:
        if column.guessed_by == "nothing" and column.heading.strip() and not headings.is_ignored(column.heading):
            yield problem(row, remarks.COLUMN_UNKNOWN, column, column.heading)


def _too_many(record: Record) -> Row:
    said = problem(record.number, remarks.TOO_MANY.about(most=MOST_ROWS))
    return Row(record.number, {}, (), (said,), tuple(record.cells))
