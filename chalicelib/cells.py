"""Files that spreadsheets open: CSV (RFC 4180) in UTF-8, with cells that are harmless to whoever opens them.

Excel takes a file for UTF-8 only when it begins with a byte order mark. A cell that begins like a formula would be run
by the reader's spreadsheet, and names are what people choose for themselves: such a cell gets an apostrophe before it
(OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote

from chalicelib import clock

CSV = "text/csv; charset=utf-8"
# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection), some also in the full-width forms.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BYTE_ORDER_MARK = "\ufeff"
_LONGEST_TITLE = 100


def harmless(text: str) -> str:
    """The text as no spreadsheet takes it for a formula: names are what people choose for themselves."""
    return f"'{text}" if text.startswith(FORMULAS) else text


def head(headings: Iterable[str]) -> str:
    """What a CSV file begins with: its mark, and the line of its headings."""
    return _BYTE_ORDER_MARK + lines([headings])


def lines(rows: Iterable[Iterable[str]]) -> str:
    """Lines of a CSV file, each cell harmless."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def moment(instant: datetime | None) -> str:
    """A time in Vietnam, in the form that spreadsheets of every language read as a time; nothing for none."""
    return instant.astimezone(clock.VIETNAM).strftime("%Y-%m-%d %H:%M") if instant else ""


def file_name(what: str, title: str) -> str:
    """What a CSV file of today is called where it is saved: no character that a file system refuses."""
    plain = "".join(character if character.isalnum() or character in " -_.,()" else " " for character in title)
    return f"{what} - {' '.join(plain.split())[:_LONGEST_TITLE]} - {clock.vietnam_day().isoformat()}.csv"


def saved_as(name: str) -> dict[str, str]:
    """The header by which a browser saves an answer under that name (RFC 6266)."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
