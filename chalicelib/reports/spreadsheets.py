"""A course's learners as a file that a spreadsheet opens: CSV (RFC 4180) in UTF-8, with Vietnamese words and times.

Excel takes a file for UTF-8 only when it begins with a byte order mark. A cell that begins like a formula would be run
by the reader's spreadsheet, and names are what people choose for themselves: such a cell gets an apostrophe before it
(OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime

from chalicelib import clock
from chalicelib.cells import harmless
from chalicelib.learning.models import State
from chalicelib.reports.models import Learner

CONTENT_TYPE = "text/csv; charset=utf-8"
_BYTE_ORDER_MARK = "\ufeff"
_HEADERS = (
    "Mã học viên",
    "Họ và tên",
    "Trạng thái",
    "Tiến độ (%)",
    "Ngày ghi danh",
    "Hoạt động gần nhất",
    "Ngày hoàn thành",
    "Hạn hoàn thành",
)
_STATES: dict[State, str] = {"active": "Đang học", "completed": "Đã hoàn thành", "left": "Đã rời khoá học"}


def head() -> str:
    """What the file begins with."""
    return _BYTE_ORDER_MARK + _lines([_HEADERS])


def rows(learners: Iterable[Learner]) -> str:
    """A line for each learner."""
    return _lines(
        [
            each.person,
            each.name or "",
            _STATES[each.state],
            "" if each.percent is None else str(each.percent),
            _time(each.enrolled_at),
            _time(each.last_activity_at),
            _time(each.completed_at) if each.completed_at else "",
            each.due.isoformat() if each.due else "",
        ]
        for each in learners
    )


def file_name(title: str) -> str:
    """What the file is called where it is saved: no character that a file system refuses."""
    plain = "".join(character if character.isalnum() or character in " -_.,()" else " " for character in title)
    return f"Học viên - {' '.join(plain.split())[:100]} - {clock.vietnam_day().isoformat()}.csv"


def _lines(lines: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([harmless(cell) for cell in line] for line in lines)
    return text.getvalue()


def _time(instant: datetime) -> str:
    """The time in Vietnam, in the form that spreadsheets of every language read as a time."""
    return instant.astimezone(clock.VIETNAM).strftime("%Y-%m-%d %H:%M")
