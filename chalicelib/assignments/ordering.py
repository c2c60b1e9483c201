"""Enrolling everyone of an audience, a unit, a list, or some people by name into a course: a job, slice by slice.

A slice is one transaction on the condition of what was read and that the order still stands, and carries the job: a
kill anywhere, and a second worker, find what is done already and count it as done, and nobody is enrolled by an order
that was called off. Whom a slice is about is noted before, for whoever undoes the order or asks how they stand. Rules
and retries: ``learning/requiring.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from chalicelib.assignments import reminding, store
from chalicelib.assignments.models import NewOrder
from chalicelib.audiences import membership
from chalicelib.courses.outline import Outline
from chalicelib.errors import NotFound
from chalicelib.http.permissions import MANAGE_PEOPLE
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.learning import enrolments, requiring
from chalicelib.learning.requiring import Fate, Requirement
from chalicelib.people import members, persons, units
from chalicelib.people.members import Group
from chalicelib.people.person import Person
from chalicelib.rosters import rosters
from chalicelib.storage import spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

ENROL = "assignments.enrol"


def start(space: Space, course_id: str, order: NewOrder, *, job_id: str, actor: str) -> str:
    """Enqueue the enrolling; gives the job's id. At most 4 calls.

    Raises: NotFound (course, audience, unit or list), CourseArchived, CourseNotPublished, NotCommitted.
    """
    enrolments.offered(space, course_id)
    _require_whom(space, order)
    whom = order.model_dump(include={"audience", "unit", "roster", "people"}, exclude_none=True)
    reminding_ = {"remind_days": order.remind_days, "remind_sms": order.remind_sms}
    due = order.due_on.isoformat() if order.due_on else None
    payload = {"course": course_id, "whom": whom, "due": due, **reminding_}
    # The job notes the order, too, should this process die before.
    queue.enqueue(ENROL, space.slug, payload, job_id=job_id, actor=actor)
    _note(space, job_id, payload, actor)
    return job_id


def _note(space: Space, job_id: str, payload: Mapping[str, Any], actor: str) -> None:
    whom = {**payload["whom"]}
    if "people" in whom:
        whom["people"] = len(whom["people"])
    store.note_order(space, job_id, {"course": payload["course"], "whom": whom, "by": actor}, _due(payload))


def _due(payload: Mapping[str, Any]) -> date | None:
    return date.fromisoformat(payload["due"]) if payload["due"] else None


def _give_up(job: Job, _: Item) -> None:
    with suppress(ConditionFailed):
        store.move_order(spaces.find(job.tenant), job.id, "failed", ["running"])


def _require_whom(space: Space, order: NewOrder) -> None:
    """Raises: NotFound, NotCommitted."""
    if order.audience is not None and order.audience not in membership.known(space).rules:
        raise NotFound
    if order.unit is not None:
        units.names_of(space, order.unit)
    if order.roster is not None:
        rosters.people_of(space, order.roster)


@queue.handles(ENROL, shown_to=MANAGE_PEOPLE, when_failed=_give_up)
def enrol(job: Job, run: Run) -> None:
    """Enrol them: 6 calls for each hundred. The days to remind on are written down before anybody is enrolled."""
    space, course_id = spaces.find(job.tenant), str(job.payload["course"])
    outline = enrolments.offered(space, course_id)
    at = job.checkpoint or _begun(space, job, run)
    while not at["whole"]:
        slice_ = _slice(space, job.payload["whom"], at["position"])
        fates = _enrolled(space, job, outline, slice_.people, int(at.get("slices", 0)))
        if fates is None:
            break
        counts = {str(name): int(at[name]) + number for name, number in fates.items()}
        passed = at["passed"] + slice_.passed
        at = {**at, **counts, "passed": passed, "position": slice_.position, "whole": slice_.position == ""}
        at["slices"] = int(at.get("slices", 0)) + 1
        done = sum(counts.values()) + passed
        run.progress(done, max(done, int(at["total"])), at)
        run.go_on_if_late()
    run.result = {name: int(at[name]) for name in ("new", "changed", "unchanged", "passed")}
    store.end_order(space, job.id, run.result)


def _enrolled(space: Space, job: Job, outline: Outline, people: list[Person], slice_: int) -> Mapping[Fate, int] | None:
    """What became of a slice's people; nothing once the order has been called off."""
    if not people:
        return {"new": 0, "changed": 0, "unchanged": 0}
    if not store.note_people(space, job.id, slice_, [each.id for each in people], _due(job.payload)):
        return None
    wanted = Requirement(job.payload["due"], job.id)
    audiences = {each.id: each.audiences for each in people}
    try:
        return requiring.require(space, outline, audiences, wanted, store.standing(space, job.id))
    except requiring.CalledOff:
        return None


def _begun(space: Space, job: Job, run: Run) -> dict[str, Any]:
    """Where the job begins, and about how many there are."""
    due, remind_days = _due(job.payload), job.payload["remind_days"]
    _note(space, job.id, job.payload, job.actor)
    if due is not None and remind_days is not None:
        store.note_deadline(space, job.payload["course"], due.isoformat(), remind_days, sms=job.payload["remind_sms"])
        reminding.plan_deadline(space, due, remind_days)
    counts = {"new": 0, "changed": 0, "unchanged": 0, "passed": 0}
    total = _count(space, job.payload["whom"])
    begun = {**counts, "position": "", "total": total, "slices": 0, "whole": False}
    run.progress(0, total, begun)
    return begun


@dataclass(frozen=True, slots=True)
class _Slice:
    """Who comes next, how many are passed over, and where to go on (empty at the end)."""

    people: list[Person]
    passed: int
    position: str


def _count(space: Space, whom: dict[str, Any]) -> int:
    """About how many there are: who came or went meanwhile is seen on the way."""
    if "people" in whom:
        return len(whom["people"])
    group = _group(whom)
    return members.count(space, group) if group else rosters.size(space, whom["roster"])


def _group(whom: dict[str, Any]) -> Group | None:
    if "audience" in whom:
        return members.of_audience(whom["audience"])
    return members.of_unit(whom["unit"]) if "unit" in whom else None


def _slice(space: Space, whom: dict[str, Any], position: str) -> _Slice:
    """The next hundred after a position: 2 calls."""
    group = _group(whom)
    if group:
        found, position = members.page(space, group, position, requiring.MOST)
        return _active(found, len(found), position)
    if "people" in whom:
        start_ = int(position or 0)
        ids_ = whom["people"][start_ : start_ + requiring.MOST]
        more = start_ + len(ids_) < len(whom["people"])
        return _named(space, ids_, str(start_ + len(ids_)) if more else "")
    return _of_roster(space, whom["roster"], position)


def _of_roster(space: Space, roster_id: str, position: str) -> _Slice:
    """A list's pages hold some hundreds: the position is a page's and a place in it."""
    page, _, place = position.partition("|")
    found, following = rosters.people_of(space, roster_id, int(page or 0))
    start_ = int(place or 0)
    ids_ = found[start_ : start_ + requiring.MOST]
    if start_ + len(ids_) < len(found):
        return _named(space, ids_, f"{page or 0}|{start_ + len(ids_)}")
    return _named(space, ids_, "" if following is None else f"{following}|")


def _named(space: Space, person_ids: list[str], position: str) -> _Slice:
    return _active([*persons.many(space, person_ids).values()], len(person_ids), position)


def _active(found: list[Person], asked: int, position: str) -> _Slice:
    people = [each for each in found if each.status != "deactivated"]
    return _Slice(people, asked - len(people), position)
