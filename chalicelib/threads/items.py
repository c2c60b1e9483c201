"""Threads as items of the learning table: their keys, and what is read from them. No I/O.

A post is what somebody wrote: the question that a thread begins with, or a reply.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib import ids
from chalicelib.storage.items import Item
from chalicelib.storage.table import Key

THREAD, REPLY, WAS = "thread", "reply#", "was#"
SPACE = "space"  # the place of a question that is about no course
QUESTION = "-"  # in keys, where a reply's id would stand: the question itself
INDEX = "by-course"
KEPT_VERSIONS = 20
_TIME, _REST = 9, 13  # characters of an identifier: when, and which

OpenState = Literal["waiting", "overdue"]


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody wrote; ``at`` and ``edited`` in milliseconds since 1970."""

    id: str
    thread: str
    by: str
    at: int
    body: str
    v: int
    files: tuple[tuple[str, str], ...]  # id, type
    mentions: tuple[str, ...]
    edited: int | None
    hidden: str | None  # the reason
    hidden_at: int | None
    staff: bool  # whether who wrote it had to answer questions then

    @classmethod
    def of(cls, item: Item) -> Post:
        """The post of an item."""
        thread = str(item["pk"].removeprefix("thread#"))
        sk = str(item["sk"])
        return cls(
            id=thread if sk == THREAD else sk.removeprefix(REPLY),
            thread=thread,
            by=item["by"],
            at=item["at"],
            body=item["body"],
            v=item["v"],
            files=tuple((each[0], each[1]) for each in item.get("files", ())),
            mentions=tuple(item.get("to", ())),
            edited=item.get("edited"),
            hidden=item.get("hid"),
            hidden_at=item.get("hid_at"),
            staff=bool(item.get("staff")),
        )

    @property
    def key(self) -> Key:
        """Where it is."""
        return thread_key(self.thread) if self.id == self.thread else reply_key(self.thread, self.id)


@dataclass(frozen=True, slots=True)
class Thread:
    """A question with how it stands. ``due`` (seconds since 1970) is there while it waits for an answer."""

    question: Post
    title: str
    course: str | None
    lesson: str | None
    replies: int
    too: int
    last: int  # milliseconds
    accepted: str | None
    accepted_by: str | None
    accepted_at: int | None  # seconds
    locked: bool
    owner: str | None
    due: int | None
    first: int | None  # when it was first answered, seconds
    climbed: int | None

    @classmethod
    def of(cls, item: Item) -> Thread:
        """The thread of an item."""
        return cls(
            question=Post.of(item),
            title=item["title"],
            course=item.get("course"),
            lesson=item.get("lesson"),
            replies=item.get("n", 0),
            too=item.get("too", 0),
            last=item["last"],
            accepted=item.get("accepted"),
            accepted_by=item.get("accepted_by"),
            accepted_at=item.get("accepted_at"),
            locked=bool(item.get("locked")),
            owner=item.get("owner") or None,
            due=item.get("due"),
            first=item.get("first"),
            climbed=item.get("climbed"),
        )

    @property
    def id(self) -> str:
        """The thread's id, which is its question's."""
        return self.question.id

    @property
    def place(self) -> str:
        """The course's id, or :data:`SPACE`."""
        return self.course or SPACE


def partition(thread_id: str) -> str:
    """Where all of a thread is."""
    return f"thread#{thread_id}"


def thread_key(thread_id: str) -> Key:
    """Where the question is, with how the thread stands."""
    return partition(thread_id), THREAD


def reply_key(thread_id: str, reply_id: str) -> Key:
    """Where a reply is: in the order of time."""
    return partition(thread_id), f"{REPLY}{reply_id}"


def reply_id(at_ms: int, request_id: str) -> str:
    """A reply's id: it sorts by time, and goes on with what the request's own id says."""
    return ids.encoded(at_ms, _TIME) + request_id[-_REST:]


def version_key(thread_id: str, post_id: str, version: int) -> Key:
    """Where a post is as it was in a version."""
    return partition(thread_id), f"{WAS}{post_id}#{version:06d}"


def report_key(thread_id: str, post_id: str) -> Key:
    """Where it stands that a post was reported."""
    return partition(thread_id), f"report#{post_id}"


def due_key(thread_id: str) -> Key:
    """Its place in the queue of whoever has to answer."""
    return partition(thread_id), "due"


def open_key(thread_id: str) -> Key:
    """Its place in the list of all that wait."""
    return partition(thread_id), "open"


def lesson_key(thread_id: str) -> Key:
    """Its place in the list of its lesson."""
    return partition(thread_id), "lesson"


def learner(person_id: str) -> str:
    """Where everything of one person is."""
    return f"learner#{person_id}"


def wrote_key(person_id: str, thread_id: str, request_id: str) -> Key:
    """Where it stands that a person wrote a post, by the id of the request."""
    return learner(person_id), f"wrote#{thread_id}#{request_id}"


def too_key(person_id: str, thread_id: str) -> Key:
    """Where it stands that a person has the same question."""
    return learner(person_id), f"too#{thread_id}"


def place_list(place: str) -> str:
    """The list of a course's threads, or of the space's own."""
    return f"threads#{place}"


def lesson_list(course: str, lesson: str) -> str:
    """The list of a lesson's threads, by when they were asked."""
    return f"threads#{course}#{lesson}"


def activity(last_ms: int, thread_id: str) -> str:
    """A thread's position in its list."""
    return f"{last_ms:013d}#{thread_id}"


def queue(owner: str | None) -> str:
    """The list of what somebody has to answer; of nobody too, where nobody may answer."""
    return f"queue#{owner or ''}"


def open_list(state: OpenState) -> str:
    """The list of all that waits, in time or overdue."""
    return f"open#{state}"


def due_place(due: int, thread_id: str) -> str:
    """A waiting thread's position in its lists."""
    return f"{due:010d}#{thread_id}"


def waiting(thread_id: str, owner: str | None, due: int, state: OpenState = "waiting") -> list[Item]:
    """The two places of a thread that waits for an answer."""
    place, facts = due_place(due, thread_id), []
    for key, listed in ((due_key(thread_id), queue(owner)), (open_key(thread_id), open_list(state))):
        facts.append({"pk": key[0], "sk": key[1], "c": listed, "cs": place})
    return facts


def new_post(key: Key, by: str, at_ms: int, staff: bool, written: Mapping[str, Any]) -> Item:
    """The facts of a new post."""
    return {"pk": key[0], "sk": key[1], "by": by, "at": at_ms, "v": 1, "staff": staff, **written}
