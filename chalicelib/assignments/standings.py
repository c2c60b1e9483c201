"""How those stand of whom a course is asked: who is overdue, has not begun, is in progress, has finished.

A page is read of the audience's list, or of those whom the order noted, and filtered afterwards: it may be short, and
no page costs more because few are found.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from chalicelib import clock
from chalicelib.assignments import asked, rules, store
from chalicelib.assignments.models import AskedPerson, AskedQuery
from chalicelib.errors import NotFound
from chalicelib.http import paging
from chalicelib.http.models import Page
from chalicelib.learning import enrolments
from chalicelib.learning.merging import Enrolment
from chalicelib.learning.models import instant
from chalicelib.people import members, persons
from chalicelib.people.person import Person
from chalicelib.storage.spaces import Space

_ROUNDS = 4  # an audience's list has so many shards

Read = Callable[[str, int], tuple[list[Person], str]]
Due = Callable[[Person, Enrolment | None], date | None]


def of_audience(space: Space, course_id: str, audience: str, query: AskedQuery) -> Page[AskedPerson]:
    """A page of those of an audience of whom a course is asked: at most 13 calls. Raises: NotFound, BadCursor."""
    assignment = asked.of(space, course_id, audience)
    if assignment is None:
        raise NotFound
    group = members.of_audience(audience)

    def read(position: str, limit: int) -> tuple[list[Person], str]:
        return members.page(space, group, position, limit)

    def due(person: Person, enrolment: Enrolment | None) -> date | None:
        own = rules.due_of(enrolment) if enrolment else None
        return rules.earlier(own, assignment.due(int(person.audiences[audience])))

    return _page(space, course_id, query, read, due)


def of_order(space: Space, order_id: str, query: AskedQuery) -> Page[AskedPerson]:
    """A page of those whom an order is about, as far as it is not undone: at most 13 calls.

    Raises: NotFound, BadCursor.
    """
    order = store.order(space, order_id)
    if order is None:
        raise NotFound

    def read(position: str, limit: int) -> tuple[list[Person], str]:
        return _of_slice(space, order_id, position, limit)

    def due(_: Person, enrolment: Enrolment | None) -> date | None:
        return rules.due_of(enrolment) if enrolment else None

    return _page(space, str(order["course"]), query, read, due)


def _of_slice(space: Space, order_id: str, position: str, limit: int) -> tuple[list[Person], str]:
    """Those of an order's slice after a position, which is the slice before it and a place in it."""
    after, _, place = position.partition("|")
    found, more = store.slices(space, order_id, after, 1)
    if not found:
        return [], ""
    start = int(place) if place.isdecimal() else 0
    ids_ = found[0].people[start : start + limit]
    people = [*persons.many(space, ids_).values()]
    if start + limit < len(found[0].people):
        return people, f"{after}|{start + limit}"
    return people, f"{more}|0" if more else ""


def _page(space: Space, course_id: str, query: AskedQuery, read: Read, due: Due) -> Page[AskedPerson]:
    position = paging.decode(query.cursor, str)[0] if query.cursor else ""
    shown: list[AskedPerson] = []
    for _ in range(_ROUNDS):
        people, position = read(position, query.limit - len(shown))
        active = [each for each in people if each.status != "deactivated"]
        enrolled = enrolments.among(space, course_id, [each.id for each in active]) if active else {}
        rows = (_shown(each, enrolled.get(each.id), due) for each in active)
        shown += [row for row in rows if _is_wanted(row, query)]
        if not position or len(shown) >= query.limit:
            break
    return Page[AskedPerson](items=shown, next=paging.encode(position) if position else None)


def _shown(person: Person, enrolment: Enrolment | None, due: Due) -> AskedPerson:
    stage, last = rules.stage_of(enrolment), due(person, enrolment)
    completed = enrolment.completed_at if enrolment else None
    return AskedPerson(
        person=person.id,
        name=person.name,
        unit=person.unit,
        stage=stage,
        enrolled=enrolment is not None and enrolment.active,
        due=last,
        overdue=rules.is_overdue(stage, last, clock.vietnam_day()),
        last_activity_at=instant(enrolment.seen_ms / 1000) if enrolment and enrolment.begun else None,
        completed_at=None if completed is None else instant(completed),
    )


def _is_wanted(row: AskedPerson, query: AskedQuery) -> bool:
    return query.stage in (None, row.stage) or (query.stage == "overdue" and row.overdue)
