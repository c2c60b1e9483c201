"""Jobs in the platform table: one item each, and while a job is open also an entry in the index of open jobs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from pynamodb.attributes import UnicodeAttribute

from chalicelib import clock, ids
from chalicelib.storage.attributes import Facts, Whole, Word, optional
from chalicelib.storage.items import Item
from chalicelib.storage.models import ItemPage, TenantItem
from chalicelib.storage.spaces import platform
from chalicelib.storage.table import ConditionFailed, Write

_OPEN = "jobs#open"
JobState = Literal["queued", "running", "done", "failed", "cancelled"]
_OPEN_STATES: tuple[JobState, ...] = ("queued", "running")
KEPT_S = 90 * 24 * 3600


class LeaseLost(Exception):
    """Another worker has taken the job up since, because this one was away for longer than its lease."""


class JobItem(TenantItem):
    """A job: ``job#<tenant>``, ``<id>``; in the index while it is open."""

    table_kind = "people"

    kind = UnicodeAttribute()
    payload = Facts()
    actor = UnicodeAttribute()
    state: Word[JobState] = Word()
    attempts = Whole()
    turn = Whole()
    lease = Whole()  # epoch seconds
    holder = optional(UnicodeAttribute())
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    checkpoint = optional(Facts())
    step = optional(UnicodeAttribute())
    done = optional(Whole())
    total = optional(Whole())
    error = optional(Facts())
    result = optional(Facts())
    listed_in = optional(UnicodeAttribute(attr_name="l"))
    listed_place = optional(UnicodeAttribute(attr_name="ls"))

    @property
    def id(self) -> str:
        """The job's id, from its key."""
        return self.sk

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state in _OPEN_STATES


def _key(tenant: str, job_id: str) -> tuple[str, str]:
    return f"job#{tenant}", job_id


def _job(tenant: str, job_id: str, **facts: Any) -> JobItem:
    return platform()[JobItem](*_key(tenant, job_id), **facts)


def _new(tenant: str, job_id: str, kind: str, payload: dict[str, Any], actor: str) -> JobItem:
    """A job that nobody has begun, not yet written."""
    at = clock.timestamp()
    return _job(
        tenant, job_id, kind=kind, payload=payload, actor=actor, state="queued", attempts=0, turn=0, lease=0,
        created_at=at, updated_at=at, listed_in=_OPEN, listed_place=f"{at}#{job_id}",
    )  # fmt: skip


def creating(tenant: str, job_id: str, kind: str, payload: dict[str, Any], actor: str) -> Write:
    """The put of a new job, which must not exist, inside a transaction."""
    return _new(tenant, job_id, kind, payload, actor).creating()


def create(tenant: str, job_id: str, kind: str, payload: dict[str, Any], actor: str) -> bool:
    """Write a new job down, unless this id names one already; gives whether the job of this id is still to be done.
    1 WCU, and 1 for the index."""
    # One that has expired is as good as gone, though DynamoDB may keep it for 48 hours more.
    free = JobItem.pk.does_not_exist() | (JobItem.ttl < clock.epoch_s())
    try:
        _new(tenant, job_id, kind, payload, actor).create(free)
    except ConditionFailed as found:
        return found.item is None or found.item["state"] in _OPEN_STATES
    return True


def get(tenant: str, job_id: str) -> JobItem | None:
    """One job, read consistently: 1 RCU."""
    return platform()[JobItem].find(*_key(tenant, job_id), consistent=True)


def of_tenant(tenant: str, after: str | None, limit: int) -> ItemPage[JobItem]:
    """A tenant's jobs, newest first: one Query."""
    return platform()[JobItem].page(f"job#{tenant}", after=after, limit=limit, descending=True)


def claim(tenant: str, job_id: str, lease_s: int) -> JobItem:
    """Take a job to work on it, unless someone else has it. Raises: ConditionFailed, with the job as it is.

    ``turn`` counts the claims: what a worker writes afterwards is conditional on its own turn, so that one whose lease
    ran out cannot write over the one that took the job up after it. ``holder`` is nobody else's: by it a claim whose
    answer was lost is told from another of the same instant (``docs/decisions/own-transport.md``).
    """
    job, now, at = _job(tenant, job_id), clock.epoch_s(), clock.timestamp()
    facts: dict[str, Any] = {"state": "running", "lease": now + lease_s, "holder": ids.new()}
    facts |= {"updated_at": at, "listed_place": f"{at}#{job_id}"}
    job.update(
        [*JobItem.setting(facts), JobItem.attempts.add(1), JobItem.turn.add(1)],
        JobItem.state.is_in(*_OPEN_STATES) & (JobItem.lease < now),
    )
    return job


def note(tenant: str, job_id: str, turn: int, lease_s: int, **facts: Any) -> None:
    """Write down how far a running job is (step, done, total, checkpoint), and prolong its lease: 1 call.

    Raises: LeaseLost.
    """
    _write(tenant, job_id, turn, {"lease": clock.epoch_s() + lease_s, **facts})


def release(tenant: str, job_id: str, turn: int, *, due_in_s: int = 0, **facts: Any) -> None:
    """Put a job back in the queue, with what went wrong, if anything; nobody takes it before ``due_in_s``.

    In the index of open jobs it stands where it is due, so that jobs that wait do not hide those that got stuck.
    Raises: LeaseLost.
    """
    place = f"{clock.as_timestamp(clock.now() + timedelta(seconds=due_in_s))}#{job_id}"
    facts = {"state": "queued", "lease": clock.epoch_s() + due_in_s - 1, "error": None, "listed_place": place, **facts}
    _write(tenant, job_id, turn, facts)


def finish(
    tenant: str, job_id: str, turn: int, state: str, *, result: Item | None = None, error: Item | None = None
) -> None:
    """Close a job (``done`` or ``failed``): it leaves the index of open jobs and is kept for 90 days.

    Raises: LeaseLost.
    """
    facts = {"state": state, "lease": 0, "error": error, "result": result, "ttl": clock.epoch_s() + KEPT_S}
    _write(tenant, job_id, turn, {**facts, "listed_in": None, "listed_place": None})


def _write(tenant: str, job_id: str, turn: int, facts: Item) -> None:
    """What a worker says of its job; ``None`` takes a fact away."""
    actions = JobItem.setting({**facts, "updated_at": clock.timestamp()})
    try:
        _job(tenant, job_id).update(actions, (JobItem.state == "running") & (JobItem.turn == turn))
    except ConditionFailed:
        raise LeaseLost from None


def open_since(before: str, limit: int) -> list[Item]:
    """Open jobs that nobody took up since ``before`` (a timestamp), oldest first: one Query of the index."""
    rows = platform().table("people").query(_OPEN, index="listed", between=("0", before), limit=limit)
    return rows.items
