"""The work on lists: reading one to tell what would become of whom, and loading it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from chalicelib import clock
from chalicelib.errors import NotFound
from chalicelib.federation import ambiguities
from chalicelib.http.permissions import MANAGE_PEOPLE
from chalicelib.jobs import queue
from chalicelib.jobs.queue import GoOn, Job, Run
from chalicelib.rosters import states, store, uploads
from chalicelib.rosters.pages import Pages
from chalicelib.rosters.refusals import RosterExpired
from chalicelib.rosters.states import UNDER_WAY, RosterState
from chalicelib.rosters.store import RosterItem
from chalicelib.storage import spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

if TYPE_CHECKING:
    from chalicelib.rosters.reading.opening import OpenedList
    from chalicelib.rosters.walking import Standing

CHECK = "roster.check"
COMMIT = "roster.commit"
# What is said in a list is put into a copy of it at the end; a long list leaves that to a fresh invocation.
_LONG = 20_000


def _failed(job: Job, error: Item) -> None:
    """A list whose job is given up says so; what was loaded by then is in."""
    item = _mine(spaces.find(job.tenant), job)
    if item:
        _tell(item, job, {**states.found(job.checkpoint), "state": "failed", "error": error})


@queue.handles(CHECK, when_failed=_failed, shown_to=MANAGE_PEOPLE)
def check(job: Job, run: Run) -> None:
    """Read a list, and write down what would become of whom. Of people nothing is written."""
    _go(job, run, "checked")


@queue.handles(COMMIT, when_failed=_failed, shown_to=MANAGE_PEOPLE)
def commit(job: Job, run: Run) -> None:
    """Make and change the people of a list, each row once."""
    _go(job, run, "committed")


def _go(job: Job, run: Run, then: RosterState) -> None:
    from chalicelib.rosters import columns  # with all that reading needs: only this work waits for it

    space = spaces.find(job.tenant)
    item = _mine(space, job)
    if item is None:
        return  # called off, or another run has the list by now
    try:
        with uploads.opened(space, item) as file:
            opened = columns.opened(item, file)
            at = _walked(space, item, job, run, opened)
            remarked = _remarked(space, item, job, run, at, opened) if at else None
    except NotFound:
        raise RosterExpired from None
    if at is None:
        return
    facts = {**states.found(at.checkpoint()), "remarked": remarked, "error": None}
    if then == "committed":
        facts["pages"] = at.pages
        if at.counts["conflict"]:
            ambiguities.note_rows(space, item.id, item.name, at.counts["conflict"], clock.now() + uploads.KEPT)
    if _tell(item, job, {"state": then, **facts}):
        run.result = dict(at.counts)


def _walked(space: Space, item: RosterItem, job: Job, run: Run, opened: OpenedList) -> Standing | None:
    """All slices from where an earlier invocation stopped; None when the list was called off meanwhile."""
    from chalicelib.rosters import columns
    from chalicelib.rosters.walking import Standing, Walk

    at = Standing(**job.checkpoint)
    if at.whole:
        return at
    pages = Pages(space, item.id, job.id)
    if not at.rows:
        pages.put_samples(columns.samples(opened))
        if not _tell(item, job, {"understood": columns.understood(opened)}):
            return None
    terms = columns.terms(space, item, opened, commits=job.kind == COMMIT)
    walk = Walk(space, opened, terms, pages)
    run.progress(at.rows, max(opened.total, at.rows), step="rows")
    with closing(walk.slices(at)) as slices:
        for _ in slices:
            run.progress(at.rows, max(opened.total, at.rows), at.checkpoint())
            if _mine(space, job) is None:
                return None
            run.go_on_if_late()
    at.whole = True
    run.progress(at.rows, at.rows, at.checkpoint())
    if at.problem_pages and at.rows > _LONG:
        raise GoOn
    return at


def _remarked(space: Space, item: RosterItem, job: Job, run: Run, at: Standing, opened: OpenedList) -> str | None:
    """The list once more with what was said of its rows; the end of its name, None where nothing was."""
    if not at.problem_pages:
        return None
    from chalicelib.rosters import remarked

    run.step("remarks")
    return remarked.write(opened, Pages(space, item.id, job.id), at.problem_pages, lambda: run.step("remarks"))


def _mine(space: Space, job: Job) -> RosterItem | None:
    """The list, as long as it is this job's to work on: 1 call."""
    item = store.get(space, str(job.payload["roster"]))
    return item if item and item.job == job.id and item.state in UNDER_WAY else None


def _tell(item: RosterItem, job: Job, facts: Item) -> bool:
    """Write down what is known of the list; False when it was called off, or is another job's by now."""
    try:
        store.tell(item, job.id, facts)
    except ConditionFailed:
        return False
    return True
