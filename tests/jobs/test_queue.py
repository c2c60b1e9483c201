"""The job's item is the truth and the queue a hint: whatever is lost or doubled, the work is done once in effect."""

from __future__ import annotations

import threading

import pytest

import app
from chalicelib import config, ids
from chalicelib.errors import NotFound
from chalicelib.jobs import queue, store
from chalicelib.jobs.queue import LEASE_S, STUCK_AFTER_S, GoOn, Job, Run
from chalicelib.jobs.store import LeaseLost
from chalicelib.storage.table import transact
from infra.local.worker import scheduled_event
from tests import rights
from tests.emulated import Cloud, Context
from tests.factories import open_space
from tests.jobs.work import KIND, Does, Killed, hints, later, message


class TestEnqueuing:
    """Written down first, hinted afterwards."""

    def test_a_job_is_done(self, aws: Cloud, tenant: str, does: Does) -> None:
        seen: list[Job] = []
        does(lambda job, run: seen.append(job))
        job_id = queue.enqueue(KIND, tenant, {"course": "c1"}, actor="who")
        assert queue.find(tenant, job_id).state == "queued"
        aws.drain()
        (job,) = seen
        assert (job.id, job.tenant, job.kind, job.payload, job.actor) == (job_id, tenant, KIND, {"course": "c1"}, "who")
        assert queue.find(tenant, job_id).state == "done"

    def test_enqueuing_the_same_again_changes_nothing(self, aws: Cloud, tenant: str, does: Does) -> None:
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
        self, aws: Cloud, tenant: str, does: Does, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = config.current().jobs_queue_url
        monkeypatch.setenv("HOCMO_JOBS_QUEUE_URL", real + "-gone")
        config.current.cache_clear()
        job_id = queue.enqueue(KIND, tenant, {})
        monkeypatch.setenv("HOCMO_JOBS_QUEUE_URL", real)
        config.current.cache_clear()
        aws.drain()
        assert queue.find(tenant, job_id).state == "queued"
        later(STUCK_AFTER_S + 1)
        with rights.running_as("tick"):
            assert app.tick(scheduled_event(), Context()) == {"hinted": 1}
        aws.drain()
        assert queue.find(tenant, job_id).state == "done"

    def test_with_a_transaction_the_job_is_there_or_nothing_is(self, aws: Cloud, tenant: str, does: Does) -> None:
        job_id = ids.new()
        transact([queue.enqueuing(KIND, tenant, {}, job_id=job_id)])
        queue.hint(KIND, tenant, job_id)
        aws.drain()
        assert queue.find(tenant, job_id).state == "done"

    def test_a_kind_that_nobody_handles_is_a_defect(self, aws: Cloud, tenant: str) -> None:
        with pytest.raises(LookupError):
            queue.enqueue("test.unknown", tenant, {})
        with pytest.raises(LookupError):
            queue.enqueuing("test.unknown", tenant, {}, job_id=ids.new())

    def test_an_expired_job_makes_room_for_one_of_its_id(self, aws: Cloud, tenant: str, does: Does) -> None:
        job_id = queue.enqueue(KIND, tenant, {"n": 1})
        aws.drain()
        later(store.KEPT_S + 1)
        assert queue.peek(tenant, job_id) is None
        queue.enqueue(KIND, tenant, {"n": 2}, job_id=job_id)
        assert queue.find(tenant, job_id).payload == {"n": 2}
        aws.drain()
        assert queue.find(tenant, job_id).state == "done"


class TestTwoQueues:
    """What makes or drops a space's tables is done by a function that nothing else is handed to."""

    def test_each_kind_is_hinted_to_its_own(self, aws: Cloud, tenant: str, does: Does) -> None:
        ordinary = queue.enqueue(KIND, tenant, {})
        opening = queue.enqueue("space.open", tenant, {})
        here = config.current()
        assert [each["job"] for each in hints(aws, here.jobs_queue_url)] == [ordinary]
        assert [each["job"] for each in hints(aws, here.provisioning_queue_url)] == [opening]

    def test_sweeping_too(self, aws: Cloud, tenant: str, does: Does) -> None:
        ordinary, opening = queue.enqueue(KIND, tenant, {}), queue.enqueue("space.open", tenant, {})
        queues = [config.current().jobs_queue_url, config.current().provisioning_queue_url]
        for each in queues:
            hints(aws, each)
        later(STUCK_AFTER_S + 1)
        assert queue.sweep() == 2
        assert [[told["job"] for told in hints(aws, each)] for each in queues] == [[ordinary], [opening]]


class TestTakingUp:
    """One worker at a time, whatever the queue delivers."""

    def test_of_many_workers_one_does_it(self, aws: Cloud, tenant: str, does: Does) -> None:
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

    def test_a_duplicate_message_does_nothing(self, aws: Cloud, tenant: str, does: Does) -> None:
        runs: list[str] = []
        does(lambda job, run: runs.append(job.id))
        told = message(tenant, queue.enqueue(KIND, tenant, {}))
        assert app.run_jobs({"Records": [told, told]}, Context()) == {"batchItemFailures": []}
        assert app.run_jobs({"Records": [told]}, Context()) == {"batchItemFailures": []}
        assert len(runs) == 1

    def test_a_message_of_no_job_is_done_with(self, aws: Cloud, tenant: str) -> None:
        assert app.run_jobs({"Records": [message(tenant, ids.new())]}, Context()) == {"batchItemFailures": []}
        with pytest.raises(NotFound):
            queue.find(tenant, ids.new())

    def test_a_worker_that_was_killed_is_followed_when_its_lease_is_over(
        self, aws: Cloud, tenant: str, does: Does
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
        later(LEASE_S + STUCK_AFTER_S)
        assert queue.sweep() == 1
        aws.drain()
        assert runs == [1, 2]
        assert queue.find(tenant, job_id).state == "done"

    def test_a_lease_is_prolonged_by_telling_of_progress(self, aws: Cloud, tenant: str, does: Does) -> None:
        def work(job: Job, run: Run) -> None:
            for done in range(3):
                later(LEASE_S - 5)
                run.progress(done, 3)
            with pytest.raises(Exception, match="condition failed"):
                store.claim(tenant, job.id, LEASE_S)

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        queue.run(tenant, job_id)
        assert queue.find(tenant, job_id).state == "done"

    def test_a_worker_that_was_away_too_long_writes_nothing_over_the_next(
        self, aws: Cloud, tenant: str, does: Does
    ) -> None:
        """The first stalls past its lease, the second does the work; the first then neither tells nor ends anything."""
        told: list[type[BaseException]] = []

        def work(job: Job, run: Run) -> None:
            if job.attempts == 1:
                later(LEASE_S + 1)
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
        assert (item.state, item.result) == ("done", {"by": 2})
        assert item.step is None

    @pytest.mark.parametrize("ends", ["silently", "failing", "going on"])
    def test_however_a_late_worker_ends_the_done_job_stays_done(
        self, aws: Cloud, tenant: str, does: Does, ends: str
    ) -> None:
        def work(job: Job, run: Run) -> None:
            if job.attempts > 1:
                return
            later(LEASE_S + 1)
            queue.run(tenant, job.id)
            if ends == "failing":
                raise RuntimeError
            if ends == "going on":
                raise GoOn

        does(work)
        job_id = queue.enqueue(KIND, tenant, {})
        queue.run(tenant, job_id)
        item = queue.find(tenant, job_id)
        assert (item.state, item.listed_in, item.error) == ("done", None, None)


class TestSweeping:
    """What got stuck is hinted at again, oldest first."""

    def test_fresh_and_leased_jobs_are_left_alone(self, aws: Cloud, tenant: str, does: Does) -> None:
        queue.enqueue(KIND, tenant, {})
        assert queue.sweep() == 0
        later(STUCK_AFTER_S + 1)
        running = queue.enqueue(KIND, tenant, {})
        store.claim(tenant, running, 10_000)
        later(STUCK_AFTER_S + 1)
        assert queue.sweep() == 1

    def test_done_jobs_are_not_among_the_open_ones(self, aws: Cloud, tenant: str, does: Does) -> None:
        queue.enqueue(KIND, tenant, {})
        aws.drain()
        later(STUCK_AFTER_S + 1)
        assert queue.sweep() == 0


def test_a_space_sees_its_own_jobs_newest_first(aws: Cloud, does: Does) -> None:
    hue, other = open_space(), open_space()
    made = []
    for number in range(5):
        later(number)
        made.append(queue.enqueue(KIND, hue.slug, {"n": number}))
    queue.enqueue(KIND, other.slug, {})
    first = hue.author.get(hue.at("/jobs"), query={"limit": 3}).ok()
    second = hue.author.get(hue.at("/jobs"), query={"limit": 3, "cursor": first["next"]}).ok()
    assert [item["id"] for item in first["items"] + second["items"]] == made[::-1]
    assert second["next"] is None
    assert hue.author.get(hue.at(f"/jobs/{made[0]}")).ok()["kind"] == KIND
    other.author.get(other.at(f"/jobs/{made[0]}")).refused(404)
    hue.learner.get(hue.at("/jobs")).refused(403)
