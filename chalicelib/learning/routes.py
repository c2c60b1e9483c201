"""What the web sees of learning: enrolments, progress, and moving learners to another version."""

from __future__ import annotations

from chalicelib.courses import catalogue
from chalicelib.courses.lessons import LessonId
from chalicelib.courses.outline import UnknownLesson
from chalicelib.errors import NotFound
from chalicelib.http.endpoint import Answer, Budget, Feature
from chalicelib.http.models import Id, Page
from chalicelib.http.permissions import EDIT_COURSES, LEARN
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.learning import announced, changes, enrolments, moving, progress, versions, views  # noqa: F401
from chalicelib.learning.enrolments import CourseArchived, CourseNotPublished, EnrolmentRequired
from chalicelib.learning.models import (
    EnrolmentCard,
    EnrolmentQuery,
    Migration,
    MyEnrolment,
    NewMigration,
    Progress,
    ProgressReport,
)
from chalicelib.learning.progress import EnrolmentLeft, NotEnrolled, QuizNeedsAttempt
from chalicelib.storage.spaces import Space

learning = Feature("learning")


@learning.put(
    "/spaces/{space}/me/enrolments/{course}",
    may=LEARN,
    budget=Budget(calls=1, wcu=2),
    raises=[CourseArchived, CourseNotPublished],
    also={201: "Enrolled just now."},
)
def enrol(space: Space, actor: Actor, course: Id) -> Answer[EnrolmentCard]:
    """Enrol in a course, or come back to one that was left, with all progress. Repeating it changes nothing."""
    enrolment, new = enrolments.enrol(space, actor.person_id, course, actor.audiences)
    outline = versions.pinned(space, course, enrolment.version)
    return Answer(views.card(space, enrolment, outline), status=201 if new else 200)


@learning.delete(
    "/spaces/{space}/me/enrolments/{course}",
    may=LEARN,
    budget=Budget(calls=1, wcu=3),
    raises=[EnrolmentRequired],
)
def leave(space: Space, actor: Actor, course: Id) -> None:
    """Leave a course. What was done in it is kept for coming back."""
    enrolments.leave(space, actor.person_id, course)


@learning.get("/spaces/{space}/me/enrolments", may=LEARN, budget=Budget(calls=1, rcu=1))
def list_my_enrolments(space: Space, actor: Actor, query: EnrolmentQuery) -> Page[EnrolmentCard]:
    """One's own courses with all that a card "Continue" shows, the latest activity first within a page."""
    found, more = enrolments.of_person(space, actor.person_id, query.state, query.cursor, query.limit)
    cards = [views.card(space, each, versions.pinned(space, each.course_id, each.version)) for each in found]
    return Page[EnrolmentCard](items=cards, next=more)


@learning.get("/spaces/{space}/me/enrolments/{course}", may=LEARN, budget=Budget(calls=1, rcu=1))
def read_my_enrolment(space: Space, actor: Actor, course: Id) -> MyEnrolment:
    """One enrolment with its ticks: lessons done, positions, quizzes."""
    enrolment = enrolments.get(space, actor.person_id, course)
    if enrolment is None:
        raise NotFound
    return views.whole(space, enrolment, versions.pinned(space, course, enrolment.version))


@learning.put(
    "/spaces/{space}/me/enrolments/{course}/progress/{lesson}",
    may=LEARN,
    budget=Budget(calls=1, wcu=1),
    raises=[NotEnrolled, EnrolmentLeft, UnknownLesson, QuizNeedsAttempt],
)
def record_progress(space: Space, actor: Actor, course: Id, lesson: LessonId, body: ProgressReport) -> Progress:
    """Report on one lesson: started, the position in it, or done. Repeated, late and reordered reports lose nothing.

    A late report that brings something new costs a second call, one that completes the course another.
    """
    enrolment, outline = progress.record(space, actor.person_id, course, body.of(lesson))
    return views.progress(enrolment, outline, lesson)


@learning.post(
    "/spaces/{space}/me/enrolments/{course}/version",
    may=LEARN,
    budget=Budget(calls=2, rcu=1, wcu=1),
    raises=[NotEnrolled, EnrolmentLeft],
)
def take_newest_version(space: Space, actor: Actor, course: Id) -> MyEnrolment:
    """Go on in the newest version, keeping what was done in lessons that still exist. A completed course stays."""
    enrolment = progress.require_active(enrolments.get(space, actor.person_id, course))
    enrolment = moving.move(space, enrolment, versions.current(space, course))
    return views.whole(space, enrolment, versions.pinned(space, course, enrolment.version))


@learning.post(
    "/spaces/{space}/courses/{course}/migrations",
    may=EDIT_COURSES,
    status=202,
    creates=True,
    audits=["to_version"],
)
def start_migration(
    space: Space, actor: Actor, circumstances: Circumstances, course: Id, body: NewMigration
) -> Answer[Migration]:
    """Move everyone in mid-course on an older version to a newer one; what they did in lessons that still exist is
    kept. Completed enrolments stay as they are. A job does it: follow its address."""
    catalogue.forget(space)
    to = versions.pinned(space, course, body.to_version) if body.to_version else versions.current(space, course)
    job = moving.start(space, course, to.version, job_id=circumstances.new_id(course), actor=actor.person_id)
    return Answer(
        Migration(job=job, course=course, to_version=to.version), location=f"/v1/spaces/{space.slug}/jobs/{job}"
    )
