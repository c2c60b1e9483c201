"""What documents say is read behind the requests, and put where it can be found; both by jobs that may die anywhere.

The words that are about to lead to a document are noted first, beside those that do: whoever comes next knows all that
may have to be taken back. A word that leads to a text of before is harmless, since each hit is held against its text.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable
from functools import partial

from chalicelib import ids, vietnamese
from chalicelib.courses import uploads
from chalicelib.errors import NotFound
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.library import leftovers, pdf_text, shelf, store, words
from chalicelib.library.models import TextState
from chalicelib.library.shelf import Document
from chalicelib.storage import files, spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

READ = "library.read"
CLEAR = "library.clear"
MOST_TEXT_BYTES = 300_000  # packed: an item has at most 400 KB
_TOLD_EACH = 100


def ask_for(space: Space, document_id: str, version: int, actor_id: str) -> None:
    """Have a document's newest version read: 1 call. Asking again changes nothing."""
    job_id = ids.derived(space.slug, READ, document_id, str(version))
    queue.enqueue(READ, space.slug, {"document": document_id, "version": version}, job_id=job_id, actor=actor_id)


def clear(space: Space, document_id: str, actor_id: str) -> None:
    """Have removed what is left of a document that is gone: 1 call. Asking again changes nothing."""
    job_id = ids.derived(space.slug, CLEAR, document_id)
    queue.enqueue(CLEAR, space.slug, {"document": document_id}, job_id=job_id, actor=actor_id)


def _give_up(job: Job, _: Item) -> None:
    store.tell_text(spaces.find(job.tenant), job.payload["document"], job.payload["version"], "unreadable")


@queue.handles(READ, when_failed=_give_up)
def read(job: Job, run: Run) -> None:
    """Read what the newest version says, and let its words lead to it: a PDF's process, then some 1 call a word."""
    space = spaces.find(job.tenant)
    document = _current(space, job.payload["document"], job.payload["version"])
    if document is None:
        return  # another version is there by now, with a job of its own
    before = store.text(space, document.id) or {}
    pages, state = _pages(space, document)
    old, new = set(_unpacked(before.get("words"))), set(words.of_text(pages))
    counted = before.get("counted", 0)
    if _mark(space, document, old | new, len(new), len(new) - counted) == "full":
        new, pages, state = set(), [], "none"
        _mark(space, document, old, 0, -counted)
    there = old if before.get("whole") else set()  # a process that died has noted more than it put in
    _each(sorted(new - there), run, partial(_put_in, space, document.number))
    _each(sorted(old - new), run, partial(_take_back, space, document.number))
    kept = _facts(document, new, _fitting(pages), len(new)) | {"whole": True}
    if store.keep_text(space, document.id, document.version, kept) == "kept":
        store.tell_text(space, document.id, document.version, state)
    shelf.forget(space)


def _mark(space: Space, document: Document, found_by: set[str], counted: int, added: int) -> str:
    """Note all words that lead to a document or are about to: 1 transaction. Counted once, whoever dies behind it."""
    facts = _facts(document, found_by, _packed([]), counted)
    return store.keep_text(space, document.id, document.version, facts, added)


def _facts(document: Document, found_by: set[str], pages: bytes, counted: int) -> Item:
    return {"number": document.number, "words": _packed(sorted(found_by)), "pages": pages, "counted": counted}


def _current(space: Space, document_id: str, version: int) -> Document | None:
    try:
        document = shelf.latest(space, document_id)
    except NotFound:
        return None
    return document if document.version == version else None


def _pages(space: Space, document: Document) -> tuple[list[str], TextState]:
    """What a document says by pages: of a PDF that can be read. 1 call of S3."""
    if document.kind != "pdf" or document.file is None:
        return [], "none"
    found = pdf_text.read(files.get(uploads.key(space.slug, document.file)))
    if found is None:
        return [], "unreadable"
    pages = [vietnamese.clean_line(page.encode("utf-8", "ignore").decode()) for page in found.pages]
    if not any(pages):
        return [], "none"  # pictures of pages: there is nothing to search
    return pages, "whole" if found.whole and len(_packed(pages)) <= MOST_TEXT_BYTES else "part"


def _each(some: Iterable[str], run: Run, act: Callable[[str], None]) -> None:
    some = list(some)
    for done, word in enumerate(some, 1):
        act(word)
        if done % _TOLD_EACH == 0:
            run.progress(done, len(some))


def _fitting(pages: list[str]) -> bytes:
    """The pages as they are kept: fewer, where they would not fit."""
    packed = _packed(pages)
    while len(packed) > MOST_TEXT_BYTES:
        pages = pages[: len(pages) // 2] if len(pages) > 1 else [pages[0][: len(pages[0]) // 2]]
        packed = _packed(pages)
    return packed


def _packed(some: list[str]) -> bytes:
    return gzip.compress(json.dumps(some, ensure_ascii=False, separators=(",", ":")).encode(), 6, mtime=0)


def _unpacked(packed: bytes | None) -> list[str]:
    return list(json.loads(gzip.decompress(packed))) if packed else []


@queue.handles(CLEAR)
def clear_away(job: Job, run: Run) -> None:
    """Take back the words of a document that is gone, then all that belongs to it: 1 call each, and 2 for a file."""
    space, document_id = spaces.find(job.tenant), job.payload["document"]
    if store.document(space, document_id) is not None:
        return
    rest = store.rest_of(space, document_id)
    for item in rest:
        if item["sk"] == "text":
            _each(_unpacked(item["words"]), run, partial(_take_back, space, item["number"]))
            store.drop_text(space, item)
    for item in rest:
        if item.get("own"):
            leftovers.leave(space, item["file"], document_id)
        store.drop(space, item)


def _put_in(space: Space, number: int, word: str) -> None:
    store.add_word(space, word, number)


def _take_back(space: Space, number: int, word: str) -> None:
    store.drop_word(space, word, number)
