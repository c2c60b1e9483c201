"""Whom nothing was issued to although they achieved it, why, and how it is tried again.

The stream notes what it leaves out: an account without a name, a course of which nothing can be said any more. What it
never came to (a space that certifies only since then, changes that were given up after six hours) is found by going
through all who achieved it. Either way the stream issues: jobs cannot open what signs credentials.
"""

from __future__ import annotations

from typing import Any

from chalicelib import clock
from chalicelib.credentials import holding, settling, store, templates
from chalicelib.credentials.models import MissingCard, Retry
from chalicelib.credentials.reasons import KINDS
from chalicelib.credentials.settling import Certified
from chalicelib.http import paging
from chalicelib.http.models import Page, PageQuery
from chalicelib.http.permissions import MANAGE_PEOPLE
from chalicelib.http.requests import Circumstances
from chalicelib.jobs import queue, streams
from chalicelib.jobs.queue import Job, Run
from chalicelib.learning.models import instant
from chalicelib.storage import spaces
from chalicelib.storage.changes import Batch
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

RETRY = "credentials.retry"
_SLICE = 100
Place = tuple[str, str, str]  # person, kind, what was achieved


def page(space: Space, query: PageQuery) -> Page[MissingCard]:
    """A page of what was not issued, by kind and achievement: 2 calls. Raises: BadCursor."""
    after = str(paging.decode(query.cursor, str)[0]) if query.cursor else None
    if after is not None and after.count("#") != 2:
        raise paging.BadCursor
    found, more = store.missing(space, after, query.limit)
    return Page[MissingCard](items=[_card(each) for each in found], next=paging.encode(more) if more else None)


def retry(space: Space, asked: Retry, circumstances: Circumstances) -> str:
    """Have what is listed tried again; or what whoever achieved ``about`` was not issued: 1 or 2 calls. Gives the job's
    id. Raises: NotFound."""
    if asked.about:
        KINDS[asked.kind].requires(space, asked.about)
    job_id = circumstances.new_id(space.slug, RETRY)
    return queue.enqueue(RETRY, space.slug, asked.model_dump(), job_id=job_id, actor=circumstances.actor_id)


@queue.handles(RETRY, shown_to=MANAGE_PEOPLE)
def ask(job: Job, run: Run) -> None:
    """Ask the stream for each: 2 calls for a hundred of the list, 1 for each of them. Of all who achieved something: 1
    for each, to see that they hold none."""
    space = spaces.find(job.tenant)
    at: dict[str, Any] = {"cursor": None, "looked": 0, "asked": 0, "whole": False, **job.checkpoint}
    while not at["whole"]:
        places, cursor, looked = _slice(space, job.payload, at["cursor"])
        for person_id, kind, about in places:
            facts = {"why": "pending", "at": clock.epoch_s(), "again": clock.epoch_ms()}
            store.note_missing(space, person_id, kind, about, facts)
        at = {
            "cursor": cursor,
            "looked": at["looked"] + looked,
            "asked": at["asked"] + len(places),
            "whole": cursor is None,
        }
        run.progress(at["looked"], at["looked"] + (not at["whole"]), at)
        run.go_on_if_late()
    run.result = {"looked": at["looked"], "asked": at["asked"]}


@streams.reacts
def try_again(space: Space, batch: Batch) -> None:
    """Issue what was asked for. 0 calls for a batch without any; some 15 for each."""
    for change in batch.changes:
        asked = (change.new or {}).get("again")
        if change.sk.startswith(f"{store.MISSING}#") and asked and asked != (change.old or {}).get("again"):
            _, kind, about = change.sk.split("#")
            _try(space, change.pk.removeprefix("learner#"), kind, about)


def _try(space: Space, person_id: str, kind: str, about: str) -> None:
    person = settling.people(space, [person_id]).get(person_id)
    if person is not None and not person.name:
        store.note_missing(space, person_id, kind, about, {"why": "name_missing", "at": clock.epoch_s()})
        return
    if person is not None:
        whom = Certified(person, templates.template_for(space, kind, about))
        if not settling.settle(space, kind, about, person.id, whom) and person.id == person_id:
            return  # whoever could not say what it is for has noted so
    store.forget_missing(space, person_id, kind, about)


def _slice(space: Space, asked: Item, cursor: str | None) -> tuple[list[Place], str | None, int]:
    """Whom to ask for, where to go on, and how many were looked at."""
    kind, about = asked["kind"], asked["about"]
    if about is None:
        found, more = store.missing(space, cursor, _SLICE)
        return [_place(each) for each in found], more, len(found)
    people, more = KINDS[kind].achievers(space, about, cursor)
    wanting = [each for each in dict.fromkeys(people) if not holding.among(store.held(space, each), kind, about)]
    return [(each, kind, about) for each in wanting], more, len(people)


def _place(item: Item) -> Place:
    _, kind, about = item["sk"].split("#")
    return item["pk"].removeprefix("learner#"), kind, about


def _card(item: Item) -> MissingCard:
    _, kind, about = item["sk"].split("#")
    person_id = item["pk"].removeprefix("learner#")
    return MissingCard(person=person_id, kind=kind, about=about, reason=item["why"], since=instant(item["at"]))
