"""What goes wrong is tried again a little later each time and given up in the open; long work goes on where it
stood."""

from __future__ import annotations

import json
from typing import Any

import pytest

import app
from chalicelib import clock
from chalicelib.errors import Unavailable
from chalicelib.jobs import queue
from chalicelib.jobs.queue import LEASE_S, MAX_ATTEMPTS, GoOn, Job, Run
from chalicelib.storage.lines import LineBroken
from tests.emulated import Cloud, Context
from tests.jobs.work import KIND, Does, Killed, Refused, hints, later, message
from tests.wire import on_call


class TestFailing:
    """Tried again a little later each time; given up where an admin sees it."""

    def test_what_passes_with_time_is_tried_again_each_timelater(self, aws: Cloud, tenant: str, does: Does) -> None:
        def work(job: Job, run: Run) -> None:
            raise Unavailable

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        waits = []
        for _ in range(MAX_ATTEMPTS - 1):
            queue.run(tenant, job_id)
            item = queue.find(tenant, job_id)
            assert (item.state, (item.error or {}).get("code")) == ("queued", "unavailable")
            waits.append(item.lease + 1 - clock.epoch_s())
            before = item.attempts
            queue.run(tenant, job_id)  # too early: it waits
            assert queue.find(tenant, job_id).attempts == before
            later(waits[-1] + 1)
        assert waits == sorted(set(waits))
        queue.run(tenant, job_id)
        item = queue.find(tenant, job_id)
        assert (item.state, item.attempts) == ("failed", MAX_ATTEMPTS)
        assert item.listed_in is None

    def test_a_refusal_ends_a_job_at_once_with_its_reason(
        self, aws: Cloud, tenant: str, does: Does, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def work(job: Job, run: Run) -> None:
            raise Refused

        told: list[Any] = []
        does(work)
        monkeypatch.setitem(queue._WHEN_FAILED, KIND, lambda job, error: told.append((job.tenant, error["code"])))
        job_id = queue.enqueue(KIND, tenant, {})
        aws.drain()
        item = queue.find(tenant, job_id)
        assert item.state == "failed"
        assert item.error == {"code": "test_refused", "vi": Refused.vi, "en": Refused.en}
        assert told == [(tenant, "test_refused")]

    def test_a_defect_is_told_without_its_innards(self, aws: Cloud, tenant: str, does: Does) -> None:
        def work(job: Job, run: Run) -> None:
            raise ValueError("Nguyễn Văn An 0912345678")

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        queue.run(tenant, job_id)
        assert "0912345678" not in json.dumps(queue.find(tenant, job_id).serialize())

    def test_success_after_failures_leaves_no_error(self, aws: Cloud, tenant: str, does: Does) -> None:
        def work(job: Job, run: Run) -> None:
            if job.attempts == 1:
                raise Unavailable

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        queue.run(tenant, job_id)
        later(10)
        queue.run(tenant, job_id)
        item = queue.find(tenant, job_id)
        assert (item.state, item.error) == ("done", None)

    def test_a_job_that_kills_its_worker_every_time_is_given_up(self, aws: Cloud, tenant: str, does: Does) -> None:
        runs: list[int] = []

        def work(job: Job, run: Run) -> None:
            runs.append(job.attempts)
            raise Killed

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        for _ in range(MAX_ATTEMPTS):
            with pytest.raises(Killed):
                queue.run(tenant, job_id)
            later(LEASE_S + 1)
        queue.run(tenant, job_id)
        assert len(runs) == MAX_ATTEMPTS
        assert queue.find(tenant, job_id).state == "failed"

    def test_a_message_whose_job_cannot_be_looked_up_comes_back_alone(
        self, aws: Cloud, tenant: str, does: Does
    ) -> None:
        good = [message(tenant, queue.enqueue(KIND, tenant, {})) for _ in range(2)]
        bad = {"messageId": "bad", "body": "{}", "receiptHandle": "x"}
        torn = {"messageId": "torn", "body": '{"tenant":', "receiptHandle": "x"}
        answer = app.run_jobs({"Records": [good[0], bad, torn, good[1]]}, Context())
        assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}, {"itemIdentifier": "torn"}]}
        for each in good:
            assert queue.find(tenant, json.loads(each["body"])["job"]).state == "done"

    def test_while_the_database_is_away_messages_come_back(
        self, aws: Cloud, tenant: str, does: Does, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = message(tenant, queue.enqueue(KIND, tenant, {}))

        def away(operation: str) -> None:
            if operation == "UpdateItem":
                raise LineBroken

        with on_call("before", away):
            answer = app.run_jobs({"Records": [told]}, Context())
        assert answer == {"batchItemFailures": [{"itemIdentifier": told["messageId"]}]}
        assert app.run_jobs({"Records": [told]}, Context()) == {"batchItemFailures": []}


class TestLongWork:
    """A job that outlasts an invocation goes on at its checkpoint."""

    def test_it_goes_on_where_it_stood(self, aws: Cloud, tenant: str, does: Does) -> None:
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
        assert (item.state, item.done, item.total, item.result) == ("done", 30, 30, {"parts": 30})

    def test_going_on_is_no_failed_attempt(self, aws: Cloud, tenant: str, does: Does) -> None:
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
        assert queue.find(tenant, job_id).state == "queued"
        later(10)
        queue.run(tenant, job_id)
        assert queue.find(tenant, job_id).state == "done"

    def test_what_gets_ahead_between_failures_is_not_given_up(self, aws: Cloud, tenant: str, does: Does) -> None:
        def work(job: Job, run: Run) -> None:
            part = job.checkpoint.get("next", 0)
            if part < MAX_ATTEMPTS * 2:
                run.progress(part, 99, {"next": part + 1})
                raise Unavailable

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        for _ in range(MAX_ATTEMPTS * 2 + 1):
            queue.run(tenant, job_id)
            later(400)
        assert queue.find(tenant, job_id).state == "done"

    def test_what_stays_at_one_place_is_given_up(self, aws: Cloud, tenant: str, does: Does) -> None:
        def work(job: Job, run: Run) -> None:
            run.progress(1, 9, {"next": 1})
            raise Unavailable

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        for _ in range(MAX_ATTEMPTS + 1):
            queue.run(tenant, job_id)
            later(400)
        assert queue.find(tenant, job_id).state == "failed"

    def test_it_stops_before_its_time_is_over(self, aws: Cloud, tenant: str, does: Does) -> None:
        parts: list[int] = []

        def work(job: Job, run: Run) -> None:
            for part in range(job.checkpoint.get("next", 0), 5):
                run.go_on_if_late()
                parts.append(part)
                run.progress(part, 5, {"next": part + 1})
                later(20)

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        queue.run(tenant, job_id, remaining_ms=60_000)
        assert parts == [0, 1, 2]
        assert queue.find(tenant, job_id).state == "queued"
        assert {"tenant": tenant, "job": job_id} in hints(aws)
        queue.run(tenant, job_id, remaining_ms=60_000)
        assert parts == [0, 1, 2, 3, 4]

    def test_a_batch_shares_one_deadline(self, aws: Cloud, tenant: str, does: Does) -> None:
        """The second job has only what the first left over; for the third nothing is left, so its message comes
        back."""
        left: list[int] = []

        def work(job: Job, run: Run) -> None:
            left.append(run._deadline_ms - clock.epoch_ms())
            later(50)

        does(work)
        messages = [message(tenant, queue.enqueue(KIND, tenant, {})) for _ in range(3)]
        answer = queue.run_batch({"Records": messages}, 100_000)
        assert [round(each, -3) for each in left] == [100_000, 50_000]
        assert answer == {"batchItemFailures": [{"itemIdentifier": messages[2]["messageId"]}]}
