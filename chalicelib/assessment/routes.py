"""What the web sees of assessment: a learner's attempts at the quizzes of a course."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.assessment import attempts
from chalicelib.assessment.attempts import VersionChanged
from chalicelib.assessment.models import AnswerSheet, Attempt, AttemptQuery, AttemptResult
from chalicelib.courses.content import NotAQuiz
from chalicelib.courses.lessons import LessonId
from chalicelib.courses.outline import UnknownLesson
from chalicelib.http.endpoint import Budget, Feature
from chalicelib.http.idempotency import BadKey, KeyReused
from chalicelib.http.models import Id, Page
from chalicelib.http.permissions import LEARN
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.learning.progress import EnrolmentLeft, NotEnrolled
from chalicelib.learning.quizzes import NoAttemptsLeft
from chalicelib.storage.spaces import Space

assessment = Feature("assessment")
Number = Annotated[int, Field(ge=1, le=1_000_000)]


@assessment.post(
    "/spaces/{space}/me/enrolments/{course}/attempts",
    may=LEARN,
    status=201,
    budget=Budget(calls=2, rcu=0.5, wcu=2),
    raises=[NotEnrolled, EnrolmentLeft, UnknownLesson, NotAQuiz, NoAttemptsLeft, VersionChanged, KeyReused, BadKey],
)
def submit_attempt(
    space: Space, actor: Actor, circumstances: Circumstances, course: Id, body: AnswerSheet
) -> AttemptResult:
    """Submit a quiz: it is graded at once, and the answer gives the reason for each question.

    Send an ``Idempotency-Key`` and the same one again when no answer came: the attempt is counted once. The right
    answers of questions answered wrong are told only when the quiz is passed or no attempt is left.
    """
    key = circumstances.headers.get("idempotency-key") or None
    return attempts.submit(space, actor.person_id, course, body, key)


@assessment.get("/spaces/{space}/me/enrolments/{course}/attempts", may=LEARN, budget=Budget(calls=1, rcu=2))
def list_my_attempts(space: Space, actor: Actor, course: Id, query: AttemptQuery) -> Page[Attempt]:
    """One's own attempts: the newest first within each quiz."""
    found, more = attempts.listed(space, actor.person_id, course, query)
    return Page[Attempt](items=[attempts.attempt(record) for record in found], next=more)


@assessment.get(
    "/spaces/{space}/me/enrolments/{course}/attempts/{lesson}/{number}", may=LEARN, budget=Budget(calls=2, rcu=1.5)
)
def read_my_attempt(space: Space, actor: Actor, course: Id, lesson: LessonId, number: Number) -> AttemptResult:
    """One attempt again, with what may be told of it now."""
    return attempts.read(space, actor.person_id, course, lesson, number)
