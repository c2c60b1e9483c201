"""What is asked of whom, and until when. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from chalicelib import clock
from chalicelib.learning.merging import Enrolment

Kind = Literal["required", "recommended"]
Stage = Literal["not_begun", "in_progress", "finished"]


@dataclass(frozen=True, slots=True)
class Assignment:
    """A course asked of an audience.

    It is due on a day (``due_on``), or so many days after somebody came into the audience (``due_in_days``), or never.
    ``remind_days`` before that day, and on it, whoever has not completed the course is reminded: by mail, or with
    ``remind_sms`` by a short message those who have no address. ``at``: when it was first asked, epoch seconds.
    """

    course_id: str
    audience: str
    kind: Kind
    due_on: date | None
    due_in_days: int | None
    remind_days: int | None
    remind_sms: bool
    at: int

    @property
    def reminds(self) -> bool:
        """Whether anybody is to be reminded of it."""
        return self.remind_days is not None and (self.due_on is not None or self.due_in_days is not None)

    def due(self, since: int) -> date | None:
        """The last day, in Vietnam, for somebody who is in the audience since then (epoch seconds).

        Who was in it before the course was asked of it has the same time as who comes on the day that it is.
        """
        if self.due_in_days is None:
            return self.due_on
        return day_of(max(since, self.at)) + timedelta(days=self.due_in_days)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of one person about one course."""

    course_id: str
    kind: Kind
    due: date | None


@dataclass(frozen=True, slots=True)
class Row:
    """A course on a learner's home: what is asked, and their enrolment, of which at least one is there."""

    course_id: str
    enrolment: Enrolment | None
    due: date | None


@dataclass(frozen=True, slots=True)
class Rows:
    """A learner's home, each part in its order."""

    required: list[Row]
    recommended: list[Row]
    in_progress: list[Row]
    finished: list[Row]


def day_of(epoch_s: int) -> date:
    """The day in Vietnam of that second."""
    return clock.vietnam_day(datetime.fromtimestamp(epoch_s, UTC))


def asked_of(assignments: Iterable[Assignment], since: Mapping[str, int]) -> dict[str, Asked]:
    """What is asked of somebody in these audiences since then, by course: required by any is required, and of several
    days the first holds."""
    found: dict[str, Asked] = {}
    for each in assignments:
        if each.audience not in since:
            continue
        asked = Asked(each.course_id, each.kind, each.due(int(since[each.audience])))
        other = found.get(each.course_id)
        found[each.course_id] = _both(asked, other) if other else asked
    return found


def _both(one: Asked, other: Asked) -> Asked:
    kind: Kind = "required" if "required" in (one.kind, other.kind) else "recommended"
    return Asked(one.course_id, kind, earlier(one.due, other.due))


def earlier(one: date | None, other: date | None) -> date | None:
    """The first of two days, either of which may be none."""
    return min((day for day in (one, other) if day is not None), default=None)


def due_of(enrolment: Enrolment) -> date | None:
    """The last day on which to complete an enrolment, as it was required."""
    return None if enrolment.due is None else date.fromisoformat(enrolment.due)


def stage_of(enrolment: Enrolment | None) -> Stage:
    """How far somebody is, who was asked a course; whoever is enrolled and has done nothing has not begun."""
    if enrolment is None:
        return "not_begun"
    if enrolment.completed_at is not None:
        return "finished"
    return "in_progress" if enrolment.begun else "not_begun"


def is_overdue(stage: Stage, due: date | None, today: date) -> bool:
    """Whether the last day is past and the course not completed."""
    return stage != "finished" and due is not None and due < today


def composed(asked: Mapping[str, Asked], enrolments: Iterable[Enrolment]) -> Rows:
    """The home of somebody of whom this is asked, and who is enrolled there: every course stands in one part.

    Required is what an audience or a deadline of the enrolment requires, until it is completed; whoever left a course
    that is only recommended is not offered it again.
    """
    rows, seen = Rows([], [], [], []), set()
    for enrolment in enrolments:
        seen.add(enrolment.course_id)
        part, due = _part(rows, enrolment, asked.get(enrolment.course_id))
        if part is not None:
            part.append(Row(enrolment.course_id, enrolment, due))
    for course_id, each in asked.items():
        if course_id not in seen:
            part = rows.required if each.kind == "required" else rows.recommended
            part.append(Row(course_id, None, each.due))
    rows.required.sort(key=lambda row: (row.due or date.max, row.course_id))
    rows.in_progress.sort(key=lambda row: row.enrolment.seen_ms if row.enrolment else 0, reverse=True)
    rows.finished.sort(key=lambda row: (row.enrolment and row.enrolment.completed_at) or 0, reverse=True)
    return rows


def _part(rows: Rows, enrolment: Enrolment, asked: Asked | None) -> tuple[list[Row] | None, date | None]:
    """Where an enrolment stands, if anywhere, and its day."""
    due = earlier(due_of(enrolment), asked.due if asked else None)
    if enrolment.completed_at is not None:
        return rows.finished if enrolment.active else None, due
    if (asked is not None and asked.kind == "required") or (enrolment.active and enrolment.due is not None):
        return rows.required, due
    return rows.in_progress if enrolment.active else None, due
