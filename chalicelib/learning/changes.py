"""What follows from a change of an enrolment, whoever made it and whether or not their request lived to see it through.

Both reactions may be repeated: a batch of the stream that failed comes again whole.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from chalicelib import clock, logs
from chalicelib.errors import NotFound
from chalicelib.jobs import streams
from chalicelib.learning import completion, items, store, versions
from chalicelib.learning.merging import Enrolment
from chalicelib.storage.changes import Batch, Change
from chalicelib.storage.spaces import Space


@streams.reacts
def follow(space: Space, batch: Batch) -> None:
    """Complete what is due, and note the days on which learners were active.

    A completion is due here only when the request that made it due died before its second write. 0 calls for a change
    that needs neither; 1 WCU for a learner's first activity of a day.
    """
    latest: dict[tuple[str, str], Enrolment] = {}
    days: dict[tuple[str, str], None] = {}
    for change in batch.changes:
        if change.new is None or not change.sk.startswith(items.PREFIX):
            continue
        enrolment = items.of_item(change.new)
        latest[change.pk, change.sk] = enrolment
        day = _new_day(change)
        if day:
            days[enrolment.person_id, day] = None
    store.mark_days(space, days)
    for enrolment in latest.values():
        _settle(space, enrolment)


def _new_day(change: Change) -> str | None:
    """The Vietnamese day that the enrolment's newest report is of, unless the report before it was of that day too."""
    before = _day(change.old["seen"]) if change.old else None
    day = _day(change.new["seen"]) if change.new else None
    return day if day != before else None


def _day(epoch_ms: int) -> str:
    return clock.vietnam_day(datetime.fromtimestamp(epoch_ms / 1000, UTC)).isoformat()


def _settle(space: Space, enrolment: Enrolment) -> None:
    if enrolment.completed_at is not None or not enrolment.active:
        return
    try:
        outline = versions.pinned(space, enrolment.course_id, enrolment.version)
    except NotFound as missing:
        # One course without its version must not hold up the changes of all others.
        logs.event(
            "enrolment.unsettled", level=logging.ERROR, error=missing, tenant=space.slug,
            course=enrolment.course_id, version=enrolment.version,
        )  # fmt: skip
        return
    completion.settle(space, enrolment, outline)
