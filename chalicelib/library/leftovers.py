"""Files of documents that are gone: removed when no link to them is good any more, and no restore can ask for them.

A space can be restored to any second of the last 35 days (``docs/runbook.md``): until then a document that comes back
finds its file. What is to be removed stands with its day in the space's table, which a restore takes back with the
document, and the space under that day in the platform's, so that a day costs one Query for all spaces.
"""

from __future__ import annotations

from datetime import timedelta

from chalicelib import clock, ids
from chalicelib.courses import uploads
from chalicelib.jobs import daily, queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.library import store
from chalicelib.storage import spaces
from chalicelib.storage.spaces import PLATFORM, Space

SURVEY, REMOVE = "library.survey", "library.remove"
KEPT_DAYS = 36  # what a restore reaches, and a day for links and time zones
_HOUR = 3  # in Vietnam, when few are there
_LOOKED_BACK = 7  # days: what some nights missed, the next finds
_SLICE = 100


def leave(space: Space, file_id: str, document_id: str) -> None:
    """Have a file removed when its time has come: 2 calls. Repeating it on another day removes it later once more."""
    day = clock.vietnam_day() + timedelta(days=KEPT_DAYS)
    store.leave(space, day.isoformat(), file_id, document_id)


def each_night() -> None:
    """Called each minute: once a night, have looked up where files are to be removed. 0 calls at other times."""
    job_id = daily.due(SURVEY, _HOUR)
    if job_id:
        queue.enqueue(SURVEY, PLATFORM, {"day": clock.vietnam_day().isoformat()}, job_id=job_id)


@queue.handles(SURVEY)
def survey(job: Job, run: Run) -> None:
    """The job that has each space cleared in which something is to be removed: 7 calls, and 1 for each."""
    found: set[str] = set()
    for back in range(_LOOKED_BACK):
        found |= set(store.leaving((clock.vietnam_day() - timedelta(days=back)).isoformat()))
    for slug in sorted(found):
        run.go_on_if_late()
        queue.enqueue(REMOVE, slug, {}, job_id=ids.derived(REMOVE, slug, job.payload["day"]))


@queue.handles(REMOVE)
def remove(job: Job, run: Run) -> None:
    """Remove the files whose time has come, but of documents that are there again: 3 calls each, 1 of S3."""
    space, removed = spaces.directory.find(job.tenant), 0
    today = clock.vietnam_day().isoformat()
    while space is not None and (found := store.left(space, today, _SLICE)):
        for each in found:
            if store.document(space, each["document"]) is None:
                uploads.remove(space, each["file"])
            store.drop(space, each)
        removed += len(found)
        run.progress(removed, removed, {"removed": removed})
        run.go_on_if_late()
