"""A course's learners as lines of a CSV file, with Vietnamese words and times."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib import cells
from chalicelib.learning.models import State
from chalicelib.reports.models import Learner

HEADINGS = (
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
    return cells.head(HEADINGS)


def rows(learners: Iterable[Learner]) -> str:
    """A line for each learner."""
    return cells.lines(
        [
            each.person,
            each.name or "",
            _STATES[each.state],
            "" if each.percent is None else str(each.percent),
            cells.moment(each.enrolled_at),
            cells.moment(each.last_activity_at),
            cells.moment(each.completed_at),
            each.due.isoformat() if each.due else "",
        ]
        for each in learners
    )


def file_name(title: str) -> str:
    """What the file is called where it is saved."""
    return cells.file_name("Học viên", title)
