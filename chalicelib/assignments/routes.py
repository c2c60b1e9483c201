"""What the web sees of assignments: courses asked of audiences, and enrolling many at once."""

from __future__ import annotations

from chalicelib.assignments import assigning, ordering, standing_files, standings, undoing
from chalicelib.assignments.assigning import AudienceAsked, TooManyAssignments
from chalicelib.assignments.models import (
    AskedPerson,
    AskedQuery,
    AssignmentCard,
    AssignmentQuery,
    NewAssignment,
    NewOrder,
    Order,
    OrderCard,
    StandingsExport,
    StandingsWanted,
)
from chalicelib.assignments.undoing import OrderEnded
from chalicelib.audiences.editing import ReadyMadeStays
from chalicelib.audiences.models import AudienceId
from chalicelib.audiences.routes import audiences
from chalicelib.http import paging
from chalicelib.http.endpoint import Answer, Budget, Feature
from chalicelib.http.models import Id, Page, PageQuery
from chalicelib.http.permissions import MANAGE_PEOPLE, READ_LEARNERS
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.learning.enrolments import CourseArchived, CourseNotPublished
from chalicelib.rosters.refusals import NotCommitted
from chalicelib.storage.spaces import Space

assignments = Feature("assignments")


@assignments.get("/spaces/{space}/assignments", may=READ_LEARNERS, raises=[paging.BadCursor])
def list_assignments(space: Space, query: AssignmentQuery) -> Page[AssignmentCard]:
    """Which courses are required of, or recommended to, which audiences."""
    return assigning.page(space, query)


@assignments.put(
    "/spaces/{space}/courses/{course}/audiences/{audience}",
    may=MANAGE_PEOPLE,
    audits=["kind", "due_on", "due_in_days"],
    raises=[CourseArchived, TooManyAssignments],
)
def assign_course(space: Space, course: Id, audience: AudienceId, body: NewAssignment) -> AssignmentCard:
    """Require a course of an audience, or recommend it to them: within a minute it stands on everyone's home. Nobody
    is enrolled by this: learners begin by themselves, or are enrolled (`enrol_many`)."""
    return assigning.put(space, course, audience, body)


@assignments.delete("/spaces/{space}/courses/{course}/audiences/{audience}", may=MANAGE_PEOPLE)
def unassign_course(space: Space, course: Id, audience: AudienceId) -> None:
    """Ask a course of an audience no more. Whoever is enrolled in it stays so."""
    assigning.remove(space, course, audience)


@audiences.delete("/spaces/{space}/audiences/{audience}", may=MANAGE_PEOPLE, raises=[AudienceAsked, ReadyMadeStays])
def remove_audience(space: Space, circumstances: Circumstances, audience: AudienceId) -> None:
    """Remove an audience of the space's own, of which no course is asked any more; a job takes everyone out of it."""
    assigning.remove_audience(space, audience, circumstances)


@assignments.post(
    "/spaces/{space}/courses/{course}/enrolments",
    may=MANAGE_PEOPLE,
    status=202,
    creates=True,
    audits=["audience", "unit", "roster", "people", "due_on"],
    raises=[CourseArchived, CourseNotPublished, NotCommitted],
)
def enrol_many(space: Space, actor: Actor, circumstances: Circumstances, course: Id, body: NewOrder) -> Answer[Order]:
    """Enrol an audience, a unit, a list, or people by name, with a deadline or without.

    A job does it: follow its address. Who is enrolled already gets this deadline (or none) instead of an earlier one;
    who has left comes back; who has completed the course is left alone. By the job's id the order can be looked at
    (`read_order`), cancelled while it runs, and undone.
    """
    job = ordering.start(space, course, body, job_id=circumstances.new_id(course), actor=actor.person_id)
    return Answer(Order(job=job, course=course), location=f"/v1/spaces/{space.slug}/jobs/{job}")


@assignments.get("/spaces/{space}/orders", may=READ_LEARNERS, budget=Budget(calls=1, rcu=15), raises=[paging.BadCursor])
def list_orders(space: Space, query: PageQuery) -> Page[OrderCard]:
    """Orders to enrol, newest first: what came of each, and which were called off or undone."""
    return undoing.page(space, query.cursor, query.limit)


@assignments.get("/spaces/{space}/orders/{order}", may=READ_LEARNERS, budget=Budget(calls=1, rcu=1))
def read_order(space: Space, order: Id) -> OrderCard:
    """One order; its job tells how far it is."""
    return undoing.read(space, order)


@assignments.post("/spaces/{space}/orders/{order}/cancel", may=MANAGE_PEOPLE, raises=[OrderEnded])
def cancel_order(space: Space, order: Id) -> OrderCard:
    """Stop an order that runs: from now on it enrols nobody. Whom it has enrolled stays so, unless it is undone."""
    return undoing.cancel(space, order)


@assignments.post("/spaces/{space}/orders/{order}/undo", may=MANAGE_PEOPLE, status=202)
def undo_order(space: Space, circumstances: Circumstances, order: Id) -> Answer[OrderCard]:
    """Undo an order, also one that still runs: a job un-enrols whom it enrolled and who has not begun.

    Who has begun keeps their progress and loses only the requirement; who was enrolled before the order is asked again
    what they were asked then. Who has completed the course, or of whom a newer order asks it, is left alone.
    """
    undone = undoing.start(space, order, circumstances)
    return Answer(undone, location=f"/v1/spaces/{space.slug}/jobs/{undone.undo}")


@assignments.get(
    "/spaces/{space}/orders/{order}/people",
    may=READ_LEARNERS,
    budget=Budget(calls=14, rcu=420),
    raises=[paging.BadCursor],
)
def list_order_people(space: Space, order: Id, query: AskedQuery) -> Page[AskedPerson]:
    """How those stand whom an order is about: overdue, not begun, in progress, finished."""
    return standings.of_order(space, order, query)


@assignments.get(
    "/spaces/{space}/courses/{course}/audiences/{audience}/people",
    may=READ_LEARNERS,
    budget=Budget(calls=14, rcu=420),
    raises=[paging.BadCursor],
)
def list_asked_people(space: Space, course: Id, audience: AudienceId, query: AskedQuery) -> Page[AskedPerson]:
    """How those of an audience stand of whom the course is asked: overdue, not begun, in progress, finished."""
    return standings.of_audience(space, course, audience, query)


@assignments.post(
    "/spaces/{space}/orders/{order}/exports", may=READ_LEARNERS, status=202, creates=True, while_suspended=True
)
def export_order_people(
    space: Space, actor: Actor, circumstances: Circumstances, order: Id, body: StandingsWanted
) -> Answer[StandingsExport]:
    """Have how those stand whom an order is about written into a file that spreadsheets open. A job does it."""
    job_id = circumstances.new_id(order)
    return _begun(space, standing_files.start_of_order(space, order, body, job_id=job_id, actor=actor.person_id))


@assignments.post(
    "/spaces/{space}/courses/{course}/audiences/{audience}/exports",
    may=READ_LEARNERS,
    status=202,
    creates=True,
    while_suspended=True,
)
def export_asked_people(
    space: Space, actor: Actor, circumstances: Circumstances, course: Id, audience: AudienceId, body: StandingsWanted
) -> Answer[StandingsExport]:
    """Have how those of an audience stand of whom the course is asked written into a file. A job does it."""
    job_id = circumstances.new_id(course, audience)
    made = standing_files.start_of_audience(space, course, audience, body, job_id=job_id, actor=actor.person_id)
    return _begun(space, made)


@assignments.get(
    "/spaces/{space}/standings/{job}", may=READ_LEARNERS, audited=True, budget=Budget(calls=3, rcu=2, wcu=1)
)
def read_standings_export(space: Space, job: Id) -> StandingsExport:
    """How far a file is; once it is done, an address to read it from, good for a quarter of an hour."""
    return standing_files.follow(space, job)


def _begun(space: Space, export: StandingsExport) -> Answer[StandingsExport]:
    return Answer(export, location=f"/v1/spaces/{space.slug}/standings/{export.job}")
