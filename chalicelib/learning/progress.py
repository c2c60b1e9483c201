"""Recording progress: one write for the newest report, a second one for a late report that still has something new."""

from __future__ import annotations

from chalicelib.courses.outline import Outline
from chalicelib.errors import Conflict, InvalidInput, Unavailable
from chalicelib.learning import completion, items, merging, store, versions
from chalicelib.learning.merging import Enrolment, Report
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

_TRIES = 5


class NotEnrolled(Conflict):
    """Progress in a course that the learner never enrolled in."""

    code = "not_enrolled"
    vi = "Bạn chưa ghi danh khoá học này. Hãy ghi danh rồi học tiếp."
    en = "You are not enrolled in this course. Enrol, then go on."


class EnrolmentLeft(Conflict):
    """Progress in a course that the learner has left."""

    code = "enrolment_left"
    vi = "Bạn đã rời khoá học này. Hãy ghi danh lại để học tiếp; tiến độ cũ vẫn còn."
    en = "You have left this course. Enrol again to go on; what you did is kept."


class QuizNeedsAttempt(InvalidInput):
    """A quiz reported as done: only passing it does that."""

    code = "quiz_needs_attempt"
    vi = "Bài trắc nghiệm chỉ hoàn thành khi bạn nộp bài và đạt điểm."
    en = "A quiz is done only by submitting an attempt that passes."


def record(space: Space, person_id: str, course_id: str, report: Report) -> tuple[Enrolment, Outline]:
    """Merge one report of a learner's device into the enrolment, and complete the course when that was the last of it.

    Repeated, late and reordered reports never lose or undo anything. Budget: 1 call, 1 WCU; 2 calls for a late report
    that brings something new; one more of 3 WCU for the report that completes the course.
    Raises: UnknownLesson, QuizNeedsAttempt, NotEnrolled, EnrolmentLeft, NotFound.
    """
    enrolment = _merged(space, person_id, course_id, report)
    outline = versions.pinned(space, course_id, enrolment.version)
    return completion.settle(space, enrolment, outline), outline


def require_active(enrolment: Enrolment | None) -> Enrolment:
    """The enrolment, if learning may go on in it. Raises: NotEnrolled, EnrolmentLeft."""
    if enrolment is None:
        raise NotEnrolled
    if not enrolment.active:
        raise EnrolmentLeft
    return enrolment


def next_lesson(outline: Outline, enrolment: Enrolment) -> str | None:
    """The lesson to continue with: the one last touched while it is unfinished, else the outline's next."""
    last = enrolment.last
    if last is not None and last not in enrolment.done and last in outline.structure.lessons:
        return last
    return outline.next_after(enrolment.done)


def _merged(space: Space, person_id: str, course_id: str, report: Report) -> Enrolment:
    good_for = [each.version for each in versions.likely(space, course_id) if _takes(each, report)]
    if not good_for:
        # Only a version that this container has not met could have the lesson: look which one the learner is on.
        enrolment = require_active(store.get(space, person_id, course_id, consistent=True))
        good_for = [_judged(space, enrolment, report)]
    for _ in range(_TRIES):
        try:
            return store.advance(space, person_id, course_id, report, good_for)
        except ConditionFailed as found:
            enrolment = require_active(items.found(found))
        if enrolment.version not in good_for:
            good_for = [_judged(space, enrolment, report)]
        elif not _brings_anything(enrolment, report):
            return enrolment
        elif merging.is_late(enrolment, report):
            try:
                return store.add_late(space, enrolment, report)
            except ConditionFailed:
                continue
    raise Unavailable


def _takes(outline: Outline, report: Report) -> bool:
    lesson = outline.structure.lessons.get(report.lesson)
    return lesson is not None and not (report.done and lesson.kind == "quiz")


def _judged(space: Space, enrolment: Enrolment, report: Report) -> int:
    """The learner's version, if the report is good for it. Raises: UnknownLesson, QuizNeedsAttempt."""
    outline = versions.pinned(space, enrolment.course_id, enrolment.version)
    if outline.lesson(report.lesson).kind == "quiz" and report.done:
        raise QuizNeedsAttempt
    return enrolment.version


def _brings_anything(enrolment: Enrolment, report: Report) -> bool:
    return not merging.is_late(enrolment, report) or merging.merge(enrolment, report) != enrolment
