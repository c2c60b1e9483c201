"""Lists as workbooks (.xlsx). calamine (Rust) reads them; it takes memory for every cell up to the farthest and for
every text as often as it is used, so how much that would be is found out first, in constant memory."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from chalicelib import sheet_extent
from chalicelib.rosters.reading import headings
from chalicelib.rosters.reading.refusals import ListEmpty, ListOfAnotherFormat, ListTooLarge, WorkbookDamaged
from chalicelib.rosters.reading.rows import Record

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_LOOKED_AT = 40  # rows of a sheet in which its headings are sought
_ENOUGH_HEADINGS = 2


class Workbook:
    """The first visible sheet of a workbook that has headings, or else that has anything.

    Raises: WorkbookDamaged, ListOfAnotherFormat, ListTooLarge, ListEmpty.
    """

    encoding = "xlsx"
    delimiter = None

    def __init__(self, file: BinaryIO) -> None:
        parts = _checked(file)
        chosen = _chosen(_opened(file))
        self._rows = chosen
        self._left = (chosen.start or (0, 0))[1]
        self._computed = parts.get(chosen.name, {})
        self._merged = _downward(chosen)
        self.sheet = chosen.name
        self.total = chosen.total_height

    def records(self) -> Generator[Record, None, None]:
        """Every row from the first of the sheet, each cell as text."""
        empty = [""] * self._left
        spreading: dict[int, tuple[int, str]] = {}  # by column: until which row what stands there
        for number, values in enumerate(self._rows.iter_rows(), 1):
            cells = empty + [value if type(value) is str else _text(value) for value in values]
            spreading |= {
                index: (last, cells[index]) for index, last in self._merged.get(number - 1, ()) if index < len(cells)
            }
            if spreading:
                spreading = _spread(cells, spreading, number - 1)
            found = self._computed.get(number - 1)
            yield Record(number, cells, _shown(cells, found)) if found else Record(number, cells)


def _checked(file: BinaryIO) -> dict[str, sheet_extent.Formulas]:
    try:
        return sheet_extent.checked(file)
    except sheet_extent.NoWorkbook:
        raise ListOfAnotherFormat from None
    except sheet_extent.TooLarge as found:
        raise ListTooLarge(cell=found.cell) from None
    except sheet_extent.Damaged as error:
        raise WorkbookDamaged from error


def _opened(file: BinaryIO) -> CalamineWorkbook:
    from python_calamine import CalamineError, CalamineWorkbook  # only lists need it

    file.seek(0)
    try:
        return CalamineWorkbook.from_filelike(file)
    except CalamineError as error:
        raise WorkbookDamaged from error


def _chosen(workbook: CalamineWorkbook) -> CalamineSheet:
    from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum

    first = None
    for place, about in enumerate(workbook.sheets_metadata):
        if about.typ is not SheetTypeEnum.WorkSheet or about.visible is not SheetVisibleEnum.Visible:
            continue
        try:
            sheet = workbook.get_sheet_by_index(place)
        except CalamineError as error:
            raise WorkbookDamaged from error
        rows = ([str(cell) for cell in row] for row in islice(sheet.iter_rows(), _LOOKED_AT))
        if any(len(headings.recognised(cells)) >= _ENOUGH_HEADINGS for cells in rows):
            return sheet
        first = first or (sheet if sheet.height else None)
    if first is None:
        raise ListEmpty
    return first


def _downward(sheet: CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """Cells merged over several rows, as a unit's name beside all its people: by first row, the column and last row."""
    found: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        if bottom > top:
            found.setdefault(top, []).append((left, bottom))
    return found


def _spread(cells: list[str], spreading: dict[int, tuple[int, str]], row: int) -> dict[int, tuple[int, str]]:
    still = {index: (last, value) for index, (last, value) in spreading.items() if row <= last}
    for index, (_, value) in still.items():
        if index < len(cells) and not cells[index]:
            cells[index] = value
    return still


def _shown(cells: list[str], formulas: dict[int, str]) -> frozenset[int]:
    """Puts a formula where nothing was computed from it; the others stand for what they gave when the office saved."""
    for index, formula in formulas.items():
        if index < len(cells) and not cells[index]:
            cells[index] = formula
        elif index >= len(cells):
            cells.extend([""] * (index - len(cells)) + [formula])
    return frozenset(index for index, formula in formulas.items() if cells[index] != formula)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    return "" if value is None else str(value)
