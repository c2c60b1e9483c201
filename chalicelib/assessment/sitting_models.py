"""What crosses the boundary about sittings of assessments."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.assessment.definition_models import OfferedAssessment, Review
from chalicelib.http.models import Id, Inbound, Outbound, PageQuery
from chalicelib.jobs.writing import WrittenFile
from chalicelib.questions.models import AskedQuestion, QuestionResult
from chalicelib.questions.responses import GivenResponse, Response

SittingState = Literal["open", "submitted"]
SittingNumber = Annotated[int, Field(ge=1, le=9_999)]
QuestionNumber = Annotated[int, Field(ge=1, le=100)]
MOST_SEQUENCE = 2**53 - 1  # what every client's numbers hold exactly


class SittingStart(Inbound):
    """How one begins."""

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")] | None = Field(
        default=None, description="What the tutor told, where the assessment asks for it.", examples=["271828"]
    )


class NewAnswer(Inbound):
    """One answer to one question. It takes the place of the one before."""

    response: GivenResponse = Field(examples=[["a"]])
    sequence: int = Field(
        ge=1,
        le=MOST_SEQUENCE,
        description="Higher than that of the answer which it replaces: what comes late changes nothing.",
        examples=[1],
    )
    spent_s: int = Field(default=0, ge=0, le=86_400, description="Seconds spent on the question so far.", examples=[20])


class AnswerSaved(Outbound):
    """That an answer is kept."""

    question: int
    sequence: int = Field(description="Of the answer that is kept: a higher one than was sent is of a later answer.")
    server_time: datetime


class KeptAnswer(Outbound):
    """An answer as it is kept."""

    response: Response
    sequence: int


class SittingResult(Outbound):
    """How it went."""

    score: int = Field(description="Percent of the points, rounded down.", examples=[80])
    passed: bool
    pass_mark: int
    submitted_at: datetime
    review: Review = Field(description="When the questions are told.")
    questions: list[QuestionResult] | None = Field(description="null: not told (yet).")


class SittingCard(Outbound):
    """A sitting in a list."""

    assessment: str
    title: str
    number: int
    state: SittingState
    started_at: datetime
    due_at: datetime | None
    submitted_at: datetime | None
    score: int | None
    passed: bool | None


class MySittingsQuery(PageQuery):
    """Which of one's own sittings to list."""

    assessment: Id | None = Field(default=None, description="Only those of this assessment.")


class MyAssessment(OfferedAssessment):
    """An assessment as whoever may take it sees it before beginning: under which terms, and where they stand."""

    wait_minutes: int = Field(description="Between one sitting's end and the next.")
    grace_seconds: int = Field(description="After time is up, saved answers still count for so long.")
    partial_credit: bool = Field(description="Whether what is right in part earns a part of the points.")
    review: Review = Field(description="When whoever took it sees the questions again.")
    taken: int = Field(description="How many sittings one has had, with an open one.")
    left: int | None = Field(description="How many more may be begun; null: as many as one likes.")
    open: int | None = Field(description="The number of the sitting that is open.")
    last: SittingCard | None = Field(description="One's newest sitting.")
    refusal: str | None = Field(
        description="The `code` with which beginning would be refused now, but for a supervisor's code or release; "
        "null: one may begin, or go on.",
        examples=["wait_longer"],
    )
    begins_at: datetime | None = Field(description="From when on one may begin, where only time is in the way.")
    server_time: datetime


class StaffSitting(SittingCard):
    """A sitting as those see it who look after learners."""

    person: str


class Sitting(SittingCard):
    """A sitting as whoever takes it sees it, on any device."""

    version: int
    seconds_left: int | None = Field(description="By the server's clock; null: no limit.")
    answers_until: datetime | None = Field(
        description="Until when answers are kept: a while after it is due, since lines get lost; null: no limit."
    )
    server_time: datetime
    questions: list[AskedQuestion] = Field(
        description="While it is open, and once they are told again. By their `id` answers are saved."
    )
    pictures: dict[str, str] = Field(description="For each file that is shown, an address that lasts 15 minutes.")
    answers: dict[str, KeptAnswer] = Field(description="By question; none once it is submitted and not told again.")
    result: SittingResult | None


class DrawnQuestion(Outbound):
    """A question of a paper: which version of which item it was, and what the answer earned."""

    question: int
    bank: str
    item: str
    version: int
    key: int = Field(description="How often the key was corrected by which it was marked.")
    response: Response | None
    share: str | None = Field(description="Of its points, as a fraction; null while it is open.", examples=["2/3"])


class PaperAppeal(StaffSitting):
    """A sitting with its paper, for who looks into an appeal."""

    seed: str = Field(description="What the paper was drawn by.")
    drawn_again: bool = Field(description="Whether drawing by the seed gives this very paper.")
    paper: list[DrawnQuestion]


class SittingQuery(PageQuery):
    """Which sittings of an assessment to list."""

    state: SittingState = "submitted"


class NewSittingsExport(Inbound):
    """Which sittings of an assessment to write into a file."""

    state: SittingState = "submitted"


class SittingsExport(WrittenFile):
    """A file of an assessment's sittings that is being written, or is there to be read."""

    assessment: Id


class SupervisorCode(Outbound):
    """The code with which people begin a supervised sitting now."""

    code: str
    expires_at: datetime = Field(description="A code is good for as long again, for who is still typing it.")


class Release(Outbound):
    """That a person may begin."""

    person: str
    until: datetime


class Regrade(Outbound):
    """What corrected keys make of a sitting."""

    person: str
    number: int
    score_before: int
    score: int
    passed_before: bool
    passed: bool


class RegradingJob(Outbound):
    """The job to follow; its result tells how many it is about."""

    job: str
