"""Words of a text, and where a text has them. Pure: no I/O.

Letters are compared without case and diacritics, one for one, so that a place in the bare text is the same place in the
text that is shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from chalicelib import vietnamese

MOST_WORDS = 3_000  # of one document by which it is found
MOST_ASKED = 8  # of what is looked for
_LONGEST = 24
_WORD = re.compile(r"[0-9a-z]+")
_BEFORE, _AFTER = 60, 180  # characters of an excerpt around the first word


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for: whole words, and what the last one begins with while it is being typed."""

    whole: tuple[str, ...]
    beginning: str | None

    @property
    def patterns(self) -> list[re.Pattern[str]]:
        """How each is found in a bare text."""
        found = [re.compile(rf"(?<![0-9a-z]){word}(?![0-9a-z])") for word in self.whole]
        return found + ([re.compile(rf"(?<![0-9a-z]){self.beginning}")] if self.beginning else [])


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of a text around what was looked for; ``page`` counts from 1."""

    text: str
    page: int


@lru_cache(maxsize=1)
def _bare_letters() -> dict[int, str]:
    letters = {code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        bare = vietnamese.fold(chr(code))
        letters[code] = bare if len(bare) == 1 else chr(code)
    return letters


def bare(text: str) -> str:
    """The text in NFC with each letter as search compares it, as long as the text itself."""
    return unicodedata.normalize("NFC", text).translate(_bare_letters())


def of_text(pages: Iterable[str]) -> list[str]:
    """The words by which a text is found, each once, in the order in which they come, at most :data:`MOST_WORDS`."""
    found: dict[str, None] = {}
    for page in pages:
        for word in _WORD.findall(bare(page)):
            found[word[:_LONGEST]] = None
            if len(found) == MOST_WORDS:
                return list(found)
    return list(found)


def asked(text: str) -> Asked:
    """What somebody looks for. The last word counts as a beginning."""
    found = [word[:_LONGEST] for word in _WORD.findall(bare(text))][:MOST_ASKED]
    whole = tuple(dict.fromkeys(found[:-1]))
    return Asked(whole, found[-1] if found else None)


def excerpt(pages: Sequence[str], patterns: Sequence[re.Pattern[str]]) -> Excerpt | None:
    """A piece of the page that has most of what is looked for; the first of those that have as much."""
    best: tuple[int, int, int] | None = None  # how many, the page, where
    for at, page in enumerate(pages):
        plain = bare(page)
        places = [match.start() for pattern in patterns if (match := pattern.search(plain))]
        if places and (best is None or len(places) > best[0]):
            best = len(places), at, min(places)
            if len(places) == len(patterns):
                break
    if best is None:
        return None
    _, at, place = best
    return Excerpt(_around(unicodedata.normalize("NFC", pages[at]), place), at + 1)


def _around(text: str, place: int) -> str:
    start, end = max(place - _BEFORE, 0), min(place + _AFTER, len(text))
    if start:
        start = text.find(" ", start, place) + 1 or place
    if end < len(text):
        end = max(text.rfind(" ", place, end), 0) or end
    return ("… " if start else "") + text[start:end].strip() + (" …" if end < len(text) else "")
