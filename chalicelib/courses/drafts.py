"""Drafts: read and replaced as a whole, under ``If-Match``. Of two authors who save at once, one is told, and nothing
that either wrote is overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from chalicelib import clock
from chalicelib.courses import authoring, content, packing, store, uploads
from chalicelib.courses.lessons import MAX_DRAFT_BYTES, Content, Section
from chalicelib.courses.models import DraftSaving, LessonPlace, SavedDraft, SectionPlace
from chalicelib.courses.packing import Packed
from chalicelib.errors import Fault, InvalidInput, PreconditionFailed, PreconditionRequired, TooLarge
from chalicelib.http import bodies, problems
from chalicelib.http.requests import Circumstances
from chalicelib.storage import files
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed


class DraftTooLarge(TooLarge):
    """A draft's JSON is longer than a course may be."""

    code = "draft_too_large"
    vi = "Nội dung khoá học quá lớn (tối đa {megabytes} MB văn bản). Hãy tách thành nhiều khoá học."
    en = "The course's content is too large (at most {megabytes} MB of text). Split it into several courses."


@dataclass(frozen=True, slots=True)
class DraftContent:
    """A draft as it is read: its JSON, or the address of the same JSON when it is too large for an answer."""

    etag: str
    json: Any = None
    address: str | None = None


@lru_cache(maxsize=1)
def empty() -> Packed:
    """The draft that every course begins with."""
    return packing.pack([])


def name_of(draft: Item | None) -> str:
    """The name of a draft's content: the hash of all it holds."""
    return str(draft["name"]) if draft else empty().name


def read(space: Space, course_id: str) -> DraftContent:
    """The draft: 2 calls, and one read of S3 unless it is large. Raises: NotFound, AdoptedCourse."""
    authoring.require_own(space, course_id)
    draft = store.draft(space, course_id)
    name = name_of(draft)
    etag = content.draft_etag(name)
    if draft is None:
        return DraftContent(etag, json={"etag": etag, "sections": []})
    if "whole" in draft:
        return DraftContent(etag, address=files.address(draft["whole"], lasting_s=uploads.LASTING_S))
    return DraftContent(etag, json=content.draft_json(draft["pack"], name))


def save(space: Space, course_id: str, sent: DraftSaving, circumstances: Circumstances) -> SavedDraft:
    """Replace the draft that the author read by what they made of it: 3 calls, 2 writes of S3 (3 when it is large).

    Saving what is the draft already succeeds whatever ``If-Match`` says: it is the repetition of a request whose answer
    got lost (RFC 9110, 13.1.1). Raises: NotFound, AdoptedCourse, InvalidInput, DraftTooLarge, PreconditionRequired,
    PreconditionFailed.
    """
    if circumstances.if_match is None:
        raise PreconditionRequired
    head = authoring.require_own(space, course_id)
    draft = store.draft(space, course_id)
    sections = sent.sections if sent.sections is not None else _uploaded(space, sent.upload or "")
    packed = _packed(packing.with_ids(sections, _spent(head, sections)))
    if packed.name != name_of(draft):
        circumstances.require_match(content.draft_etag(name_of(draft)))
        content.keep_draft(space, course_id, packed)
        _point(space, course_id, packed, draft, circumstances.actor_id)
    return _saved(packed)


def _uploaded(space: Space, file_id: str) -> list[Section]:
    text = uploads.draft_text(space, file_id)
    bodies.require_unambiguous(text)
    try:
        return Content.model_validate_json(text).sections
    except ValidationError as error:
        raise problems.from_validation(error) from None


def _spent(head: Item, sections: list[Section]) -> frozenset[str]:
    """Ids that a lesson without one must not get, because learners' progress in a published version names them."""
    if "index" not in head or all(lesson.id for section in sections for lesson in section.lessons):
        return frozenset()
    published = content.structure(head["index"])
    return published.spent | published.lessons.keys()


def _packed(sections: list[Section]) -> Packed:
    packed = packing.pack(sections)
    if packed.size > MAX_DRAFT_BYTES:
        raise DraftTooLarge(megabytes=MAX_DRAFT_BYTES // 1_000_000)
    if packed.oversized:
        raise InvalidInput(faults=[_too_large(place, most // 1_000) for place, most in packed.oversized])
    return packed


def _too_large(place: str, kilobytes: int) -> Fault:
    vi, en = f"Bài này không quá {kilobytes} KB.", f"A lesson of this kind has at most {kilobytes} KB."
    return Fault(place, "text_too_large", vi, en)


def _point(space: Space, course_id: str, packed: Packed, draft: Item | None, actor_id: str) -> None:
    facts = {
        "name": packed.name,
        "pack": content.key(space.slug, course_id, f"{packed.name}.pack"),
        "index": content.key(space.slug, course_id, f"{packed.name}.index"),
        "whole": content.whole_key(space, course_id, packed.name) if packed.size > content.INLINE_BYTES else None,
        "size": packed.size,
        "lessons": len(packed.structure.lessons),
        "saved_at": clock.timestamp(),
        "saved_by": actor_id,
    }
    try:
        store.point_draft(space, course_id, facts, seen=draft["name"] if draft else None)
    except ConditionFailed as found:
        if name_of(found.item) != packed.name:
            raise PreconditionFailed from None


def _saved(packed: Packed) -> SavedDraft:
    return SavedDraft(
        etag=content.draft_etag(packed.name),
        size=packed.size,
        sections=[
            SectionPlace(id=section.id, lessons=[LessonPlace(id=lesson.id) for lesson in section.lessons])
            for section in packed.structure.sections
        ],
    )
