"""Courses as their authors keep them: made, described, archived, duplicated."""

from __future__ import annotations

from typing import Any

from chalicelib import clock
from chalicelib.courses import catalogue, competences, content, store, uploads
from chalicelib.courses.models import CourseEdit, NewCopy, NewCourse
from chalicelib.errors import Conflict, NotFound, PreconditionFailed
from chalicelib.http.requests import Circumstances
from chalicelib.storage import files
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

_TITLE = 200
_COPIED = " (bản sao)"


class AdoptedCourse(Conflict):
    """An adopted course is written by the centre alone."""

    code = "adopted_course"
    vi = "Đây là khoá học quốc gia được tiếp nhận: nội dung do trung ương biên soạn, đơn vị không sửa được."
    en = "This is an adopted national course: the centre writes it, and it cannot be edited here."


def require(space: Space, course_id: str) -> Item:
    """A course's head as it is now: 1 RCU. Raises: NotFound."""
    head = store.head(space, course_id)
    if head is None:
        raise NotFound
    return head


def require_own(space: Space, course_id: str) -> Item:
    """The head of a course that is written in this space: 1 RCU. Raises: NotFound, AdoptedCourse."""
    head = require(space, course_id)
    if "national" in head:
        raise AdoptedCourse
    return head


def etag(head: Item) -> str:
    """The validator of a head: it counts its changes."""
    return f'"{head["v"]}"'


def create(space: Space, new: NewCourse, circumstances: Circumstances) -> Item:
    """A new course with an empty draft: 1 call (2 with a cover). Repeated under the same key, it gives the same one.

    Raises: InvalidInput.
    """
    competences.require_known(new.competences)
    uploads.require_cover(space, new.cover)
    return _create(space, circumstances.new_id(space.slug), circumstances, new.model_dump(exclude={"adopt"}))


def _create(space: Space, course_id: str, circumstances: Circumstances, facts: dict[str, Any]) -> Item:
    at = clock.timestamp()
    facts = {**facts, "created_at": at, "updated_at": at, "created_by": circumstances.actor_id}
    try:
        head = store.create_head(space, course_id, facts)
    except ConditionFailed as made_before:
        head = made_before.item or {}
    catalogue.forget(space)
    return head


def edit(space: Space, course_id: str, patch: CourseEdit, circumstances: Circumstances) -> Item:
    """Change what a course is called and how it is described: 2 calls (3 with a cover).

    Raises: NotFound, AdoptedCourse, PreconditionRequired, PreconditionFailed, InvalidInput.
    """
    head = require_own(space, course_id)
    circumstances.require_match(etag(head))
    facts = patch.model_dump(exclude_unset=True)
    competences.require_known(patch.competences)
    uploads.require_cover(space, facts.get("cover"))
    if not facts:
        return head
    try:
        changed = store.change_head(space, course_id, facts, seen=head["v"])
    except ConditionFailed:
        raise PreconditionFailed from None
    catalogue.forget(space)
    return changed


def archive(space: Space, course_id: str) -> Item:
    """Take a course out of the catalogue; who learns it goes on. Repeating it changes nothing. Raises: NotFound."""
    return _change(space, course_id, "archived_at", clock.timestamp())


def restore(space: Space, course_id: str) -> Item:
    """Put an archived course back into the catalogue. Repeating it changes nothing. Raises: NotFound."""
    return _change(space, course_id, "archived_at", None)


def _change(space: Space, course_id: str, name: str, value: str | None) -> Item:
    head = require(space, course_id)
    if (name in head) != (value is not None):
        head = store.change_head(space, course_id, {name: value})
        catalogue.forget(space)
    return head


def duplicate(space: Space, course_id: str, copy: NewCopy, circumstances: Circumstances) -> Item:
    """A new course with the head and the draft of another, and none of its versions: 4 calls, 2 or 3 of S3.

    The copy has objects of its own, so that whatever happens to one course never touches another. Its files are the
    space's, and shared. Raises: NotFound, AdoptedCourse.
    """
    head = require_own(space, course_id)
    draft = store.draft(space, course_id)
    facts = {
        name: head.get(name)
        for name in ("summary", "cover", "language", "audiences", "asks", "competences", "estimated_minutes")
    }
    facts["title"] = copy.title or head["title"][: _TITLE - len(_COPIED)] + _COPIED
    new_id = circumstances.new_id(space.slug)
    if draft is not None:
        _copy_draft(space, draft, new_id)
    return _create(space, new_id, circumstances, facts)


def _copy_draft(space: Space, draft: Item, new_id: str) -> None:
    moved: dict[str, Any] = {}
    for part in ("pack", "index", "whole"):
        if part in draft:
            moved[part] = content.key(space.slug, new_id, draft[part].rpartition("/")[2])
            files.copy(draft[part], moved[part])
    facts: dict[str, Any] = {name: draft[name] for name in ("name", "size", "lessons", "saved_by")}
    facts.update(moved, saved_at=clock.timestamp())
    try:
        store.point_draft(space, new_id, facts, seen=None)
    except ConditionFailed:
        return  # a repetition: the first try came this far
