"""Pages of text, lines, squares and pictures, as a PDF (ISO 32000): pydyf writes its objects, what they are we say.

Measures are points (1/72 inch) from the upper left corner of the page. Fonts are embedded, with the table by which
readers, searches and screen readers get the text back. A page whose parts are ``tagged`` tells those what each part is,
in the order in which it was drawn (14.7 and 14.8).
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import pydyf

from chalicelib.printing import fonts
from chalicelib.printing.fonts import Face, Weight
from chalicelib.printing.paragraphs import Line, Run
from chalicelib.printing.pictures import Embedded

A4 = (595.0, 842.0)
A4_LANDSCAPE = (842.0, 595.0)
BLACK, GREY = "#000000", "#999999"
Role = Literal["H1", "H2", "P", "Figure"]
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


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a page that is told apart: what it is, and what is read aloud instead of a picture."""

    role: Role
    instead: str | None


class Page:
    """One page that is being drawn."""

    def __init__(self, size: tuple[float, float] = A4) -> None:
        self.width, self.height = size
        self.stream = pydyf.Stream(compress=True)
        self.parts: list[_Part] = []
        self.pictures: list[Embedded] = []

    @contextmanager
    def tagged(self, role: Role, instead: str | None = None) -> Iterator[None]:
        """What is drawn in this block is one part of the text, or a picture that ``instead`` describes."""
        self.stream.begin_marked_content(role, f"<< /MCID {len(self.parts)} >>")
        self.parts.append(_Part(role, instead))
        yield
        self.stream.end_marked_content()

    @contextmanager
    def ornament(self) -> Iterator[None]:
        """What is drawn in this block says nothing: nobody reads it aloud."""
        self.stream.begin_marked_content("Artifact")
        yield
        self.stream.end_marked_content()

    def text(self, x: float, y: float, text: str, size: float, weight: Weight = "regular") -> None:
        """Write a line whose letters stand on ``y``."""
        self.runs(x, y, (Run(text, weight),), size)

    def runs(self, x: float, y: float, line: Line, size: float, colour: str = BLACK, spacing: float = 0) -> None:
        """Write a line of several weights, its letters apart by ``spacing`` points."""
        self.stream.begin_text()
        self._paint(colour)
        self.stream.set_text_matrix(1, 0, 0, 1, x, self.height - y)
        self.stream.stream.append(f"{spacing:g} Tc")
        for run in line:
            self.stream.set_font_size(_NAMES[run.weight], size)
            self.stream.show_text(f"<{fonts.face(run.weight).encoded(run.text)}>")
        self.stream.end_text()

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        *,
        dashed: bool = False,
        width: float = 0.4,
        colour: str = GREY,
    ) -> None:
        """Draw a line."""
        self.stream.push_state()
        self.stream.set_line_width(width)
        self._paint(colour, stroke=True)
        if dashed:
            self.stream.set_dash([3, 3], 0)
        self.stream.move_to(x1, self.height - y1)
        self.stream.line_to(x2, self.height - y2)
        self.stream.stroke()
        self.stream.pop_state()

    def frame(self, x: float, y: float, width: float, height: float, thickness: float, colour: str) -> None:
        """Draw the edges of a rectangle."""
        self.stream.push_state()
        self.stream.set_line_width(thickness)
        self._paint(colour, stroke=True)
        self.stream.rectangle(x, self.height - y - height, width, height)
        self.stream.stroke()
        self.stream.pop_state()

    def rectangle(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Fill a rectangle."""
        self.stream.push_state()
        self._paint(colour)
        self.stream.rectangle(x, self.height - y - height, width, height)
        self.stream.fill()
        self.stream.pop_state()

    def picture(self, x: float, y: float, width: float, height: float, picture: Embedded) -> None:
        """Draw a picture, ``x`` and ``y`` its upper left corner."""
        self.stream.push_state()
        self.stream.set_matrix(width, 0, 0, height, x, self.height - y - height)
        self.stream.draw_x_object(f"I{len(self.pictures)}")
        self.stream.pop_state()
        self.pictures.append(picture)

    def squares(self, x: float, y: float, side: float, rows: Sequence[Sequence[bool]]) -> None:
        """Draw a square of black and white squares (a QR code) of that side, ``x`` and ``y`` its upper left corner."""
        self.stream.push_state()
        self.stream.set_matrix(side, 0, 0, side, x, self.height - y - side)
        self.stream.inline_image(len(rows), len(rows), "Gray", 1, b"".join(map(_bits, rows)))
        self.stream.pop_state()

    def _paint(self, colour: str, *, stroke: bool = False) -> None:
        red, green, blue = (round(int(colour[at : at + 2], 16) / 255, 4) for at in (1, 3, 5))
        self.stream.set_color_rgb(red, green, blue, stroke=stroke)


class Document:
    """A document that is being written, page by page."""

    def __init__(self, title: str, language: str = "vi") -> None:
        self._pdf = pydyf.PDF()
        self._pdf.info["Title"] = pydyf.String(title)
        self._pdf.catalog["Lang"] = pydyf.String(language)
        self._pdf.catalog["ViewerPreferences"] = pydyf.Dictionary({"DisplayDocTitle": "true"})
        self._parts: tuple[pydyf.Dictionary, pydyf.Array] | None = None
        embedded = {name: self._embedded(fonts.face(weight)) for weight, name in _NAMES.items()}
        self._fonts = pydyf.Dictionary({"Font": pydyf.Dictionary(embedded)})

    def add(self, page: Page) -> None:
        """Add a page that is drawn."""
        self._pdf.add_object(page.stream)
        told = pydyf.Dictionary(
            {
                "Type": "/Page",
                "Parent": self._pdf.pages.reference,
                "MediaBox": pydyf.Array([0, 0, page.width, page.height]),
                "Contents": page.stream.reference,
                "Resources": self._resources(page),
            }
        )
        self._pdf.add_page(told)
        if page.parts:
            self._tell(page, told)

    def _resources(self, page: Page) -> pydyf.Dictionary:
        if not page.pictures:
            return self._fonts
        pictures = {f"I{number}": self._picture(each) for number, each in enumerate(page.pictures)}
        return pydyf.Dictionary({**self._fonts, "XObject": pydyf.Dictionary(pictures)})

    def _tell(self, page: Page, told: pydyf.Dictionary) -> None:
        """What the page's parts are, in their order."""
        if self._parts is None:
            self._parts = self._begin_parts()
        root, numbers = self._parts
        told["StructParents"], told["Tabs"] = len(numbers) // 2, "/S"
        of_page = [self._added(_part(part, number, told, root)) for number, part in enumerate(page.parts)]
        numbers += [told["StructParents"], pydyf.Array(of_page)]
        root["K"] += of_page

    def _begin_parts(self) -> tuple[pydyf.Dictionary, pydyf.Array]:
        numbers = pydyf.Array()
        tree = pydyf.Dictionary({"Type": "/StructTreeRoot", "ParentTree": pydyf.Dictionary({"Nums": numbers})})
        document = pydyf.Dictionary({"Type": "/StructElem", "S": "/Document", "K": pydyf.Array()})
        document["P"] = self._added(tree)
        tree["K"] = self._added(document)
        self._pdf.catalog["StructTreeRoot"] = tree.reference
        self._pdf.catalog["MarkInfo"] = pydyf.Dictionary({"Marked": "true"})
        return document, numbers

    def _picture(self, picture: Embedded) -> bytes:
        facts = {
            "Type": "/XObject", "Subtype": "/Image", "Width": picture.width, "Height": picture.height,
            "BitsPerComponent": 8, "Filter": "/FlateDecode",
        }  # fmt: skip
        colours = {**facts, "ColorSpace": "/DeviceRGB"}
        if picture.opacity is not None:
            mask = pydyf.Stream([picture.opacity], {**facts, "ColorSpace": "/DeviceGray"})
            colours["SMask"] = self._added(mask)
        return self._added(pydyf.Stream([picture.colours], colours))

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


def _part(part: _Part, number: int, page: pydyf.Dictionary, document: pydyf.Dictionary) -> pydyf.Dictionary:
    facts = {
        "Type": "/StructElem", "S": f"/{part.role}", "P": document.reference, "Pg": page.reference, "K": number,
    }  # fmt: skip
    return pydyf.Dictionary(facts | ({"Alt": pydyf.String(part.instead)} if part.instead else {}))


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
