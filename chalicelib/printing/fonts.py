"""The font of what we print: Be Vietnam Pro (SIL Open Font Licence), drawn for Vietnamese, cut down to Latin and
Vietnamese letters (``docs/dependencies.md`` says how).

Every Vietnamese letter has a glyph of its own, so text in NFC needs no shaping: a letter is looked up and its width
added. A letter of another Latin alphabet is printed as the letter under its marks (ř as r); what the font has no glyph
for at all as a question mark, for the font's own sign for it is blank, and what is not to be seen not at all.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

Weight = Literal["regular", "bold"]
WEIGHTS: tuple[Weight, ...] = ("regular", "bold")
_FOLDER = Path(__file__).with_name("fonts")
_ELLIPSIS = "…"
_TO_LAST = 0xFFFF


@dataclass(frozen=True, slots=True)
class Face:
    """One weight of the font: the file, its measures in thousandths of the size, the glyph of each character, and the
    width of each glyph."""

    name: str
    file: bytes
    ascent: int
    descent: int
    box: tuple[int, int, int, int]
    glyphs: Mapping[int, int]
    widths: tuple[int, ...]

    def encoded(self, text: str) -> str:
        """The text's glyphs in hexadecimal, two bytes each (ISO 32000, Identity-H)."""
        return "".join(f"{glyph:04x}" for glyph in self._glyphs(text))

    def width(self, text: str, size: float) -> float:
        """How wide the text is in points."""
        return sum(self.widths[glyph] for glyph in self._glyphs(text)) * size / 1000

    def fitted(self, text: str, size: float, most: float) -> str:
        """The text, or as much of its beginning as is at most so wide, with an ellipsis."""
        if self.width(text, size) <= most:
            return text
        while text and self.width(text + _ELLIPSIS, size) > most:
            text = text[:-1].rstrip()
        return text + _ELLIPSIS

    def printable(self, text: str) -> str:
        """The text in NFC, of letters that the font has wherever there is one."""
        composed = unicodedata.normalize("NFC", text)
        if all(ord(each) in self.glyphs for each in composed):
            return composed
        return "".join(each if ord(each) in self.glyphs else self._base(each) for each in composed)

    def _base(self, letter: str) -> str:
        found = "".join(each for each in unicodedata.normalize("NFKD", letter) if ord(each) in self.glyphs)
        if unicodedata.combining(letter) or unicodedata.category(letter) == "Cf":
            return ""  # a mark that no letter takes; a sign that turns the text about, or joins letters
        return found or "?"

    def _glyphs(self, text: str) -> list[int]:
        return [self.glyphs.get(ord(each), 0) for each in self.printable(text)]


def path(weight: Weight) -> Path:
    """Where the file of a weight is."""
    return _FOLDER / f"be-vietnam-pro-{weight}.ttf"


@lru_cache(maxsize=len(WEIGHTS))
def face(weight: Weight) -> Face:
    """One weight, read from its file (OpenType 1.9: head, hhea, hmtx, and cmap in format 4)."""
    file = path(weight).read_bytes()
    tables = _tables(file)
    units = struct.unpack_from(">H", file, tables["head"] + 18)[0]
    ascent, descent = struct.unpack_from(">hh", file, tables["hhea"] + 4)
    measured = struct.unpack_from(">H", file, tables["hhea"] + 34)[0]
    count = struct.unpack_from(">H", file, tables["maxp"] + 4)[0]
    widths = [struct.unpack_from(">H", file, tables["hmtx"] + 4 * glyph)[0] for glyph in range(measured)]
    widths += [widths[-1]] * (count - measured)  # the last width counts for all glyphs after it

    def thousandths(number: int) -> int:
        return round(number * 1000 / int(units))

    box = struct.unpack_from(">hhhh", file, tables["head"] + 36)
    return Face(
        name=f"BeVietnamPro-{weight.capitalize()}",
        file=file,
        ascent=thousandths(ascent),
        descent=thousandths(descent),
        box=(thousandths(box[0]), thousandths(box[1]), thousandths(box[2]), thousandths(box[3])),
        glyphs=_characters(file, tables["cmap"]),
        widths=tuple(map(thousandths, widths)),
    )


def _tables(file: bytes) -> dict[str, int]:
    """Where each table begins."""
    found: dict[str, int] = {}
    for number in range(struct.unpack_from(">H", file, 4)[0]):
        tag, _, offset, _ = struct.unpack_from(">4sLLL", file, 12 + 16 * number)
        found[tag.decode()] = offset
    return found


def _characters(file: bytes, cmap: int) -> dict[int, int]:
    """The glyph of each character, out of the first subtable, which is of format 4 in our files."""
    at = cmap + struct.unpack_from(">L", file, cmap + 8)[0]
    segments = struct.unpack_from(">H", file, at + 6)[0] // 2

    def column(offset: int, kind: str) -> tuple[Any, ...]:
        return struct.unpack_from(f">{segments}{kind}", file, at + offset)

    ends, starts = column(14, "H"), column(16 + 2 * segments, "H")
    deltas, ranges = column(16 + 4 * segments, "h"), column(16 + 6 * segments, "H")
    found: dict[int, int] = {}
    for place, (start, end, delta, offset) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        for character in range(start, min(end, _TO_LAST - 1) + 1):
            glyph = character
            if offset:
                where = at + 16 + 6 * segments + 2 * place + offset + 2 * (character - start)
                glyph = struct.unpack_from(">H", file, where)[0]
            found[character] = (glyph + delta) % 0x10000
    return found
