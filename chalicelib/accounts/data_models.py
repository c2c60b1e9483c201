"""A person's own data, and requests about it, as they cross the boundary."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from chalicelib import clock
from chalicelib.accounts.store import DataRequestItem, DataRequestKind, DataRequestState
from chalicelib.apps.models import MyConsent
from chalicelib.audiences.profile_models import ProfileFact
from chalicelib.errors import rule
from chalicelib.http.models import Id, Inbound, Outbound, PageQuery, prose
from chalicelib.people.models import Me, PersonAudience
from chalicelib.people.person import PersonStatus
from chalicelib.people.profile import Source

TEXT_LENGTH = 2_000


class DataTerm(Outbound):
    """What a person may ask for, and within how many days it is done."""

    kind: DataRequestKind
    days: int = Field(examples=[15])
    about_vi: str
    about_en: str


class OwnData(Outbound):
    """All that is kept about the person who is signed in, but for what grows: that is in the records of both parts."""

    me: Me
    status: PersonStatus
    name_source: Source
    joined_at: datetime | None
    facts: list[ProfileFact] = Field(description="The profile: each fact with its purpose, its source and its day.")
    audiences: list[PersonAudience]
    consents: list[MyConsent] = Field(description="What the person allowed apps to tell.")
    parts: list[Literal["account", "learning"]] = Field(description="The parts that the records are in.")
    acknowledged_in_working_days: int = Field(examples=[2])
    terms: list[DataTerm]
    law_vi: str
    law_en: str


class RecordQuery(PageQuery):
    """Which records to list."""

    part: Literal["account", "learning"] = Field(
        description="`account`: sessions, consents, requests, reminders; `learning`: enrolments, attempts, days."
    )


class KeptRecord(Outbound):
    """One thing that is kept about a person."""

    kind: str = Field(examples=["enrolment"])
    about: dict[str, str] = Field(
        examples=[{"course": "01kb6x0000000000000000"}], description="What it is about, by name: course, session, day."
    )
    facts: dict[str, Any] = Field(
        examples=[{"state": "active", "enrolled_at": "2026-11-24T03:13:20.000Z"}],
        description="By name; times as RFC 3339 in UTC, days in Vietnam as `2026-11-24`.",
    )


class NewDataRequest(Inbound):
    """What a person asks to be done with their data."""

    kind: DataRequestKind
    text: Annotated[str, prose(TEXT_LENGTH, 1)] = Field(examples=["Ngày sinh của tôi ghi sai, đúng là 03/07/1996."])


class DataRequest(Outbound):
    """A request about one's own data."""

    id: Id
    kind: DataRequestKind
    text: str
    state: DataRequestState
    at: datetime
    acknowledge_by: date = Field(description="Until the end of that day, in Vietnam.")
    acknowledged_at: datetime | None
    due: date = Field(description="Until the end of that day, in Vietnam, it is done or refused.")
    answered_at: datetime | None
    answer: str | None

    @classmethod
    def of(cls, item: DataRequestItem, **more: Any) -> Self:
        """A request as it is shown."""
        return cls(
            id=item.id,
            kind=item.kind,
            text=item.text,
            state=item.state,
            at=clock.from_timestamp(item.at),
            acknowledge_by=date.fromisoformat(item.acknowledge_by),
            acknowledged_at=clock.from_timestamp(item.acknowledged_at) if item.acknowledged_at else None,
            due=date.fromisoformat(item.due),
            answered_at=clock.from_timestamp(item.answered_at) if item.answered_at else None,
            answer=item.answer,
            **more,
        )


class PersonDataRequest(DataRequest):
    """A request as those see it who answer it."""

    person: Id
    name: str = Field(examples=["Nguyễn Văn An"])
    overdue: bool = Field(description="Whether the next term, to acknowledge or to answer, has passed.")


class DataRequestQuery(PageQuery):
    """Which requests to list."""

    state: Literal["open", "answered"] = "open"


class DataAnswer(Inbound):
    """What becomes of a request."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"state": "fulfilled", "answer": "Đã sửa ngày sinh theo căn cước."}]}
    )

    state: Literal["acknowledged", "fulfilled", "refused"] = Field(examples=["fulfilled"])
    answer: Annotated[str, prose(TEXT_LENGTH)] = Field(
        default="", examples=["Đã sửa ngày sinh theo căn cước."], description="For the person; needed to refuse."
    )

    @model_validator(mode="after")
    def _is_explained(self) -> Self:
        if self.state == "refused" and not self.answer:
            raise rule("answer_missing", "Hãy ghi rõ lý do từ chối.", "Say why it is refused.", field="answer")
        if self.state == "acknowledged" and self.answer:
            vi, en = "Chỉ trả lời khi thực hiện hoặc từ chối.", "An answer comes with the end."
            raise rule("answer_too_early", vi, en, field="answer")
        return self
