"""Answers that a space keeps ready for its tutors."""

from __future__ import annotations

from chalicelib import vietnamese
from chalicelib.errors import Conflict, NotFound
from chalicelib.http.requests import Circumstances
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed
from chalicelib.threads import store
from chalicelib.threads.models import CannedAnswer, CannedAnswers, CannedText


class TooManyCanned(Conflict):
    """A space keeps so many ready, and no more."""

    code = "too_many_canned_answers"
    vi = "Đã có 200 câu trả lời mẫu. Hãy xoá bớt câu không dùng."
    en = "There are 200 canned answers. Delete those that nobody uses."


def every(space: Space) -> CannedAnswers:
    """All of them, by title: 1 call for each megabyte."""
    found = sorted(store.canned(space), key=lambda item: vietnamese.collation_key(item["title"]))
    return CannedAnswers(items=list(map(_shown, found)))


def create(space: Space, text: CannedText, circumstances: Circumstances) -> CannedAnswer:
    """A new one: 1 call. Raises: TooManyCanned."""
    answer_id = circumstances.new_id(space.slug)
    if store.create_canned(space, answer_id, {"title": text.title, "text": text.text}) == "too_many":
        raise TooManyCanned
    return CannedAnswer(id=answer_id, title=text.title, text=text.text)


def edit(space: Space, answer_id: str, text: CannedText) -> CannedAnswer:
    """Another text: 1 call. Raises: NotFound."""
    try:
        return _shown(store.edit_canned(space, answer_id, text.title, text.text))
    except ConditionFailed:
        raise NotFound from None


def drop(space: Space, answer_id: str) -> None:
    """Keep it no more: 1 call."""
    store.drop_canned(space, answer_id)


def _shown(item: Item) -> CannedAnswer:
    return CannedAnswer(id=item["sk"], title=item["title"], text=item["text"])
