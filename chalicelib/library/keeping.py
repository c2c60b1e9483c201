"""Documents as the staff keep them: made, described, published, archived, brought up to date, taken away."""

from __future__ import annotations

from typing import Any

from chalicelib import clock
from chalicelib.audiences import membership
from chalicelib.courses import uploads
from chalicelib.courses.file_types import DOCUMENTS
from chalicelib.errors import Conflict, InvalidInput, NotFound, PreconditionFailed, Unavailable, refuse_field
from chalicelib.http import paging
from chalicelib.http.models import Page, PageQuery
from chalicelib.http.requests import Circumstances
from chalicelib.library import collecting, indexing, shelf, store
from chalicelib.library.models import (
    MOST_DOCUMENTS,
    MOST_VERSIONS,
    LibraryDocumentEdit,
    LibraryVersion,
    NewLibraryDocument,
    NewLibraryVersion,
)
from chalicelib.library.shelf import Document
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, Write

_TRIES = 5
_NAMED = 5  # courses that a refusal names


class LibraryFull(Conflict):
    """A library has as many documents as it may."""

    code = "library_full"
    vi = "Thư viện đã đủ {most} tài liệu. Hãy xoá những tài liệu không còn dùng."
    en = "The library has its {most} documents. Delete those that nobody needs."


class TooManyVersions(Conflict):
    """A document has as many versions as it may."""

    code = "too_many_library_versions"
    vi = "Tài liệu này đã đủ {most} phiên bản. Hãy tạo tài liệu mới."
    en = "This document has its {most} versions. Make another document."


class DocumentInUse(Conflict):
    """Lessons of published courses name the document: it may be archived, not deleted."""

    code = "document_in_use"
    vi = "Tài liệu đang được dùng trong: {where}. Không xoá được, nhưng có thể chuyển sang lưu trữ."
    en = "The document is used in: {where}. It cannot be deleted; archive it instead."


def etag(document: Document) -> str:
    """The validator of a document: it counts its changes."""
    return f'"{document.v}"'


def create(space: Space, new: NewLibraryDocument, circumstances: Circumstances) -> Document:
    """A document with its first version: 4 calls or 5, 2 with a file. Repeated under the same key, it gives the same
    one. Raises: InvalidInput, LibraryFull."""
    _require_fitting(space, new.collection, new.audiences, public=new.public)
    document_id = circumstances.new_id(space.slug)
    version = _version(space, new, circumstances, document_id)
    head = {
        **new.model_dump(exclude={"file", "url", "changes"}),
        **_shown(version),
        "number": store.next_number(space),
        "version": 1,
    }
    made = store.create(space, document_id, head, version, _held(space, document_id, version))
    if made == "full":
        raise LibraryFull(most=MOST_DOCUMENTS)
    if made == "refused":
        raise _anothers()
    return _read_text(space, document_id, circumstances.actor_id)


def _require_fitting(space: Space, collection: str | None, audiences: list[str], *, public: bool) -> None:
    """Refuse a collection and audiences that are not there, and what would be for some and for anyone. Raises:
    InvalidInput."""
    if collection is not None and collection not in collecting.titles(space):
        raise refuse_field(
            "collection", "unknown_collection", "Không có bộ sưu tập này.", "There is no such collection."
        )
    if audiences and not set(audiences) <= membership.known(space).rules.keys():
        vi, en = "Có nhóm đối tượng không tồn tại trong không gian này.", "The space has no such audience."
        raise refuse_field("audiences", "unknown_audience", vi, en)
    if audiences and public:
        vi = "Tài liệu dành riêng cho nhóm đối tượng thì không thể công khai cho mọi người."
        en = "What is for some audiences cannot be for anyone."
        raise refuse_field("public", "public_for_audiences", vi, en)


def _version(space: Space, new: NewLibraryVersion, circumstances: Circumstances, *scope: str) -> Item:
    """A version's facts, of a file that is uploaded and checked: 1 call with a file. Raises: InvalidInput."""
    content: Item = {"kind": "link", "url": new.url, "name": new.url, "size": 0}
    if new.file is not None:
        own = uploads.ready(space, [new.file], "library")
        item = (own or uploads.ready(space, [new.file])).get(new.file)
        if item is None or item.content_type not in DOCUMENTS:
            vi = "Tệp này chưa tải lên xong, hoặc không phải PDF hay hình ảnh."
            raise refuse_field("file", "not_a_document", vi, "This is no uploaded PDF or picture of this space.")
        kind = "pdf" if item.content_type == "application/pdf" else "image"
        content = {"kind": kind, "file": new.file, "name": item.name, "content_type": item.content_type}
        content |= {"size": item.size, "own": bool(own)}
    asked = circumstances.new_id(space.slug, *scope)
    facts = {"changes": new.changes, "at": clock.timestamp(), "by": circumstances.actor_id, "asked": asked}
    return {**content, **facts}


def _held(space: Space, document_id: str, version: Item) -> list[Write]:
    """A file that was uploaded for the library is one document's, and goes with it; another may be a lesson's too."""
    return [uploads.held_by(space, version["file"], document_id)] if version.get("own") else []


def _anothers() -> InvalidInput:
    vi = "Tệp này đã thuộc về một tài liệu khác. Hãy tải tệp lên lần nữa."
    return refuse_field("file", "file_of_another_document", vi, "The file is another document's. Upload it once more.")


def _shown(version: Item) -> Item:
    """What a document shows of its newest version; what that does not have is removed."""
    shown: Item = {name: version.get(name) for name in ("kind", "file", "url", "name", "content_type", "size")}
    text = "waiting" if version["kind"] == "pdf" else "none"
    return {
        **shown,
        "changes": version["changes"],
        "updated_at": version["at"],
        "asked": version["asked"],
        "text": text,
    }


def _read_text(space: Space, document_id: str, actor_id: str) -> Document:
    """The document as it is now; what it says is read behind the request."""
    shelf.forget(space)
    document = shelf.latest(space, document_id)
    if document.text == "waiting" or document.version > 1:
        indexing.ask_for(space, document.id, document.version, actor_id)
    return document


def edit(space: Space, document_id: str, patch: LibraryDocumentEdit, circumstances: Circumstances) -> Document:
    """Change what a document is called, whom it is for, or whether it is shown: 2 calls, 3 with a collection.

    Raises: NotFound, PreconditionRequired, PreconditionFailed, InvalidInput.
    """
    before = shelf.latest(space, document_id)
    circumstances.require_match(etag(before))
    facts = patch.model_dump(exclude_unset=True)
    if not facts:
        return before
    audiences = facts.get("audiences", sorted(before.audiences))
    _require_fitting(space, facts.get("collection"), audiences, public=facts.get("public", before.public))
    try:
        changed = store.change(space, document_id, facts, before.v)
    except ConditionFailed:
        raise PreconditionFailed from None
    shelf.forget(space)
    return Document.of(changed)


def add_version(space: Space, document_id: str, new: NewLibraryVersion, circumstances: Circumstances) -> Document:
    """A further version, which every address of the document shows from now on: 4 calls, 2 more with a PDF. Of two who
    add one at once both do; repeated under the same key, it is one. Raises: NotFound, InvalidInput, TooManyVersions."""
    version = _version(space, new, circumstances, document_id)
    for _ in range(_TRIES):
        item = store.document(space, document_id)
        if item is None:
            raise NotFound
        if item.get("asked") == version["asked"]:
            break
        if item["version"] >= MOST_VERSIONS:
            raise TooManyVersions(most=MOST_VERSIONS)
        facts: dict[str, Any] = {**_shown(version), "version": item["version"] + 1}
        made = store.add_version(space, document_id, version, facts, item["v"], _held(space, document_id, version))
        if made == "refused":
            raise _anothers()
        if made == "made":
            break
    else:
        raise Unavailable
    return _read_text(space, document_id, circumstances.actor_id)


def versions(space: Space, document_id: str, query: PageQuery) -> Page[LibraryVersion]:
    """A page of a document's versions, newest first: 2 calls. Raises: NotFound, BadCursor."""
    current = shelf.latest(space, document_id).version
    after = paging.decode(query.cursor, int)[0] if query.cursor else None
    rows = store.versions(space, document_id, after, query.limit)
    items = [_listed(space, item, current) for item in rows.items]
    return Page[LibraryVersion](items=items, next=paging.encode(items[-1].version) if rows.after else None)


def _listed(space: Space, item: Item, current: int) -> LibraryVersion:
    number = int(item["sk"].removeprefix("version#"))
    file_id = item.get("file")
    return LibraryVersion(
        version=number,
        kind=item["kind"],
        name=item["name"],
        content_type=item.get("content_type"),
        size=item["size"],
        changes=item["changes"],
        added_at=clock.from_timestamp(item["at"]),
        added_by=item["by"],
        current=number == current,
        url=uploads.address(space.slug, file_id, item["content_type"]) if file_id else item["url"],
    )


def remove(space: Space, document_id: str, actor_id: str) -> None:
    """Take a document away with its history, unless lessons name it: 3 calls. Repeating it changes nothing, and has
    what is left of it removed where a process died before. Raises: DocumentInUse."""
    try:
        store.remove(space, document_id)
    except ConditionFailed:
        uses = store.uses(space, document_id, _NAMED)
        where = "; ".join(f"{each['title']} ({', '.join(each['lessons'][:3])})" for each in uses)
        raise DocumentInUse(where=where or "…") from None
    shelf.forget(space)
    if store.rest_of(space, document_id):
        indexing.clear(space, document_id, actor_id)
