"""Opening documents: who may, where they are read, and how often that happens."""

from __future__ import annotations

import mimetypes
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

from chalicelib import clock
from chalicelib.courses import browsing, uploads
from chalicelib.errors import NotFound, Unavailable
from chalicelib.http.tokens import Actor
from chalicelib.library import shelf, store
from chalicelib.library.models import LessonPlace, LibraryOpening, LibraryReadings, MonthOfReading
from chalicelib.library.shelf import Document
from chalicelib.storage import files
from chalicelib.storage.spaces import Space


def open_newest(space: Space, actor: Actor | None, document_id: str, lesson: LessonPlace | None) -> LibraryOpening:
    """Where the newest version is read, for who may find it or may read a lesson that names it: 1 call when warm.

    A person counts once a day; a count that finds no room just then is left out, and nobody waits for it.
    Raises: Unauthenticated, NotFound, UnknownLesson.
    """
    document = _named_by(space, actor, document_id, lesson) if lesson else shelf.shown(space, actor, document_id)
    if actor is not None:
        with suppress(Unavailable):
            store.note_reading(space, document.id, actor.person_id, clock.vietnam_day().isoformat())
    return _opened(space, document)


def _named_by(space: Space, actor: Actor | None, document_id: str, at: LessonPlace) -> Document:
    """The document, whatever became of it, if that lesson may be read and names it."""
    frozen = browsing.lesson(space, actor, at.course, at.version, at.lesson)
    found = shelf.known(space, document_id) if document_id in frozen.lesson(at.lesson).library else None
    if found is None:
        raise NotFound
    return found


def _opened(space: Space, of: Document) -> LibraryOpening:
    facts: dict[str, Any] = {"title": of.title, "version": of.version, "kind": of.kind, "content_type": of.content_type}
    if of.file is None or of.content_type is None:
        return LibraryOpening(**facts, size=0, url=of.url or "", download_url=None, expires_at=None)
    kept_as = of.title.replace("/", "-") + (mimetypes.guess_extension(of.content_type, strict=False) or "")
    at = uploads.key(space.slug, of.file)
    kept = files.address(at, lasting_s=uploads.LASTING_S, download_as=kept_as, content_type=of.content_type)
    return LibraryOpening(
        **facts,
        size=of.size,
        url=uploads.address(space.slug, of.file, of.content_type),
        download_url=kept,
        expires_at=clock.now() + timedelta(seconds=uploads.LASTING_S),
    )


def readings(space: Space, document_id: str) -> LibraryReadings:
    """How often a document was read: 2 calls. Raises: NotFound."""
    shelf.latest(space, document_id)
    months: Counter[str] = Counter()
    for part in store.readings(space, document_id):
        months.update({name[1:]: count for name, count in part.items() if name.startswith("m2")})
    listed = [MonthOfReading(month=each, readings=months[each]) for each in sorted(months, reverse=True)]
    return LibraryReadings(readings=months.total(), months=listed)
