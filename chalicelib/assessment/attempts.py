"""Attempts at quizzes: graded, counted in the enrolment, written down; each exactly once for its Idempotency-Key.

Two writes, in this order: the enrolment counts the attempt (and is done with the quiz when it passed), then the attempt
is written down under its number. A request that dies in between is finished by its retry, which the enrolment
recognises by the key that it counted last.
"""

from __future__ import annotations

import json

from chalicelib import clock, ids
from chalicelib.assessment import grading, store
from chalicelib.assessment.grading import Grade
from chalicelib.assessment.models import AnswerSheet, Attempt, AttemptQuery, AttemptResult
from chalicelib.assessment.store import Record
from chalicelib.courses import catalogue, content
from chalicelib.courses.content import NotAQuiz
from chalicelib.courses.lessons import Quiz
from chalicelib.courses.outline import Outline, UnknownLesson
from chalicelib.errors import Conflict, InvalidInput, NotFound, Unavailable
from chalicelib.http import idempotency, paging
from chalicelib.learning import completion, enrolments, quizzes, versions, views
from chalicelib.learning.merging import Enrolment, Submission
from chalicelib.learning.models import instant
from chalicelib.learning.progress import require_active
from chalicelib.questions import marking
from chalicelib.storage.spaces import Space

_TRIES = 3
# Of a key only this much is kept, since the enrolment must stay small: 40 bits tell a key from the one before it, and
# 20 more the same answers from others sent under the same key by mistake.
_SCOPE_CHARACTERS = 8
_ANSWERS_CHARACTERS = 4


class VersionChanged(Conflict):
    """The questions answered are of another version than the one the learner is on."""

    code = "version_changed"
    vi = "Khoá học của bạn đã sang phiên bản khác. Hãy tải lại bài trắc nghiệm rồi làm lại; lượt này không bị tính."
    en = "You were moved to another version of the course. Reload the quiz; this attempt did not count."


def submit(space: Space, person_id: str, course_id: str, sheet: AnswerSheet, key: str | None) -> AttemptResult:
    """Grade and record one attempt; with the same ``key`` (Idempotency-Key) and answers, never a second one.

    The key protects the newest attempt in the course: a device sends one at a time. Budget: 2 calls, 2 WCU; one more
    call of 3 WCU when it completes the course; one of 1 RCU when the learner is on an older version and the sheet names
    none.
    Raises: UnknownLesson, NotAQuiz, InvalidInput, NotEnrolled, EnrolmentLeft, NoAttemptsLeft, KeyReused, BadKey,
    VersionChanged.
    """
    scope = _scope(course_id, sheet.lesson, person_id, key)
    outline = (
        catalogue.outline(space, course_id, sheet.version) if sheet.version else versions.current(space, course_id)
    )
    for _ in range(_TRIES):
        try:
            return _submit(space, person_id, outline, sheet, scope)
        except quizzes.OtherVersion as other:
            if sheet.version is not None:
                raise VersionChanged from None
            outline = versions.pinned(space, course_id, other.version)
        except (UnknownLesson, NotAQuiz, InvalidInput):
            # Perhaps only because the learner is on another version than the one we took for theirs.
            theirs = require_active(enrolments.get(space, person_id, course_id)).version
            if theirs == outline.version:
                raise
            if sheet.version is not None:
                raise VersionChanged from None
            outline = versions.pinned(space, course_id, theirs)
    raise Unavailable


def read(space: Space, person_id: str, course_id: str, lesson: str, number: int) -> AttemptResult:
    """One attempt as its result reads now: 2 calls, 1 RCU. Raises: NotFound."""
    record = store.find(space, person_id, course_id, lesson, number)
    enrolment = enrolments.get(space, person_id, course_id)
    if record is None or enrolment is None:
        raise NotFound
    quiz = content.quiz(space, versions.pinned(space, course_id, record.version), lesson)
    return _result(record, quiz, enrolment, versions.pinned(space, course_id, enrolment.version))


def listed(space: Space, person_id: str, course_id: str, query: AttemptQuery) -> tuple[list[Record], str | None]:
    """A page of one's attempts in a course, and the cursor of the next: 1 Query. Raises: BadCursor."""
    after: tuple[str, int] | None = None
    if query.cursor:
        lesson, number = paging.decode(query.cursor, str, int)
        if query.lesson not in (None, lesson):
            raise paging.BadCursor
        after = lesson, number
    found, more = store.attempts_of(space, person_id, course_id, query.lesson, after, query.limit)
    return found, paging.encode(*more) if more else None


def attempt(record: Record) -> Attempt:
    """A stored attempt as it goes out."""
    return Attempt(
        lesson=record.lesson,
        number=record.number,
        version=record.version,
        score=record.score,
        passed=record.passed,
        answers=record.answers,
        started_at=None if record.started_at is None else instant(record.started_at),
        submitted_at=instant(record.submitted_at),
    )


def _submit(space: Space, person_id: str, outline: Outline, sheet: AnswerSheet, scope: str) -> AttemptResult:
    quiz = content.quiz(space, outline, sheet.lesson)
    faults = grading.faults(quiz, sheet.answers)
    if faults:
        raise InvalidInput(faults=faults)
    grade = grading.grade(quiz, sheet.answers)
    submission = _submission(sheet, quiz, outline.version, grade, scope)
    counted = quizzes.count(space, person_id, outline.course_id, submission)
    record = _record(sheet, counted.number, outline.version, grade, submission.at_ms // 1000)
    record = store.keep(space, person_id, outline.course_id, record)
    now_on = versions.pinned(space, outline.course_id, counted.enrolment.version)
    enrolment = completion.settle(space, counted.enrolment, now_on)
    if record.version != outline.version:
        quiz = content.quiz(space, versions.pinned(space, outline.course_id, record.version), sheet.lesson)
    return _result(record, quiz, enrolment, now_on)


def _scope(course_id: str, lesson: str, person_id: str, key: str | None) -> str:
    """What all tries of one request share, and nothing else has: random without a key. Raises: BadKey."""
    if key is None:
        return ids.new()[-_SCOPE_CHARACTERS:]
    idempotency.fingerprint(key, "", b"")
    return ids.derived("attempt", person_id, course_id, lesson, key)[-_SCOPE_CHARACTERS:]


def _submission(sheet: AnswerSheet, quiz: Quiz, version: int, grade: Grade, scope: str) -> Submission:
    answers = json.dumps(grade.kept(sheet.answers), sort_keys=True)
    return Submission(
        lesson=sheet.lesson,
        version=version,
        score=grade.score,
        passed=grade.passed,
        allowed=quiz.attempts_allowed,
        key_scope=scope,
        key=scope + ids.derived(answers)[-_ANSWERS_CHARACTERS:],
        at_ms=clock.epoch_ms(),
    )


def _record(sheet: AnswerSheet, number: int, version: int, grade: Grade, now_s: int) -> Record:
    started = None if sheet.started_at is None else min(max(int(sheet.started_at.timestamp()), 0), now_s)
    return Record(
        lesson=sheet.lesson,
        number=number,
        version=version,
        score=grade.score,
        passed=grade.passed,
        answers=grade.kept(sheet.answers),
        submitted_at=now_s,
        started_at=started,
    )


def _result(record: Record, quiz: Quiz, enrolment: Enrolment, outline: Outline) -> AttemptResult:
    left = views.attempts_left(quiz.attempts_allowed, enrolment.attempts.get(record.lesson, 0))
    revealed = record.lesson in enrolment.done or left == 0
    return AttemptResult(
        **attempt(record).model_dump(),
        pass_mark=quiz.pass_mark,
        attempts_left=left,
        revealed=revealed,
        questions=[marking.told(each, revealed=revealed) for each in grading.grade(quiz, record.answers).marked],
        standing=views.standing(enrolment, outline),
    )
