"""Replies, the one that is accepted, and that others have the same question.

A question is answered by a reply of those whose it is to answer, or by any that is accepted. If whoever asked writes
again after that, and has accepted nothing, it waits once more.
"""

from __future__ import annotations

from typing import Any

from chalicelib import clock
from chalicelib.errors import Conflict, Forbidden, NotFound
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed, Write, transact
from chalicelib.threads import asking, changing, items, pacing, promise, store
from chalicelib.threads.changing import PostHidden, Update
from chalicelib.threads.items import Post, Thread
from chalicelib.threads.models import NewReply
from chalicelib.threads.pacing import TooManyPosts


class ThreadFull(Conflict):
    """No thread grows for ever."""

    code = "thread_full"
    vi = "Câu hỏi này đã có quá nhiều trả lời. Hãy đặt câu hỏi mới."
    en = "This question has too many replies. Ask a new one."


def reply(space: Space, actor: Actor, thread_id: str, new: NewReply, circumstances: Circumstances) -> Post:
    """Reply, once however often the request is repeated: 2 calls, and 4 at most for what is named or due.

    Raises: NotFound, InvalidInput, PostHidden, ThreadLocked, ThreadFull, TooManyPosts.
    """
    written = asking.require_written(space, actor, new)
    request_id, at_ms = circumstances.new_id(thread_id), clock.epoch_ms()
    reply_id = items.reply_id(at_ms, request_id)
    post = items.new_post(
        items.reply_key(thread_id, reply_id), actor.person_id, at_ms, changing.may_answer(actor), written
    )
    pk, sk = items.wrote_key(actor.person_id, thread_id, request_id)
    wrote = {"pk": pk, "sk": sk, "thread": thread_id, "reply": reply_id, "at": at_ms}

    def writes(thread: Thread) -> list[Write]:
        changing.require_writable(actor, thread)
        if thread.replies >= store.MOST_REPLIES:
            raise ThreadFull
        table, update = store.table(space), _update(thread, at_ms)
        beside = _stands(space, actor, update, at_ms // 1000)
        paced = pacing.counting(space, actor, "replies")
        return [update.write(space), table.creating(post), table.creating(wrote), paced, *beside]

    try:
        changing.change(space, actor, thread_id, writes)
    except TransactionFailed:
        return _earlier(space, actor, thread_id, request_id)
    return Post.of(post)


def _update(thread: Thread, at_ms: int) -> Update:
    last = max(at_ms, thread.last)
    moved = {"last": last, "cs": items.activity(last, thread.id)}
    as_read: dict[str, Any] = {"hid": None, "locked": True if thread.locked else None}
    return Update(thread, sets=dict(moved), adds={"n": 1}, expected=as_read)


def _stands(space: Space, actor: Actor, update: Update, at_s: int) -> list[Write]:
    """What becomes of the promise by this person's reply."""
    thread = update.thread
    if actor.person_id == thread.question.by:
        if thread.due is None and thread.first is not None and thread.accepted is None:
            update.expected["accepted"] = None
            return promise.opening(space, update, promise.owner_again(space, thread), promise.due_after(space, at_s))
        return []
    return promise.answered(space, update, at_s) if changing.may_answer(actor) else []


def _earlier(space: Space, actor: Actor, thread_id: str, request_id: str) -> Post:
    """The reply that an earlier try of this request wrote. Raises: TooManyPosts when there was none."""
    wrote = store.table(space).get(*items.wrote_key(actor.person_id, thread_id, request_id), consistent=True)
    if wrote is None:
        raise TooManyPosts
    return asking.find(space, changing.require(space, actor, thread_id), str(wrote["reply"]))


def edit(
    space: Space, actor: Actor, thread_id: str, reply_id: str, body: str, circumstances: Circumstances
) -> tuple[Thread, Post]:
    """Change one's reply: 4 calls. Raises: NotFound, and as :func:`asking.edit_post`."""
    thread = changing.require(space, actor, thread_id)
    asking.edit_post(space, actor, thread, asking.find(space, thread, reply_id), {"body": body}, circumstances)
    return thread, asking.find(space, thread, reply_id)


def accept(space: Space, actor: Actor, thread_id: str, reply_id: str) -> Thread:
    """Say which reply answers the question, for whoever asked and those who answer: 4 calls. Repeating it changes
    nothing. Raises: NotFound, Forbidden, PostHidden."""

    def writes(thread: Thread) -> list[Write]:
        _require_judge(actor, thread)
        post = asking.find(space, thread, reply_id)
        if post.hidden or thread.question.hidden:
            raise PostHidden
        if thread.accepted == reply_id:
            return []
        now = clock.epoch_s()
        facts: dict[str, Any] = {"accepted": reply_id, "accepted_by": post.by, "accepted_at": now}
        update = Update(thread, sets=facts, expected={"hid": None})
        beside = promise.answered(space, update, now)
        still = store.table(space).checking(*post.key, "attribute_not_exists(hid)")
        return [update.write(space), still, *beside]

    try:
        changing.change(space, actor, thread_id, writes)
    except TransactionFailed:
        raise PostHidden from None
    return changing.require(space, actor, thread_id)


def unaccept(space: Space, actor: Actor, thread_id: str) -> Thread:
    """No reply answers the question after all: 3 calls. Repeating it changes nothing. Raises: NotFound, Forbidden."""

    def writes(thread: Thread) -> list[Write]:
        _require_judge(actor, thread)
        if thread.accepted is None:
            return []
        update = Update(thread, removes=["accepted", "accepted_by"], expected={"accepted": thread.accepted})
        return [update.write(space)]

    changing.change(space, actor, thread_id, writes)
    return changing.require(space, actor, thread_id)


def _require_judge(actor: Actor, thread: Thread) -> None:
    if actor.person_id != thread.question.by and not changing.may_answer(actor):
        raise Forbidden


def same(space: Space, actor: Actor, thread_id: str) -> None:
    """One has this question too, counted once a person: 2 calls. Raises: NotFound, TooManyPosts."""
    changing.require(space, actor, thread_id)
    pk, sk = items.too_key(actor.person_id, thread_id)
    table = store.table(space)
    creating = table.creating({"pk": pk, "sk": sk, "thread": thread_id, "at": clock.epoch_ms()})
    _mark(space, actor, creating, _counted(space, thread_id, 1))


def not_same(space: Space, actor: Actor, thread_id: str) -> None:
    """One has not this question after all: 1 call. Repeating it changes nothing. Raises: TooManyPosts."""
    deleting = store.table(space).deleting(*items.too_key(actor.person_id, thread_id), condition="attribute_exists(pk)")
    _mark(space, actor, deleting, _counted(space, thread_id, -1))


def _counted(space: Space, thread_id: str, by: int) -> Write:
    key = items.thread_key(thread_id)
    return store.table(space).updating(*key, "ADD too :by", {":by": by}, condition="attribute_exists(pk)")


def _mark(space: Space, actor: Actor, own: Write, counted: Write) -> None:
    """A mark with its count; one that stands as is wanted already is no mark more."""
    try:
        transact([own, counted, pacing.counting(space, actor, "marks")])
    except TransactionFailed as failure:
        if 0 in failure.failed:
            return
        raise (NotFound if 1 in failure.failed else TooManyPosts)() from None
