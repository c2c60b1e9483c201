"""What the web sees of a space's library."""

from __future__ import annotations

from chalicelib.courses.outline import UnknownLesson
from chalicelib.errors import Forbidden, InvalidInput, PreconditionFailed, PreconditionRequired, Unauthenticated
from chalicelib.http import paging
from chalicelib.http.endpoint import Answer, Budget, Feature
from chalicelib.http.models import Id, Page, PageQuery
from chalicelib.http.permissions import ANYONE, EDIT_COURSES, READ_DRAFTS
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.library import (
    collecting,
    indexing,  # noqa: F401 (it declares jobs)
    keeping,
    lending,  # noqa: F401 (courses ask it about documents that lessons name)
    opening,
    searching,
    shelf,
)
from chalicelib.library.models import (
    CollectionsToKeep,
    LibraryCollections,
    LibraryDocument,
    LibraryDocumentEdit,
    LibraryMatch,
    LibraryOpening,
    LibraryQuery,
    LibraryReadings,
    LibrarySearch,
    LibraryVersion,
    NewLibraryDocument,
    NewLibraryVersion,
    NewOpening,
)
from chalicelib.library.shelf import Document
from chalicelib.storage.spaces import Space

library = Feature("library")


def _answer(space: Space, actor: Actor | None, document: Document, *, made: bool = False) -> Answer[LibraryDocument]:
    at = f"/v1/spaces/{space.slug}/library/documents/{document.id}" if made else None
    return Answer(shelf.view(actor, document), etag=keeping.etag(document), location=at)


@library.get(
    "/spaces/{space}/library/documents",
    may=ANYONE,
    budget=Budget(calls=0),
    raises=[Unauthenticated, Forbidden, paging.BadCursor],
)
def list_library_documents(space: Space, actor: Actor | None, query: LibraryQuery) -> Page[LibraryDocument]:
    """Documents that the reader may find, by place and Vietnamese title: of their audiences, or public ones without a
    sign-in. Other states than `published` are for the staff."""
    return shelf.page(space, actor, query)


@library.get(
    "/spaces/{space}/library/matches",
    may=ANYONE,
    budget=Budget(calls=3, rcu=600),
    raises=[Unauthenticated, paging.BadCursor],
)
def search_library(space: Space, actor: Actor | None, query: LibrarySearch) -> Page[LibraryMatch]:
    """Published documents that have all the words, also without diacritics, in title, description or text: those first
    whose title has them. A page may be short."""
    return searching.search(space, actor, query)


@library.post(
    "/spaces/{space}/library/documents",
    may=EDIT_COURSES,
    creates=True,
    audits=["title", "status"],
    raises=[InvalidInput, keeping.LibraryFull],
)
def add_library_document(
    space: Space, actor: Actor, body: NewLibraryDocument, circumstances: Circumstances
) -> Answer[LibraryDocument]:
    """A document with its first version: a file that was uploaded, or a link. What a PDF says is read by a job."""
    return _answer(space, actor, keeping.create(space, body, circumstances), made=True)


@library.get(
    "/spaces/{space}/library/documents/{document}",
    may=ANYONE,
    budget=Budget(calls=1, rcu=2),
    raises=[Unauthenticated],
)
def read_library_document(space: Space, actor: Actor | None, document: Id) -> Answer[LibraryDocument]:
    """A document in its newest version."""
    return _answer(space, actor, shelf.shown(space, actor, document))


@library.patch(
    "/spaces/{space}/library/documents/{document}",
    may=EDIT_COURSES,
    audits=["title", "status"],
    raises=[InvalidInput, PreconditionRequired, PreconditionFailed],
)
def edit_library_document(
    space: Space, actor: Actor, document: Id, body: LibraryDocumentEdit, circumstances: Circumstances
) -> Answer[LibraryDocument]:
    """Change title, audiences, collection, or whether it is published or archived, on the state that was read
    (`If-Match`). Lessons go on showing what is archived."""
    return _answer(space, actor, keeping.edit(space, document, body, circumstances))


@library.delete("/spaces/{space}/library/documents/{document}", may=EDIT_COURSES, raises=[keeping.DocumentInUse])
def delete_library_document(space: Space, actor: Actor, document: Id) -> None:
    """Delete a document with its history, unless lessons of a published course name it: then it can be archived."""
    keeping.remove(space, document, actor.person_id)


@library.post(
    "/spaces/{space}/library/documents/{document}/versions",
    may=EDIT_COURSES,
    creates=True,
    raises=[InvalidInput, keeping.TooManyVersions],
)
def add_library_version(
    space: Space, actor: Actor, document: Id, body: NewLibraryVersion, circumstances: Circumstances
) -> Answer[LibraryDocument]:
    """A further version: every address of the document, and every lesson that names it, shows it from now on."""
    return _answer(space, actor, keeping.add_version(space, document, body, circumstances), made=True)


@library.get(
    "/spaces/{space}/library/documents/{document}/versions",
    may=READ_DRAFTS,
    budget=Budget(calls=2, rcu=30),
    raises=[paging.BadCursor],
)
def list_library_versions(space: Space, document: Id, query: PageQuery) -> Page[LibraryVersion]:
    """All versions of a document, newest first, each with its address."""
    return keeping.versions(space, document, query)


@library.post(
    "/spaces/{space}/library/documents/{document}/openings",
    may=ANYONE,
    status=200,
    budget=Budget(calls=2, rcu=2, wcu=6),
    raises=[Unauthenticated, UnknownLesson],
)
def open_library_document(space: Space, actor: Actor | None, document: Id, body: NewOpening) -> LibraryOpening:
    """Where to read the newest version: for who may find it, or who may read the lesson that names it. Each person
    counts once a day."""
    return opening.open_newest(space, actor, document, body.lesson)


@library.get("/spaces/{space}/library/documents/{document}/readings", may=READ_DRAFTS, budget=Budget(calls=2, rcu=10))
def read_library_readings(space: Space, document: Id) -> LibraryReadings:
    """How often a document was read, by month; a person counts once a day."""
    return opening.readings(space, document)


@library.get(
    "/spaces/{space}/library/collections", may=ANYONE, budget=Budget(calls=1, rcu=20), raises=[Unauthenticated]
)
def list_library_collections(space: Space, actor: Actor | None) -> Answer[LibraryCollections]:
    """All collections in their order, and how many documents of each the reader may find."""
    found, etag = collecting.read(space, actor)
    return Answer(found, etag=etag)


@library.put(
    "/spaces/{space}/library/collections",
    may=EDIT_COURSES,
    raises=[PreconditionRequired, PreconditionFailed, collecting.CollectionInUse],
)
def keep_library_collections(
    space: Space, actor: Actor, body: CollectionsToKeep, circumstances: Circumstances
) -> Answer[LibraryCollections]:
    """All collections, named and ordered anew, in place of those that were read (`If-Match`)."""
    found, etag = collecting.keep(space, actor, body, circumstances)
    return Answer(found, etag=etag)
