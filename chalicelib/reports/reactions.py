"""What reports do when a learning table changes."""

from __future__ import annotations

from chalicelib.jobs.streams import reacts
from chalicelib.learning import grouping
from chalicelib.reports import counting, store
from chalicelib.reports.figures import course_day
from chalicelib.storage.changes import Batch
from chalicelib.storage.spaces import Space


@reacts
def mark_days(space: Space, batch: Batch) -> None:
    """Who learned in which course on which day is written down, so that it can be counted, and counted anew."""
    keys = dict.fromkeys(key for change in batch.changes if (key := course_day(change)))
    if keys:
        store.mark(space, keys)


@reacts
def follow_audiences(space: Space, batch: Batch) -> None:
    """Enrolments count for the audiences that their learners are in now."""
    grouping.follow(space, batch.changes)


@reacts
def count(space: Space, batch: Batch) -> None:
    """Registrations, enrolments, completions and days of learning move the figures of course, space and nation."""
    counting.count(space, batch)
