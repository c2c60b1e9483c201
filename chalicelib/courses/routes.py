"""Courses: written, published, browsed; their files; what the centre offers and spaces adopt."""

from __future__ import annotations

from typing import Annotated, Any, cast

from pydantic import Field, StringConstraints

from chalicelib.courses import authoring, browsing, catalogue, drafts, jobs, national, publishing, store, uploads, views
from chalicelib.courses.browsing import LessonFile
from chalicelib.courses.lessons import LessonId
from chalicelib.courses.models import (
    CataloguePage,
    Course,
    CourseEdit,
    CourseQuery,
    Draft,
    DraftSaving,
    LessonContent,
    NationalCourse,
    NationalQuery,
    NewCopy,
    NewCourse,
    Offer,
    SavedDraft,
    ShownOutline,
    Version,
    VersionNumber,
    VersionQuery,
)
from chalicelib.courses.outline import UnknownLesson
from chalicelib.courses.publishing import ArchivedCourse
from chalicelib.courses.readiness import CannotPublish
from chalicelib.courses.uploads import File, FileRefused, NewFile, NotUploaded, Upload
from chalicelib.errors import Forbidden, InvalidInput, PreconditionFailed, PreconditionRequired, Unauthenticated
from chalicelib.http import paging
from chalicelib.http.endpoint import Answer, Budget, Feature
from chalicelib.http.models import Id, Page, PageQuery, Query
from chalicelib.http.permissions import ANYONE, EDIT_COURSES, READ_DRAFTS
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.metering.quotas import StorageFull
from chalicelib.metering.waiting import UploadsWaiting
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

courses = Feature("courses")
JOBS = jobs  # importing it declares the handlers


class CoverQuery(Query):
    """``v`` only makes the address of another cover another one."""

    v: Annotated[str, StringConstraints(max_length=32)] | None = Field(default=None, description="Ignored.")


@courses.post(
    "/spaces/{space}/courses",
    may=EDIT_COURSES,
    creates=True,
    also={200: "The national course had been adopted before."},
    raises=[InvalidInput, national.OwnCourse],
)
def create_course(space: Space, body: NewCourse, circumstances: Circumstances) -> Answer[Course]:
    """Begin a course of the space's own, or adopt a national one (`{"adopt": "…"}`; adopting twice is once)."""
    if body.adopt is None:
        return _made(space, authoring.create(space, body, circumstances), True)
    head, new = national.adopt(space, body.adopt, circumstances.actor_id)
    return _made(space, head, new)


@courses.get("/spaces/{space}/courses", may=ANYONE, budget=Budget(calls=0), raises=[Unauthenticated, Forbidden])
def list_courses(space: Space, actor: Actor | None, query: CourseQuery) -> Answer[CataloguePage]:
    """The catalogue, by Vietnamese title; other states than `published` for the staff."""
    found, after, total = browsing.page(space, actor, query)
    items = [views.card(space, each) for each in found]
    cache = browsing.cached_for_a_minute(space) if query.status == "published" else "no-store"
    return Answer(CataloguePage(items=items, next=after, total=total), cache=cache)


@courses.get("/spaces/{space}/courses/{course}", may=ANYONE, budget=Budget(calls=2, rcu=3), raises=[Unauthenticated])
def read_course(space: Space, actor: Actor | None, course: Id) -> Answer[Course]:
    """A course's head: of a published one for anyone who may browse, with its draft's state for the staff."""
    if browsing.is_staff(actor):
        return _staffed(space, authoring.require(space, course))
    browsing.require_browsing(space, actor)
    # Not public: the staff get more at this very address, and no cache must give them what it kept for others.
    return Answer(views.course(space, catalogue.shown(space, course)), cache="private, max-age=60")


@courses.patch(
    "/spaces/{space}/courses/{course}",
    may=EDIT_COURSES,
    raises=[authoring.AdoptedCourse, PreconditionRequired, PreconditionFailed, InvalidInput],
)
def edit_course(space: Space, course: Id, body: CourseEdit, circumstances: Circumstances) -> Answer[Course]:
    """Change title, description or cover, on the state that was read (`If-Match`)."""
    return _staffed(space, authoring.edit(space, course, body, circumstances))


@courses.post("/spaces/{space}/courses/{course}/archive", may=EDIT_COURSES)
def archive_course(space: Space, course: Id) -> Answer[Course]:
    """Take a course out of the catalogue. Who is learning it goes on."""
    return _staffed(space, authoring.archive(space, course))


@courses.delete("/spaces/{space}/courses/{course}/archive", may=EDIT_COURSES)
def restore_course(space: Space, course: Id) -> Answer[Course]:
    """Put an archived course back."""
    return _staffed(space, authoring.restore(space, course))


@courses.post(
    "/spaces/{space}/courses/{course}/copies",
    may=EDIT_COURSES,
    creates=True,
    raises=[authoring.AdoptedCourse, InvalidInput],
)
def duplicate_course(space: Space, course: Id, body: NewCopy, circumstances: Circumstances) -> Answer[Course]:
    """A new course with this one's head and draft."""
    return _made(space, authoring.duplicate(space, course, body, circumstances), True)


@courses.get(
    "/spaces/{space}/courses/{course}/draft",
    may=READ_DRAFTS,
    also={303: "The draft is large: the same JSON is at the address in `Location`."},
    raises=[authoring.AdoptedCourse],
)
def read_draft(space: Space, course: Id) -> Answer[Draft]:
    """The draft's whole content. Its ETag is in the body too, for who is sent on to another address."""
    draft = drafts.read(space, course)
    if draft.address:
        return Answer(cast(Any, None), status=303, location=draft.address)
    return Answer(draft.json, etag=draft.etag)


@courses.put(
    "/spaces/{space}/courses/{course}/draft",
    may=EDIT_COURSES,
    raises=[
        authoring.AdoptedCourse,
        PreconditionRequired,
        PreconditionFailed,
        InvalidInput,
        drafts.DraftTooLarge,
    ],
)
def save_draft(space: Space, course: Id, body: DraftSaving, circumstances: Circumstances) -> Answer[SavedDraft]:
    """Replace the draft that was read (`If-Match`). Of two who save at once the second gets 412; nothing is lost."""
    saved = drafts.save(space, course, body, circumstances)
    return Answer(saved, etag=saved.etag)


@courses.post(
    "/spaces/{space}/courses/{course}/versions",
    may=EDIT_COURSES,
    creates=True,
    also={200: "The newest version is this very draft already (or the centre's newest)."},
    raises=[ArchivedCourse, CannotPublish, PreconditionFailed, national.NamesLibrary],
)
def publish_course(space: Space, course: Id, circumstances: Circumstances) -> Answer[Version]:
    """Freeze the draft as the next version, or name everything that is missing. For an adopted course: take the
    centre's newest version. With `If-Match`: only that state of the draft."""
    head, new = publishing.publish(space, course, circumstances)
    return Answer(views.newest(head), status=201 if new else 200)


@courses.get("/spaces/{space}/courses/{course}/versions", may=READ_DRAFTS)
def list_versions(space: Space, course: Id, query: PageQuery) -> Page[Version]:
    """What was published of a course, newest first."""
    current = authoring.require(space, course).get("version")
    after = paging.decode(query.cursor, int)[0] if query.cursor else None
    page = store.versions(space, course, after, query.limit)
    return Page[Version](
        items=[views.version(item, current) for item in page.items],
        next=paging.encode(page.items[-1].version) if page.after else None,
    )


@courses.get("/spaces/{space}/courses/{course}/outline", may=ANYONE, budget=Budget(calls=0), raises=[Unauthenticated])
def read_outline(space: Space, actor: Actor | None, course: Id, query: VersionQuery) -> Answer[ShownOutline]:
    """Sections and lessons of the version that new learners get, or of any published one."""
    frozen = browsing.outline(space, actor, course, query.version)
    lasting = browsing.cached_as_frozen(browsing.is_for_anyone(space, course))
    shown = views.outline(frozen, browsing.language(space, frozen))
    return Answer(shown, cache=lasting if query.version else browsing.cached_for_a_minute(space))


@courses.get(
    "/spaces/{space}/courses/{course}/versions/{version}/lessons/{lesson}",
    may=ANYONE,
    budget=Budget(calls=0),
    raises=[Unauthenticated, UnknownLesson],
)
def read_lesson(
    space: Space, actor: Actor | None, course: Id, version: VersionNumber, lesson: LessonId
) -> Answer[LessonContent]:
    """A lesson's content, immutable: of a quiz only what is asked. Of a public course's newest
    version the first lesson needs no sign-in."""
    frozen = browsing.lesson(space, actor, course, version, lesson)
    lasting = browsing.cached_as_frozen(browsing.is_first(space, frozen, lesson))
    return Answer(views.lesson(frozen, lesson), cache=lasting)


@courses.get(
    "/spaces/{space}/courses/{course}/versions/{version}/lessons/{lesson}/files",
    may=ANYONE,
    budget=Budget(calls=0),
    raises=[Unauthenticated, UnknownLesson],
)
def list_lesson_files(
    space: Space, actor: Actor | None, course: Id, version: VersionNumber, lesson: LessonId
) -> Page[LessonFile]:
    """Addresses of the files that a lesson shows; they last a quarter of an hour."""
    frozen = browsing.lesson(space, actor, course, version, lesson)
    return Page[LessonFile](items=browsing.files(frozen, lesson))


@courses.get("/spaces/{space}/courses/{course}/cover", may=ANYONE, status=302, budget=Budget(calls=0))
def read_cover(space: Space, course: Id, query: CoverQuery) -> Answer[None]:
    """The cover's address of the moment. It needs no sign-in: an `<img>` carries no token."""
    return Answer(None, location=browsing.cover(space, course), cache="public, max-age=300")


@courses.post(
    "/spaces/{space}/files", may=EDIT_COURSES, creates=True, raises=[InvalidInput, StorageFull, UploadsWaiting]
)
def announce_file(space: Space, body: NewFile, circumstances: Circumstances) -> Upload:
    """Announce a file and get the form to upload it with, straight to S3; then report completion."""
    return uploads.announce(space, body, circumstances)


@courses.post("/spaces/{space}/files/{file}/completion", may=EDIT_COURSES, raises=[NotUploaded, FileRefused])
def complete_file(space: Space, file: Id) -> File:
    """Have the upload looked at: it is ready, or refused and removed when its content is not what its type says."""
    return uploads.complete(space, file)


@courses.get("/spaces/{space}/files/{file}", may=EDIT_COURSES)
def read_file(space: Space, file: Id) -> File:
    """A file, with an address to look at it when it is ready."""
    return uploads.read(space, file)


@courses.post(
    "/spaces/{space}/courses/{course}/offer",
    may=EDIT_COURSES,
    also={202: "A job copies the course's files first."},
    raises=[national.NotPublished, national.NamesLibrary],
)
def offer_course(space: Space, course: Id) -> Answer[Offer]:
    """Offer the newest version to all spaces (the central space only)."""
    head, job = national.offer(space, course)
    if job is None:
        return Answer(Offer(course=course, version=head["version"], state="offered"))
    return Answer(Offer(course=course, version=None, state="copying", job=job), status=202)


@courses.delete("/spaces/{space}/courses/{course}/offer", may=EDIT_COURSES)
def withdraw_offer(space: Space, course: Id) -> Offer:
    """Offer a course no longer (the central space only). Who adopted it keeps what they have."""
    national.withdraw(space, course)
    return Offer(course=course, version=None, state="withdrawn")


@courses.get("/spaces/{space}/national-courses", may=READ_DRAFTS, budget=Budget(calls=0))
def list_national_courses(space: Space, query: NationalQuery) -> Page[NationalCourse]:
    """What the centre offers, by Vietnamese title, and what of it this space adopted."""
    items, after = browsing.national_page(space, query)
    return Page[NationalCourse](items=items, next=after)


def _staffed(space: Space, head: Item, status: int | None = None) -> Answer[Course]:
    draft = None if "national" in head else store.draft(space, head["sk"])
    return Answer(views.course_for_staff(space, head, draft), status=status, etag=authoring.etag(head))


def _made(space: Space, head: Item, new: bool) -> Answer[Course]:
    answer = _staffed(space, head, 201 if new else 200)
    at = f"/v1/spaces/{space.slug}/courses/{head['sk']}"
    return Answer(answer.body, answer.status, answer.etag, location=at if new else None)
