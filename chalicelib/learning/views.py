"""Enrolments as they go out: the item, the outline of its version and the course's card, put together without a call
when those are warm."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from chalicelib.courses import catalogue
from chalicelib.courses.outline import LessonEntry, Outline
from chalicelib.courses.views import cover_address
from chalicelib.learning.merging import Enrolment
from chalicelib.learning.models import (
    EnrolmentCard,
    LessonLink,
    MyEnrolment,
    Progress,
    QuizStanding,
    Standing,
    State,
    instant,
)
from chalicelib.learning.progress import next_lesson
from chalicelib.storage.spaces import Space


def state_of(enrolment: Enrolment) -> State:
    """What people call the enrolment's state."""
    if not enrolment.active:
        return "left"
    return "active" if enrolment.completed_at is None else "completed"


def standing(enrolment: Enrolment, outline: Outline) -> Standing:
    """Where the learner stands."""
    return Standing(**_standing(enrolment, outline))


def progress(enrolment: Enrolment, outline: Outline, lesson: str) -> Progress:
    """What a report on ``lesson`` led to."""
    return Progress(**_standing(enrolment, outline), lesson=lesson, done=lesson in enrolment.done)


def card(space: Space, enrolment: Enrolment, outline: Outline) -> EnrolmentCard:
    """The enrolment as a card "Continue" shows it."""
    return EnrolmentCard(**_card(space, enrolment, outline))


def whole(space: Space, enrolment: Enrolment, outline: Outline) -> MyEnrolment:
    """The enrolment with its ticks: what is done, the positions, the quizzes, of the lessons that this version has."""
    lessons = outline.structure.lessons
    return MyEnrolment(
        **_card(space, enrolment, outline),
        done=[lesson for lesson in outline.order if lesson in enrolment.done],
        positions={
            lesson: seconds
            for lesson in enrolment.places
            if lesson in lessons and (seconds := enrolment.position_s(lesson)) is not None
        },
        quizzes=_quizzes(enrolment, lessons),
    )


def attempts_left(allowed: int | None, used: int) -> int | None:
    """How many attempts remain; ``None``: as many as one likes."""
    return None if allowed is None else max(allowed - used, 0)


def _card(space: Space, enrolment: Enrolment, outline: Outline) -> dict[str, Any]:
    course = catalogue.card(space, enrolment.course_id)
    newest = course.version or 0
    return {
        **_standing(enrolment, outline),
        "title": outline.title,
        "cover": cover_address(space, course),
        "enrolled_at": instant(enrolment.enrolled_at),
        "due": None if enrolment.due is None else date.fromisoformat(enrolment.due),
        "update_available": enrolment.completed_at is None and newest > enrolment.version,
    }


def _quizzes(enrolment: Enrolment, lessons: Mapping[str, LessonEntry]) -> dict[str, QuizStanding]:
    standings = {}
    for lesson in lessons.values():
        if lesson.quiz is not None:
            used = enrolment.attempts.get(lesson.id, 0)
            standings[lesson.id] = QuizStanding(
                attempts=used,
                attempts_left=attempts_left(lesson.quiz.attempts_allowed, used),
                best_score=enrolment.scores.get(lesson.id),
                passed=lesson.id in enrolment.done,
            )
    return standings


def _standing(enrolment: Enrolment, outline: Outline) -> dict[str, Any]:
    """The fields of a :class:`Standing`."""
    lesson_id = next_lesson(outline, enrolment)
    link = None
    if lesson_id is not None:
        lesson = outline.lesson(lesson_id)
        link = LessonLink(id=lesson.id, title=lesson.title, kind=lesson.kind, minutes=lesson.minutes)
    completed = enrolment.completed_at
    return {
        "course": enrolment.course_id,
        "state": state_of(enrolment),
        "version": enrolment.version,
        "percent": outline.percent(enrolment.done),
        "minutes_left": outline.minutes_left(enrolment.done),
        "next_lesson": link,
        "position_s": enrolment.position_s(lesson_id) if lesson_id is not None else None,
        "last_activity_at": instant(enrolment.seen_ms / 1000),
        "completed_at": None if completed is None else instant(completed),
    }
