"""The centre's background work: copying what it offers, and bringing new versions to the spaces that adopted."""

from __future__ import annotations

import logging

from chalicelib import logs
from chalicelib.courses import national, store
from chalicelib.errors import NotFound
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.storage import acting, spaces
from chalicelib.tenants import registry

_SLICE = 50


@queue.handles(national.OFFER)
def copy_offered(job: Job, run: Run) -> None:
    """Copy the files of an offered course; what is copied already is passed over."""
    national.bring(spaces.find(job.tenant), job.payload["course"], run)


@queue.handles(national.SPREAD, crosses="tenants")
def spread(job: Job, run: Run) -> None:
    """Bring a new version to every space that adopted the course, in slices; repeating it changes nothing."""
    course_id, version = job.payload["course"], job.payload["version"]
    done, after = job.checkpoint.get("done", 0), job.checkpoint.get("after")
    while True:
        rows = store.adopters(course_id, after, _SLICE)
        for adopter in rows.items:
            _tell(adopter["sk"].removeprefix("adopter#"), adopter["course"], version)
        done += len(rows.items)
        if rows.after is None:
            break
        after = rows.after["sk"]
        run.progress(done, done, {"done": done, "after": after})
        run.go_on_if_late()
    run.result = {"spaces": done}


def _tell(slug: str, course_id: str, version: int) -> None:
    try:
        with acting.on_behalf_of(slug):
            space = spaces.directory.find(slug)
            if space is None:
                return  # closed: there is nobody to tell
            takes_it = registry.settings(space).national_updates == "automatic"
            national.tell(space, course_id, version, takes_it=takes_it)
    except NotFound:
        # Closed and opened anew meanwhile: one such space must not keep the others from their update.
        logs.event("adopter.missing", level=logging.WARNING, tenant=slug, course=course_id)
