"""The job's item is the truth and the queue a hint: whatever is lost, doubled or killed, the work is done once in
effect."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import app
from chalicelib import clock, config, ids
from chalicelib.errors import Conflict, NotFound, Unavailable
from chalicelib.jobs import queue, store
from chalicelib.jobs.queue import HANDLERS, LEASE_S, MAX_ATTEMPTS, STUCK_AFTER_S, GoOn, Job, Run
from chalicelib.jobs.store import LeaseLost
from chalicelib.storage.client import dynamodb
from chalicelib.storage.spaces import platform
from chalicelib.storage.table import transact
from infra.local.worker import scheduled_event
from tests.emulated import Cloud, Context
from tests.factories import open_space

KIND = "test.work"
Work = Callable[[Job, Run], None]


class Killed(BaseException):
    """The worker is gone."""


class Refused(Conflict):
    """A rule that no retry mends."""

    code = "test_refused"
    vi = "Không thể làm việc này."
    en = "This cannot be done."


@pytest.fixture
def tenant() -> str:
    """Every test has a tenant of its own, so that their jobs do not meet."""
    return f"t{ids.new()[-10:]}"


@pytest.fixture(autouse=True)
def _an_empty_queue(aws: Cloud) -> Iterator[None]:
    yield
    _hints(aws)
    for item in store.open_since("9", 200):
        platform().table("people").delete(item["pk"], item["sk"])


@pytest.fixture
def does(monkeypatch: pytest.MonkeyPatch) -> Callable[[Work], None]:
    """What jobs of these tests do."""

    def do(work: Work) -> None:
        monkeypatch.setitem(HANDLERS, KIND, work)

    do(lambda job, run: None)
    return do


def _later(seconds: float) -> None:
    now = clock.epoch_ms() / 1000
    clock.set_source(lambda: now + seconds)


def _message(tenant: str, job_id: str) -> dict[str, str]:
    return {"messageId": ids.new(), "body": json.dumps({"tenant": tenant, "job": job_id}), "receiptHandle": "x"}


def _hints(aws: Cloud) -> list[dict[str, str]]:
    """What the queue has for a worker at this moment; it is taken out."""
    url = config.current().jobs_queue_url
    found = []
    while messages := aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for message in messages:
            found.append(json.loads(message["Body"]))
            aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


class TestEnqueuing:
    """Written down first, hinted afterwards."""

    def test_a_job_is_done(self, aws: Cloud, tenant: str, does: Callable[[Work], None]) -> None:
        seen: list[Job] = []
        does(lambda job, run: seen.append(job))
        job_id = queue.enqueue(KIND, tenant, {"course": "c1"}, actor="who")
        assert queue.find(tenant, job_id)["state"] == "queued"
        aws.drain()
        (job,) = seen
        assert (job.id, job.tenant, job.kind, job.payload, job.actor) == (job_id, tenant, KIND, {"course": "c1"}, "who")
        assert queue.find(tenant, job_id)["state"] == "done"

    def test_enqueuing_the_same_again_changes_nothing(
        self, aws: Cloud, tenant: str, does: Callable[[Work], None]
    ) -> None:
        runs: list[str] = []
        does(lambda job, run: runs.append(job.payload["n"]))
        job_id = ids.new()
        assert queue.enqueue(KIND, tenant, {"n": "first"}, job_id=job_id) == job_id
        assert queue.enqueue(KIND, tenant, {"n": "second"}, job_id=job_id) == job_id
        aws.drain()
        queue.enqueue(KIND, tenant, {"n": "third"}, job_id=job_id)
        aws.drain()
        assert runs == ["first"]

    def test_a_lost_queue_loses_no_job(
        self, aws: Cloud, tenant: str, does: Callable[[Work], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = config.current().jobs_queue_url
        monkeypatch.setenv("HOCMO_JOBS_QUEUE_URL", real + "-gone")
        config.current.cache_clear()
        job_id = queue.enqueue(KIND, tenant, {})
        monkeypatch.setenv("HOCMO_JOBS_QUEUE_URL", real)
        config.current.cache_clear()
        aws.drain()
        assert queue.find(tenant, job_id)["state"] == "queued"
        _later(STUCK_AFTER_S + 1)
        assert app.tick(scheduled_event(), Context()) == {"hinted": 1}
        aws.drain()
        assert queue.find(tenant, job_id)["state"] == "done"

    def test_with_a_transaction_the_job_is_there_or_nothing_is(
        self, aws: Cloud, tenant: str, does: Callable[[Work], None]
    ) -> None:
        job_id = ids.new()
        transact([queue.enqueuing(KIND, tenant, {}, job_id=job_id)])
        queue.hint(tenant, job_id)
        aws.drain()
        assert queue.find(tenant, job_id)["state"] == "done"

    def test_a_kind_that_nobody_handles_is_a_defect(self, aws: Cloud, tenant: str) -> None:
        with pytest.raises(LookupError):
            queue.enqueue("test.unknown", tenant, {})
        with pytest.raises(LookupError):
            queue.enqueuing("test.unknown", tenant, {}, job_id=ids.new())

    def test_an_expired_job_makes_room_for_one_of_its_id(
        self, aws: Cloud, tenant: str, does: Callable[[Work], None]
    ) -> None:
        job_id = queue.enqueue(KIND, tenant, {"n": 1})
        aws.drain()
        _later(store.KEPT_S + 1)
        assert queue.peek(tenant, job_id) is None
        queue.enqueue(KIND, tenant, {"n": 2}, job_id=job_id)
        assert queue.find(tenant, job_id)["payload"] == {"n": 2}
        aws.drain()
        assert queue.find(tenant, job_id)["state"] == "done"


class TestTakingUp:
    """One worker at a time, whatever the queue delivers."""

    def test_of_many_workers_one_does_it(self, aws: Cloud, tenant: str, does: Callable[[Work], None]) -> None:
        runs: list[int] = []
        start = threading.Barrier(8)
        does(lambda job, run: runs.append(job.attempts))
        job_id = queue.enqueue(KIND, tenant, {})

        def work() -> None:
            start.wait()
            queue.run(tenant, job_id)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert runs == [1]

    def test_a_duplicate_message_does_nothing(self, aws: Cloud, tenant: str, does: Callable[[Work], None]) -> None:
        runs: list[str] = []
        does(lambda job, run: runs.append(job.id))
        message = _message(tenant, queue.enqueue(KIND, tenant, {}))
        assert app.run_jobs({"Records": [message, message]}, Context()) == {"batchItemFailures": []}
        assert app.run_jobs({"Records": [message]}, Context()) == {"batchItemFailures": []}
        assert len(runs) == 1

    def test_a_message_of_no_job_is_done_with(self, aws: Cloud, tenant: str) -> None:
        assert app.run_jobs({"Records": [_message(tenant, ids.new())]}, Context()) == {"batchItemFailures": []}
        with pytest.raises(NotFound):
            queue.find(tenant, ids.new())

    def test_a_worker_that_was_killed_is_followed_when_its_lease_is_over(
        self, aws: Cloud, tenant: str, does: Callable[[Work], None]
    ) -> None:
        runs: list[int] = []

        def work(job: Job, run: Run) -> None:
            runs.append(job.attempts)
            if job.attempts == 1:
                raise Killed

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        with pytest.raises(Killed):
            queue.run(tenant, job_id)
        queue.run(tenant, job_id)  # a second worker keeps off: the lease still holds
        assert runs == [1]
        assert queue.sweep() == 0
        _later(LEASE_S + STUCK_AFTER_S)
        assert queue.sweep() == 1
        aws.drain()
        assert runs == [1, 2]
        assert queue.find(tenant, job_id)["state"] == "done"

    def test_a_lease_is_prolonged_by_telling_of_progress(
        self, aws: Cloud, tenant: str, does: Callable[[Work], None]
    ) -> None:
        def work(job: Job, run: Run) -> None:
            for done in range(3):
                _later(LEASE_S - 5)
                run.progress(done, 3)
            with pytest.raises(Exception, match="condition failed"):
                store.claim(tenant, job.id, LEASE_S)

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        queue.run(tenant, job_id)
        assert queue.find(tenant, job_id)["state"] == "done"

    def test_a_worker_that_was_away_too_long_writes_nothing_over_the_next(
        self, aws: Cloud, tenant: str, does: Callable[[Work], None]
    ) -> None:
        """The first stalls past its lease, the second does the work; the first then neither tells nor ends anything."""
        told: list[type[BaseException]] = []

        def work(job: Job, run: Run) -> None:
            if job.attempts == 1:
                _later(LEASE_S + 1)
                queue.run(tenant, job.id)
                try:
                    run.step("late")
                except LeaseLost as lost:
                    told.append(type(lost))
                    raise
            run.result = {"by": job.attempts}

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        queue.run(tenant, job_id)
        item = queue.find(tenant, job_id)
        assert told == [LeaseLost]
        assert (item["state"], item["result"]) == ("done", {"by": 2})
        assert "step" not in item

    @pytest.mark.parametrize("ends", ["silently", "failing", "going on"])
    def test_however_a_late_worker_ends_the_done_job_stays_done(
        self, aws: Cloud, tenant: str, does: Callable[[Work], None], ends: str
    ) -> None:
        def work(job: Job, run: Run) -> None:
            if job.attempts > 1:
                return
            _later(LEASE_S + 1)
            queue.run(tenant, job.id)
            if ends == "failing":
                raise RuntimeError
            if ends == "going on":
                raise GoOn

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        queue.run(tenant, job_id)
        item = queue.find(tenant, job_id)
        assert (item["state"], item.get("l"), item["error"]) == ("done", None, None)


class TestFailing:
    """Tried again a little later each time; given up where an admin sees it."""

    def test_what_passes_with_time_is_tried_again_each_time_later(
        self, aws: Cloud, tenant: str, does: Callable[[Work], None]
    ) -> None:
        def work(job: Job, run: Run) -> None:
            raise Unavailable

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        waits = []
        for _ in range(MAX_ATTEMPTS - 1):
            queue.run(tenant, job_id)
            item = queue.find(tenant, job_id)
            assert (item["state"], item["error"]["code"]) == ("queued", "unavailable")
            waits.append(item["lease"] + 1 - clock.epoch_s())
            before = item["attempts"]
            queue.run(tenant, job_id)  # too early: it waits
            assert queue.find(tenant, job_id)["attempts"] == before
            _later(waits[-1] + 1)
        assert waits == sorted(set(waits))
        queue.run(tenant, job_id)
        item = queue.find(tenant, job_id)
        assert (item["state"], item["attempts"]) == ("failed", MAX_ATTEMPTS)
        assert "l" not in item

    def test_a_refusal_ends_a_job_at_once_with_its_reason(
        self, aws: Cloud, tenant: str, does: Callable[[Work], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def work(job: Job, run: Run) -> None:
            raise Refused

        told: list[Any] = []
        does(work)
        monkeypatch.setitem(queue._WHEN_FAILED, KIND, lambda job, error: told.append((job.tenant, error["code"])))
        job_id = queue.enqueue(KIND, tenant, {})
        aws.drain()
        item = queue.find(tenant, job_id)
        assert item["state"] == "failed"
        assert item["error"] == {"code": "test_refused", "vi": Refused.vi, "en": Refused.en}
        assert told == [(tenant, "test_refused")]

    def test_a_defect_is_told_without_its_innards(self, aws: Cloud, tenant: str, does: Callable[[Work], None]) -> None:
        def work(job: Job, run: Run) -> None:
            raise ValueError("Nguyễn Văn An 0912345678")

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        queue.run(tenant, job_id)
        assert "0912345678" not in json.dumps(queue.find(tenant, job_id), default=str)

    def test_success_after_failures_leaves_no_error(
        self, aws: Cloud, tenant: str, does: Callable[[Work], None]
    ) -> None:
        def work(job: Job, run: Run) -> None:
            if job.attempts == 1:
                raise Unavailable

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        queue.run(tenant, job_id)
        _later(10)
        queue.run(tenant, job_id)
        item = queue.find(tenant, job_id)
        assert (item["state"], item["error"]) == ("done", None)

    def test_a_job_that_kills_its_worker_every_time_is_given_up(
        self, aws: Cloud, tenant: str, does: Callable[[Work], None]
    ) -> None:
        runs: list[int] = []

        def work(job: Job, run: Run) -> None:
            runs.append(job.attempts)
            raise Killed

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        for _ in range(MAX_ATTEMPTS):
            with pytest.raises(Killed):
                queue.run(tenant, job_id)
            _later(LEASE_S + 1)
        queue.run(tenant, job_id)
        assert len(runs) == MAX_ATTEMPTS
        assert queue.find(tenant, job_id)["state"] == "failed"

    def test_a_message_whose_job_cannot_be_looked_up_comes_back_alone(
        self, aws: Cloud, tenant: str, does: Callable[[Work], None]
    ) -> None:
        good = [_message(tenant, queue.enqueue(KIND, tenant, {})) for _ in range(2)]
        bad = {"messageId": "bad", "body": "{}", "receiptHandle": "x"}
        torn = {"messageId": "torn", "body": '{"tenant":', "receiptHandle": "x"}
        answer = app.run_jobs({"Records": [good[0], bad, torn, good[1]]}, Context())
        assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}, {"itemIdentifier": "torn"}]}
        for message in good:
            assert queue.find(tenant, json.loads(message["body"])["job"])["state"] == "done"

    def test_while_the_database_is_away_messages_come_back(
        self, aws: Cloud, tenant: str, does: Callable[[Work], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message = _message(tenant, queue.enqueue(KIND, tenant, {}))

        def away(**_: object) -> None:
            raise ConnectionResetError

        events = dynamodb().meta.events
        events.register("before-call.dynamodb.UpdateItem", away)
        answer = app.run_jobs({"Records": [message]}, Context())
        events.unregister("before-call.dynamodb.UpdateItem", away)
        assert answer == {"batchItemFailures": [{"itemIdentifier": message["messageId"]}]}
        assert app.run_jobs({"Records": [message]}, Context()) == {"batchItemFailures": []}


class TestLongWork:
    """A job that outlasts an invocation goes on at its checkpoint."""

    def test_it_goes_on_where_it_stood(self, aws: Cloud, tenant: str, does: Callable[[Work], None]) -> None:
        done: list[int] = []

        def work(job: Job, run: Run) -> None:
            for part in range(job.checkpoint.get("next", 0), 30):
                done.append(part)
                run.progress(part + 1, 30, {"next": part + 1})
                if part % 2:
                    raise GoOn
            run.result = {"parts": 30}

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        aws.drain()
        item = queue.find(tenant, job_id)
        assert done == list(range(30))
        assert (item["state"], item["done"], item["total"], item["result"]) == ("done", 30, 30, {"parts": 30})

    def test_going_on_is_no_failed_attempt(self, aws: Cloud, tenant: str, does: Callable[[Work], None]) -> None:
        """After many slices one hiccup is the first of eight, not the last."""
        slices: list[int] = []

        def work(job: Job, run: Run) -> None:
            slices.append(job.attempts)
            if len(slices) <= MAX_ATTEMPTS + 2:
                raise GoOn
            if len(slices) == MAX_ATTEMPTS + 3:
                raise Unavailable

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        for _ in range(MAX_ATTEMPTS + 3):
            queue.run(tenant, job_id)
        assert queue.find(tenant, job_id)["state"] == "queued"
        _later(10)
        queue.run(tenant, job_id)
        assert queue.find(tenant, job_id)["state"] == "done"

    def test_what_gets_ahead_between_failures_is_not_given_up(
        self, aws: Cloud, tenant: str, does: Callable[[Work], None]
    ) -> None:
        def work(job: Job, run: Run) -> None:
            part = job.checkpoint.get("next", 0)
            if part < MAX_ATTEMPTS * 2:
                run.progress(part, 99, {"next": part + 1})
                raise Unavailable

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        for _ in range(MAX_ATTEMPTS * 2 + 1):
            queue.run(tenant, job_id)
            _later(400)
        assert queue.find(tenant, job_id)["state"] == "done"

    def test_what_stays_at_one_place_is_given_up(self, aws: Cloud, tenant: str, does: Callable[[Work], None]) -> None:
        def work(job: Job, run: Run) -> None:
            run.progress(1, 9, {"next": 1})
            raise Unavailable

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        for _ in range(MAX_ATTEMPTS + 1):
            queue.run(tenant, job_id)
            _later(400)
        assert queue.find(tenant, job_id)["state"] == "failed"

    def test_it_stops_before_its_time_is_over(self, aws: Cloud, tenant: str, does: Callable[[Work], None]) -> None:
        parts: list[int] = []

        def work(job: Job, run: Run) -> None:
            for part in range(job.checkpoint.get("next", 0), 5):
                run.go_on_if_late()
                parts.append(part)
                run.progress(part, 5, {"next": part + 1})
                _later(20)

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        queue.run(tenant, job_id, remaining_ms=60_000)
        assert parts == [0, 1, 2]
        assert queue.find(tenant, job_id)["state"] == "queued"
        assert {"tenant": tenant, "job": job_id} in _hints(aws)
        queue.run(tenant, job_id, remaining_ms=60_000)
        assert parts == [0, 1, 2, 3, 4]

    def test_a_batch_shares_one_deadline(self, aws: Cloud, tenant: str, does: Callable[[Work], None]) -> None:
        """The second job has only what the first left over; for the third nothing is left, so its message comes
        back."""
        left: list[int] = []

        def work(job: Job, run: Run) -> None:
            left.append(run._deadline_ms - clock.epoch_ms())
            _later(50)

        does(work)
        messages = [_message(tenant, queue.enqueue(KIND, tenant, {})) for _ in range(3)]
        answer = queue.run_batch({"Records": messages}, 100_000)
        assert [round(each, -3) for each in left] == [100_000, 50_000]
        assert answer == {"batchItemFailures": [{"itemIdentifier": messages[2]["messageId"]}]}


class TestSweeping:
    """What got stuck is hinted at again, oldest first."""

    def test_fresh_and_leased_jobs_are_left_alone(self, aws: Cloud, tenant: str, does: Callable[[Work], None]) -> None:
        queue.enqueue(KIND, tenant, {})
        assert queue.sweep() == 0
        _later(STUCK_AFTER_S + 1)
        running = queue.enqueue(KIND, tenant, {})
        store.claim(tenant, running, 10_000)
        _later(STUCK_AFTER_S + 1)
        assert queue.sweep() == 1

    def test_done_jobs_are_not_among_the_open_ones(self, aws: Cloud, tenant: str, does: Callable[[Work], None]) -> None:
        queue.enqueue(KIND, tenant, {})
        aws.drain()
        _later(STUCK_AFTER_S + 1)
        assert queue.sweep() == 0


def test_a_space_sees_its_own_jobs_newest_first(aws: Cloud, does: Callable[[Work], None]) -> None:
    hue, other = open_space(), open_space()
    made = []
    for number in range(5):
        _later(number)
        made.append(queue.enqueue(KIND, hue.slug, {"n": number}))
    queue.enqueue(KIND, other.slug, {})
    first = hue.author.get(hue.at("/jobs"), query={"limit": 3}).ok()
    second = hue.author.get(hue.at("/jobs"), query={"limit": 3, "cursor": first["next"]}).ok()
    assert [item["id"] for item in first["items"] + second["items"]] == made[::-1]
    assert second["next"] is None
    assert hue.author.get(hue.at(f"/jobs/{made[0]}")).ok()["kind"] == KIND
    other.author.get(other.at(f"/jobs/{made[0]}")).refused(404)
    hue.learner.get(hue.at("/jobs")).refused(403)
