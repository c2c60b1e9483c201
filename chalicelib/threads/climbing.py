"""What is overdue climbs to the admins: they are told, and it stands in their list until it is answered.

Which spaces have something due in an hour stands in the platform's table since the promise, so that an hour costs one
Query for all of them, and a space where nothing is due nothing.
"""

from __future__ import annotations

from chalicelib import clock, ids
from chalicelib.http.permissions import ANSWER
from chalicelib.jobs import queue
from chalicelib.jobs.daily import MINUTES
from chalicelib.jobs.queue import Job, Run
from chalicelib.storage import spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import PLATFORM, Space
from chalicelib.storage.table import TransactionFailed, transact
from chalicelib.threads import items, promise, store, times
from chalicelib.threads.changing import Update
from chalicelib.threads.items import Thread

SURVEY, CLIMB = "threads.survey", "threads.climb"
_LOOKED_BACK = 24  # hours: what some ticks missed, the next finds
_SLICE = 50
_SLEEPS = 24  # hours after which a suspended space is looked at again


def each_hour() -> None:
    """Called each minute: once an hour, have looked up where something became overdue. 0 calls at other times."""
    if clock.now().minute < MINUTES:
        hour = promise.hour_before(0)
        queue.enqueue(SURVEY, PLATFORM, {"hour": hour}, job_id=ids.derived(SURVEY, hour))


@queue.handles(SURVEY)
def survey(job: Job, run: Run) -> None:
    """The job that has each space looked at in which something was due lately: 24 calls, and 1 for each."""
    found: dict[tuple[str, str], None] = {}
    for hours in range(1, _LOOKED_BACK + 1):
        hour = promise.hour_before(hours)
        found |= dict.fromkeys((slug, hour) for slug in store.planned(hour))
    for slug, hour in found:
        run.go_on_if_late()
        queue.enqueue(CLIMB, slug, {}, job_id=ids.derived(CLIMB, slug, hour))


@queue.handles(CLIMB, shown_to=ANSWER)
def climb(job: Job, run: Run) -> None:
    """Let all that is overdue climb: 2 calls each. A space that is suspended promises nothing meanwhile, and is looked
    at again on the next day."""
    space, moved = spaces.directory.find(job.tenant), 0
    if space is None or space.status != "open":
        if space is not None:
            store.plan(space, promise.hour_before(-_SLEEPS))
        return
    while True:
        found = store.overdue(space, clock.epoch_s(), _SLICE)
        moved += sum(_climb(space, each) for each in found)
        run.progress(moved, moved + len(found), {"moved": moved})
        if len(found) < _SLICE:
            return
        run.go_on_if_late()


def _climb(space: Space, listed: Item) -> bool:
    """One that waits, unless it was answered or put off meanwhile; how often that happens is counted with it."""
    thread_id = str(listed["pk"].removeprefix(items.partition("")))
    item = store.get(space, thread_id)
    thread = Thread.of(item) if item else None
    now = clock.epoch_s()
    if thread is None or thread.due is None or thread.due > now or thread.climbed is not None:
        return False
    update = Update(thread, sets={"climbed": now}, expected={"due": thread.due, "climbed": None})
    place = items.waiting(thread_id, thread.owner, thread.due, "overdue")[1]
    counted = store.timing(space, thread_id, times.month_of(now), times.OVERDUE)
    try:
        transact([update.write(space), store.table(space).putting(place), counted])
    except TransactionFailed:
        return False
    return True
