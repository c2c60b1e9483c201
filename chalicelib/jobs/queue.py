"""Jobs: enqueue one, handle its kind, run what the queue hands over, re-enqueue what got stuck.

A handler may be killed anywhere and is then called again with the same job: each of its steps must be repeatable. It
tells how far it is through :class:`Run`, and stops by raising :class:`GoOn` when its time is nearly over.
"""

from __future__ import annotations

import gc
import json
import logging
import time
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
from chalicelib.http.permissions import READ_DRAFTS, Permission
from chalicelib.jobs import store
from chalicelib.jobs.store import JobItem as JobItem  # other features name what find gives them by this module
from chalicelib.jobs.store import LeaseLost
from chalicelib.storage import acting, client
from chalicelib.storage.acting import Crosses
from chalicelib.storage.client import METER, Meter
from chalicelib.storage.items import Item
from chalicelib.storage.models import ItemPage
from chalicelib.storage.table import ConditionFailed, Write

LEASE_S = 60
STUCK_AFTER_S = 60
MAX_ATTEMPTS = 8
_WAITS_UP_TO = timedelta(minutes=10)
_LOOKS_AGAIN_S = 5
# What a job makes is freed as it goes, and is in no circle. Python would look for circles after each 700 things made:
# measured, an eighth of the time in which a list of people is loaded, and a fifth of that in which it is read.
_LOOK_FOR_CIRCLES_AFTER = 50_000
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
    turn: int = 1


class GoOn(Exception):
    """Raised by a handler that has more to do than this invocation has time for, or waits for something; it is called
    again at its checkpoint, after ``in_s`` seconds."""

    def __init__(self, in_s: int = 0) -> None:
        super().__init__(in_s)
        self.in_s = in_s


class Run:
    """What a handler tells of its progress, and how much time it has left.

    A handler that tells nothing for longer than :data:`LEASE_S` may find that another worker has begun its job too.
    """

    def __init__(self, job: Job, deadline_ms: int) -> None:
        self._job = job
        self._deadline_ms = deadline_ms
        self._checkpoint = job.checkpoint
        self.attempts = job.attempts
        self.result: Item | None = None

    def step(self, name: str) -> None:
        """Say which step begins now; whoever waits for the job sees it."""
        self._note({"step": name})

    def progress(self, done: int, total: int, checkpoint: Mapping[str, Any] | None = None, *, step: str = "") -> None:
        """Say how much is done (and which step begins now), and where to go on after a kill.

        A new checkpoint gives the job all its attempts again: what gets ahead is not given up.
        """
        facts: dict[str, Any] = {"done": done, "total": total, **({"step": step} if step else {})}
        if checkpoint is not None:
            facts["checkpoint"] = dict(checkpoint)
            if facts["checkpoint"] != self._checkpoint:
                self._checkpoint = facts["checkpoint"]
                self.attempts = facts["attempts"] = 1
        self._note(facts)

    def go_on_if_late(self) -> None:
        """Raises: GoOn when less than a fifth of a minute is left."""
        if _is_late(self._deadline_ms):
            raise GoOn

    def wait(self) -> None:
        """Have the job called again in a little while, for something that is just happening elsewhere. Returns where it
        was waited for ten minutes already: then it never happened. Raises: GoOn."""
        began = self._checkpoint.get("since") or clock.timestamp()
        if clock.now() <= clock.from_timestamp(began) + _WAITS_UP_TO:
            self.progress(0, 1, {**self._checkpoint, "since": began})
            raise GoOn(in_s=_LOOKS_AGAIN_S)

    def _note(self, facts: Mapping[str, Any]) -> None:
        store.note(self._job.tenant, self._job.id, self._job.turn, LEASE_S, **facts)


def _is_late(deadline_ms: int) -> bool:
    return clock.epoch_ms() > deadline_ms - 12_000


Handler = Callable[[Job, Run], None]
HANDLERS: dict[str, Handler] = {}
_PROVISIONING: set[str] = set()  # kinds of jobs that only the function with the control plane's rights can do
_WHEN_FAILED: dict[str, Callable[[Job, Item], None]] = {}
SHOWN_TO: dict[str, Permission] = {}
CROSSES: dict[str, Crosses] = {}  # kinds of jobs that turn to other spaces, and to which


def handles(
    kind: str,
    *,
    provisions: bool = False,
    when_failed: Callable[[Job, Item], None] | None = None,
    shown_to: Permission = READ_DRAFTS,
    crosses: Crosses | None = None,
) -> Callable[[Handler], Handler]:
    """Declare the handler of a kind of job, whether it makes or drops what a space is made of (such jobs have a queue
    of their own), what to do when it is given up, who of the space may see such jobs, and to whom its work turns
    besides the space that it is for."""

    def declare(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        SHOWN_TO[kind] = shown_to
        if provisions:
            _PROVISIONING.add(kind)
        if crosses:
            CROSSES[kind] = crosses
        if when_failed:
            _WHEN_FAILED[kind] = when_failed
        return handler

    return declare


def enqueue(kind: str, tenant: str, payload: dict[str, Any], *, job_id: str | None = None, actor: str = "") -> str:
    """Write the job down, then hint the queue; a hint that gets lost is repeated by :func:`sweep`. Gives the job's id.

    With ``job_id``, enqueuing again changes nothing.
    """
    _require_handler(kind)
    job_id = job_id or ids.new()
    if store.create(tenant, job_id, kind, payload, actor):
        hint(kind, tenant, job_id)
    return job_id


def enqueuing(kind: str, tenant: str, payload: dict[str, Any], *, job_id: str, actor: str = "") -> Write:
    """The writing down of a job inside a transaction, so that what asks for the work and the job are there together or
    not at all. Call :func:`hint` afterwards."""
    _require_handler(kind)
    return store.creating(tenant, job_id, kind, payload, actor)


def hint(kind: str, tenant: str, job_id: str, *, delay_s: int = 0) -> None:
    """Tell the queue of that kind of a job. A hint that cannot be sent is no error: :func:`sweep` repeats it."""
    body = json.dumps({"tenant": tenant, "job": job_id})
    meter = METER.get()
    if meter:
        meter.messages += 1
    with suppress(ClientError, BotoCoreError):
        _sqs().send_message(QueueUrl=_queue_of(kind), MessageBody=body, DelaySeconds=delay_s)


def _queue_of(kind: str) -> str:
    here = config.current()
    return here.provisioning_queue_url if kind in _PROVISIONING else here.jobs_queue_url


def _require_handler(kind: str) -> None:
    if kind not in HANDLERS:
        raise LookupError(f"no handler for jobs of kind {kind}")


def find(tenant: str, job_id: str) -> JobItem:
    """A job as it stands. Raises: NotFound."""
    item = store.get(tenant, job_id)
    if item is None:
        raise NotFound
    return item


def peek(tenant: str, job_id: str) -> JobItem | None:
    """A job as it stands, or ``None`` once it is no longer kept: one consistent GetItem."""
    return store.get(tenant, job_id)


def of_tenant(tenant: str, after: str | None, limit: int) -> ItemPage[JobItem]:
    """A tenant's jobs, newest first; those that come after the id ``after``."""
    return store.of_tenant(tenant, after, limit)


def run_batch(event: Mapping[str, Any], remaining_ms: int) -> dict[str, Any]:
    """A Lambda event of the queue. Messages come back (partial batch failure) whose job could not even be looked up, or
    for which the invocation has no time left."""
    deadline_ms = clock.epoch_ms() + remaining_ms
    gc.set_threshold(_LOOK_FOR_CIRCLES_AFTER)
    failures = []
    for message in event["Records"]:
        try:
            if _is_late(deadline_ms):
                raise GoOn
            asked = json.loads(message["body"])
            run(asked["tenant"], asked["job"], deadline_ms - clock.epoch_ms())
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
    started = time.perf_counter()
    job = _job(tenant, item)
    progress = Run(job, clock.epoch_ms() + remaining_ms)
    meter = Meter()
    remembered = METER.set(meter)
    try:
        with acting.on_behalf_of(tenant, crosses=CROSSES.get(job.kind)):
            outcome = _attempt(job, progress)
    finally:
        METER.reset(remembered)
    logs.event(
        "job.ended", tenant=tenant, job=job_id, kind=job.kind, outcome=outcome, attempts=progress.attempts,
        ms=round((time.perf_counter() - started) * 1000, 1), mb=logs.MEMORY_MB, **meter.facts(),
    )  # fmt: skip


def _attempt(job: Job, progress: Run) -> str:
    try:
        if job.attempts > MAX_ATTEMPTS:
            return _fail(job, _INTERNAL, None)  # it has killed its worker every time, so nothing was ever raised
        return _work(job, progress)
    except LeaseLost:
        return "lost"


def _work(job: Job, progress: Run) -> str:
    try:
        HANDLERS[job.kind](job, progress)
    except LeaseLost:
        raise
    except GoOn as going:
        store.release(job.tenant, job.id, job.turn, attempts=0, due_in_s=going.in_s)
        hint(job.kind, job.tenant, job.id, delay_s=going.in_s)
        return "goes_on"
    except Exception as error:
        return _failed(job, progress, error)
    store.finish(job.tenant, job.id, job.turn, "done", result=progress.result)
    return "done"


def _failed(job: Job, progress: Run, error: Exception) -> str:
    """A refusal that no retry mends ends the job at once; anything else is tried again, each time a little later."""
    final = isinstance(error, Refusal) and error.status < 500
    if final or progress.attempts >= MAX_ATTEMPTS:
        return _fail(job, _told(error), error)
    delay = min(2**progress.attempts, 300)
    logs.event(
        "job.retried", level=logging.WARNING, error=error, tenant=job.tenant, job=job.id, kind=job.kind, in_s=delay
    )
    store.release(job.tenant, job.id, job.turn, error=_told(error), due_in_s=delay)
    hint(job.kind, job.tenant, job.id, delay_s=delay)
    return "retried"


def _fail(job: Job, told: Item, error: Exception | None) -> str:
    logs.event("job.failed", level=logging.ERROR, error=error, tenant=job.tenant, job=job.id, kind=job.kind)
    if job.kind in _WHEN_FAILED:
        _WHEN_FAILED[job.kind](job, told)
    store.finish(job.tenant, job.id, job.turn, "failed", error=told)
    return "failed"


def _told(error: Exception) -> Item:
    if isinstance(error, Refusal):
        return {"code": error.code, "vi": error.detail("vi"), "en": error.detail("en")}
    return _INTERNAL


_INTERNAL: Item = {
    "code": "internal",
    "vi": "Có lỗi ngoài dự kiến. Nếu hệ thống thử lại mà vẫn lỗi, hãy báo đơn vị hỗ trợ kèm mã công việc.",
    "en": "Something unexpected went wrong. If it persists after further tries, tell support the job's id.",
}


def sweep() -> int:
    """Hint the queue again about open jobs that nobody has touched for a minute. Gives how many."""
    stale = store.open_since(clock.as_timestamp(clock.now() - timedelta(seconds=STUCK_AFTER_S)), _SWEEP)
    due = [item for item in stale if item["lease"] < clock.epoch_s()]
    for item in due:
        hint(item["kind"], item["pk"].removeprefix("job#"), item["sk"])
    return len(due)


def _job(tenant: str, item: JobItem) -> Job:
    return Job(
        id=item.id,
        tenant=tenant,
        kind=item.kind,
        payload=item.payload,
        checkpoint=item.checkpoint or {},
        attempts=item.attempts,
        actor=item.actor,
        turn=item.turn,
    )


@lru_cache(maxsize=1)
def _make_sqs() -> Any:
    return client.session().create_client("sqs", endpoint_url=config.current().aws_url, config=client.client_settings())


def _sqs() -> Any:
    with _making:
        return _make_sqs()


def reset() -> None:
    """Forget the client: for tests."""
    _make_sqs.cache_clear()
