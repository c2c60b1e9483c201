"""Questions like the one that is being typed, by the words of their titles, without diacritics.

Each title's words, and each two that follow one another, lead to its thread: one syllable says little in Vietnamese
("mật" or "khẩu"), two say what is meant. A term that few titles have weighs more.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from math import log

from chalicelib import vietnamese
from chalicelib.storage.spaces import Space
from chalicelib.threads import items, store
from chalicelib.threads.items import Thread
from chalicelib.threads.models import Similar, SimilarThreads

_WORD = re.compile(r"[a-z0-9]+")
# They stand in every question, and ask nothing by themselves.
_EMPTY = frozenset(
    "a ah co duoc em gi khong la lam ma minh nao o roi sao the thi toi va ve voi xin anh chi cho".split()
)
_MOST_WORDS, _MOST_LOOKED_AT, _MOST_SHOWN = 12, 10, 5


def terms(text: str) -> list[str]:
    """The terms of a title, or of a search: its first dozen words that say something, then each two in a row."""
    words = _WORD.findall(vietnamese.fold(text))[:_MOST_WORDS]
    said = [each for each in words if len(each) > 1 and each not in _EMPTY]
    pairs = [f"{one} {other}" for one, other in pairwise(words)]
    return list(dict.fromkeys([*said, *(each for each in pairs if not set(each.split()) <= _EMPTY)]))


def search(space: Space, text: str, course: str | None) -> SimilarThreads:
    """At most five questions of a course (or of the space's own) that share what is said: 2 calls."""
    wanted = terms(text)
    if not wanted:
        return SimilarThreads(items=[])
    scores: Counter[str] = Counter()
    for found in store.words(space, course or items.SPACE, wanted):
        for thread_id in found:
            scores[thread_id] += 1 / log(2 + len(found))  # type: ignore[assignment]
    best = [thread_id for thread_id, _ in scores.most_common(_MOST_LOOKED_AT)]
    stored = store.posts(space, map(items.thread_key, best))
    threads = [Thread.of(stored[key]) for key in map(items.thread_key, best) if key in stored]
    return SimilarThreads(items=[_shown(each) for each in threads if not each.question.hidden][:_MOST_SHOWN])


def _shown(thread: Thread) -> Similar:
    answered = thread.first is not None and thread.due is None
    return Similar(id=thread.id, title=thread.title, answered=answered, replies=thread.replies)


def index(space: Space, place: str, thread_id: str, before: str | None, now: str) -> None:
    """Let a title's terms lead to its thread, and those of the title before it no more: 1 call a term, 23 at most.
    Repeating it changes nothing."""
    old, new = set(terms(before or "")), set(terms(now))
    for term in sorted(old - new):
        store.forget_word(space, place, term, thread_id)
    for term in sorted(new - old):
        store.note_word(space, place, term, thread_id)
