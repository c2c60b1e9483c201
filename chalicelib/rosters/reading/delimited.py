"""Lists as text: commas, semicolons, tabs or bars between cells, one record on a line, or on several in quotes."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from itertools import chain, islice
from typing import BinaryIO

from chalicelib.rosters.reading import headings
from chalicelib.rosters.reading.rows import Record

DELIMITERS = (",", ";", "\t", "|")
_SNIFFED = 60
_LONGEST_LINE = 1 << 17  # characters; csv's own limit of a field
_MOST_LINES = 30  # of one record; a quote that is not closed by then never was one
_TOLD = re.compile(r'\ufeff?"?sep=(.)"?[\r\n]*', re.IGNORECASE)  # Excel's own way to tell a delimiter; it shows no row
_CHUNK = 1 << 20


class Delimited:
    """A text whose encoding is known. The delimiter is what makes the first lines alike, with headings among them."""

    sheet = None

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._codec = encoding
        self.encoding = "utf-16" if encoding.startswith("utf-16") else encoding.removesuffix("-sig")
        first = list(islice(self._lines(), _SNIFFED))
        told = _TOLD.fullmatch(first[0]) if first else None
        self._skipped = 1 if told else 0
        self.delimiter = told[1] if told else max(DELIMITERS, key=lambda each: _plausible(first, each))
        self.total = _line_ends(file)

    def records(self) -> Generator[Record, None, None]:
        """Every record from the first, numbered as a spreadsheet numbers rows."""
        lines = islice(self._lines(), self._skipped, None)
        for number, (text, damaged) in enumerate(_joined(lines), 1):
            try:
                yield Record(number, next(csv.reader((text,), delimiter=self.delimiter), []), damaged=damaged)
            except csv.Error:
                yield Record(number, text.split(self.delimiter), damaged=True)

    def _lines(self) -> Iterator[str]:
        self._file.seek(0)
        text = io.TextIOWrapper(self._file, self._codec, errors="replace", newline="")
        try:
            while line := text.readline(_LONGEST_LINE):
                yield line
        except UnicodeError:  # half a character of UTF-16 at the end
            return
        finally:
            text.detach()


def _plausible(lines: list[str], delimiter: str) -> tuple[int, int]:
    """How many headings a delimiter shows, and how much is alike in the number of cells."""
    rows = [line.rstrip("\r\n").split(delimiter) for line in lines if line.strip()]
    lengths = Counter(len(cells) for cells in rows if len(cells) > 1)
    known = max((len(headings.recognised(cells)) for cells in rows), default=0)
    return known, max((length * times for length, times in lengths.items()), default=0)


def _joined(lines: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Records of lines, and whether a quote had to be taken out: one that is never closed would swallow all others."""
    waiting: list[str] = []
    rest = iter(lines)
    while line := next(rest, ""):
        odd = line.count('"') % 2
        if not waiting and not odd:
            yield line, False
            continue
        waiting.append(line)
        if odd and len(waiting) > 1:
            yield "".join(waiting), False
            waiting = []
        elif len(waiting) > _MOST_LINES:
            yield waiting[0].replace('"', ""), True
            rest, waiting = chain(waiting[1:], rest), []
    for line in waiting:
        yield line.replace('"', ""), True


def _line_ends(file: BinaryIO) -> int:
    file.seek(0)
    feeds = returns = 0
    while chunk := file.read(_CHUNK):
        feeds += chunk.count(b"\n")
        returns += chunk.count(b"\r")
    return max(feeds, returns) + 1
