"""Telling people of something: each has it in their inbox once, however often and by however many it is repeated.

A few are told at once, at one write each; more by a job. What follows from it, the letter of the next morning and the
browser's push, is read from what stands there then: telling knows nobody's wishes and looks nobody up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from chalicelib import clock, ids
from chalicelib.http.caching import Remembered
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.notifications import notes, pushing, store
from chalicelib.notifications.kinds import KINDS, KindId
from chalicelib.notifications.notes import Note
from chalicelib.storage import spaces
from chalicelib.storage.spaces import Space

TELL = "notifications.tell"
AT_ONCE = 25  # told before the function returns
_A_JOB = 5_000  # people of one job: their ids are a third of an item
_SLICE = 100
_NIGHT = timedelta(hours=6)  # what was told until six in the morning is in that morning's letter
_PLANNED = 5_000
_planned: Remembered[tuple[str, date], bool] = Remembered(_PLANNED)


def tell(
    space: Space,
    person_ids: Iterable[str],
    kind: KindId,
    key: str,
    *,
    at: int,
    link: str,
    params: Mapping[str, str],
) -> None:
    """Tell these people of something that happened; repeating it changes nothing.

    ``kind`` is of :mod:`kinds` and ``params`` fill its texts (plain text, one line, at most 200 characters each).
    ``key`` tells the event from every other of its kind, and ``at`` is when it happened, in seconds since 1970: both
    are stored facts, the same at every try; never the time of the call. ``link`` is a page of the space, such as
    ``/threads/<id>``. Up to 25 people are told at once, 1 WCU each and one for the index; more by a job: 1 call. Once
    a day and container 1 call more; where people of the space take pushes, a job for those.

    Raises: Unavailable, KeyError and ValueError for our own defects.
    """
    everyone = list(dict.fromkeys(person_ids))
    note = notes.new(kind, key, at, link, params)
    if not everyone:
        return
    if len(everyone) <= AT_ONCE:
        put_all(space, everyone, note)
        return
    for start in range(0, len(everyone), _A_JOB):
        people = everyone[start : start + _A_JOB]
        payload = {
            "people": people, "kind": kind, "key": key, "at": at, "link": link,
            "params": dict(params),
        }  # fmt: skip
        queue.enqueue(TELL, space.slug, payload, job_id=ids.derived(TELL, space.slug, note.id, *people))


@queue.handles(TELL)
def tell_many(job: Job, run: Run) -> None:
    """Tell those of a job, a hundred at a time."""
    space, told = spaces.find(job.tenant), job.payload
    note = notes.new(told["kind"], told["key"], told["at"], told["link"], told["params"])
    place = int(job.checkpoint.get("place", 0))
    while place < len(told["people"]):
        put_all(space, told["people"][place : place + _SLICE], note)
        place += _SLICE
        run.progress(min(place, len(told["people"])), len(told["people"]), {"place": place})
        run.go_on_if_late()


def put_all(space: Space, person_ids: list[str], note: Note) -> int:
    """Put a note into these inboxes, but not where it is already; gives where it was not. 1 call each."""
    morning = next_morning(note)
    if KINDS[note.kind].mailed:
        _plan(space, morning)
    new = sum(store.put_note(space, each, note, morning) for each in person_ids)
    # Who was told before this process's predecessor died is not new, and may not have been pushed to: all are ordered.
    pushing.order(space, person_ids, note)
    return new


def next_morning(note: Note) -> date:
    """The morning, in Vietnam, whose letter has this note."""
    return clock.vietnam_day(clock.from_epoch_ms(note.told_at) - _NIGHT) + timedelta(days=1)


def _plan(space: Space, morning: date) -> None:
    """Have the space looked at on that morning: before anybody is told, or a kill between would cost a letter. 0 calls
    when this container has done so, else 1."""
    if _planned.peek((space.slug, morning)) is None:
        store.plan(space, morning)
        _planned.keep((space.slug, morning), True)
