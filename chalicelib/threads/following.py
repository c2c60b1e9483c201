"""What follows from a change of a thread, whoever made it and whether or not their request lived to see it through:
people are told, and the words of a title lead to it.

All of it may be repeated: who was told of a thing is not told again (``notifications/telling.py``), by the key that the
change gives.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chalicelib import clock
from chalicelib.jobs import streams
from chalicelib.notifications import telling
from chalicelib.notifications.kinds import KindId
from chalicelib.people import persons
from chalicelib.storage.changes import Batch, Change
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Key
from chalicelib.threads import items, promise, settings, similar, store, views
from chalicelib.threads.items import Post, Thread

_DAY_S = 24 * 3600


@streams.reacts
def follow(space: Space, batch: Batch) -> None:
    """Tell of what is new, and let new titles be found. 0 calls for a batch without threads; some 3 for each change of
    one, and 1 for each word of a title."""
    changes = [each for each in batch.changes if each.new is not None and each.pk.startswith(items.partition(""))]
    replies = [each for each in changes if each.sk.startswith((items.REPLY, "report#"))]
    heads: dict[Key, Any] = store.posts(space, {(each.pk, items.THREAD) for each in replies})
    for each in changes:
        if each.sk == items.THREAD:
            _thread(space, each)
        elif each in replies and (each.pk, items.THREAD) in heads:
            thread = Thread.of(heads[each.pk, items.THREAD])
            if each.sk.startswith(items.REPLY):
                _reply(space, thread, each)
            elif each.old is None:
                _report(space, thread, each)


def _thread(space: Space, change: Change) -> None:
    new, old = Thread.of(change.new or {}), Thread.of(change.old) if change.old else None
    if old is None or old.title != new.title:
        similar.index(space, new.place, new.id, old.title if old else None, new.title)
    if old is None:
        _mentions(space, new, new.question)
    if new.due is not None and (old is None or (old.due, old.owner) != (new.due, new.owner)):
        _owner(space, new, new.due)
    if new.climbed is not None and (old is None or old.climbed is None):
        _overdue(space, new, new.climbed)
    if new.accepted and new.accepted != (old and old.accepted) and new.accepted_by != new.question.by:
        at = int(new.accepted_at or 0) // _DAY_S * _DAY_S  # taking it back and again tells of it once a day
        _tell(space, new, [str(new.accepted_by)], "thread.accepted", f"{new.id}#{new.accepted}", at, {})
    _hidden(space, new, new.question, old.question.hidden if old else None)


def _owner(space: Space, thread: Thread, due: int) -> None:
    if thread.owner is None or thread.owner == thread.question.by:
        return
    names = persons.cards(space, [thread.question.by])
    card = names.get(thread.question.by)
    facts = {"name": card.name if card else views.GONE, "due": _shown(due)}
    _tell(space, thread, [thread.owner], "thread.asked", f"{thread.id}#{due}", thread.last // 1000, facts)


def _overdue(space: Space, thread: Thread, climbed: int) -> None:
    card = persons.cards(space, [thread.owner]).get(thread.owner) if thread.owner else None
    admins = promise.holders(space, "admin")
    facts = {"owner": card.name if card else "—"}
    _tell(space, thread, admins, "thread.overdue", f"{thread.id}#{thread.due}", climbed, facts)


def _reply(space: Space, thread: Thread, change: Change) -> None:
    post, old = Post.of(change.new or {}), change.old
    if old is None:
        if post.by != thread.question.by and not thread.question.hidden:
            facts = {"name": _public_name(space, post)}
            _tell(space, thread, [thread.question.by], "thread.replied", post.id, post.at // 1000, facts)
        _mentions(space, thread, post)
    _hidden(space, thread, post, old.get("hid") if old else None)


def _mentions(space: Space, thread: Thread, post: Post) -> None:
    """Whoever the question goes to by itself, or its asker, is told of it once, not by a mention too."""
    told = [each for each in post.mentions if each not in (post.by, thread.question.by)]
    if post.id == thread.id:
        told = [each for each in told if each != thread.owner]
    if told:
        facts = {"name": _public_name(space, post)}
        _tell(space, thread, told, "thread.mentioned", post.id, post.at // 1000, facts)


def _hidden(space: Space, thread: Thread, post: Post, before: str | None) -> None:
    if post.hidden and before is None:
        at = int(post.hidden_at or post.at) // 1000
        _tell(space, thread, [post.by], "thread.hidden", post.id, at, {"reason": post.hidden})


def _report(space: Space, thread: Thread, change: Change) -> None:
    item = change.new or {}
    key, reason = f"{thread.id}#{change.sk}#{item['at']}", {"reason": item["reason"]}
    _tell(space, thread, promise.holders(space, "admin"), "thread.reported", key, item["at"] // 1000, reason)


def _tell(
    space: Space, thread: Thread, people: Iterable[str], kind: KindId, key: str, at: int, facts: dict[str, str]
) -> None:
    params = {"title": thread.title, **facts}
    telling.tell(space, people, kind, key, at=at, link=f"/questions/{thread.id}", params=params)


def _public_name(space: Space, post: Post) -> str:
    card = persons.cards(space, [post.by]).get(post.by)
    if card is None:
        return views.GONE
    return card.name if post.staff else settings.shown_name(settings.of(space).names, card.name)


def _shown(due: int) -> str:
    return clock.from_epoch_ms(due * 1000).astimezone(clock.VIETNAM).strftime("%H:%M %d/%m/%Y")
