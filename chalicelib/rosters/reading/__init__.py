"""Reading a list of people as offices send it: bytes in, rows with what they say and what is wrong out. Writes nothing.

``open_list(file)`` understands encoding, delimiter and columns; ``OpenedList.rows(start)`` then reads
row by row, and may begin at any row, as a job that was cut off does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, BinaryIO

from chalicelib.rosters.reading.rows import IDENTIFYING, Column, Field, Problem, Row

if TYPE_CHECKING:
    from chalicelib.rosters.reading.opening import OpenedList

__all__ = ["IDENTIFYING", "Column", "Field", "Problem", "Row", "open_list"]


def open_list(
    file: BinaryIO, mapping: Mapping[int, Field | None] | None = None, header_row: int | None = None
) -> OpenedList:
    """Understand a list: what is in it counts, not how the file is called. ``file`` can be sought in and stays the
    caller's to close. ``mapping`` says what columns are, by their places, where the guess is wrong (None: left aside);
    ``header_row`` which row has the headings, as a spreadsheet numbers rows (0: there are none; None: to be found).

    Raises: ListUnreadable, in one of its kinds.
    """
    from chalicelib.rosters.reading import opening  # 30 ms that no request but those about lists should wait for

    return opening.opened(file, mapping, header_row)
