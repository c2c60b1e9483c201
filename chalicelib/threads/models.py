"""Questions and answers as they cross the boundary."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from chalicelib.courses.lessons import LessonId
from chalicelib.errors import rule
from chalicelib.http.models import Distinct, Id, Inbound, Outbound, PageQuery, Query, line, prose

Title = Annotated[str, line(200, 3)]
Text = Annotated[str, prose(4_000, 1)]
Reason = Annotated[str, line(300, 3)]
Picture = Literal["image/png", "image/jpeg", "image/webp"]
Files = Annotated[tuple[Id, ...], Field(max_length=4, description="Pictures that one has uploaded."), Distinct]
Mentions = Annotated[tuple[Id, ...], Field(max_length=5, description="Tutors who are told (`list_tutors`)."), Distinct]
_ASKED = {"title": "Làm sao đổi mật khẩu?", "body": "Em quên mật khẩu cũ, có đổi được không ạ?"}


class NewThread(Inbound):
    """A question: on a course, on a lesson of it, or to the space."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_ASKED}]})

    title: Title
    body: Text
    course: Id | None = None
    lesson: LessonId | None = None
    files: Files = ()
    mentions: Mentions = ()

    @model_validator(mode="after")
    def _a_lesson_is_of_a_course(self) -> NewThread:
        if self.lesson and not self.course:
            raise rule("course_missing", "Hãy nêu khoá học của bài.", "Name the lesson's course.", field="course")
        return self


class NewReply(Inbound):
    """A reply."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"body": "Bạn chọn Quên mật khẩu ở trang đăng nhập."}]})

    body: Text
    files: Files = ()
    mentions: Mentions = ()


class ThreadEdit(Inbound):
    """What one's question is to be instead; what is not named stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"body": "Em quên mật khẩu cũ. Có đổi được không ạ?"}]})

    title: Title | None = None
    body: Text | None = None


class ReplyEdit(Inbound):
    """What one's reply is to be instead."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"body": "Bạn chọn “Quên mật khẩu”."}]})

    body: Text


class Acceptance(Inbound):
    """Which reply answers the question."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reply": "0dk3v7q2m8x5n1c4b6a9ze"}]})

    reply: Id


class Moderation(Inbound):
    """Whether the question, or a reply to it, is hidden. Either way reports of it are settled."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"hidden": True, "reason": "Có thông tin cá nhân."}]})

    reply: Id | None = None
    hidden: bool
    reason: Reason | None = None

    @model_validator(mode="after")
    def _hiding_has_a_reason(self) -> Moderation:
        if self.hidden and not self.reason:
            raise rule("reason_missing", "Hãy nêu lý do ẩn.", "Say why it is hidden.", field="reason")
        return self


class Complaint(Inbound):
    """A report of abuse, of the question or of a reply to it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Quảng cáo, không liên quan đến bài học."}]})

    reply: Id | None = None
    reason: Reason


class OwnerChoice(Inbound):
    """Who has to answer from now on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"person": "0dk3v7q2m8x5n1c4b6a9ze"}]})

    person: Id


class ThreadQuery(PageQuery):
    """Whose threads to list: a course's, a lesson's of it, or the space's own."""

    course: Id | None = None
    lesson: LessonId | None = None


class QueueQuery(PageQuery):
    """What waits for an answer, by when it is due."""

    of: Literal["me", "all", "overdue"] = Field(default="me", description="Mine, everybody's in time, or what is late.")


class SimilarQuery(Query):
    """What is being typed."""

    q: Annotated[str, line(200)] = Field(examples=["quen mat khau"])
    course: Id | None = None


class TimesQuery(Query):
    """Of how many months, this one among them."""

    months: int = Field(default=12, ge=1, le=25)


class Attachment(Outbound):
    """A picture; ``url`` lasts a quarter of an hour."""

    id: Id
    name: str = Field(description="By its place in the post.", examples=["anh-1.jpg"])
    content_type: str
    url: str


class Writer(Outbound):
    """Who wrote something, named as the space decides; tutors by their full names."""

    name: str
    staff: bool
    mine: bool
    id: Id | None = Field(description="For those who may answer, alone.")


class Reply(Outbound):
    """A reply. Of one that is hidden, learners see that there is one; who wrote it, why."""

    id: Id
    by: Writer
    body: str | None
    files: list[Attachment]
    at: datetime
    edited_at: datetime | None
    version: int
    hidden: bool
    hidden_reason: str | None
    accepted: bool


class ThreadCard(Outbound):
    """A question in a list."""

    id: Id
    title: str | None
    by: Writer
    course: Id | None
    lesson: str | None
    at: datetime
    active_at: datetime
    replies: int
    too: int
    answered: bool = Field(description="By whoever has to answer, or by a reply that was accepted.")
    accepted: bool
    locked: bool
    hidden: bool
    owner: str | None = Field(description="For those who may answer, alone.")
    owner_id: Id | None = Field(description="Likewise: by it one's own are told from others' in a list of all.")
    due_at: datetime | None = Field(description="By when the space promises an answer; null when none is due.")
    overdue: bool


class Thread(ThreadCard):
    """A question whole; its replies are listed by themselves."""

    body: str | None
    files: list[Attachment]
    edited_at: datetime | None
    version: int
    hidden_reason: str | None
    same: bool = Field(description="Whether one said that one has this question too.")
    accepted_reply: Reply | None


class PostVersion(Outbound):
    """A post as it was."""

    version: int
    title: str | None
    body: str
    until: datetime


class PostVersions(Outbound):
    """What it was, newest first, the last twenty times."""

    items: list[PostVersion]


class PostVersionsQuery(Query):
    """Of the question, or of a reply to it."""

    reply: Id | None = None


class Similar(Outbound):
    """A question like what is being typed."""

    id: Id
    title: str
    answered: bool
    replies: int


class SimilarThreads(Outbound):
    """At most five, the likest first."""

    items: list[Similar]


class OwnPost(Outbound):
    """Something that one has written, hidden or not."""

    thread: Id
    reply: Id | None
    title: str | None
    body: str
    at: datetime
    hidden_reason: str | None


class Report(Outbound):
    """A post that was reported."""

    thread: Id
    reply: Id | None
    title: str
    body: str | None
    by: Writer = Field(description="Who wrote it; who reported it is not told.")
    hidden: bool
    reports: int
    reason: str = Field(description="Of the first who reported it.")
    at: datetime


class Tutor(Outbound):
    """Somebody who answers."""

    id: Id
    name: str


class Tutors(Outbound):
    """Who answers the questions of a course, in turns; empty: the space's tutors, else its admins."""

    items: list[Tutor]


class TutorChoice(Inbound):
    """Who is to answer them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"people": []}]})

    people: Annotated[list[Id], Distinct, Field(max_length=50)]


class ThreadSettings(Outbound):
    """What the space promises and decides."""

    answer_within: int = Field(description="Working hours; a working day has eight.")
    names: Literal["full", "first", "initials"]
    questions_an_hour: int
    replies_an_hour: int


class ThreadSettingsEdit(Inbound):
    """The same, to be kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"answer_within": 16, "names": "first"}]})

    answer_within: int = Field(default=24, ge=1, le=240, description="Working hours; a working day has eight.")
    names: Literal["full", "first", "initials"] = "full"
    questions_an_hour: int = Field(default=10, ge=1, le=100)
    replies_an_hour: int = Field(default=30, ge=1, le=500)


class CannedText(Inbound):
    """An answer kept ready."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "Quên mật khẩu", "text": "Chào bạn, ..."}]})

    title: Title
    text: Text


class CannedAnswer(Outbound):
    """An answer kept ready, for all who answer in the space."""

    id: Id
    title: str
    text: str


class CannedAnswers(Outbound):
    """All of them, by title."""

    items: list[CannedAnswer]


class NewPicture(Inbound):
    """A picture to upload for a question or a reply."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"content_type": "image/png", "size": 120_400}]})

    name: Annotated[str, line(200)] | None = Field(
        default=None, description="Not kept: what files are called tells of people and places."
    )
    content_type: Picture
    size: int = Field(ge=1, le=5 * 1024 * 1024, description="Bytes.")


class Times(Outbound):
    """How long first answers took. Working hours are bounds: half, or 95 in 100, took at most so long."""

    asked: int
    answered: int
    overdue: int = Field(description="How often a question became overdue.")
    median_hours: float | None = Field(description="Null while nothing was answered; 200 is the last bound.")
    p95_hours: float | None
    histogram: dict[str, int] = Field(description="Answers by the upper bound of their working hours.")
