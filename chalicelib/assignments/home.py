"""A learner's home: what is required of them, recommended, in progress and finished, in one Query."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.assignments import asked, rules
from chalicelib.assignments.home_models import Home, HomeCourse
from chalicelib.assignments.rules import Row
from chalicelib.courses import catalogue
from chalicelib.courses.views import cover_address
from chalicelib.learning import enrolments, versions, views
from chalicelib.storage.spaces import Space

MOST_IN_PROGRESS = 100
MOST_FINISHED = 20


def of(space: Space, person_id: str) -> Home:
    """The home of a learner: 1 call; 1 RCU for five courses. What is asked of their audiences is remembered, and those
    that they are in stand beside their enrolments."""
    since, enrolled = enrolments.at_home(space, person_id)
    rows = rules.composed(rules.asked_of(asked.known(space), since), enrolled)
    titles = {card.course_id: (card.order, card.course_id) for card in catalogue.published(space)}
    recommended = sorted(
        (row for row in rows.recommended if row.course_id in titles), key=lambda r: titles[r.course_id]
    )
    return Home(
        required=[_shown(space, row) for row in rows.required if row.enrolment or row.course_id in titles],
        recommended=[_shown(space, row) for row in recommended],
        in_progress=[_shown(space, row) for row in rows.in_progress[:MOST_IN_PROGRESS]],
        finished=[_shown(space, row) for row in rows.finished[:MOST_FINISHED]],
        finished_count=len(rows.finished),
    )


def _shown(space: Space, row: Row) -> HomeCourse:
    card, standing, title, completed = catalogue.card(space, row.course_id), None, "", False
    if row.enrolment:
        outline = versions.pinned(space, row.course_id, row.enrolment.version)
        standing, title = views.standing(row.enrolment, outline), outline.title
        completed = row.enrolment.completed_at is not None
    return HomeCourse(
        course=row.course_id,
        title=title or card.title,
        cover=cover_address(space, card),
        minutes=card.minutes,
        enrolment=standing,
        due=row.due,
        overdue=row.due is not None and not completed and row.due < clock.vietnam_day(),
    )
