"""Publishing: what authors wrote is frozen as the next version, if learners can finish it."""

from __future__ import annotations

from typing import Any

from chalicelib import clock
from chalicelib.courses import (
    authoring,
    catalogue,
    content,
    drafts,
    named_documents,
    national,
    readiness,
    store,
    uploads,
)
from chalicelib.courses.outline import FileFacts, Structure
from chalicelib.courses.readiness import CannotPublish
from chalicelib.errors import Conflict, Unavailable
from chalicelib.http.requests import Circumstances
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed

_TRIES = 5


class ArchivedCourse(Conflict):
    """An archived course is not offered to learners."""

    code = "archived_course"
    vi = "Khoá học đang được lưu trữ. Hãy khôi phục trước khi xuất bản hoặc chia sẻ."
    en = "The course is archived. Restore it before publishing or offering it."


def publish(space: Space, course_id: str, circumstances: Circumstances) -> tuple[Item, bool]:
    """Freeze the draft as the next version; for an adopted course, take the centre's newest. Gives the head, and
    whether there is a new version: publishing what is published already changes nothing, so a retry makes no second.

    4 calls, 3 of S3. Of two who publish at once one makes the version; the other gets that one, or the next.
    Raises: NotFound, ArchivedCourse, CannotPublish, PreconditionFailed.
    """
    for _ in range(_TRIES):
        head = authoring.require(space, course_id)
        if "archived_at" in head:
            raise ArchivedCourse
        if "national" in head:
            return national.take_newest(space, head, circumstances.actor_id)
        draft = store.draft(space, course_id)
        if circumstances.if_match is not None:
            circumstances.require_match(content.draft_etag(drafts.name_of(draft)))
        if is_published(head, draft):
            # This may be the retry of a request that died half-way: what follows from publishing is made sure of.
            catalogue.forget(space)
            national.renew(space, head)
            return head, False
        if draft is None:
            raise CannotPublish(faults=readiness.faults([], {}))
        try:
            return _publish(space, head, draft, circumstances.actor_id), True
        except TransactionFailed:
            continue  # someone published meanwhile: what is next is decided anew
    raise Unavailable


def is_published(head: Item, draft: Item | None) -> bool:
    """Whether the newest version is this very draft, under the course's present title."""
    return "version" in head and head.get("draft") == drafts.name_of(draft) and head["frozen_title"] == head["title"]


def _publish(space: Space, head: Item, draft: Item, actor_id: str) -> Item:
    course_id, before = head["sk"], head.get("version")
    structure = _checked(space, head, draft, content.structure(head["index"]) if before else None)
    frozen = {
        "frozen_title": head["title"],
        "prefix": space.slug,
        "pack": draft["pack"],
        "index": content.keep_index(space.slug, course_id, structure),
        "draft": draft["name"],
        "lessons": len(structure.lessons),
        "minutes": structure.minutes,
        "published_at": clock.timestamp(),
        "published_by": actor_id,
    }
    number = (before or 0) + 1
    store.publish(space, course_id, number, frozen, {**frozen, "version": number}, seen=before)
    catalogue.forget(space)
    head = authoring.require(space, course_id)
    national.renew(space, head)
    return head


def _checked(space: Space, head: Item, draft: Item, before: Structure | None) -> Structure:
    """The draft's structure with what a version needs besides. Raises: CannotPublish, NamesLibrary, Unavailable."""
    structure = content.structure(draft["index"])
    ready = uploads.ready(space, _files(structure))
    lessons = content.all_lessons(draft["pack"], structure)
    sections = [[lessons[entry.id] for entry in section.lessons] for section in structure.sections]
    documents = named_documents.found(space, [each for entry in structure.lessons.values() for each in entry.library])
    found = readiness.faults(sections, {file_id: item.content_type for file_id, item in ready.items()})
    found += named_documents.faults(sections, documents)
    if found:
        raise CannotPublish(faults=found)
    if documents and "offered" in head:
        raise national.NamesLibrary
    if not named_documents.hold(space, head["sk"], head["title"], list(lessons.values())):
        raise Unavailable  # one was deleted just now: asked again, it is named
    spent: Any = (before.spent | before.lessons.keys()) - structure.lessons.keys() if before else ()
    return Structure(
        sections=structure.sections,
        files={each: FileFacts(item.name, item.content_type, item.size) for each, item in ready.items()},
        documents=documents,
        spent=frozenset(spent),
    )


def _files(structure: Structure) -> list[str]:
    return [file_id for lesson in structure.lessons.values() for file_id in lesson.files]
