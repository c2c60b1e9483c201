"""Asking a course of an audience, and asking it no more."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.assignments import asked, reminding, store
from chalicelib.assignments.models import MOST, AssignmentCard, AssignmentQuery, NewAssignment
from chalicelib.assignments.rules import Assignment
from chalicelib.audiences import editing, membership
from chalicelib.audiences.ready_made import READY_MADE
from chalicelib.courses import catalogue
from chalicelib.errors import Conflict, NotFound
from chalicelib.http import paging
from chalicelib.http.models import Page
from chalicelib.http.requests import Circumstances
from chalicelib.learning.enrolments import CourseArchived
from chalicelib.storage.spaces import Space

_NAMED = 3  # titles in a refusal


class TooManyAssignments(Conflict):
    """As many courses are asked of audiences as a space may have."""

    code = "too_many_assignments"
    vi = "Không gian đã có {most} khoá học giao cho các nhóm. Hãy bỏ bớt những khoá không còn giao."
    en = "The space asks {most} courses of its audiences already. Remove some that are asked no more."


class AudienceAsked(Conflict):
    """Removing an audience of which courses are asked: they would end with it."""

    code = "audience_asked"
    vi = "Nhóm này đang được giao {count} khoá học ({titles}). Hãy bỏ giao các khoá học đó trước khi xoá nhóm."
    en = "{count} courses are asked of this audience ({titles}). Ask them of it no more before you remove it."


def remove_audience(space: Space, audience: str, circumstances: Circumstances) -> None:
    """Remove an audience of which nothing is asked. What is asked of it in this very moment ends with it.

    Raises: AudienceAsked, NotFound, ReadyMadeStays, Unavailable.
    """
    courses = [each.course_id for each in asked.current(space) if each.audience == audience]
    if courses and audience not in READY_MADE:
        titles = {card.course_id: card.title for card in catalogue.cards(space)}
        named = [titles.get(each, each) for each in courses[:_NAMED]]
        raise AudienceAsked(count=len(courses), titles="; ".join(named) + (" …" if len(courses) > _NAMED else ""))
    editing.remove(space, audience, circumstances)


def put(space: Space, course_id: str, audience: str, new: NewAssignment) -> AssignmentCard:
    """Ask a course of an audience, or ask it otherwise. At most 5 calls when warm.

    The days to remind on are planned first: planned in vain they are looked at in vain, while an assignment without
    them would remind nobody. Raises: NotFound, CourseArchived, TooManyAssignments.
    """
    card = catalogue.card(space, course_id)
    if card.status == "archived":
        raise CourseArchived
    if audience not in membership.known(space).rules:
        raise NotFound
    others = [each for each in asked.current(space) if (each.course_id, each.audience) != (course_id, audience)]
    if len(others) >= MOST:
        raise TooManyAssignments(most=MOST)
    assignment = Assignment(course_id, audience, at=clock.epoch_s(), **new.model_dump())
    reminding.plan(space, assignment)
    stored = store.put(space, assignment)
    asked.forget(space)
    return AssignmentCard.of(stored, card)


def remove(space: Space, course_id: str, audience: str) -> None:
    """Ask it no more; who is enrolled stays so. 1 call. Raises: NotFound."""
    if not store.delete(space, course_id, audience):
        raise NotFound
    asked.forget(space)


def page(space: Space, query: AssignmentQuery) -> Page[AssignmentCard]:
    """What is asked, by course and audience: 1 Query. Raises: BadCursor."""
    after = paging.decode(query.cursor, str)[0] if query.cursor else ""
    found = [
        each
        for each in asked.current(space)
        if query.course in (None, each.course_id) and query.audience in (None, each.audience) and _place(each) > after
    ]
    shown = sorted(found, key=_place)[: query.limit]
    cards = {card.course_id: card for card in catalogue.cards(space)}
    return Page[AssignmentCard](
        items=[AssignmentCard.of(each, cards.get(each.course_id)) for each in shown],
        next=paging.encode(_place(shown[-1])) if len(found) > len(shown) else None,
    )


def _place(assignment: Assignment) -> str:
    return f"{assignment.course_id}#{assignment.audience}"
