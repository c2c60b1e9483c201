"""Assignments and orders to enrol, as they cross the boundary."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from chalicelib import clock
from chalicelib.assignments.rules import Assignment, Kind, Stage
from chalicelib.audiences.models import AudienceId
from chalicelib.courses.catalogue import Card
from chalicelib.errors import rule
from chalicelib.http.models import Distinct, Id, Inbound, Outbound, PageQuery
from chalicelib.jobs.writing import WrittenFile
from chalicelib.learning.models import instant
from chalicelib.people.models import UnitPath

MOST = 200  # courses asked of audiences in one space
MOST_NAMED = 500
MOST_DAYS = 3_650
MOST_REMIND_DAYS = 60

_due_on = Field(default=None, description="The last day, in Vietnam, on which to complete it.", examples=["2031-12-31"])
_remind_days = Field(
    default=7,
    ge=1,
    le=MOST_REMIND_DAYS,
    description="So many days before the last, and on it, whoever has not completed the course gets a mail; null: "
    "nobody does.",
)
_remind_sms = Field(
    default=False, description="Whether those without an e-mail address get a short message, which is paid for."
)


def _require_to_come(due_on: date | None) -> None:
    if due_on is not None and due_on < clock.vietnam_day():
        vi, en = "Hạn hoàn thành đã qua. Hãy chọn ngày khác.", "This day is past. Choose another one."
        raise rule("due_past", vi, en, field="due_on")


class NewAssignment(Inbound):
    """What a course is to an audience."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "required", "due_on": "2031-12-31"}]})

    kind: Kind = Field(description="`recommended` is offered on the home of everyone in the audience, never due.")
    due_on: date | None = _due_on
    due_in_days: int | None = Field(
        default=None,
        ge=1,
        le=MOST_DAYS,
        description="Due so many days after somebody came into the audience; who was in it before has the time from "
        "when the course was first asked of it.",
        examples=[30],
    )
    remind_days: int | None = _remind_days
    remind_sms: bool = _remind_sms

    @model_validator(mode="after")
    def _is_due_once(self) -> Self:
        if self.due_on is not None and self.due_in_days is not None:
            vi = "Chỉ chọn một cách tính hạn: theo ngày, hoặc theo số ngày."
            raise rule("due_twice", vi, "Give one due, not two.", field="due_in_days")
        if self.kind == "recommended" and (self.due_on is not None or self.due_in_days is not None):
            vi = "Khoá học gợi ý không có hạn hoàn thành. Hãy bỏ hạn, hoặc chọn bắt buộc."
            en = "What is recommended is never due. Leave the due out, or require the course."
            raise rule("due_unasked", vi, en, field="due_on" if self.due_on else "due_in_days")
        _require_to_come(self.due_on)
        return self


class AssignmentCard(Outbound):
    """A course asked of an audience."""

    course: Id
    title: str = Field(examples=["An toàn trên không gian mạng"])
    audience: AudienceId
    kind: Kind
    due_on: date | None
    due_in_days: int | None
    remind_days: int | None
    remind_sms: bool
    asked_at: datetime = Field(description="Since when the course is asked of the audience.")
    offered: bool = Field(
        description="Whether it can be begun. What is not published, or is archived, stands only on the homes of those "
        "who are enrolled in it."
    )

    @classmethod
    def of(cls, assignment: Assignment, card: Card | None) -> AssignmentCard:
        """How staff see it; ``card`` is the course's."""
        return cls(
            course=assignment.course_id,
            title=card.title if card else "",
            offered=card is not None and card.status == "published",
            audience=assignment.audience,
            kind=assignment.kind,
            due_on=assignment.due_on,
            due_in_days=assignment.due_in_days,
            remind_days=assignment.remind_days,
            remind_sms=assignment.remind_sms,
            asked_at=instant(assignment.at),
        )


class AssignmentQuery(PageQuery):
    """Which assignments to list."""

    course: Id | None = None
    audience: AudienceId | None = None


class NewOrder(Inbound):
    """Whom to enrol in a course: exactly one of ``audience``, ``unit``, ``roster``, ``people``."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"audience": "public-sector", "due_on": "2031-12-31", "remind_days": 7}]}
    )

    audience: AudienceId | None = Field(default=None, description="Everyone who is in it when the job comes to them.")
    unit: UnitPath | None = Field(default=None, description="Everyone in this unit, and in the units under it.")
    roster: Id | None = Field(default=None, description="Everyone of a list that has been taken over.")
    people: Annotated[list[Id], Field(min_length=1, max_length=MOST_NAMED), Distinct] | None = None
    due_on: date | None = _due_on
    remind_days: int | None = _remind_days
    remind_sms: bool = _remind_sms

    @model_validator(mode="after")
    def _says_whom(self) -> Self:
        if sum(each is not None for each in (self.audience, self.unit, self.roster, self.people)) != 1:
            vi = "Hãy chọn đúng một: nhóm đối tượng, đơn vị, danh sách, hoặc từng người."
            en = "Name exactly one: an audience, a unit, a roster, or people."
            raise rule("whom_unclear", vi, en, field="audience")
        _require_to_come(self.due_on)
        return self


class Order(Outbound):
    """An enrolling under way: the job's result counts who is `new`, `changed` (had another deadline, or had left),
    `unchanged` (has completed it, or had this very deadline) and `passed` (shut out, or not there any more)."""

    job: Id
    course: Id


OrderState = Literal["running", "done", "failed", "cancelled", "undoing", "undone"]


class OrderCounts(Outbound):
    """What came of an order."""

    new: int
    changed: int = Field(description="Had another deadline, or had left.")
    unchanged: int = Field(description="Had completed it, or had this very deadline.")
    passed: int = Field(description="Shut out, or not there any more.")


class UndoneCounts(Outbound):
    """What undoing an order came to."""

    removed: int = Field(description="Enrolled by the order, not begun: un-enrolled.")
    released: int = Field(
        description="Keep their progress, and are asked again what they were asked before, if at all."
    )
    unchanged: int = Field(description="Have completed it, or something newer is required of them.")


class OrderCard(Outbound):
    """An order to enrol. Kept for 90 days, and so long after the day that is due."""

    id: Id = Field(description="Also the id of its job, which tells how far it is.")
    course: Id
    title: str = Field(examples=["An toàn trên không gian mạng"], description="Empty for a course that is no more.")
    audience: str | None
    unit: str | None
    roster: Id | None
    people: int | None = Field(description="How many were named one by one.")
    due_on: date | None
    ordered_by: str = Field(description="Id of who gave it.")
    ordered_at: datetime
    state: OrderState
    result: OrderCounts | None = Field(description="Null while it goes on.")
    undo: Id | None = Field(description="The job that undoes it.")
    undone: UndoneCounts | None

    @classmethod
    def of(cls, order: Mapping[str, Any], title: str) -> OrderCard:
        """How staff see it."""
        due, whom = order.get("due"), order["whom"]
        return cls(
            id=order["sk"],
            course=order["course"],
            title=title,
            audience=whom.get("audience"),
            unit=whom.get("unit"),
            roster=whom.get("roster"),
            people=whom.get("people"),
            due_on=date.fromisoformat(due) if due else None,
            ordered_by=order["by"],
            ordered_at=clock.from_timestamp(order["at"]),
            state=order["st"],
            result=OrderCounts(**order["counts"]) if "counts" in order else None,
            undo=order.get("undo"),
            undone=UndoneCounts(**order["undone"]) if "undone" in order else None,
        )


_stage = Field(default=None, description="`overdue`: the last day is past, and they have not finished, begun or not.")


class AskedQuery(PageQuery):
    """Which of those of whom a course is asked. A page is filtered after it was read, so it may be short."""

    stage: Stage | Literal["overdue"] | None = _stage


class StandingsWanted(Inbound):
    """Whom of those of whom a course is asked to write into a file."""

    stage: Stage | Literal["overdue"] | None = _stage


class StandingsExport(WrittenFile):
    """A file of how those stand of whom a course is asked, that is being written or is there to be read."""

    course: Id
    order: Id | None = Field(description="Of the people of an order; null: of an audience.")
    audience: AudienceId | None


class AskedPerson(Outbound):
    """Somebody of whom a course is asked, and how they stand."""

    person: Id
    name: str = Field(examples=["Trần Thị Bích Ngọc"])
    unit: str | None
    stage: Stage
    enrolled: bool
    due: date | None = Field(description="The last day, in Vietnam, on which to complete it; null: any.")
    overdue: bool
    last_activity_at: datetime | None
    completed_at: datetime | None
