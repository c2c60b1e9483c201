"""No question unanswered: each that waits has somebody to answer it, and a time by which the space promises it.

Whoever answers at a place takes turns: the course's tutors, else the space's tutors, else its admins. Working hours are
those of offices in Vietnam (``working_days.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from chalicelib import clock, working_days
from chalicelib.errors import refuse_field
from chalicelib.http.caching import Remembered
from chalicelib.http.permissions import ANSWER, allows
from chalicelib.http.tokens import Actor
from chalicelib.people import persons, staff
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Write
from chalicelib.threads import changing, items, settings, store, times
from chalicelib.threads.changing import Update
from chalicelib.threads.items import Thread

MOST_STAFF = 50
_FRESH_S, _KEPT = 60, 5_000
_staff: Remembered[tuple[str, str], list[str]] = Remembered(_KEPT, fresh_s=_FRESH_S)
_planned: Remembered[tuple[str, str], bool] = Remembered(_KEPT)


def holders(space: Space, role: str) -> list[str]:
    """Who holds a staff role, a minute old at most: 0 calls when warm."""
    return _staff.get((space.slug, role), lambda: staff.holders(space, role, MOST_STAFF))


def answering(space: Space, person_ids: Sequence[str]) -> list[persons.PersonCard]:
    """Those of these people who may answer now, in this order: 1 call."""
    found = persons.cards(space, person_ids)
    return [
        card
        for each in person_ids
        if (card := found.get(each)) and card.status == "active" and allows(card.roles, ANSWER)
    ]


def in_turn(space: Space, place: str) -> list[persons.PersonCard]:
    """Those who take turns at a place now: 2 calls or 3."""
    for people in (store.tutors(space, place), holders(space, "tutor"), holders(space, "admin")):
        able = answering(space, people) if people else []
        if able:
            return able
    return []


def owner_again(space: Space, thread: Thread) -> str | None:
    """Who answers a thread that waits once more: whose it was, while they may; 1 call, else those of
    :func:`owner_for`."""
    if thread.owner and answering(space, [thread.owner]):
        return thread.owner
    return owner_for(space, thread.place, thread.question.by)


def owner_for(space: Space, place: str, asker: str) -> str | None:
    """Whose turn it is to answer: 2 calls or 3; of whoever asks it is only where nobody else is. ``None`` where nobody
    may answer at all: the question still becomes overdue."""
    chosen, turn = store.turn(space, place)
    myself = None
    for people in (chosen, holders(space, "tutor"), holders(space, "admin")):
        able = [each.id for each in answering(space, people)] if people else []
        others = [each for each in able if each != asker]
        if others:
            return others[turn % len(others)]
        myself = myself or next(iter(able), None)
    return myself


def due_after(space: Space, at_s: int) -> int:
    """By when a question of that moment is to be answered, in seconds since 1970; the space is looked at in the hour
    after. 1 call at most."""
    hours = settings.of(space).answer_within
    due = working_days.due_after(clock.from_epoch_ms(at_s * 1000), hours)
    hour = due.strftime("%Y-%m-%dT%H")
    if _planned.peek((space.slug, hour)) is None:
        store.plan(space, hour)
        _planned.keep((space.slug, hour), True)
    return int(due.timestamp()) + (due.microsecond > 0)


def opening(space: Space, update: Update, owner: str | None, due: int) -> list[Write]:
    """The thread waits for an answer: what its update does, and the writes beside it."""
    update.sets |= {"due": due, "owner": owner or ""}
    update.removes.append("climbed")
    update.expected["due"] = update.thread.due
    return waiting(space, update.thread.id, owner, due)


def waiting(space: Space, thread_id: str, owner: str | None, due: int) -> list[Write]:
    """The puts of its places among what waits."""
    return [store.table(space).putting(each) for each in items.waiting(thread_id, owner, due)]


def closing(space: Space, update: Update) -> list[Write]:
    """The thread waits no more."""
    update.expected["due"] = update.thread.due
    if update.thread.due is None:
        return []
    update.removes += ["due", "climbed"]
    thread_id = update.thread.id
    return [store.table(space).deleting(*key) for key in (items.due_key(thread_id), items.open_key(thread_id))]


def answered(space: Space, update: Update, at_s: int) -> list[Write]:
    """The thread is answered; how long it took is counted the first time, in the same transaction."""
    thread, writes = update.thread, closing(space, update)
    if thread.first is not None:
        return writes
    update.sets["first"] = at_s
    update.expected["first"] = None
    asked, now = clock.from_epoch_ms(thread.question.at), clock.from_epoch_ms(at_s * 1000)
    took = times.bucket(working_days.hours_between(asked, max(now, asked)))
    return [*writes, store.timing(space, thread.id, times.month_of(at_s), took)]


def hand_over(space: Space, actor: Actor, thread_id: str, person_id: str) -> Thread:
    """Have somebody else answer, by the same time: 4 calls. Raises: NotFound, InvalidInput."""
    if not answering(space, [person_id]):
        raise refuse_field(
            "person", "may_not_answer", "Người này không phụ trách trả lời.", "This person may not answer questions."
        )

    def writes(thread: Thread) -> list[Write]:
        if thread.due is None or thread.owner == person_id:
            return []
        return owned_by(space, thread, person_id)

    changing.change(space, actor, thread_id, writes)
    return changing.require(space, actor, thread_id)


def owned_by(space: Space, thread: Thread, person_id: str | None) -> list[Write]:
    """A thread that waits becomes that person's to answer (nobody's), if it stands as it was read."""
    facts = {"owner": person_id or ""}
    update = Update(thread, sets=facts, expected={"due": thread.due, "owner": thread.owner or ""})
    state: items.OpenState = "waiting" if thread.climbed is None else "overdue"
    places = items.waiting(thread.id, person_id, int(thread.due or 0), state)
    return [update.write(space), *(store.table(space).putting(each) for each in places)]


def hour_before(hours: int) -> str:
    """The hour that was so many hours ago, as what is due is planned by."""
    return (clock.now() - timedelta(hours=hours)).strftime("%Y-%m-%dT%H")
