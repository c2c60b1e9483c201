"""Lock, hide with a reason, and reports of abuse.

Nothing is deleted: what is hidden is sent to learners no more, whoever wrote it is told why, and it can come back.
"""

from __future__ import annotations

from chalicelib import clock
from chalicelib.errors import NotFound
from chalicelib.http.tokens import Actor
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed, Write, transact
from chalicelib.threads import asking, changing, items, pacing, promise, store
from chalicelib.threads.changing import Update
from chalicelib.threads.items import Post, Thread
from chalicelib.threads.models import Complaint, Moderation
from chalicelib.threads.pacing import TooManyPosts


def lock(space: Space, actor: Actor, thread_id: str, locked: bool) -> Thread:
    """Let learners write no more to a thread, or again: 3 calls. Raises: NotFound."""

    def writes(thread: Thread) -> list[Write]:
        if thread.locked == locked:
            return []
        update = Update(thread, sets={"locked": True}) if locked else Update(thread, removes=["locked"])
        return [update.write(space)]

    changing.change(space, actor, thread_id, writes)
    return changing.require(space, actor, thread_id)


def moderate(space: Space, actor: Actor, thread_id: str, wanted: Moderation) -> Thread:
    """Hide a post or show it again; either way, reports of it are settled. 5 calls. Raises: NotFound."""
    reason = wanted.reason if wanted.hidden else None

    def writes(thread: Thread) -> list[Write]:
        post = asking.find(space, thread, wanted.reply)
        settling = store.table(space).deleting(*items.report_key(thread.id, post.id))
        if wanted.reply is None:
            update, beside = _of_question(space, thread, reason)
        else:
            update, beside = _of_reply(space, thread, post, reason)
        return [update.write(space), settling, *beside]

    changing.change(space, actor, thread_id, writes)
    return changing.require(space, actor, thread_id)


def _of_question(space: Space, thread: Thread, reason: str | None) -> tuple[Update, list[Write]]:
    """What is hidden waits for no answer; what is shown again does, unless it had one."""
    update = Update(thread, expected={"hid": thread.question.hidden})
    if reason is not None:
        update.sets |= {"hid": reason, "hid_at": clock.epoch_ms()}
        return update, promise.closing(space, update)
    if thread.question.hidden is None:
        update.adds["n"] = 0  # nothing changes but the reports
        return update, []
    update.removes.append("hid")
    if thread.first is not None or thread.due is not None:
        return update, []
    owner = promise.owner_again(space, thread)
    return update, promise.opening(space, update, owner, promise.due_after(space, clock.epoch_s()))


def _of_reply(space: Space, thread: Thread, post: Post, reason: str | None) -> tuple[Update, list[Write]]:
    update = Update(thread, adds={"n": 0}, expected={"accepted": thread.accepted})
    if reason is not None and thread.accepted == post.id:
        update.removes += ["accepted", "accepted_by"]
    table = store.table(space)
    if reason is None:
        return update, [table.updating(*post.key, "REMOVE hid", condition="attribute_exists(pk)")]
    values = {":why": reason, ":now": clock.epoch_ms()}
    hiding = table.updating(*post.key, "SET hid = :why, hid_at = :now", values, condition="attribute_exists(pk)")
    return update, [hiding]


def complain(space: Space, actor: Actor, thread_id: str, complaint: Complaint) -> None:
    """Report a post to those who answer, counted once a person: 3 calls. Raises: NotFound, TooManyPosts."""
    thread = changing.require(space, actor, thread_id)
    post = asking.find(space, thread, complaint.reply)
    if post.hidden and not changing.may_answer(actor):
        raise NotFound
    table, now = store.table(space), clock.epoch_ms()
    pk = items.learner(actor.person_id)
    own = table.creating({"pk": pk, "sk": f"reported#{thread_id}#{post.id}", "reason": complaint.reason, "at": now})
    counted = table.updating(
        *items.report_key(thread_id, post.id),
        "SET c = if_not_exists(c, :list), cs = if_not_exists(cs, :place), #at = if_not_exists(#at, :now),"
        " #reason = if_not_exists(#reason, :reason) ADD n :one",
        {
            ":list": "reports",
            ":place": items.activity(now, thread_id),
            ":now": now,
            ":reason": complaint.reason,
            ":one": 1,
        },
        names={"#at": "at", "#reason": "reason"},
    )
    try:
        transact([own, counted, pacing.counting(space, actor, "reports")])
    except TransactionFailed as failure:
        if 0 not in failure.failed:
            raise TooManyPosts from None
