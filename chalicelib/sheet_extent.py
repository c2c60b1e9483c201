"""How large the sheets of a workbook would become, and where formulas stand: read as a stream, before anything else.

A file of a few kilobytes may say that its last cell is XFD1048576, hold a text once and use it a million times, or
inflate to gigabytes. Sources: ECMA-376 part 1, 18.3.1.4 (c), 18.3.1.40 (f), 18.3.1.96 (v), 18.4.9 (sst).
"""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from array import array
from collections.abc import Callable
from functools import lru_cache
from typing import BinaryIO
from xml.parsers import expat

MOST_CELLS = 2_400_000  # up to the farthest: 100,000 rows of 24 columns
MOST_CHARACTERS = 60_000_000
MOST_INFLATED = 160_000_000
_MOST_PARTS = 1_000
_CHUNK = 1 << 18
_SHOWN = 60
_MERGED = 50  # as many cells' worth is what a merged range takes
_MOST_OF_A_BOOK = 4_000_000
_LONGEST_NUMBER = 7
_MOST_COLUMNS = 16_384
# What reading a broken archive comes to; passwords and methods of packing that nobody uses among it.
DAMAGES = (
    zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError, EOFError, OSError, ValueError, LookupError,
    NotImplementedError, RuntimeError,
)  # fmt: skip
_BOOK, _RELATIONS, _TEXTS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"

Formulas = dict[int, dict[int, str]]  # by row and column, both from 0


class NoWorkbook(Exception):
    """An archive, but of something else."""


class Damaged(Exception):
    """What no reader of workbooks understands, or what was made to harm one."""


class TooLarge(Exception):
    """More cells or text than is read; ``cell`` is the last one."""

    def __init__(self, cell: str) -> None:
        super().__init__(cell)
        self.cell = cell


def letters_of(index: int) -> str:
    """What spreadsheets call a column, by its place from 0: A, B, … Z, AA."""
    called = ""
    while index >= 0:
        index, rest = divmod(index, 26)
        called, index = chr(65 + rest) + called, index - 1
    return called


def checked(file: BinaryIO) -> dict[str, Formulas]:
    """The formulas of each sheet, by its name. Raises: NoWorkbook, Damaged, TooLarge."""
    try:
        with zipfile.ZipFile(file) as archive:
            return _checked(archive)
    except DAMAGES as error:
        raise Damaged from error


def _checked(archive: zipfile.ZipFile) -> dict[str, Formulas]:
    names = archive.namelist()
    if _BOOK not in names:
        raise NoWorkbook
    if len(set(names)) < len(names) or len(names) > _MOST_PARTS:
        raise Damaged
    measured = _Measured()
    formulas = {}
    for name in sorted(names, key=lambda each: each != _TEXTS):
        measured.read(archive, name)
        formulas[name] = measured.formulas
    related = _all(archive, _RELATIONS, "Relationship") if _RELATIONS in names else []
    targets = {each.get("Id"): _part(each.get("Target", "")) for each in related}
    sheets = _all(archive, _BOOK, "sheet")  # attributes without their prefixes: r:id is id
    return {each.get("name", ""): formulas.get(targets.get(each.get("id"), ""), {}) for each in sheets}


class _Measured:
    """Goes through the parts of a workbook, whatever they are called: which of them are sheets, the workbook says, and
    may lie. Of every sheet it knows how far it reaches, of all together how often their texts are used."""

    def __init__(self) -> None:
        self._texts = array("L")  # the length of each shared text
        self._inflated = self._characters = 0
        self._begin()

    def read(self, archive: zipfile.ZipFile, name: str) -> None:
        """One part; pictures and the like are passed over. Raises: TooLarge, Damaged, ExpatError."""
        self._begin()
        with archive.open(name) as part:
            chunk = part.read(_CHUNK)
            if not chunk.lstrip().startswith((b"<", b"\xef\xbb\xbf<")) and not name.endswith(".xml"):
                return
            while chunk:
                self._inflated += len(chunk)
                self._parser.Parse(chunk)
                self._bound()
                chunk = part.read(_CHUNK)
        self._parser.Parse(b"", True)
        self._bound()

    def _begin(self) -> None:
        self.formulas: Formulas = {}
        self._listening = False
        self._row = self._column = -1
        self._name = self._kind = ""  # of the row, as references end; of the cell
        self._rows = self._columns = self._cells = self._before = 0
        self._parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = _refuse_declarations

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        # Called for every element of the list, so the commonest are asked for first.
        if tag == "c":
            self._reach(attributes)
        elif tag == "v":
            self._fill()
            if self._kind == "s" or self._listening:
                self._listen(self._shared if self._kind == "s" else None)
        elif tag == "is":
            self._fill()
        elif tag == "row":
            self._next_row(attributes.get("r", ""))
        elif tag == "f":
            self._fill()
            self.formulas.setdefault(self._row, {})[self._column] = "="
            self._listen(self._formula)
        elif tag == "si":
            self._cells += 1
            self._texts.append(0)
            self._listen(self._text_to_share)
        elif tag == "mergeCell":
            self._cells += _MERGED
        elif ":" in tag:
            self._start(tag.rpartition(":")[2], attributes)

    def _listen(self, heard: Callable[[str], None] | None) -> None:
        self._parser.CharacterDataHandler = heard
        self._listening = heard is not None

    def _reach(self, attributes: dict[str, str]) -> None:
        if self._listening:
            self._listen(None)
        self._kind = attributes.get("t", "")
        reference = attributes.get("r", "")
        if not reference:
            self._column += 1
        elif reference.endswith(self._name):
            self._column = _number(reference[: -len(self._name)])
        else:
            raise Damaged  # a cell outside its row

    def _fill(self) -> None:
        """Something stands in this cell. Those that have a format alone do not count: offices paint whole columns."""
        self._cells += 1
        if self._column >= self._columns:
            self._columns = self._column + 1

    def _next_row(self, name: str) -> None:
        self._bound()
        if name and not (name.isascii() and name.isdecimal() and len(name) <= _LONGEST_NUMBER):
            raise Damaged
        self._row = int(name) - 1 if name else self._row + 1
        self._name, self._column = str(self._row + 1), -1

    def _formula(self, data: str) -> None:
        formulas = self.formulas[self._row]
        formulas[self._column] = (formulas[self._column] + data)[:_SHOWN]

    def _text_to_share(self, data: str) -> None:
        self._texts[-1] += len(data)

    def _shared(self, data: str) -> None:
        if data.isdecimal() and int(data) < len(self._texts):
            self._characters += self._texts[int(data)]

    def _bound(self) -> None:
        """What the rows up to here make of the sheet."""
        if self._cells > self._before:
            self._before, self._rows = self._cells, max(self._rows, self._row + 1)
        if (
            max(self._cells, self._rows * self._columns) > MOST_CELLS
            or self._characters > MOST_CHARACTERS
            or self._inflated > MOST_INFLATED
        ):
            raise TooLarge(f"{letters_of(self._columns - 1)}{max(self._row, 0) + 1}")


def _refuse_declarations(*_: object) -> None:
    raise Damaged  # no program that writes workbooks declares entities


@lru_cache(maxsize=1024)
def _number(letters: str) -> int:
    number = 0
    for each in letters:
        number = number * 26 + ord(each) - 64
    if not 0 < number <= _MOST_COLUMNS or not letters.isupper():
        raise Damaged
    return number - 1


def _all(archive: zipfile.ZipFile, name: str, wanted: str) -> list[dict[str, str]]:
    """The attributes of every element of that name in a part that has been read before, so is not too large."""
    found: list[dict[str, str]] = []
    parser = expat.ParserCreate()

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == wanted:
            found.append({key.rpartition(":")[2]: value for key, value in attributes.items()})

    parser.StartElementHandler = start
    with archive.open(name) as part:
        parser.Parse(part.read(_MOST_OF_A_BOOK), True)
    return found


def _part(target: str) -> str:
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
