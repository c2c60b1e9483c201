"""Files of courses: they go straight to S3 by a signed form, and count only once their content was looked at.

The form lets S3 refuse another type or more bytes than were announced. What it cannot see is whether the content is
what its type says: that is checked on completion, and a file that lies is removed. A form stays good for a while after
that, so it leads to a place of its own: what was looked at is copied from there, in the state in which it was looked
at, to where files are read and no form leads. Addresses to read last a quarter of an hour; they name the checked type,
so that a browser takes the file for nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from chalicelib import clock
from chalicelib.courses import bare_pictures, store
from chalicelib.courses.file_types import (
    CAPTIONS,
    DOCUMENTS,
    DRAFTS,
    IMAGES,
    MB,
    PLAYED,
    QUESTIONS,
    SNIFFED_BYTES,
    STILLS,
    TYPES,
    ContentType,
    FileState,
    Purpose,
)
from chalicelib.courses.store import FileItem
from chalicelib.errors import Conflict, InvalidInput, NotFound, refuse_field, rule
from chalicelib.http.models import Inbound, Outbound, line
from chalicelib.http.requests import Circumstances
from chalicelib.metering import quotas
from chalicelib.metering.waiting import UploadsWaiting
from chalicelib.storage import files
from chalicelib.storage.files import StoredFile
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed, Write

LASTING_S = 15 * 60
_FITTING = {
    "lesson": PLAYED | DOCUMENTS,
    "cover": IMAGES,
    "captions": CAPTIONS,
    "draft": DRAFTS,
    "questions": QUESTIONS,
    "thread": STILLS,
    "library": DOCUMENTS,
}
# What is uploaded for these is nobody else's to name.
_ALONE = frozenset({"thread", "library"})


class NotUploaded(Conflict):
    """Completion was reported before the upload arrived."""

    code = "not_uploaded"
    vi = "Tệp chưa được tải lên xong. Hãy tải lên rồi báo hoàn tất."
    en = "The file has not been uploaded yet. Upload it, then report completion."


class FileRefused(InvalidInput):
    """The content is not what its type says, or too large; the file was removed."""

    code = "file_refused"
    vi = "Nội dung tệp không đúng là {content_type} hoặc vượt quá dung lượng cho phép. Tệp đã bị xoá; hãy tải lại."
    en = "The file's content is not {content_type}, or is too large. It was removed; upload another."


class NewFile(Inbound):
    """A file to upload."""

    name: Annotated[str, line(200)] = Field(examples=["Phiếu kiểm tra hồ sơ.pdf"])
    content_type: ContentType
    size: int = Field(ge=1, description="Bytes. S3 refuses more than this.", examples=[182_044])
    purpose: Purpose | None = Field(default=None, description="Absent: whatever its type is good for.")

    @field_validator("size")
    @classmethod
    def _is_not_too_large(cls, size: int, about: ValidationInfo) -> int:
        content_type = about.data.get("content_type")
        limit = TYPES[content_type].max_bytes if content_type else size
        if size > limit:
            raise rule(
                "file_too_large",
                f"Tệp {content_type} không quá {limit // MB} MB.",
                f"A file of type {content_type} has at most {limit // MB} MB.",
            )
        return size

    @field_validator("purpose")
    @classmethod
    def _is_of_a_fitting_type(cls, purpose: Purpose | None, about: ValidationInfo) -> Purpose | None:
        content_type = about.data.get("content_type")
        if purpose and content_type and content_type not in _FITTING[purpose]:
            fitting = ", ".join(sorted(_FITTING[purpose]))
            raise rule("unfit_for_purpose", f"Mục đích này cần tệp: {fitting}.", f"This purpose needs: {fitting}.")
        return purpose


class UploadForm(Outbound):
    """Where to send the file: a ``multipart/form-data`` POST with these fields, then the field ``file``."""

    url: str
    fields: dict[str, str]


class Upload(Outbound):
    """An announced file and how to upload it."""

    id: str
    upload: UploadForm
    expires_at: datetime


class File(Outbound):
    """An uploaded file. ``url`` is there once the upload is completed, and lasts until ``expires_at``."""

    id: str
    name: str
    content_type: ContentType
    size: int = Field(description="Bytes: announced while pending, counted once ready.")
    state: FileState
    purpose: Purpose | None = None
    created_at: datetime
    url: str | None = None
    expires_at: datetime | None = None


def announce(space: Space, new: NewFile, circumstances: Circumstances) -> Upload:
    """Note a file that is to be uploaded, and sign the form for it: 4 WCU. Repeating it signs the same file's form.

    A form is worth its bytes whether they are ever completed or not, so those that wait are held against the quota too.

    Raises: StorageFull, UploadsWaiting.
    """
    room = quotas.require_room(space, new.size)
    file_id = circumstances.new_id(space.slug)
    facts = {
        "name": new.name,
        "content_type": new.content_type,
        "size": new.size,
        "purpose": new.purpose,
        "created_at": clock.timestamp(),
        "by": circumstances.actor_id,
    }
    if not store.announce_file(space, file_id, facts, room):
        raise UploadsWaiting
    form = files.upload_form(_arrival(space, file_id), new.content_type, new.size, lasting_s=LASTING_S)
    return Upload(id=file_id, upload=UploadForm(**form), expires_at=_expiry())


def complete(space: Space, file_id: str) -> File:
    """Look at what was uploaded; it is ready, or removed: 3 calls, 4 of S3. Repeating it changes nothing.

    Raises: NotFound, NotUploaded, FileRefused.
    """
    item = _require(space, file_id)
    if item.state == "ready":
        return shown(space, item)
    arrived = _arrival(space, file_id)
    try:
        facts = _taken(space, item)
    except (NotFound, files.Changed):
        return _completed(space, file_id)  # it is being replaced, or another request was quicker
    if facts is None:
        files.delete(arrived)
        store.delete_file(space, item)
        raise FileRefused(content_type=item.content_type)
    try:
        completed = store.complete_file(space, item, facts)
    except TransactionFailed:
        return _completed(space, file_id)  # its bytes are counted once
    files.delete(arrived)
    quotas.confirmed(space, completed.size)
    return shown(space, completed)


def _taken(space: Space, item: FileItem) -> Item | None:
    """Take over what arrived, in the very state that was looked at, if it is what its type says; gives its facts.

    Raises: NotFound, Changed.
    """
    arrived = _arrival(space, item.id)
    found = files.head(arrived)
    if found is None:
        raise NotFound
    if not _is_what_it_says(arrived, found, item.content_type):
        return None
    if item.purpose == "thread":
        return _bared(space, item, files.get(arrived, start=0, length=found.size, etag=found.etag))
    files.copy(arrived, key(space.slug, item.id), etag=found.etag)
    return {"size": found.size, "etag": found.etag}


def _bared(space: Space, item: FileItem, content: bytes) -> Item | None:
    """Keep a learner's picture without what the camera wrote beside it, above all where it was taken."""
    try:
        bare = bare_pictures.bare(content, item.content_type)
    except bare_pictures.Unreadable:
        return None
    files.put(key(space.slug, item.id), bare, item.content_type)
    return {"size": len(bare)}


def _is_what_it_says(arrived: str, found: StoredFile, content_type: str) -> bool:
    kind, size = TYPES[content_type], found.size
    if not 0 < size <= kind.max_bytes:
        return False
    return kind.is_it(
        files.get(arrived, start=0, length=size if kind.whole else min(size, SNIFFED_BYTES), etag=found.etag)
    )


def _completed(space: Space, file_id: str) -> File:
    """The file as another request has completed it meanwhile. Raises: NotFound, NotUploaded."""
    item = _require(space, file_id)
    if item.state != "ready":
        raise NotUploaded
    return shown(space, item)


def read(space: Space, file_id: str) -> File:
    """A file, with an address when it is ready: 1 RCU. Raises: NotFound."""
    return shown(space, _require(space, file_id))


def shown(space: Space, item: FileItem) -> File:
    """A file's item as people see it."""
    ready = item.state == "ready"
    return File(
        id=item.id,
        name=item.name,
        content_type=item.content_type,
        size=item.size,
        state=item.state,
        purpose=item.purpose,
        created_at=clock.from_timestamp(item.created_at),
        url=address(space.slug, item.id, item.content_type) if ready else None,
        expires_at=_expiry() if ready else None,
    )


def key(prefix: str, file_id: str) -> str:
    """Where a file's content is; ``prefix`` is a space's slug or the shared national prefix."""
    return f"{prefix}/files/{file_id}"


def _arrival(space: Space, file_id: str) -> str:
    """Where the form puts an upload; nothing there is ever given out."""
    return files.key(space, "uploads", file_id)


def address(prefix: str, file_id: str, content_type: str) -> str:
    """A short-lived address of a file; signing it is local."""
    return files.address(key(prefix, file_id), lasting_s=LASTING_S, content_type=content_type)


def cover_address(prefix: str, file_id: str) -> str:
    """A short-lived address of a cover, of the type that its upload was held to."""
    return files.address(key(prefix, file_id), lasting_s=LASTING_S)


def _expiry() -> datetime:
    return clock.now() + timedelta(seconds=LASTING_S)


def _require(space: Space, file_id: str) -> FileItem:
    item = store.file(space, file_id)
    if item is None:
        raise NotFound
    return item


def require_own(space: Space, file_id: str, person_id: str) -> None:
    """Refuse a file that another person has announced: 1 call. Raises: NotFound."""
    if _require(space, file_id).by != person_id:
        raise NotFound


def require_cover(space: Space, file_id: str | None) -> None:
    """Refuse a cover that is no uploaded image of this space: 1 call when there is one. Raises: InvalidInput."""
    if file_id is None:
        return
    item = ready(space, [file_id]).get(file_id)
    if item is None or not item.content_type.startswith("image/"):
        raise refuse_field(
            "cover",
            "not_an_image",
            "Ảnh bìa phải là ảnh đã tải lên xong trong không gian này.",
            "A cover is an image uploaded to this space.",
        )


def draft_text(space: Space, file_id: str) -> bytes:
    """An uploaded draft's JSON: 1 call, 1 of S3. Raises: InvalidInput."""
    vi, en = "Tệp này không phải bản nháp JSON", "This is no JSON draft"
    return _read(space, _require_type(space, file_id, DRAFTS, "not_a_draft", vi, en))


def questions(space: Space, file_id: str) -> bytes:
    """An uploaded package of questions: 1 call, 1 of S3. Raises: InvalidInput."""
    return _read(space, require_questions(space, file_id))


def require_questions(space: Space, file_id: str) -> FileItem:
    """An uploaded file that may be a package of questions: 1 call. Raises: InvalidInput."""
    vi, en = "Tệp này không phải gói câu hỏi", "This is no package of questions"
    return _require_type(space, file_id, QUESTIONS, "not_a_package", vi, en)


def _require_type(space: Space, file_id: str, types: frozenset[str], code: str, vi: str, en: str) -> FileItem:
    item = store.file(space, file_id)
    if item is None or item.state != "ready" or item.content_type not in types:
        vi, en = f"{vi} đã tải lên xong trong không gian này.", f"{en} uploaded to this space."
        raise refuse_field("upload", code, vi, en)
    return item


def _read(space: Space, item: FileItem) -> bytes:
    return files.get(key(space.slug, item.id), start=0, length=TYPES[item.content_type].max_bytes)


def take_in(space: Space, file_id: str, new: NewFile, content: bytes, actor_id: str) -> None:
    """A file that came inside another, ready at once: at most 4 calls, 1 of S3. Repeating it changes nothing.

    Raises: StorageFull, UploadsWaiting, FileRefused.
    """
    if not 0 < len(content) <= TYPES[new.content_type].max_bytes or not TYPES[new.content_type].is_it(content):
        raise FileRefused(content_type=new.content_type)
    room = quotas.require_room(space, len(content))
    facts = {**new.model_dump(exclude_none=True), "created_at": clock.timestamp(), "by": actor_id}
    if not store.announce_file(space, file_id, facts, room):
        raise UploadsWaiting
    files.put(key(space.slug, file_id), content, new.content_type)
    try:
        completed = store.complete_file(space, _require(space, file_id), {"size": len(content)})
    except TransactionFailed:
        return  # it was there before: its bytes are counted once
    quotas.confirmed(space, completed.size)


def held_by(space: Space, file_id: str, holder: str) -> Write:
    """A file becomes one holder's, who has it removed one day: part of a transaction, which fails where it is another's
    or gone. Repeating it changes nothing."""
    return store.holding(space, file_id, holder)


def remove(space: Space, file_id: str) -> None:
    """Remove a file that nothing names any more: 1 call, 1 of S3. Repeating it changes nothing; the bucket's rules keep
    it as a former version for a month."""
    files.delete(key(space.slug, file_id))
    store.drop_file(space, file_id)


def ready(space: Space, file_ids: Iterable[str], purpose: Purpose | None = None) -> dict[str, FileItem]:
    """Those of these files that are uploaded and checked, for that purpose or else for none that keeps its files to
    itself: one call for a hundred."""
    found = {file_id: item for file_id, item in store.files(space, file_ids).items() if item.state == "ready"}
    if purpose is not None:
        return {file_id: item for file_id, item in found.items() if item.purpose == purpose}
    return {file_id: item for file_id, item in found.items() if item.purpose not in _ALONE}
