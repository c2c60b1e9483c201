"""Changes of how a thread stands: one write of its item, conditional on what it was read as, beside whatever belongs to
it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.errors import Conflict, NotFound, Unavailable
from chalicelib.http.permissions import ANSWER, allows
from chalicelib.http.tokens import Actor
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed, Write, transact
from chalicelib.threads import items, store
from chalicelib.threads.items import Thread

_TRIES = 5


class ThreadLocked(Conflict):
    """Nobody writes there any more but those who answer."""

    code = "thread_locked"
    vi = "Câu hỏi này đã khoá, không nhận thêm trả lời. Bạn có thể đặt câu hỏi mới."
    en = "This question is locked and takes no more replies. You may ask a new one."


class PostHidden(Conflict):
    """What is hidden is not changed, nor answered."""

    code = "post_hidden"
    vi = "Nội dung này đã bị ẩn nên không sửa hay trả lời được."
    en = "This is hidden: it can be neither changed nor answered."


@dataclass(slots=True)
class Update:
    """What is to become of a thread's item: attributes set, removed and added to, and what they must be as now."""

    thread: Thread
    sets: dict[str, Any] = field(default_factory=dict)
    removes: list[str] = field(default_factory=list)
    adds: dict[str, int] = field(default_factory=dict)
    expected: dict[str, Any] = field(default_factory=dict)

    def write(self, space: Space) -> Write:
        """The part of a transaction."""
        parts = [
            ("SET", [f"#{name} = :{name}" for name in self.sets]),
            ("REMOVE", [f"#{name}" for name in self.removes]),
            ("ADD", [f"#{name} :{name}" for name in self.adds]),
        ]
        conditions = ["attribute_exists(pk)"]
        values = {f":{name}": value for name, value in {**self.sets, **self.adds}.items()}
        for name, value in self.expected.items():
            if value is None:
                conditions.append(f"attribute_not_exists(#{name})")
            else:
                conditions.append(f"#{name} = :was_{name}")
                values[f":was_{name}"] = value
        names = {*self.sets, *self.removes, *self.adds, *self.expected}
        return store.table(space).updating(
            *items.thread_key(self.thread.id),
            " ".join(f"{verb} {', '.join(what)}" for verb, what in parts if what),
            values,
            names={f"#{name}": name for name in names},
            condition=" AND ".join(conditions),
        )


def may_answer(actor: Actor) -> bool:
    """Whether it is theirs to answer questions, and to see what learners may not."""
    return allows(actor.roles, ANSWER)


def require(space: Space, actor: Actor, thread_id: str) -> Thread:
    """A thread that this person may see: 1 call. Raises: NotFound."""
    item = store.get(space, thread_id)
    thread = Thread.of(item) if item else None
    if thread is None or not sees(actor, thread):
        raise NotFound
    return thread


def sees(actor: Actor, thread: Thread) -> bool:
    """Whether a person may know that a thread is there: a hidden one only whoever asked, and those who answer."""
    return not thread.question.hidden or may_answer(actor) or actor.person_id == thread.question.by


def require_writable(actor: Actor, thread: Thread) -> None:
    """Raises: PostHidden, ThreadLocked."""
    if thread.question.hidden:
        raise PostHidden
    if thread.locked and not may_answer(actor):
        raise ThreadLocked


def change(space: Space, actor: Actor, thread_id: str, make: Callable[[Thread], list[Write]]) -> None:
    """Write what ``make`` gives for the thread as it is now, the thread's own update first; anew where another was
    quicker. 2 calls. Nothing is written where it gives nothing.

    Raises: NotFound, Unavailable, TransactionFailed when a condition of another part did not hold.
    """
    for _ in range(_TRIES):
        writes = make(require(space, actor, thread_id))
        if not writes:
            return
        try:
            transact(writes)
        except TransactionFailed as failure:
            if failure.failed != [0]:
                raise
        else:
            return
    raise Unavailable
