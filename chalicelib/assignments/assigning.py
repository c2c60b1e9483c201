"""Asking a course of an audience, and asking it no more."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.assignments import asked, reminding, store
from chalicelib.assignments.models import MOST, AssignmentCard, AssignmentQuery, NewAssignment
from chalicelib.assignments.rules import Assignment
from chalicelib.audiences import membership
from chalicelib.courses import catalogue
from chalicelib.errors import Conflict, NotFound
from chalicelib.http import paging
from chalicelib.http.models import Page
from chalicelib.storage.spaces import Space


class TooManyAssignments(Conflict):
    """As many courses are asked of audiences as a space may have."""

    code = "too_many_assignments"
    vi = "Không gian đã có {most} khoá học giao cho các nhóm. Hãy bỏ bớt những khoá không còn giao."
    en = "The space asks {most} courses of its audiences already. Remove some that are asked no more."


def put(space: Space, course_id: str, audience: str, new: NewAssignment) -> AssignmentCard:
    """Ask a course of an audience, or ask it otherwise. At most 5 calls when warm.

    The days to remind on are planned first: planned in vain they are looked at in vain, while an assignment without
    them would remind nobody. Raises: NotFound, TooManyAssignments.
    """
    title = catalogue.card(space, course_id).title
    if audience not in membership.known(space).rules:
        raise NotFound
    others = [each for each in store.every(space) if (each.course_id, each.audience) != (course_id, audience)]
    if len(others) >= MOST:
        raise TooManyAssignments(most=MOST)
    assignment = Assignment(course_id, audience, at=clock.epoch_s(), **new.model_dump())
    reminding.plan(space, assignment)
    stored = store.put(space, assignment)
    asked.forget(space)
    return AssignmentCard.of(stored, title)


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
        for each in store.every(space)
        if query.course in (None, each.course_id) and query.audience in (None, each.audience) and _place(each) > after
    ]
    shown = sorted(found, key=_place)[: query.limit]
    titles = {card.course_id: card.title for card in catalogue.cards(space)}
    return Page[AssignmentCard](
        items=[AssignmentCard.of(each, titles.get(each.course_id, "")) for each in shown],
        next=paging.encode(_place(shown[-1])) if len(found) > len(shown) else None,
    )


def _place(assignment: Assignment) -> str:
    return f"{assignment.course_id}#{assignment.audience}"
