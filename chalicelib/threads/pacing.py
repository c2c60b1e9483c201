"""How much one person may write in an hour, change of what they wrote, and mark. Those who answer may do ten times as
much: a change and a mark cost the space what a reply does, so they are bounded alike."""

from __future__ import annotations

from typing import Literal

from chalicelib import clock
from chalicelib.errors import TooManyRequests
from chalicelib.http.tokens import Actor
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed, Write, transact
from chalicelib.threads import settings, store
from chalicelib.threads.changing import may_answer

What = Literal["questions", "replies", "reports", "files", "edits", "marks"]
_REPORTS, _FILES, _STAFF = 20, 20, 10


class TooManyPosts(TooManyRequests):
    """One person writes more than the space allows in an hour."""

    code = "too_many_posts"
    vi = "Bạn đã gửi hoặc sửa quá nhiều trong một giờ. Hãy thử lại vào giờ sau."
    en = "You have sent or changed too much within an hour. Try again in the next one."

    def __init__(self) -> None:
        super().__init__(retry_after_s=3600 - clock.epoch_s() % 3600)


def counting(space: Space, actor: Actor, what: What) -> Write:
    """The count of one more: part of a transaction."""
    decided = settings.of(space)
    most = {
        "questions": decided.questions_an_hour,
        "replies": decided.replies_an_hour,
        "reports": _REPORTS,
        "files": _FILES,
        "edits": decided.replies_an_hour,
        "marks": decided.replies_an_hour,
    }[what]
    return store.counting(space, actor.person_id, what, most * (_STAFF if may_answer(actor) else 1))


def count(space: Space, actor: Actor, what: What) -> None:
    """Count one more by itself: 1 call. Raises: TooManyPosts."""
    try:
        transact([counting(space, actor, what)])
    except TransactionFailed:
        raise TooManyPosts from None
