"""Jobs: enqueue one, handle its kind, run what the queue hands over, re-enqueue what got stuck.

A handler may be killed anywhere and is then called again with the same job: each of its steps must be repeatable. It
tells how far it is through :class:`Run`, and stops by raising :class:`GoOn` when its time is nearly over.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from threading import Lock
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import clock, config, ids, logs
from chalicelib.errors import NotFound, Refusal
from chalicelib.jobs import store
from chalicelib.storage import client
from chalicelib.storage.client import METER, Meter
from chalicelib.storage.items import Item
from chalicelib.storage.table import ConditionFailed, Rows

LEASE_S = 60
STUCK_AFTER_S = 60
MAX_ATTEMPTS = 8
_SWEEP = 200
_making = Lock()


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work as its handler sees it."""

    id: str
    tenant: str
    kind: str
    payload: dict[str, Any]
    checkpoint: dict[str, Any]
    attempts: int
    actor: str


class GoOn(Exception):
    """Raised by a handler that has more to do than this invocation has time for; it is called again at its
    checkpoint."""


class Run:
    """What a handler tells of its progress, and how much time it has left."""

    def __init__(self, job: Job, deadline_ms: int) -> None:
        self._job = job
        self._deadline_ms = deadline_ms
        self.result: Item | None = None

    def step(self, name: str) -> None:
        """Say which step begins now; whoever waits for the job sees it."""
        store.note(self._job.tenant, self._job.id, LEASE_S, step=name)

    def progress(self, done: int, total: int, checkpoint: Mapping[str, Any] | None = None) -> None:
        """Say how much is done, and where to go on after a kill."""
        facts: dict[str, Any] = {"done": done, "total": total}
        if checkpoint is not None:
            facts["checkpoint"] = dict(checkpoint)
        store.note(self._job.tenant, self._job.id, LEASE_S, **facts)

    def go_on_if_late(self) -> None:
        """Raises: GoOn when less than a fifth of a minute is left."""
        if clock.epoch_ms() > self._deadline_ms - 12_000:
            raise GoOn


Handler = Callable[[Job, Run], None]
HANDLERS: dict[str, Handler] = {}
_WHEN_FAILED: dict[str, Callable[[Job, Item], None]] = {}


def handles(kind: str, *, when_failed: Callable[[Job, Item], None] | None = None) -> Callable[[Handler], Handler]:
    """Declare the handler of a kind of job, and what to do when it is given up."""

    def declare(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        if when_failed:
            _WHEN_FAILED[kind] = when_failed
        return handler

    return declare


def enqueue(kind: str, tenant: str, payload: dict[str, Any], *, job_id: str | None = None, actor: str = "") -> str:
    """Write the job down, then hint the queue; a hint that gets lost is repeated by :func:`sweep`. Gives the job's id.

    With ``job_id``, enqueuing again changes nothing.
    """
    if kind not in HANDLERS:
        raise LookupError(f"no handler for jobs of kind {kind}")
    item, new = store.create(tenant, job_id or ids.new(), kind, payload, actor)
    if new or item["state"] in ("queued", "running"):
        with suppress(ClientError, BotoCoreError):
            _hint(tenant, item["sk"])
    return str(item["sk"])


def find(tenant: str, job_id: str) -> Item:
    """A job as it stands. Raises: NotFound."""
    item = store.get(tenant, job_id)
    if item is None:
        raise NotFound
    return item


def of_tenant(tenant: str, after: Item | None, limit: int) -> Rows:
    """A tenant's jobs, newest first."""
    return store.of_tenant(tenant, after, limit)


def run_batch(event: Mapping[str, Any], remaining_ms: int) -> dict[str, Any]:
    """A Lambda event of the queue. Messages whose job could not even be looked up come back (partial batch failure)."""
    failures = []
    for message in event["Records"]:
        try:
            hint = json.loads(message["body"])
            run(hint["tenant"], hint["job"], remaining_ms)
        except Exception as error:
            logs.event("job.unreachable", level=logging.ERROR, error=error)
            failures.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failures}


def run(tenant: str, job_id: str, remaining_ms: int = 600_000) -> None:
    """Do one job, if it is there to be done and nobody else is at it. A failure is written on the job, not raised."""
    try:
        item = store.claim(tenant, job_id, LEASE_S)
    except ConditionFailed:
        return
    job = _job(tenant, item)
    progress = Run(job, clock.epoch_ms() + remaining_ms)
    meter = Meter()
    remembered = METER.set(meter)
    try:
        outcome = _attempt(job, progress)
    finally:
        METER.reset(remembered)
    logs.event(
        "job.ended", tenant=tenant, job=job_id, kind=job.kind, outcome=outcome, attempts=job.attempts,
        calls=meter.calls, rcu=meter.rcu, wcu=meter.wcu,
    )  # fmt: skip


def _attempt(job: Job, progress: Run) -> str:
    try:
        HANDLERS[job.kind](job, progress)
    except GoOn:
        store.release(job.tenant, job.id)
        _hint(job.tenant, job.id)
        return "goes_on"
    except Exception as error:
        return _failed(job, error)
    store.finish(job.tenant, job.id, "done", result=progress.result)
    return "done"


def _failed(job: Job, error: Exception) -> str:
    """A refusal that no retry mends ends the job at once; anything else is tried again, each time a little later."""
    told = _told(error)
    final = isinstance(error, Refusal) and error.status < 500
    if final or job.attempts >= MAX_ATTEMPTS:
        logs.event("job.failed", level=logging.ERROR, error=error, tenant=job.tenant, job=job.id, kind=job.kind)
        if job.kind in _WHEN_FAILED:
            _WHEN_FAILED[job.kind](job, told)
        store.finish(job.tenant, job.id, "failed", error=told)
        return "failed"
    delay = min(2**job.attempts, 300)
    logs.event(
        "job.retried", level=logging.WARNING, error=error, tenant=job.tenant, job=job.id, kind=job.kind, in_s=delay
    )
    store.release(job.tenant, job.id, error=told, due_in_s=delay)
    _hint(job.tenant, job.id, delay_s=delay)
    return "retried"


def _told(error: Exception) -> Item:
    if isinstance(error, Refusal):
        return {"code": error.code, "vi": error.detail("vi"), "en": error.detail("en")}
    return {
        "code": "internal",
        "vi": "Có lỗi ngoài dự kiến; hệ thống sẽ thử lại.",
        "en": "Something unexpected went wrong; it is tried again.",
    }


def sweep() -> int:
    """Hint the queue again about open jobs that nobody has touched for a minute. Gives how many."""
    stale = store.open_since(clock.as_timestamp(clock.now() - timedelta(seconds=STUCK_AFTER_S)), _SWEEP)
    due = [item for item in stale if item["lease"] < clock.epoch_s()]
    for item in due:
        _hint(item["pk"].removeprefix("job#"), item["sk"])
    return len(due)


def _job(tenant: str, item: Item) -> Job:
    return Job(
        id=item["sk"],
        tenant=tenant,
        kind=item["kind"],
        payload=item["payload"],
        checkpoint=item.get("checkpoint") or {},
        attempts=item["attempts"],
        actor=item.get("actor") or "",
    )


@lru_cache(maxsize=1)
def _sqs() -> Any:
    return client.session().create_client("sqs", endpoint_url=config.current().aws_url, config=client.client_settings())


def _hint(tenant: str, job_id: str, *, delay_s: int = 0) -> None:
    with _making:
        sqs = _sqs()
    body = json.dumps({"tenant": tenant, "job": job_id})
    sqs.send_message(QueueUrl=config.current().jobs_queue_url, MessageBody=body, DelaySeconds=delay_s)


def reset() -> None:
    """Forget the client: for tests."""
    _sqs.cache_clear()
