"""Sittings whose time is over are closed by a job, so that who forgot to submit has a result too.

One job for each assessment and quarter of an hour closes all that end in it. It is asked for by the first sitting that
ends there and sleeps until then; asking again changes nothing, and a container remembers that it has asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib import clock, ids
from chalicelib.assessment import grades, keys, store
from chalicelib.errors import NotFound
from chalicelib.http.caching import Remembered
from chalicelib.http.permissions import READ_LEARNERS
from chalicelib.jobs import queue
from chalicelib.jobs.queue import GoOn, Job, Run
from chalicelib.notifications import telling
from chalicelib.storage import spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

CLOSE = "assessment.close"
_QUARTER_S = 900
_SLICE = 100
_KEPT = 2_000
_planned: Remembered[tuple[str, str, int], bool] = Remembered(_KEPT)


def plan(space: Space, assessment_id: str, until: int) -> None:
    """Have it closed after that time, unless it has none: 0 calls when this container has done so, else 1."""
    if until >= keys.NEVER:
        return
    ends = (until // _QUARTER_S + 1) * _QUARTER_S
    if _planned.peek((space.slug, assessment_id, ends)) is None:
        payload = {"assessment": assessment_id, "ends": ends}
        job_id = ids.derived(CLOSE, space.slug, assessment_id, str(ends))
        queue.enqueue(CLOSE, space.slug, payload, job_id=job_id)
        _planned.keep((space.slug, assessment_id, ends), True)


@queue.handles(CLOSE, shown_to=READ_LEARNERS)
def close_overdue(job: Job, run: Run) -> None:
    """Close all that ended: some 5 calls each, 1 for each shard. What is closed leaves the list, so a kill costs
    nothing but to look again."""
    assessment_id, ends = job.payload["assessment"], int(job.payload["ends"])
    wait = ends - clock.epoch_s()
    if wait > 0:
        raise GoOn(in_s=wait)
    space, closed = spaces.find(job.tenant), 0
    for sheets in _overdue(space, assessment_id, ends):
        for sheet in sheets:
            _close(space, assessment_id, sheet)
        closed += len(sheets)
        run.progress(closed, closed + 1, {"closed": closed})
        run.go_on_if_late()
    run.result = {"closed": closed}


def _overdue(space: Space, assessment_id: str, ends: int) -> Iterator[list[Item]]:
    """Open sittings that ended before that time, a hundred at a time."""
    between = (keys.of_state(submitted=False), keys.open_key(ends - 1, "~", 0))
    for shard in range(keys.SHARDS):
        after: str | None = None
        while True:
            found, after = store.listed_sittings(space, assessment_id, shard, between, after, _SLICE)
            if found:
                yield store.some_sittings(space, assessment_id, [keys.of_index_key(each) for each in found])
            if after is None:
                break


def _close(space: Space, assessment_id: str, sheet: Item) -> None:
    """Tell first: a kill between would leave somebody whose result stands in no list and who never heard of it."""
    if sheet["st"] != "open":
        return
    _, number = keys.sitting_place(sheet["sk"])
    title = grades.terms_of(space, sheet).title
    person_id = grades.person_of(sheet)
    link = f"/assessments/{assessment_id}/sittings/{number}"
    key = f"{assessment_id}#{number}#{sheet['at']}"
    telling.tell(space, [person_id], "sitting.graded", key, at=int(sheet["due"]), link=link, params={"title": title})
    try:
        grades.close(space, sheet)
    except NotFound:  # it has just moved into another account, where it is found in the list again
        return
