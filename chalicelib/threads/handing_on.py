"""Questions whose owner may answer them no more: each goes to whoever's turn it is, by the same time.

It is asked for by whatever ends an owner's part: they are deactivated or lose the role (``people/leaving.py``), or are
no longer among a course's tutors. The new owner is told as of any question that becomes theirs (``following.py``).
"""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.http.permissions import ANSWER, allows
from chalicelib.http.requests import Circumstances
from chalicelib.jobs import queue
from chalicelib.jobs.queue import GoOn, Job, Run
from chalicelib.people import leaving
from chalicelib.people.person import Person
from chalicelib.storage import spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed, transact
from chalicelib.threads import items, promise, store
from chalicelib.threads.items import Thread

HAND_ON = "threads.hand_on"
_LOOKED_AGAIN_S = 90
_TOLD_EVERY = 20  # questions: well within a job's lease


def order(space: Space, place: str, people: Iterable[str], circumstances: Circumstances) -> None:
    """Have the questions of a place handed on that wait for these people, who answer there no more: 1 call."""
    payload = {"people": sorted(people), "place": place}
    if payload["people"]:
        queue.enqueue(HAND_ON, space.slug, payload, job_id=circumstances.new_id(HAND_ON, space.slug, place))


@queue.handles(HAND_ON, shown_to=ANSWER)
def hand_on_of_place(job: Job, run: Run) -> None:
    """Do so; and again, for what was asked while containers did not know yet who answers there."""
    space = spaces.find(job.tenant)
    for person_id in job.payload["people"]:
        _hand_on(space, person_id, job.payload["place"], run)
    if not job.checkpoint.get("again"):
        run.progress(1, 2, {"again": True})
        raise GoOn(in_s=_LOOKED_AGAIN_S)


@leaving.follows
def hand_on_of_leaver(space: Space, person: Person, run: Run) -> None:
    """Hand on all that waits for somebody who may answer no more."""
    if person.status != "active" or not allows(person.roles, ANSWER):
        _hand_on(space, person.id, None, run)


def _hand_on(space: Space, person_id: str, place: str | None, run: Run) -> None:
    """What waits for a person, of that place or of all: 2 calls each, and those of whose turn it is."""
    waiting = store.queue_of(space, person_id)
    for done, each in enumerate(waiting, 1):
        hand_on(space, each, person_id, place)
        if done % _TOLD_EVERY == 0:
            run.progress(done, len(waiting))
            run.go_on_if_late()


def hand_on(space: Space, listed: Item, person_id: str, place: str | None = None) -> None:
    """Give a question that waits for this person to whoever's turn it is there, unless it is theirs by right, or
    another's or answered by now. Repeating it changes nothing."""
    stored = store.get(space, str(listed["pk"].removeprefix(items.partition(""))))
    thread = Thread.of(stored) if stored else None
    if thread is None or thread.owner != person_id or thread.due is None or place not in (None, thread.place):
        return
    if place is not None and person_id in {each.id for each in promise.in_turn(space, place)}:
        return
    following = promise.owner_for(space, thread.place, thread.question.by)
    if following == person_id:
        return
    try:
        transact(promise.owned_by(space, thread, following))
    except TransactionFailed:
        return  # answered, put off or handed over meanwhile
