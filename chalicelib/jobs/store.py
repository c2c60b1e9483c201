"""Jobs in the platform table: one item each, and while a job is open also an entry in the index of open jobs."""

from __future__ import annotations

from typing import Any

from chalicelib import clock
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import platform
from chalicelib.storage.table import ConditionFailed, Rows

_OPEN = "jobs#open"
KEPT_S = 90 * 24 * 3600


def _key(tenant: str, job_id: str) -> tuple[str, str]:
    return f"job#{tenant}", job_id


def create(tenant: str, job_id: str, kind: str, payload: dict[str, Any], actor: str) -> tuple[Item, bool]:
    """A new job, or the one that this id already names (and whether it is new). 1 WCU, and 1 for the index."""
    pk, sk = _key(tenant, job_id)
    at = clock.timestamp()
    item = {
        "pk": pk,
        "sk": sk,
        "kind": kind,
        "payload": payload,
        "actor": actor,
        "state": "queued",
        "attempts": 0,
        "lease": 0,
        "created_at": at,
        "updated_at": at,
        "l": _OPEN,
        "ls": f"{at}#{sk}",
    }
    try:
        platform().table("people").create(item)
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
    """Take a job to work on it, unless someone else has it. Raises: ConditionFailed, with the job as it is."""
    now = clock.epoch_s()
    return (
        platform()
        .table("people")
        .update(
            *_key(tenant, job_id),
            "SET #s = :running, lease = :until, updated_at = :at, ls = :ls ADD attempts :one",
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


def note(tenant: str, job_id: str, lease_s: int, **facts: Any) -> Item:
    """Write down how far a running job is (step, done, total, checkpoint), and prolong its lease: 1 call."""
    values = {f":{name}": value for name, value in facts.items()}
    sets = "".join(f", #{name} = :{name}" for name in facts)
    names = {f"#{name}": name for name in facts}
    return (
        platform()
        .table("people")
        .update(
            *_key(tenant, job_id),
            f"SET lease = :lease, updated_at = :at{sets}",
            {**values, ":lease": clock.epoch_s() + lease_s, ":at": clock.timestamp()},
            names=names or None,
            condition="attribute_exists(pk)",
        )
    )


def release(tenant: str, job_id: str, *, error: Item | None = None, due_in_s: int = 0) -> None:
    """Put a job back in the queue, with what went wrong, if anything; nobody takes it before ``due_in_s``."""
    platform().table("people").update(
        *_key(tenant, job_id),
        "SET #s = :queued, lease = :lease, updated_at = :at, #e = :error",
        {":queued": "queued", ":lease": clock.epoch_s() + due_in_s - 1, ":at": clock.timestamp(), ":error": error},
        names={"#s": "state", "#e": "error"},
        condition="attribute_exists(pk)",
        returns="NONE",
    )


def finish(tenant: str, job_id: str, state: str, *, result: Item | None = None, error: Item | None = None) -> None:
    """Close a job (``done``, ``failed`` or ``cancelled``): it leaves the index of open jobs and is kept for 90 days."""
    platform().table("people").update(
        *_key(tenant, job_id),
        "SET #s = :state, lease = :zero, updated_at = :at, #e = :error, #r = :result, #t = :ttl REMOVE l, ls",
        {
            ":state": state,
            ":zero": 0,
            ":at": clock.timestamp(),
            ":error": error,
            ":result": result,
            ":ttl": clock.epoch_s() + KEPT_S,
        },
        names={"#s": "state", "#e": "error", "#r": "result", "#t": "ttl"},
        condition="attribute_exists(pk)",
        returns="NONE",
    )


def open_since(before: str, limit: int) -> list[Item]:
    """Open jobs that nobody took up since ``before`` (a timestamp), oldest first: one Query of the index."""
    rows = platform().table("people").query(_OPEN, index="listed", between=("0", before), limit=limit)
    return rows.items
