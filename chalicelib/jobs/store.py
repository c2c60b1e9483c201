"""Jobs in the platform table: one item each, and while a job is open also an entry in the index of open jobs."""

from __future__ import annotations

from typing import Any

from chalicelib import clock
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import platform
from chalicelib.storage.table import ConditionFailed, Rows, Write

_OPEN = "jobs#open"
KEPT_S = 90 * 24 * 3600


class LeaseLost(Exception):
    """Another worker has taken the job up since, because this one was away for longer than its lease."""


def _key(tenant: str, job_id: str) -> tuple[str, str]:
    return f"job#{tenant}", job_id


def new_item(tenant: str, job_id: str, kind: str, payload: dict[str, Any], actor: str) -> Item:
    """A job that nobody has begun."""
    pk, sk = _key(tenant, job_id)
    at = clock.timestamp()
    return {
        "pk": pk,
        "sk": sk,
        "kind": kind,
        "payload": payload,
        "actor": actor,
        "state": "queued",
        "attempts": 0,
        "turn": 0,
        "lease": 0,
        "created_at": at,
        "updated_at": at,
        "l": _OPEN,
        "ls": f"{at}#{sk}",
    }


def creating(item: Item) -> Write:
    """The put of a new job inside a transaction."""
    return platform().table("people").creating(item)


def create(item: Item) -> tuple[Item, bool]:
    """A new job, or the one that this id already names (and whether it is new). 1 WCU, and 1 for the index."""
    try:
        # One that has expired is as good as gone, though DynamoDB may keep it for 48 hours more.
        platform().table("people").put(
            item,
            condition="attribute_not_exists(pk) OR #t < :now",
            values={":now": clock.epoch_s()},
            names={"#t": "ttl"},
        )
    except ConditionFailed as found:
        return found.item or item, False
    return item, True


def get(tenant: str, job_id: str) -> Item | None:
    """One job, read consistently: 1 RCU."""
    return platform().table("people").get(*_key(tenant, job_id), consistent=True)


def of_tenant(tenant: str, after: Item | None, limit: int) -> Rows:
    """A tenant's jobs, newest first: one Query."""
    return platform().table("people").query(f"job#{tenant}", after=after, limit=limit, descending=True)


def claim(tenant: str, job_id: str, lease_s: int) -> Item:
    """Take a job to work on it, unless someone else has it. Raises: ConditionFailed, with the job as it is.

    ``turn`` counts the claims: what a worker writes afterwards is conditional on its own turn, so that one whose lease
    ran out cannot write over the one that took the job up after it.
    """
    now = clock.epoch_s()
    return (
        platform()
        .table("people")
        .update(
            *_key(tenant, job_id),
            "SET #s = :running, lease = :until, updated_at = :at, ls = :ls ADD attempts :one, turn :one",
            {
                ":running": "running",
                ":queued": "queued",
                ":until": now + lease_s,
                ":now": now,
                ":at": clock.timestamp(),
                ":ls": f"{clock.timestamp()}#{job_id}",
                ":one": 1,
            },
            names={"#s": "state"},
            condition="#s IN (:queued, :running) AND lease < :now",
        )
    )


def note(tenant: str, job_id: str, turn: int, lease_s: int, **facts: Any) -> None:
    """Write down how far a running job is (step, done, total, checkpoint), and prolong its lease: 1 call.

    Raises: LeaseLost.
    """
    _write(tenant, job_id, turn, {"lease": clock.epoch_s() + lease_s, **facts})


def release(tenant: str, job_id: str, turn: int, *, due_in_s: int = 0, **facts: Any) -> None:
    """Put a job back in the queue, with what went wrong, if anything; nobody takes it before ``due_in_s``.

    Raises: LeaseLost.
    """
    _write(tenant, job_id, turn, {"state": "queued", "lease": clock.epoch_s() + due_in_s - 1, "error": None, **facts})


def finish(
    tenant: str, job_id: str, turn: int, state: str, *, result: Item | None = None, error: Item | None = None
) -> None:
    """Close a job (``done`` or ``failed``): it leaves the index of open jobs and is kept for 90 days.

    Raises: LeaseLost.
    """
    facts = {"state": state, "lease": 0, "error": error, "result": result, "ttl": clock.epoch_s() + KEPT_S}
    _write(tenant, job_id, turn, facts, more=" REMOVE l, ls")


def _write(tenant: str, job_id: str, turn: int, facts: Item, more: str = "") -> None:
    facts = {**facts, "updated_at": clock.timestamp()}
    values = {f":{name}": value for name, value in facts.items()}
    try:
        platform().table("people").update(
            *_key(tenant, job_id),
            "SET " + ", ".join(f"#{name} = :{name}" for name in facts) + more,
            {**values, ":running": "running", ":turn": turn},
            names={**{f"#{name}": name for name in facts}, "#state": "state", "#turn": "turn"},
            condition="#state = :running AND #turn = :turn",
            returns="NONE",
        )
    except ConditionFailed:
        raise LeaseLost from None


def open_since(before: str, limit: int) -> list[Item]:
    """Open jobs that nobody took up since ``before`` (a timestamp), oldest first: one Query of the index."""
    rows = platform().table("people").query(_OPEN, index="listed", between=("0", before), limit=limit)
    return rows.items
