"""Lists of people: announced, uploaded, read, told anew what their columns mean, committed, called off."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from chalicelib import clock, ids
from chalicelib.errors import NotFound
from chalicelib.http import paging
from chalicelib.http.models import Page
from chalicelib.http.requests import Circumstances
from chalicelib.jobs import queue
from chalicelib.jobs.queue import JobItem
from chalicelib.metering import quotas
from chalicelib.metering.waiting import UploadsWaiting
from chalicelib.rosters import jobs, pages, states, store, uploads, views
from chalicelib.rosters.models import NewMapping, NewRoster, Roster, RosterMapping
from chalicelib.rosters.refusals import NotCommitted, RosterCommitted, RosterExpired, RosterNotReady, RosterUnusable
from chalicelib.rosters.states import UNDER_WAY, RosterState
from chalicelib.rosters.store import RosterItem
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

Move = Callable[[RosterItem, Item], None]
_PENDING_S = 7 * 24 * 3600  # for as long as the bucket keeps what nobody confirms


def announce(space: Space, new: NewRoster, circumstances: Circumstances) -> Roster:
    """Note a list that is to be uploaded, and sign the form for it; one that was sent along is read at once.

    Repeating it signs the same list's form. A form is held against the quota while it waits, as a file's is.

    Raises: StorageFull, UploadsWaiting.
    """
    roster_id = circumstances.new_id(space.slug)
    size = new.size or len((new.content or "").encode())
    room = quotas.require_room(space, size)
    facts: Item = {"name": new.name, "size": size, "state": "announced", "by": circumstances.actor_id}
    facts["ttl"] = clock.epoch_s() + _PENDING_S
    if new.content is None:
        announced = store.announce(space, roster_id, facts, room)
        if announced is None:
            raise UploadsWaiting
        return shown(space, announced)
    item = store.create(space, roster_id, facts)
    if item.state == "announced":
        uploads.put(space, roster_id, new.content)
        _arrived(space, item, circumstances.actor_id, store.move)
    return shown(space, item)


def confirm(space: Space, roster_id: str, actor: str) -> Roster:
    """Take over what was uploaded, and begin to read it. Repeating it changes nothing.

    Raises: NotFound, NotUploaded, FileRefused.
    """
    item = require(space, roster_id)
    if item.state == "announced":
        size = uploads.take(space, roster_id)
        _arrived(space, item, actor, partial(store.arrive, space), size=size)
    elif item.state in UNDER_WAY:
        _enqueue(space, item, actor)
    return shown(space, item)


def _arrived(space: Space, item: RosterItem, actor: str, move: Move, **facts: Any) -> None:
    """Begin to read a list that is there now; its bytes count from here on."""
    _begun(space, item, actor, move=move, uploaded_at=clock.timestamp(), ttl=None, **facts)
    quotas.confirmed(space, item.size)


def mapping(space: Space, roster_id: str) -> RosterMapping:
    """How a list was understood, and what stands in its columns: 1 call, 1 of S3. Raises: NotFound, RosterNotReady."""
    item = require(space, roster_id)
    if item.understood is None or item.job is None:
        raise RosterNotReady
    return views.mapping(item.understood, pages.Pages(space, item.id, item.job).samples())


def map_columns(space: Space, roster_id: str, new: NewMapping, actor: str) -> Roster:
    """Read a list anew, its headings and columns as they are told. Raises: NotFound, RosterNotReady, RosterExpired."""
    item = require(space, roster_id)
    if item.state not in ("checking", "checked", "failed") or item.uploaded_at is None:
        raise RosterNotReady
    _require_file(item)
    told = {place: field or "" for place, field in new.columns.items()}
    return shown(space, _begun(space, item, actor, mapping=told, header_row=new.header_row))


def commit(space: Space, roster_id: str, actor: str, *, overwrite: bool) -> Roster:
    """Begin to make and change the people of a list. Repeating it changes nothing.

    Raises: NotFound, RosterNotReady, RosterUnusable, RosterExpired.
    """
    item = require(space, roster_id)
    if item.state == "committing":
        _enqueue(space, item, actor)
    if item.state in ("committing", "committed"):
        return shown(space, item)
    if item.state not in ("checked", "failed") or item.understood is None:
        raise RosterNotReady
    if item.understood["unusable"]:
        raise RosterUnusable
    _require_file(item)
    return shown(space, _begun(space, item, actor, "committing", overwrite=int(overwrite)))


def cancel(space: Space, roster_id: str) -> Roster:
    """Call a list off. What was loaded by then is in; repeating it changes nothing.

    Raises: NotFound, RosterCommitted.
    """
    item = require(space, roster_id)
    if item.state == "committed":
        raise RosterCommitted
    if item.state != "cancelled":
        _move(item, {**found(space, item), "state": "cancelled", "ttl": None})
    return shown(space, item)


def read(space: Space, roster_id: str) -> Roster:
    """How far a list is: 2 calls. Raises: NotFound."""
    return shown(space, require(space, roster_id))


def page(space: Space, cursor: str | None, limit: int) -> Page[Roster]:
    """A space's lists, newest first: 1 call. How far work on one is, the list itself says."""
    after = paging.decode(cursor, str)[0] if cursor else None
    found = store.newest(space, after, limit)
    return Page[Roster](
        items=[views.roster(each, None, None) for each in found.items],
        next=paging.encode(found.after) if found.after else None,
    )


def people_of(space: Space, roster_id: str, after: int = 0) -> tuple[list[str], int | None]:
    """The next ids of the people in a committed list, some hundreds at once, in the order of its rows, and where to go
    on (None at the end): 1 call, 1 of S3. Raises: NotFound, NotCommitted."""
    item = require(space, roster_id)
    if item.state != "committed":
        raise NotCommitted
    last = item.pages or 0
    if after >= last:
        return [], None
    found = pages.Pages(space, roster_id, item.job or "").people_in(after + 1)
    return found, after + 1 if after + 1 < last else None


def size(space: Space, roster_id: str) -> int:
    """How many people a committed list holds. 1 call. Raises: NotFound."""
    counts = require(space, roster_id).counts or {}
    return sum(int(counts.get(outcome, 0)) for outcome in ("created", "changed", "unchanged"))


def require(space: Space, roster_id: str) -> RosterItem:
    """A list as it stands. 1 call. Raises: NotFound."""
    item = store.get(space, roster_id)
    if item is None:
        raise NotFound
    return item


def found(space: Space, item: RosterItem) -> Item:
    """What the last run over a list has found so far: 1 call while it is worked on."""
    job = _job(space, item)
    return states.found((job.checkpoint or {}) if job else {name: getattr(item, name) for name in states.FOUND})


def shown(space: Space, item: RosterItem) -> Roster:
    """A list as people see it: 1 call while it is worked on."""
    form = uploads.form(space, item.id, item.name, item.size) if item.state == "announced" else None
    return views.roster(item, _job(space, item), form)


def _begun(
    space: Space,
    item: RosterItem,
    actor: str,
    state: RosterState = "checking",
    *,
    move: Move = store.move,
    **facts: Any,
) -> RosterItem:
    """Move a list on to its next run, and enqueue that. A crash between the two is mended by asking again."""
    run = item.run + 1
    facts |= {"state": state, "run": run, "job": ids.derived(space.slug, item.id, state, str(run))}
    fresh = dict.fromkeys((*states.FOUND, "remarked", "error"))
    _move(item, {**fresh, **facts}, move)
    _enqueue(space, item, actor)
    return item


def _move(item: RosterItem, facts: Item, move: Move = store.move) -> None:
    """Raises: RosterNotReady when somebody else has moved it meanwhile."""
    try:
        move(item, facts)
    except ConditionFailed:
        raise RosterNotReady from None


def _enqueue(space: Space, item: RosterItem, actor: str) -> None:
    payload = {"roster": item.id}
    if item.state == "committing":
        queue.enqueue(jobs.COMMIT, space.slug, payload, job_id=item.job, actor=actor)
    else:
        queue.enqueue(jobs.CHECK, space.slug, payload, job_id=item.job, actor=actor)


def _job(space: Space, item: RosterItem) -> JobItem | None:
    return queue.peek(space.slug, item.job) if item.job and item.state in UNDER_WAY else None


def _require_file(item: RosterItem) -> None:
    until = uploads.kept_until(item)
    if until is None or clock.now() > until:
        raise RosterExpired
