"""A course's learners one by one: who, in which state, how far, since when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from chalicelib.errors import NotFound
from chalicelib.http.models import Page
from chalicelib.learning import enrolments, versions
from chalicelib.learning.merging import Enrolment
from chalicelib.learning.models import instant
from chalicelib.learning.views import state_of
from chalicelib.people import persons
from chalicelib.reports.models import Learner, LearnerQuery
from chalicelib.storage.spaces import Space


def page(space: Space, course_id: str, query: LearnerQuery) -> Page[Learner]:
    """A page of a course's learners: at most 18 calls, 3 when the course has many."""
    found, more = enrolments.of_course(space, course_id, query.state, query.cursor, query.limit)
    return Page[Learner](items=named(space, found), next=more)


def named(space: Space, found: Sequence[Enrolment]) -> list[Learner]:
    """Enrolments with their learners' names: 1 call for each hundred."""
    cards = persons.cards(space, [each.person_id for each in found])
    return [
        Learner(
            person=each.person_id,
            name=cards[each.person_id].name if each.person_id in cards else None,
            state=state_of(each),
            percent=_percent(space, each),
            enrolled_at=instant(each.enrolled_at),
            last_activity_at=instant(each.seen_ms / 1000),
            completed_at=None if each.completed_at is None else instant(each.completed_at),
            due=None if each.due is None else date.fromisoformat(each.due),
        )
        for each in found
    ]


def _percent(space: Space, enrolment: Enrolment) -> int | None:
    """0 calls when the version is warm; a version that is no more must not hide the other learners."""
    try:
        return versions.pinned(space, enrolment.course_id, enrolment.version).percent(enrolment.done)
    except NotFound:
        return None
