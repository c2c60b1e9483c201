"""What crosses the boundary about assessments as their authors write them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from chalicelib.banks.models import OF_COMPETENCE
from chalicelib.errors import rule
from chalicelib.http.models import Id, Inbound, Outbound, line, prose, without_tags

MOST_QUESTIONS = 100
MOST_PARTS = 20
MOST_AUDIENCES = 20
MOST_SITTINGS = 100  # of one person: each keeps its paper and its answers

Review = Literal["never", "after_submission", "after_closing"]
Supervision = Literal["none", "code", "release"]
State = Literal["draft", "published", "archived"]
_BANK = "0jz3k8v5r2m1q9w7x4c6yt"
_WHOSE = "The space's own, or one that the centre shares."
_EXAMPLE: dict[str, Any] = {
    "title": "An toàn trên mạng: đánh giá cuối khoá",
    "time_limit_minutes": 45,
    "attempts_allowed": 2,
    "pass_mark": 60,
    "parts": [{"kind": "drawn", "bank": _BANK, "count": 10, "tag": "OTP", "difficulty": 2}],
}


class ItemRef(Inbound):
    """One item of a bank."""

    bank: Id = Field(description=_WHOSE)
    item: Id
    version: int | None = Field(
        default=None, ge=1, le=999_999, description="The newest when it is published, unless named."
    )


class FixedPart(Inbound):
    """Questions that everyone gets."""

    kind: Literal["fixed"]
    items: list[ItemRef] = Field(min_length=1, max_length=MOST_QUESTIONS)


class DrawnPart(Inbound):
    """Questions that are drawn for each sitting from those of a bank for which all that is named holds, as they are
    when the assessment is published."""

    kind: Literal["drawn"]
    bank: Id = Field(description=_WHOSE)
    count: int = Field(ge=1, le=MOST_QUESTIONS, description="How many each gets.")
    tag: Annotated[str, line(60)] | None = None
    competence: Annotated[str, line(60)] | None = Field(default=None, description=OF_COMPETENCE, examples=["4"])
    difficulty: int | None = Field(default=None, ge=1, le=5)


Part = Annotated[FixedPart | DrawnPart, Field(discriminator="kind"), without_tags(("fixed", "drawn"), "kind")]


class Terms(Inbound):
    """Under which terms an assessment is taken."""

    title: Annotated[str, line(200)] = Field(examples=["An toàn trên mạng: đánh giá cuối khoá"])
    about: Annotated[str, prose(4_000)] = ""
    time_limit_minutes: int | None = Field(default=None, ge=1, le=600, description="null: no limit.")
    grace_seconds: int = Field(
        default=30, ge=0, le=300, description="After time is up, saved answers still count for so long: lines get lost."
    )
    attempts_allowed: int | None = Field(
        default=1, ge=1, le=MOST_SITTINGS, description=f"null: as many as one likes, up to {MOST_SITTINGS}."
    )
    wait_minutes: int = Field(default=0, ge=0, le=525_600, description="Between one sitting's end and the next.")
    pass_mark: int = Field(default=60, ge=0, le=100, description="Percent of the points.")
    partial_credit: bool = Field(default=True, description="false: what is not wholly right earns nothing.")
    shuffle_questions: bool = Field(default=True, description="Choices are shuffled where their question says so.")
    review: Review = Field(
        default="after_submission",
        description="When whoever took it sees the questions again. The right answers are told with them once they "
        "help no further try: it is passed, no attempt is left, or it has closed.",
    )
    opens_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = Field(default=None, description="Sittings that are open then end.")
    supervised: Supervision = Field(
        default="none", description="`code`: with a code that a tutor tells; `release`: a tutor lets each person begin."
    )
    course: Id | None = Field(default=None, description="Only who is enrolled in this course may take it.")
    audiences: list[Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,64}$")]] = Field(
        default=[], max_length=MOST_AUDIENCES, description="Who may take it; empty: everyone."
    )

    @property
    def most_sittings(self) -> int:
        """How many sittings one person may have."""
        return self.attempts_allowed or MOST_SITTINGS

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        if self.opens_at and self.closes_at and self.opens_at >= self.closes_at:
            vi, en = "Thời điểm đóng phải sau thời điểm mở.", "It must close after it opens."
            raise rule("closes_before_it_opens", vi, en, field="closes_at")
        if self.review == "after_closing" and self.closes_at is None:
            vi = "Xem lại sau khi đóng thì phải có thời điểm đóng."
            raise rule("never_closes", vi, "What is told after closing needs a time of closing.", field="closes_at")
        return self


class AssessmentDraft(Terms):
    """An assessment as a whole: its terms, and what is asked."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    parts: list[Part] = Field(default=[], max_length=MOST_PARTS)

    @model_validator(mode="after")
    def _is_not_too_long(self) -> Self:
        asked = sum(each.count if isinstance(each, DrawnPart) else len(each.items) for each in self.parts)
        if asked > MOST_QUESTIONS:
            vi, en = f"Một bài có tối đa {MOST_QUESTIONS} câu.", f"It asks {MOST_QUESTIONS} questions at most."
            raise rule("too_many_questions", vi, en, field="parts")
        return self


class AssessmentCard(Outbound):
    """An assessment in a list."""

    id: str
    title: str
    state: State
    version: int | None = Field(description="The newest published version; null while there is none.")
    updated_at: datetime


class Assessment(AssessmentCard):
    """An assessment as its authors see it."""

    draft: AssessmentDraft


class PublishedAssessment(Outbound):
    """A version that is published, or will be when its job is done: it never changes."""

    id: str
    version: int
    questions: int = Field(description="How many each gets.")
    pool: int = Field(description="How many there are to draw from, and fixed ones.")
    job: str | None = Field(
        description="The job that takes many questions over from national banks and then publishes; null: published."
    )


class OfferedAssessment(Outbound):
    """An assessment that one may take."""

    id: str
    title: str
    about: str
    questions: int
    time_limit_minutes: int | None
    attempts_allowed: int | None
    pass_mark: int
    opens_at: datetime | None
    closes_at: datetime | None
    supervised: Supervision
    course: str | None
