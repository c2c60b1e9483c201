"""The list as it came, with a column that says what is wrong with each row: what an office mends and uploads again.

A workbook becomes a workbook; a text keeps what parts its cells, in UTF-8 with a mark, which every spreadsheet reads.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, BinaryIO, Protocol, cast

from chalicelib.cells import harmless
from chalicelib.rosters.pages import Pages
from chalicelib.rosters.reading import headings
from chalicelib.rosters.reading.opening import OpenedList
from chalicelib.storage import files

_TELL_EVERY = 5_000  # rows
_LONGEST = 32_000  # characters of a workbook's cell


class Sheet(Protocol):
    """What a list is written to, row by row."""

    content_type: str

    def add(self, row: list[str]) -> None:
        """The next row."""
        ...

    def close(self) -> None:
        """Nothing follows."""
        ...


class TextSheet:
    """A list as text."""

    content_type = "text/csv; charset=utf-8"

    def __init__(self, file: BinaryIO, delimiter: str) -> None:
        self._text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
        self._writer = csv.writer(self._text, delimiter=delimiter, lineterminator="\r\n")

    def add(self, row: list[str]) -> None:
        """The next row; no spreadsheet takes a cell of it for a formula."""
        self._writer.writerow([harmless(cell) for cell in row])

    def close(self) -> None:
        """Leave the file open."""
        self._text.detach()


class WorkbookSheet:
    """A list as a workbook, written in constant memory. All cells are text, so that none is carried out, and no zero is
    eaten."""

    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def __init__(self, file: BinaryIO) -> None:
        from xlsxwriter import Workbook  # heavy, and seldom needed

        self._book = Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        self._sheet = self._book.add_worksheet("Danh sách")
        self._number = 0

    def add(self, row: list[str]) -> None:
        """The next row."""
        for place, cell in enumerate(row):
            if cell:
                self._sheet.write_string(self._number, place, cell[:_LONGEST])
        self._number += 1

    def close(self) -> None:
        """Put the workbook together."""
        self._book.close()


def write(opened: OpenedList, pages: Pages, last: int, still_at_it: Callable[[], None]) -> str:
    """Write the list with what pages 1 to ``last`` say of its rows; gives the end of its name. ``still_at_it`` is
    called now and then."""
    end = "remarks.xlsx" if opened.encoding == "xlsx" else "remarks.csv"
    with tempfile.TemporaryFile() as made:
        file = cast(BinaryIO, made)
        sheet: Sheet = WorkbookSheet(file) if opened.encoding == "xlsx" else TextSheet(file, opened.delimiter or ",")
        try:
            _fill(sheet, opened, _said(pages, last), still_at_it)
        finally:
            sheet.close()
        send(file, name(pages, end), sheet.content_type)
    return end


def name(pages: Pages, end: str) -> str:
    """The key of a list with remarks."""
    return files.key(pages.space, "rosters", pages.roster, pages.job, end)


def _fill(sheet: Sheet, opened: OpenedList, said: Iterator[tuple[int, str]], still_at_it: Callable[[], None]) -> None:
    head = opened.header_row
    width = max(len(opened.columns), 1)
    next_row, text = next(said, (0, ""))
    with closing(opened.source.records()) as records:
        for record in records:
            remarks = [headings.REMARKS] if record.number == head else []
            while next_row and next_row <= record.number:
                if next_row == record.number:
                    remarks.append(text)
                next_row, text = next(said, (0, ""))
            row = [*record.cells, *[""] * (width - len(record.cells))]
            sheet.add([*row, " ".join(remarks)])
            if record.number % _TELL_EVERY == 0:
                still_at_it()


def _said(pages: Pages, last: int) -> Iterator[tuple[int, str]]:
    """Rows that something is said of, in their order, with all of it."""
    row = 0
    texts: list[str] = []
    for number in range(1, last + 1):
        for problem in pages.problems(number):
            if problem["row"] != row and texts:
                yield row, " ".join(texts)
                texts = []
            row = problem["row"]
            texts.append(_sentence(problem))
    if texts:
        yield row, " ".join(texts)


def _sentence(problem: dict[str, Any]) -> str:
    where = f"{problem['heading']}: " if problem["heading"] else ""
    return f"{where}{problem['vi']} {problem['mend_vi']}"


def send(file: BinaryIO, key: str, content_type: str) -> None:
    """Bring a file from this machine to the bucket, in pieces where it is large; it is gone there after a week."""
    file.seek(0)
    first = file.read(files.PIECE_BYTES)
    following = file.read(files.PIECE_BYTES)
    if not following:
        files.put(key, first, content_type, temporary=True)
        return
    upload = files.begin(key, content_type)
    pieces = [files.put_piece(key, upload, 1, first)]
    while following:
        pieces.append(files.put_piece(key, upload, len(pieces) + 1, following))
        following = file.read(files.PIECE_BYTES)
    files.complete(key, upload, pieces)
