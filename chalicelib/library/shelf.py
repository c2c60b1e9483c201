"""A space's documents as its people look for them: all at once, remembered for a minute, each shown to whom it is for.

What this process changes itself is seen at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib import clock
from chalicelib.courses import browsing
from chalicelib.courses.catalogue import order_of
from chalicelib.errors import Forbidden, NotFound, Unauthenticated
from chalicelib.http.caching import Remembered
from chalicelib.http.models import Page
from chalicelib.http.tokens import Actor
from chalicelib.library import store, words
from chalicelib.library.models import LibraryDocument, LibraryKind, LibraryQuery, LibraryStatus, TextState
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

FRESH_S = 60


@dataclass(frozen=True, slots=True)
class Document:
    """A document as its item has it, in its newest version. ``number`` is its name in the index of words."""

    id: str
    v: int
    number: int
    title: str
    description: str
    collection: str | None
    audiences: frozenset[str]
    public: bool
    language: str
    place: int
    status: LibraryStatus
    version: int
    kind: LibraryKind
    file: str | None
    name: str
    content_type: str | None
    size: int
    url: str | None
    changes: str
    updated_at: str
    text: TextState
    used: bool
    search: str
    order: str

    @classmethod
    def of(cls, item: Item) -> Document:
        """The document of an item."""
        plain: dict[str, Any] = {name: item.get(name) for name in _PLAIN}
        return cls(
            id=item["sk"].removeprefix("doc#"),
            audiences=frozenset(item.get("audiences", ())),
            used=bool(item.get("used")),
            search=words.bare(f"{item['title']} {item['description']}"),
            order=f"{item['place']:04d}{order_of(item['title'])}"[:480],
            **plain,
        )

    def is_for(self, space: Space, actor: Actor | None) -> bool:
        """Whether this reader may find it: the staff all, others what is published and theirs: 0 calls when warm."""
        if browsing.is_staff(actor):
            return True
        if self.status != "published":
            return False
        if actor is None:
            return self.public and browsing.is_public(space)
        return not self.audiences or not self.audiences.isdisjoint(actor.audiences)


_PLAIN = (
    "v", "number", "title", "description", "collection", "public", "language", "place", "status", "version", "kind",
    "file", "name", "content_type", "size", "url", "changes", "updated_at", "text",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Shelf:
    by_id: dict[str, Document]
    in_order: tuple[Document, ...]


_SHELVES: Remembered[str, _Shelf] = Remembered(20_000, fresh_s=FRESH_S, weigh=lambda shelf: len(shelf.by_id) + 1)


def _shelf(space: Space) -> _Shelf:
    return _SHELVES.get(space.slug, lambda: _read(space))


def _read(space: Space) -> _Shelf:
    found = sorted((Document.of(item) for item in store.documents(space)), key=lambda each: (each.order, each.id))
    return _Shelf({each.id: each for each in found}, tuple(found))


def forget(space: Space) -> None:
    """Look again next time: after this process changed a document."""
    _SHELVES.forget(space.slug)


def seen_by(space: Space, actor: Actor | None) -> list[Document]:
    """What a reader may find, in its order: 0 calls when warm, else one Query for each megabyte. Raises:
    Unauthenticated."""
    browsing.require_browsing(space, actor)
    return [each for each in _shelf(space).in_order if each.is_for(space, actor)]


def known(space: Space, document_id: str) -> Document | None:
    """A document, whoever may find it: 0 calls when warm; one that is new elsewhere is one GetItem."""
    found = _shelf(space).by_id.get(document_id)
    if found is None and (item := store.document(space, document_id)):
        return Document.of(item)
    return found


def latest(space: Space, document_id: str) -> Document:
    """A document as it is now: 1 call. Raises: NotFound."""
    item = store.document(space, document_id)
    if item is None:
        raise NotFound
    return Document.of(item)


def shown(space: Space, actor: Actor | None, document_id: str) -> Document:
    """A document for a reader who may find it; the staff get it as it is now: 0 calls when warm, 1 for the staff.

    Raises: Unauthenticated, NotFound.
    """
    if browsing.is_staff(actor):
        return latest(space, document_id)
    browsing.require_browsing(space, actor)
    found = known(space, document_id)
    if found is None or not found.is_for(space, actor):
        if actor is None:
            raise Unauthenticated  # alike for what is not there and what is not for everyone
        raise NotFound
    return found


def page(space: Space, actor: Actor | None, query: LibraryQuery) -> Page[LibraryDocument]:
    """A page of what a reader may find: 0 calls when warm. The staff's other lists are read afresh.

    Raises: Unauthenticated, Forbidden.
    """
    if query.status != "published" or query.audience is not None:
        if not browsing.is_staff(actor):
            raise Forbidden if actor else Unauthenticated
        forget(space)
    chosen = [each for each in seen_by(space, actor) if _matches(each, query)]
    rows, after = browsing.slice_after([(each.order, each.id, each) for each in chosen], query.cursor, query.limit)
    return Page[LibraryDocument](items=[view(actor, each) for each in rows], next=after)


def _matches(each: Document, query: LibraryQuery) -> bool:
    return (
        (query.status == "any" or each.status == query.status)
        and (query.collection is None or each.collection == query.collection)
        and (query.language is None or each.language == query.language)
        and (query.kind is None or each.kind == query.kind)
        and (query.audience is None or not each.audiences or query.audience in each.audiences)
    )


def view(actor: Actor | None, of: Document) -> LibraryDocument:
    """A document as a reader gets it."""
    shown = LibraryDocument(
        id=of.id,
        title=of.title,
        description=of.description,
        collection=of.collection,
        language=of.language,
        kind=of.kind,
        content_type=of.content_type,
        size=of.size,
        version=of.version,
        changes=of.changes,
        updated_at=clock.from_timestamp(of.updated_at),
        public=of.public,
    )
    if not browsing.is_staff(actor):
        return shown
    theirs = {"status": of.status, "audiences": sorted(of.audiences), "place": of.place, "text": of.text}
    return shown.model_copy(update={**theirs, "used": of.used})
