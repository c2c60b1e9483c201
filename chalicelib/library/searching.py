"""Searching the library: titles and descriptions as they are remembered, texts by the index of words."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.courses import browsing
from chalicelib.http.models import Page
from chalicelib.http.tokens import Actor
from chalicelib.library import shelf, store, words
from chalicelib.library.models import LibraryMatch, LibrarySearch
from chalicelib.library.shelf import Document
from chalicelib.library.words import Asked
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

_BEGINNINGS = 100  # words that a beginning stands for: it is typed on when there are more


@dataclass(frozen=True, slots=True)
class _Hit:
    document: Document
    titled: int  # how many of the words stand in title or description
    asked: int

    @property
    def order(self) -> str:
        """Those first that say it themselves."""
        return f"{self.asked - self.titled}{self.document.order}"[:480]


def search(space: Space, actor: Actor | None, query: LibrarySearch) -> Page[LibraryMatch]:
    """What has all the words, of what a reader may find: 3 calls when warm. A page may be short.

    Raises: Unauthenticated, BadCursor.
    """
    published = [each for each in shelf.seen_by(space, actor) if each.status == "published"]
    asked = words.asked(query.q)
    if asked.beginning is None:
        return Page[LibraryMatch](items=[])
    hits = _hits(published, asked, _numbers(space, asked))
    rows, after = browsing.slice_after(
        [(each.order, each.document.id, each) for each in hits], query.cursor, query.limit
    )
    texts = store.texts(space, [each.document.id for each in rows if each.titled < each.asked])
    found = [match for hit in rows if (match := _match(actor, hit, asked, texts))]
    return Page[LibraryMatch](items=found, next=after)


def _numbers(space: Space, asked: Asked) -> list[set[int]]:
    """The documents that each of the words leads to: 2 calls, 1 for one word."""
    by_word: Mapping[str, set[int]] = store.words(space, asked.whole)
    beginning = store.words_beginning(space, asked.beginning or "", _BEGINNINGS)
    return [*(by_word.get(each, set()) for each in asked.whole), beginning]


def _hits(documents: Sequence[Document], asked: Asked, numbers: Sequence[set[int]]) -> list[_Hit]:
    patterns = asked.patterns
    found = []
    for each in documents:
        titled = [bool(pattern.search(each.search)) for pattern in patterns]
        if all(says or each.number in leads for says, leads in zip(titled, numbers, strict=True)):
            found.append(_Hit(each, sum(titled), len(patterns)))
    return sorted(found, key=lambda hit: (hit.order, hit.document.id))


def _match(actor: Actor | None, hit: _Hit, asked: Asked, texts: Mapping[str, Item]) -> LibraryMatch | None:
    """What is shown of a hit; ``None`` when the text says it no longer (a word may lead to a text of before)."""
    document = shelf.view(actor, hit.document)
    if hit.titled == hit.asked:
        return LibraryMatch(document=document, excerpt=None, page=None)
    item = texts.get(hit.document.id)
    missing = [each for each in asked.patterns if not each.search(hit.document.search)]
    found = words.excerpt(json.loads(gzip.decompress(item["pages"])), missing) if item else None
    return LibraryMatch(document=document, excerpt=found.text, page=found.page) if found else None
