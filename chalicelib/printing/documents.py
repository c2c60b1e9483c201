"""Pages of text, lines and squares, as a PDF (ISO 32000): pydyf writes its objects, what they are is said here.

Measures are points (1/72 inch) from the upper left corner of the page. Fonts are embedded, with the table by which
readers, searches and screen readers get the text back.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence

import pydyf

from chalicelib.printing import fonts
from chalicelib.printing.fonts import Face, Weight

A4 = (595.0, 842.0)
_NAMES: dict[Weight, str] = {"regular": "R", "bold": "B"}
_MAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange
{blocks}
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""
_MAPPED_AT_ONCE = 100  # the most that one block of such a table takes


class Page:
    """One page that is being drawn."""

    def __init__(self, size: tuple[float, float] = A4) -> None:
        self.width, self.height = size
        self.stream = pydyf.Stream(compress=True)

    def text(self, x: float, y: float, text: str, size: float, weight: Weight = "regular") -> None:
        """Write a line whose letters stand on ``y``."""
        self.stream.begin_text()
        self.stream.set_font_size(_NAMES[weight], size)
        self.stream.set_text_matrix(1, 0, 0, 1, x, self.height - y)
        self.stream.show_text(f"<{fonts.face(weight).encoded(text)}>")
        self.stream.end_text()

    def line(self, x1: float, y1: float, x2: float, y2: float, *, dashed: bool = False) -> None:
        """Draw a thin grey line."""
        self.stream.push_state()
        self.stream.set_line_width(0.4)
        self.stream.set_color_rgb(0.6, 0.6, 0.6, stroke=True)
        if dashed:
            self.stream.set_dash([3, 3], 0)
        self.stream.move_to(x1, self.height - y1)
        self.stream.line_to(x2, self.height - y2)
        self.stream.stroke()
        self.stream.pop_state()

    def squares(self, x: float, y: float, side: float, rows: Sequence[Sequence[bool]]) -> None:
        """Draw a square of black and white squares (a QR code) of that side, ``x`` and ``y`` its upper left corner."""
        self.stream.push_state()
        self.stream.set_matrix(side, 0, 0, side, x, self.height - y - side)
        self.stream.inline_image(len(rows), len(rows), "Gray", 1, b"".join(map(_bits, rows)))
        self.stream.pop_state()


class Document:
    """A document that is being written, page by page."""

    def __init__(self, title: str, language: str = "vi") -> None:
        self._pdf = pydyf.PDF()
        self._pdf.info["Title"] = pydyf.String(title)
        self._pdf.catalog["Lang"] = pydyf.String(language)
        embedded = {name: self._embedded(fonts.face(weight)) for weight, name in _NAMES.items()}
        self._fonts = pydyf.Dictionary({"Font": pydyf.Dictionary(embedded)})

    def add(self, page: Page) -> None:
        """Add a page that is drawn."""
        self._pdf.add_object(page.stream)
        self._pdf.add_page(
            pydyf.Dictionary(
                {
                    "Type": "/Page",
                    "Parent": self._pdf.pages.reference,
                    "MediaBox": pydyf.Array([0, 0, page.width, page.height]),
                    "Contents": page.stream.reference,
                    "Resources": self._fonts,
                }
            )
        )

    def written(self) -> bytes:
        """The file."""
        output = io.BytesIO()
        self._pdf.write(output, compress=True)
        return output.getvalue()

    def _embedded(self, face: Face) -> bytes:
        """A composite font (ISO 32000, 9.7) whose codes are the glyphs themselves; gives the reference to it."""
        file = self._added(
            pydyf.Stream([zlib.compress(face.file)], {"Length1": len(face.file), "Filter": "/FlateDecode"})
        )
        descriptor = {
            "Type": "/FontDescriptor", "FontName": f"/{face.name}", "Flags": 32, "FontBBox": pydyf.Array(face.box),
            "ItalicAngle": 0, "Ascent": face.ascent, "Descent": face.descent, "CapHeight": face.ascent, "StemV": 80,
            "FontFile2": file,
        }  # fmt: skip
        glyphs = {
            "Type": "/Font", "Subtype": "/CIDFontType2", "BaseFont": f"/{face.name}", "CIDToGIDMap": "/Identity",
            "CIDSystemInfo": "<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>",
            "FontDescriptor": self._added(pydyf.Dictionary(descriptor)),
            "W": pydyf.Array([0, pydyf.Array(face.widths)]),
        }  # fmt: skip
        font = {
            "Type": "/Font", "Subtype": "/Type0", "BaseFont": f"/{face.name}", "Encoding": "/Identity-H",
            "DescendantFonts": pydyf.Array([self._added(pydyf.Dictionary(glyphs))]),
            "ToUnicode": self._added(pydyf.Stream([_to_unicode(face)], compress=True)),
        }  # fmt: skip
        return self._added(pydyf.Dictionary(font))

    def _added(self, part: pydyf.Object) -> bytes:
        self._pdf.add_object(part)
        reference: bytes = part.reference
        return reference


def _to_unicode(face: Face) -> bytes:
    characters: dict[int, int] = {}
    for character, glyph in face.glyphs.items():
        characters.setdefault(glyph, character)
    lines = [f"<{glyph:04x}> <{character:04x}>" for glyph, character in sorted(characters.items())]
    blocks = []
    for start in range(0, len(lines), _MAPPED_AT_ONCE):
        block = lines[start : start + _MAPPED_AT_ONCE]
        blocks += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    return _MAP.format(blocks="\n".join(blocks)).encode()


def _bits(row: Sequence[bool]) -> bytes:
    """A row of an image of one bit a square, black where it is true."""
    length = -(-len(row) // 8)
    number = int("".join("0" if each else "1" for each in row).ljust(8 * length, "1"), 2)
    return number.to_bytes(length)
