"""Threads as people see them: names as the space decides, and nothing of what is hidden from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from chalicelib import clock
from chalicelib.http.tokens import Actor
from chalicelib.people import persons
from chalicelib.people.persons import PersonCard
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Key
from chalicelib.threads import changing, items, pictures, settings, store
from chalicelib.threads.items import Post, Thread
from chalicelib.threads.models import OwnPost, Reply, Report, ThreadCard, Writer
from chalicelib.threads.models import Thread as ShownThread

GONE = "Người dùng đã rời đi"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and what others are called: those who answer see full names."""

    space: Space
    person: str
    staff: bool
    known: dict[str, PersonCard]

    @classmethod
    def of(cls, space: Space, actor: Actor, people: Iterable[str | None]) -> Viewer:
        """Someone who looks at what these people wrote: 1 call for their names."""
        wanted = {each for each in people if each}
        return cls(space, actor.person_id, changing.may_answer(actor), persons.cards(space, wanted) if wanted else {})

    def writer(self, post: Post) -> Writer:
        """Whoever wrote this, as they then were: a role that came later unmasks no learner."""
        mine = post.by == self.person
        name = self.name(post.by, openly=post.staff)
        return Writer(name=name, staff=post.staff, mine=mine, id=post.by if self.staff or mine else None)

    def name(self, person_id: str, *, openly: bool = False) -> str:
        """What a person is called."""
        card = self.known.get(person_id)
        if card is None:
            return GONE
        whole = openly or self.staff or person_id == self.person
        return card.name if whole else settings.shown_name(settings.of(self.space).names, card.name)

    def sees(self, post: Post) -> bool:
        """Whether the text of a post is sent."""
        return self.staff or not post.hidden


def reply(viewer: Viewer, thread: Thread, post: Post) -> Reply:
    """A reply as this person sees it."""
    seen = viewer.sees(post)
    return Reply(
        id=post.id,
        by=viewer.writer(post),
        body=post.body if seen else None,
        files=pictures.shown(viewer.space, post.files) if seen else [],
        at=clock.from_epoch_ms(post.at),
        edited_at=clock.from_epoch_ms(post.edited) if post.edited else None,
        version=post.v,
        hidden=bool(post.hidden),
        hidden_reason=post.hidden if viewer.staff or post.by == viewer.person else None,
        accepted=post.id == thread.accepted,
    )


def card(viewer: Viewer, thread: Thread) -> ThreadCard:
    """A thread in a list."""
    seen = viewer.sees(thread.question)
    return ThreadCard(
        id=thread.id,
        title=thread.title if seen else None,
        by=viewer.writer(thread.question),
        course=thread.course,
        lesson=thread.lesson,
        at=clock.from_epoch_ms(thread.question.at),
        active_at=clock.from_epoch_ms(thread.last),
        replies=thread.replies,
        too=thread.too,
        answered=thread.first is not None and thread.due is None,
        accepted=thread.accepted is not None,
        locked=thread.locked,
        hidden=bool(thread.question.hidden),
        owner=viewer.name(thread.owner) if viewer.staff and thread.owner else None,
        owner_id=thread.owner if viewer.staff else None,
        due_at=clock.from_epoch_ms(thread.due * 1000) if thread.due else None,
        overdue=thread.due is not None and thread.due <= clock.epoch_s(),
    )


def whole(space: Space, actor: Actor, thread: Thread) -> ShownThread:
    """A thread with its question and the accepted reply: 2 calls."""
    accepted = items.reply_key(thread.id, thread.accepted) if thread.accepted else None
    too = items.too_key(actor.person_id, thread.id)
    found = store.posts(space, [too, *([accepted] if accepted else [])])
    best = Post.of(found[accepted]) if accepted and accepted in found else None
    viewer = Viewer.of(space, actor, [thread.question.by, thread.owner, best.by if best else None])
    question, seen = thread.question, viewer.sees(thread.question)
    return ShownThread(
        **dict(card(viewer, thread)),
        body=question.body if seen else None,
        files=pictures.shown(space, question.files) if seen else [],
        edited_at=clock.from_epoch_ms(question.edited) if question.edited else None,
        version=question.v,
        hidden_reason=question.hidden if viewer.staff or question.by == actor.person_id else None,
        same=too in found,
        accepted_reply=reply(viewer, thread, best) if best else None,
    )


def cards(space: Space, actor: Actor, rows: list[Item]) -> list[ThreadCard]:
    """The threads of keys in a list, in its order, without those that are not to be seen: 2 calls."""
    keys: list[Key] = [(each["pk"], items.THREAD) for each in rows]
    found = store.posts(space, keys)
    threads = [Thread.of(found[key]) for key in keys if key in found]
    seen = [each for each in threads if changing.sees(actor, each)]
    viewer = Viewer.of(space, actor, [person for each in seen for person in (each.question.by, each.owner)])
    return list(map(partial(card, viewer), seen))


def own_posts(space: Space, rows: list[Item]) -> list[OwnPost]:
    """What somebody has written, whole, hidden or not: 1 call."""
    keys = [_post_key(each["thread"], each.get("reply")) for each in rows]
    found = store.posts(space, keys)
    posts = [(found[key], Post.of(found[key])) for key in keys if key in found]
    return [
        OwnPost(
            thread=post.thread,
            reply=post.id if post.id != post.thread else None,
            title=item.get("title"),
            body=post.body,
            at=clock.from_epoch_ms(post.at),
            hidden_reason=post.hidden,
        )
        for item, post in posts
    ]


def reports(space: Space, actor: Actor, rows: list[Item]) -> list[Report]:
    """What was reported, with what it is and who wrote it: 2 calls, 3 for long pages."""
    keys: list[Key] = []
    for each in rows:
        thread_id, post_id = each["pk"].removeprefix(items.partition("")), each["sk"].removeprefix("report#")
        keys += [(each["pk"], each["sk"]), items.thread_key(thread_id), _post_key(thread_id, post_id)]
    found, there = store.posts(space, keys), []
    for place in range(0, len(keys), 3):
        report, thread, post = (found.get(key) for key in keys[place : place + 3])
        if report and thread and post:
            there.append((report, Thread.of(thread), Post.of(post)))
    viewer = Viewer.of(space, actor, [post.by for _, _, post in there])
    return [_report(viewer, *each) for each in there]


def _report(viewer: Viewer, item: Item, thread: Thread, post: Post) -> Report:
    return Report(
        by=viewer.writer(post),
        hidden=bool(post.hidden),
        thread=thread.id,
        reply=post.id if post.id != thread.id else None,
        title=thread.title,
        body=post.body,
        reports=item["n"],
        reason=item["reason"],
        at=clock.from_epoch_ms(item["at"]),
    )


def _post_key(thread_id: str, post_id: str | None) -> Key:
    if post_id is None or post_id in (thread_id, items.QUESTION):
        return items.thread_key(thread_id)
    return items.reply_key(thread_id, post_id)
