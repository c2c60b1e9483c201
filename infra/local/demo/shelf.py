"""The demo's library: collections, a handbook that is printed here, a picture, a form, an address."""

from __future__ import annotations

from chalicelib.printing import paragraphs
from chalicelib.printing.documents import Document, Page
from infra.local.demo import client, questions
from infra.local.demo.client import Client
from infra.local.demo.content import Json

_MARGIN, _SIZE, _TITLE_SIZE, _LEADING = 60.0, 13.0, 22.0, 1.45
_A4_WIDTH = 595.0


def fill(author: Client, space: str) -> None:
    """Put the documents on their shelves. What is there stays."""
    at = f"/spaces/{space}/library"
    shelves = questions.read("library")
    there = {each["title"] for each in client.everything(author, f"{at}/documents?status=any")}
    collections = _collections(author, f"{at}/collections", [each["collection"] for each in shelves])
    for shelf in shelves:
        for place, source in enumerate(shelf["documents"]):
            if source["title"] not in there:
                told = {**_content(author, space, source), "collection": collections[shelf["collection"]]}
                author.post(f"{at}/documents", told | {"place": place, "status": "published"})


def _collections(author: Client, at: str, titles: list[str]) -> dict[str, str]:
    """The ids of the collections by title; those that are missing are made."""
    found = author.call("GET", at)
    there = found.ok()["collections"]
    missing = [{"title": each} for each in titles if each not in {every["title"] for every in there}]
    if missing:
        known = [{"id": each["id"], "title": each["title"]} for each in there]
        there = author.put(at, {"collections": known + missing}, headers={"if-match": found.etag})["collections"]
    return {each["title"]: str(each["id"]) for each in there}


def _content(author: Client, space: str, source: Json) -> Json:
    told: Json = {name: source[name] for name in ("title", "description", "public", "url") if name in source}
    if "file" in source:
        told["file"] = client.upload(author, space, questions.picture(source["file"]))
    if "pages" in source:
        told["file"] = client.send(author, space, "so-tay.pdf", printed(source["title"], source["pages"]))
    return told


def printed(title: str, pages: list[list[str]]) -> bytes:
    """A PDF: the first line of each page is its heading."""
    document = Document(title)
    for heading, *rest in pages:
        page, y = Page(), _MARGIN + _TITLE_SIZE
        page.text(_MARGIN, y, heading, _TITLE_SIZE, "bold")
        for text in rest:
            y += _SIZE
            for line in paragraphs.broken(paragraphs.plain(text), _A4_WIDTH - 2 * _MARGIN, _SIZE, balanced=False).lines:
                y += _SIZE * _LEADING
                page.runs(_MARGIN, y, line, _SIZE)
        document.add(page)
    return document.written()
