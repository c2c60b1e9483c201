"""Questions: asking them, and changing what one has written."""

from __future__ import annotations

from typing import Any

from chalicelib import clock
from chalicelib.courses import catalogue
from chalicelib.errors import Forbidden, NotFound, PreconditionFailed, refuse_field
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed, Write, transact
from chalicelib.threads import changing, items, pacing, pictures, promise, store, times
from chalicelib.threads.changing import PostHidden
from chalicelib.threads.items import Post, Thread
from chalicelib.threads.models import NewReply, NewThread, PostVersion
from chalicelib.threads.pacing import TooManyPosts


def ask(space: Space, actor: Actor, new: NewThread, circumstances: Circumstances) -> Thread:
    """Ask, once however often the request is repeated: 7 calls at most.

    Raises: UnknownLesson, TooManyPosts, InvalidInput, also for a course that is not offered.
    """
    _require_place(space, new)
    written = require_written(space, actor, new)
    thread_id, at_ms = circumstances.new_id(space.slug), clock.epoch_ms()
    owner = promise.owner_for(space, new.course or items.SPACE, actor.person_id)
    due = promise.due_after(space, at_ms // 1000)
    question = _question(actor, new, thread_id, at_ms, written) | {"owner": owner or "", "due": due}
    try:
        transact(_asking(space, actor, question, owner, due))
    except TransactionFailed:
        stored = store.get(space, thread_id)
        if stored is None or stored["by"] != actor.person_id:
            raise TooManyPosts from None
        return Thread.of(stored)
    return Thread.of(question)


def _require_place(space: Space, new: NewThread) -> None:
    if new.course is None:
        return
    try:
        catalogue.shown(space, new.course)
    except NotFound:
        vi = "Không có khoá học này, hoặc khoá học đã ngừng."
        raise refuse_field("course", "unknown_course", vi, "There is no such course, or it is archived.") from None
    if new.lesson is not None:
        catalogue.outline(space, new.course).require(new.lesson)


def require_written(space: Space, actor: Actor, new: NewThread | NewReply) -> Item:
    """What a post says, once all that it names is there: 2 calls at most. Raises: InvalidInput."""
    if len(promise.answering(space, new.mentions) if new.mentions else []) != len(new.mentions):
        raise refuse_field(
            "mentions", "no_tutor", "Chỉ nhắc được người phụ trách trả lời.", "Only those who answer can be mentioned."
        )
    return {"body": new.body, "files": pictures.require(space, actor, new.files), "to": list(new.mentions)}


def _question(actor: Actor, new: NewThread, thread_id: str, at_ms: int, written: Item) -> Item:
    post = items.new_post(
        items.thread_key(thread_id), actor.person_id, at_ms, changing.may_answer(actor), {**written, "last": at_ms}
    )
    place = {"course": new.course, "lesson": new.lesson}
    post |= {name: value for name, value in place.items() if value}
    listed = {"c": items.place_list(new.course or items.SPACE), "cs": items.activity(at_ms, thread_id)}
    return {**post, "title": new.title, "n": 0, "too": 0, **listed}


def _asking(space: Space, actor: Actor, question: Item, owner: str | None, due: int) -> list[Write]:
    table, thread = store.table(space), Thread.of(question)
    pk, sk = items.wrote_key(actor.person_id, thread.id, thread.id)
    writes = [
        table.creating(question),
        table.putting({"pk": pk, "sk": sk, "thread": thread.id, "at": thread.question.at}),
        pacing.counting(space, actor, "questions"),
        store.timing(space, thread.id, times.month_of(thread.question.at // 1000), times.ASKED),
        *promise.waiting(space, thread.id, owner, due),
    ]
    if thread.course and thread.lesson:
        pk, sk = items.lesson_key(thread.id)
        listed = {"c": items.lesson_list(thread.course, thread.lesson), "cs": question["cs"]}
        writes.append(table.putting({"pk": pk, "sk": sk, **listed}))
    return writes


def edit(space: Space, actor: Actor, thread_id: str, sets: dict[str, Any], circumstances: Circumstances) -> Thread:
    """Change one's question; what it was is kept. 3 calls. Raises: as :func:`edit_post`."""
    thread = changing.require(space, actor, thread_id)
    edit_post(space, actor, thread, thread.question, {"title": thread.title, **sets}, circumstances)
    return changing.require(space, actor, thread_id)


def edit_post(
    space: Space, actor: Actor, thread: Thread, post: Post, sets: dict[str, Any], circumstances: Circumstances
) -> None:
    """Change what one has written; the last twenty versions are kept: 1 transaction.

    Raises: Forbidden for another's, ThreadLocked, PostHidden, PreconditionRequired, PreconditionFailed, TooManyPosts.
    """
    if post.by != actor.person_id:
        raise Forbidden
    changing.require_writable(actor, thread)
    if post.hidden:
        raise PostHidden
    circumstances.require_match(etag(post))
    table, now = store.table(space), clock.epoch_ms()
    pk, sk = items.version_key(thread.id, post.id, post.v)
    was = {"pk": pk, "sk": sk, "body": post.body, "title": thread.title, "until": now}
    values = {f":{name}": value for name, value in sets.items()} | {":now": now, ":v": post.v, ":next": post.v + 1}
    expression = ", ".join(["#edited = :now", "#v = :next", *(f"#{name} = :{name}" for name in sets)])
    writes = [
        table.updating(
            *post.key,
            f"SET {expression}",
            values,
            names={f"#{name}": name for name in ("edited", "v", "hid", *sets)},
            condition="#v = :v AND attribute_not_exists(#hid)",
        ),
        table.putting(was),
        pacing.counting(space, actor, "edits"),
    ]
    if post.v > items.KEPT_VERSIONS:
        writes.append(table.deleting(*items.version_key(thread.id, post.id, post.v - items.KEPT_VERSIONS)))
    try:
        transact(writes)
    except TransactionFailed as failure:
        raise (PreconditionFailed if 0 in failure.failed else TooManyPosts)() from None


def etag(post: Post) -> str:
    """The validator of a post's text."""
    return f'"{post.v}"'


def versions(space: Space, actor: Actor, thread_id: str, reply_id: str | None) -> list[PostVersion]:
    """A post as it was, newest first, for whoever wrote it and those who answer: 3 calls. Raises: NotFound."""
    thread = changing.require(space, actor, thread_id)
    post = find(space, thread, reply_id)
    if post.by != actor.person_id and not changing.may_answer(actor):
        raise NotFound
    return [
        PostVersion(
            version=int(item["sk"].rpartition("#")[2]),
            title=None if reply_id else item["title"],
            body=item["body"],
            until=clock.from_epoch_ms(item["until"]),
        )
        for item in store.versions(space, thread_id, post.id)
    ]


def find(space: Space, thread: Thread, reply_id: str | None) -> Post:
    """The question, or a reply to it (then 1 call). Raises: NotFound."""
    if reply_id is None:
        return thread.question
    key = items.reply_key(thread.id, reply_id)
    found = store.table(space).get(*key, consistent=True)
    if found is None:
        raise NotFound
    return Post.of(found)
