"""Jobs as people see them: how far the work is that they asked for."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from chalicelib.errors import NotFound
from chalicelib.http import paging
from chalicelib.http.endpoint import Feature
from chalicelib.http.models import Id, Outbound, Page, PageQuery
from chalicelib.http.permissions import READ_DRAFTS, allows
from chalicelib.http.tokens import Actor
from chalicelib.jobs import queue
from chalicelib.jobs.store import JobItem, JobState
from chalicelib.storage.spaces import Space

jobs = Feature("jobs")


class JobError(Outbound):
    """What went wrong, for a person."""

    code: str
    vi: str
    en: str


class JobStatus(Outbound):
    """How far a piece of work is."""

    id: Id
    kind: str = Field(examples=["report.export"])
    state: JobState
    step: str | None = None
    done: int | None = Field(default=None, description="Items done so far.")
    total: int | None = Field(default=None, description="Items to do in all, once known.")
    attempts: int
    error: JobError | None = None
    result: dict[str, str | int] | None = None
    created_at: datetime
    updated_at: datetime


@jobs.get("/spaces/{space}/jobs", may=READ_DRAFTS)
def list_jobs(space: Space, actor: Actor, query: PageQuery) -> Page[JobStatus]:
    """The space's background work, newest first. What is not for you to see is left out: a page may be short."""
    after = paging.decode(query.cursor, str)[0] if query.cursor else None
    page = queue.of_tenant(space.slug, after, query.limit)
    return Page[JobStatus](
        items=[status_of(item) for item in page.items if _may_see(actor, item)],
        next=paging.encode(page.after) if page.after else None,
    )


@jobs.get("/spaces/{space}/jobs/{job}", may=READ_DRAFTS)
def read_job(space: Space, actor: Actor, job: Id) -> JobStatus:
    """How far one piece of background work is."""
    found = queue.find(space.slug, job)
    if not _may_see(actor, found):
        raise NotFound
    return status_of(found)


def _may_see(actor: Actor, item: JobItem) -> bool:
    # Kinds that a release no longer handles were seen by all who see jobs.
    return allows(actor.roles, queue.SHOWN_TO.get(item.kind, READ_DRAFTS))


def status_of(item: JobItem) -> JobStatus:
    """A job's item as people see it."""
    return JobStatus.model_validate(item, from_attributes=True)
