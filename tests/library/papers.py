"""PDFs that say something, and a library with documents in it."""

from __future__ import annotations

from typing import Any

from chalicelib.printing.documents import Document, Page
from tests.api import Reply
from tests.courses.writing import uploaded
from tests.factories import OpenedSpace

ABOUT = "Bảo vệ dữ liệu cá nhân của người dân trên môi trường số là trách nhiệm của mọi cơ quan."


def pdf(*pages: str) -> bytes:
    """A PDF with one line of text on each page."""
    document = Document("Sổ tay")
    for text in pages:
        page = Page()
        page.text(40, 60, text, 8)
        document.add(page)
    return document.written()


def added(space: OpenedSpace, title: str, *pages: str, **more: Any) -> dict[str, Any]:
    """A published document: a PDF with these pages, or a link when there are none."""
    content = (
        {"file": uploaded(space, "application/pdf", pdf(*pages), purpose="library")}
        if pages
        else {"url": "https://hue.example/a"}
    )
    body = {"title": title, "status": "published", **content, **more}
    made: dict[str, Any] = space.author.post(space.at("/library/documents"), body).ok(201)
    return made


def at(space: OpenedSpace, document: dict[str, Any], path: str = "") -> str:
    """A document's address."""
    return space.at(f"/library/documents/{document['id']}{path}")


def edit(space: OpenedSpace, document: dict[str, Any], **patch: Any) -> Reply:
    """Edit a document as it is now."""
    etag = space.author.get(at(space, document)).headers["etag"]
    return space.author.patch(at(space, document), patch, headers={"if-match": etag})


def found(space: OpenedSpace, q: str, **query: Any) -> list[dict[str, Any]]:
    """What a learner finds."""
    reply = space.learner.get(space.at("/library/matches"), query={"q": q, **query}).ok(200)
    items: list[dict[str, Any]] = reply["items"]
    return items


def titles(matches: list[dict[str, Any]]) -> list[str]:
    """What was found, by title."""
    return [each["document"]["title"] for each in matches]
