"""What a tenant stores, measured at night and only where anything was used since: an idle tenant costs no call.

DynamoDB knows the size of its tables (a figure some six hours old, for nothing); files are listed, a thousand at a
time, in a job that goes on where it was killed.
"""

from __future__ import annotations

from datetime import timedelta

from chalicelib import clock, ids
from chalicelib.errors import NotFound
from chalicelib.jobs import daily, queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.metering import store
from chalicelib.storage import files, spaces, tables
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import PLATFORM

SURVEY, MEASURE = "usage.survey", "usage.measure"
_HOUR = 2  # when Vietnam sleeps


def at_night() -> None:
    """Called each minute: once a night, have looked up who is to be measured. 0 calls by day."""
    job_id = daily.due(SURVEY, _HOUR)
    if job_id:
        queue.enqueue(SURVEY, PLATFORM, {}, job_id=job_id)


@queue.handles(SURVEY)
def survey(job: Job, run: Run) -> None:
    """The job that has every tenant measured that used anything since it last was."""
    due = _due()
    after = str(job.checkpoint.get("after", ""))
    for place, slug in enumerate(due):
        if slug > after:
            run.go_on_if_late()
            queue.enqueue(MEASURE, slug, due[slug], job_id=ids.derived(job.id, slug))
            if place % 100 == 0:
                run.progress(place, len(due), {"after": slug})
    run.progress(len(due), len(due))


def _due() -> dict[str, Item]:
    """Who used anything since the last measure, by slug, and what was confirmed since then and so will be found: one
    Query for each megabyte of two months and of measures."""
    today = clock.vietnam_day()
    months = {day.isoformat()[:7] for day in (today, today - timedelta(days=1))}
    stored = {item["sk"]: item for item in store.all_stored()}
    measured = {slug: item.get("at", 0) for slug, item in stored.items()}
    used = [item for month in sorted(months) for item in store.month(month)]
    due = {item["sk"] for item in used if item["sk"] != PLATFORM and item["at"] > measured.get(item["sk"], 0)}
    return {slug: _confirmed(stored.get(slug, {})) for slug in sorted(due)}


def _confirmed(kept: Item) -> Item:
    return {name: kept[name] for name in ("added_bytes", "added_files") if name in kept}


@queue.handles(MEASURE, provisions=True)  # only that function may ask how large a table is
def measure(job: Job, run: Run) -> None:
    """The job that measures one tenant: 4 calls, and 1 of S3 for each thousand files. One that was closed is left."""
    space = spaces.directory.find(job.tenant)
    if space is None:
        return
    seen = {"since": clock.epoch_ms(), "after": "", "bytes": 0, "files": 0, **job.checkpoint}
    while True:
        found = files.listed(space, str(seen["after"]))
        seen |= {"bytes": seen["bytes"] + found.bytes, "files": seen["files"] + found.files, "after": found.after}
        if not found.after:
            break
        run.progress(int(seen["files"]), int(seen["files"]), seen)
        run.go_on_if_late()
    try:
        items_bytes = tables.size(space)
    except NotFound:
        return
    counted = job.payload.get("added_bytes", 0), job.payload.get("added_files", 0)
    store.measured(space.slug, items_bytes, int(seen["bytes"]), int(seen["files"]), int(seen["since"]), counted)
