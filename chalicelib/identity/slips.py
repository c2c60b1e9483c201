"""Slips with activation codes as people cut them out: pages for a printer, rows for whoever prints their own."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from chalicelib import vietnamese

if TYPE_CHECKING:
    from chalicelib.printing.documents import Document, Page

ACROSS, DOWN = 2, 5
_MARGIN, _TOP = 28.0, 46.0
_CELL_WIDTH, _CELL_HEIGHT = 269.5, 153.0
_QR_SIDE = 92.0
_TEXT_WIDTH = _CELL_WIDTH - _QR_SIDE - 22
_NO_UNIT = "Chưa có đơn vị"
_KEEP = "Mã dùng được một lần. Giữ kín, không đưa cho người khác."
_HEADINGS = (
    ("Đơn vị", 44), ("Họ và tên", 30), ("Tên đăng nhập", 26), ("Mã kích hoạt", 16), ("Địa chỉ kích hoạt", 60),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slip:
    """What one person gets: the names of their unit and its elders, eldest first; what to sign in with (as it is shown,
    and as it is typed, unless nobody but they know it); the code; and where to type it."""

    unit: tuple[str, ...]
    name: str
    login: str
    typed: str
    code: str
    address: str

    @property
    def scanned(self) -> str:
        """The address with all that is typed there. It stands after ``#``, which browsers send to nobody."""
        known = {"login": self.typed} if self.typed else {}
        return f"{self.address}#{urlencode({**known, 'code': self.code.replace('-', '')})}"

    @property
    def place(self) -> tuple[Any, ...]:
        """Its place on a sheet: by unit, and there as Vietnamese lists have names; who has no unit comes last."""
        units = tuple(map(vietnamese.collation_key, self.unit))
        return not self.unit, units, vietnamese.name_key(self.name)


def pages(space: str, slips: Sequence[Slip]) -> bytes:
    """A PDF of these slips, ten on a page of A4; each unit begins a page of its own."""
    from chalicelib.printing.documents import Document

    document = Document(f"{space}: mã kích hoạt")
    for unit, of_unit in groupby(sorted(slips, key=lambda slip: slip.place), key=lambda slip: slip.unit):
        _add(document, space, unit, list(of_unit))
    return document.written()


def workbook(slips: Sequence[Slip]) -> bytes:
    """The same as a workbook, a row for each; what is text stays text, so that no name is taken for a formula."""
    from xlsxwriter import Workbook  # 90 ms that only those wait for who print

    output = io.BytesIO()
    with Workbook(output, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet, bold = book.add_worksheet("Mã kích hoạt"), book.add_format({"bold": True})
        for column, (heading, width) in enumerate(_HEADINGS):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, heading, bold)
        for row, slip in enumerate(sorted(slips, key=lambda slip: slip.place), 1):
            cells = (" / ".join(slip.unit), slip.name, slip.login, slip.code, slip.address)
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, len(slips), len(_HEADINGS) - 1)
    return output.getvalue()


def _add(document: Document, space: str, unit: tuple[str, ...], slips: Sequence[Slip]) -> None:
    from chalicelib.printing.documents import Page

    on_page = ACROSS * DOWN
    of_all = -(-len(slips) // on_page)
    for number in range(of_all):
        page = Page()
        _head(page, space, " / ".join(unit) or _NO_UNIT, f"{number + 1}/{of_all}")
        for place, slip in enumerate(slips[number * on_page : (number + 1) * on_page]):
            x = _MARGIN + place % ACROSS * _CELL_WIDTH
            _draw(page, x, _TOP + place // ACROSS * _CELL_HEIGHT, space, slip)
        document.add(page)


def _head(page: Page, space: str, unit: str, number: str) -> None:
    from chalicelib.printing.fonts import face

    bold, right = face("bold"), page.width - _MARGIN
    page.text(_MARGIN, 34, bold.fitted(f"{space} – {unit}", 9, right - _MARGIN - 40), 9, "bold")
    page.text(right - bold.width(number, 9), 34, number, 9, "bold")


def _draw(page: Page, x: float, y: float, space: str, slip: Slip) -> None:
    """One slip, with the lines to cut it out by."""
    from chalicelib.printing import qr

    for left, top, right, bottom in _edges(x, y):
        page.line(left, top, right, bottom, dashed=True)
    page.squares(x + _CELL_WIDTH - _QR_SIDE - 6, y + 24, _QR_SIDE, qr.squares(slip.scanned))
    for down, size, weight, text, most in _lines(space, slip):
        page.text(x + 10, y + down, _fitted(text, size, weight, most), size, weight)


def _lines(space: str, slip: Slip) -> Iterator[tuple[float, float, Any, str, float]]:
    """The texts of a slip: how far down, how large, which weight, what, and how wide at most."""
    whole = _CELL_WIDTH - 20
    yield 16, 7, "regular", space, whole
    yield 36, 11, "bold", slip.name, _TEXT_WIDTH
    yield 54, 7, "regular", "Tên đăng nhập", _TEXT_WIDTH
    yield 66, 10, "regular", slip.login, _TEXT_WIDTH
    yield 84, 7, "regular", "Mã kích hoạt", _TEXT_WIDTH
    yield 101, 15, "bold", slip.code, _TEXT_WIDTH
    yield 122, 7, "regular", "Quét mã bằng điện thoại, hoặc mở:", whole
    yield 133, 7.5, "bold", slip.address.partition("://")[2], whole
    yield 145, 6.5, "regular", _KEEP, whole


def _fitted(text: str, size: float, weight: Any, most: float) -> str:
    from chalicelib.printing.fonts import face

    return face(weight).fitted(text, size, most)


def _edges(x: float, y: float) -> Iterator[tuple[float, float, float, float]]:
    right, bottom = x + _CELL_WIDTH, y + _CELL_HEIGHT
    yield x, y, right, y
    yield x, bottom, right, bottom
    yield x, y, x, bottom
    yield right, y, right, bottom
