"""Every write of the way to completion, interrupted after each DynamoDB call: a retry or the stream ends it right, and
once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import app
from chalicelib import clock, ids
from chalicelib.jobs import queue
from chalicelib.learning import enrolments, items, moving, store, versions
from chalicelib.learning.merging import Enrolment
from chalicelib.storage.spaces import platform
from tests.api import Api
from tests.crashes import killed_after
from tests.emulated import Cloud, Context
from tests.factories import OpenedSpace, open_space, token_for
from tests.learning.courses import HALF, RIGHT, publish, publish_again

CALLS = range(5)


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


@dataclass
class Learner:
    """One learner of a course, by API and by item."""

    hue: OpenedSpace
    course: str
    person: str

    @property
    def api(self) -> Api:
        return token_for(self.hue, ["learner"], self.person)

    @property
    def at(self) -> str:
        return self.hue.at(f"/me/enrolments/{self.course}")

    @property
    def enrolment(self) -> Enrolment:
        found = enrolments.get(self.hue.space, self.person, self.course)
        assert found
        return found

    def days(self) -> list[str]:
        rows = self.hue.space.table("learning").query(items.partition(self.person), begins_with="day#")
        return [item["sk"] for item in rows.items if item["sk"].count("#") == 1]


def enrolled(hue: OpenedSpace, lessons: str, done: str = "", **quiz: Any) -> Learner:
    learner = Learner(hue, publish(hue.space, lessons, **quiz), ids.new())
    learner.api.put(learner.at).ok(201)
    for lesson in done.split():
        learner.api.put(f"{learner.at}/progress/{lesson}", {"status": "done"}).ok()
    return learner


def counting_completions(aws: Cloud, learner: Learner) -> Callable[[], int]:
    """Counts how often the stream, from now on, says that the learner's enrolment became complete."""
    name = learner.hue.space.table_name("learning")
    before = list(aws.changes_of(name))

    def count() -> int:
        events = list(aws.changes_of(name))[len(before) - 1 if before else 0 :]
        images = [record["dynamodb"] for event in events for record in event["Records"]]
        sk = f"enrolment#{learner.course}"
        return sum(
            "fin" in image["NewImage"] and "fin" not in image.get("OldImage", {})
            for image in images
            if image["Keys"]["sk"]["S"] == sk
        )

    return count


@pytest.mark.parametrize("calls", CALLS)
def test_the_last_lesson_interrupted_then_sent_again(aws: Cloud, hue: OpenedSpace, calls: int) -> None:
    learner = enrolled(hue, "1 2", done="1")
    count = counting_completions(aws, learner)
    with killed_after(calls):
        learner.api.put(f"{learner.at}/progress/2", {"status": "done"})
    answer = learner.api.put(f"{learner.at}/progress/2", {"status": "done"}).ok()
    assert (answer["state"], answer["percent"]) == ("completed", 100)
    assert count() == 1
    aws.drain()
    assert learner.enrolment.completed_at is not None


@pytest.mark.parametrize("calls", CALLS)
def test_the_last_lesson_interrupted_and_never_sent_again(aws: Cloud, hue: OpenedSpace, calls: int) -> None:
    learner = enrolled(hue, "1 2", done="1")
    count = counting_completions(aws, learner)
    with killed_after(calls):
        learner.api.put(f"{learner.at}/progress/2", {"status": "done"})
    recorded = count() or "2" in learner.enrolment.done
    counted_before = count()
    aws.drain()
    assert (learner.enrolment.completed_at is not None) == bool(recorded)
    assert counted_before <= 1
    assert learner.enrolment.done == ({"1", "2"} if recorded else {"1"})


@pytest.mark.parametrize("calls", CALLS)
def test_a_late_last_lesson_interrupted(aws: Cloud, hue: OpenedSpace, calls: int) -> None:
    learner = enrolled(hue, "1 2", done="1")
    late = {"status": "done", "at": "2026-01-01T00:00:00Z"}
    with killed_after(calls):
        learner.api.put(f"{learner.at}/progress/2", late)
    assert learner.api.put(f"{learner.at}/progress/2", late).ok()["state"] == "completed"


@pytest.mark.parametrize("calls", CALLS)
@pytest.mark.parametrize("again", [True, False])
def test_the_passing_attempt_interrupted(aws: Cloud, hue: OpenedSpace, calls: int, again: bool) -> None:
    learner = enrolled(hue, "1 2Q", done="1", attempts_allowed=2)
    sheet, key = {"lesson": "2", "answers": RIGHT}, {"idempotency-key": "lượt-1".encode().hex()}
    with killed_after(calls):
        learner.api.post(f"{learner.at}/attempts", sheet, headers=key)
    if again:
        answer = learner.api.post(f"{learner.at}/attempts", sheet, headers=key).ok(201)
        assert (answer["number"], answer["attempts_left"]) == (1, 1)
        assert answer["standing"]["state"] == "completed"
        (record,) = learner.api.get(f"{learner.at}/attempts").ok()["items"]
        assert (record["number"], record["score"]) == (1, 100)
    aws.drain()
    assert learner.enrolment.attempts.get("2", 0) == (1 if again or calls > 0 else 0)
    assert (learner.enrolment.completed_at is not None) == ("2" in learner.enrolment.done)


@pytest.mark.parametrize("calls", CALLS)
def test_a_failed_attempt_interrupted_counts_once(aws: Cloud, hue: OpenedSpace, calls: int) -> None:
    learner = enrolled(hue, "1Q", attempts_allowed=2)
    sheet, key = {"lesson": "1", "answers": HALF}, {"idempotency-key": "b7"}
    with killed_after(calls):
        learner.api.post(f"{learner.at}/attempts", sheet, headers=key)
    for _ in range(3):
        answer = learner.api.post(f"{learner.at}/attempts", sheet, headers=key).ok(201)
        assert (answer["number"], answer["score"], answer["attempts_left"]) == (1, 50, 1)
    assert [each["number"] for each in learner.api.get(f"{learner.at}/attempts").ok()["items"]] == [1]


@pytest.mark.parametrize("calls", CALLS)
def test_coming_back_interrupted(aws: Cloud, hue: OpenedSpace, calls: int) -> None:
    learner = enrolled(hue, "1", done="1")
    learner.api.delete(learner.at)
    with killed_after(calls):
        learner.api.put(learner.at)
    assert learner.api.put(learner.at).ok(200)["state"] == "completed"


@pytest.mark.parametrize("calls", range(32))
def test_moving_people_interrupted_goes_on_where_it_was(aws: Cloud, hue: OpenedSpace, calls: int) -> None:
    course = publish(hue.space, "1 2 3")
    people = [Learner(hue, course, ids.new()) for _ in range(4)]
    for learner in people:
        learner.api.put(learner.at).ok(201)
        learner.api.put(f"{learner.at}/progress/1", {"status": "done"}).ok()
        learner.api.put(f"{learner.at}/progress/3", {"status": "done"}).ok()
    publish_again(hue.space, course, "1 4? 3", version=2)
    job = moving.start(hue.space, course, 2, job_id=ids.new(), actor="")
    with killed_after(calls):
        queue.run(hue.slug, job)
    _lease_runs_out(hue, job)
    queue.run(hue.slug, job)
    status = hue.author.get(hue.at(f"/jobs/{job}")).ok()
    assert (status["state"], status["result"]) == ("done", {"on_version": 4}), status
    for learner in people:
        enrolment = learner.enrolment
        assert enrolment.version == 2
        assert enrolment.done == {"1", "3"}
        assert enrolment.completed_at is not None, "what was dropped was the last that they lacked"


def _lease_runs_out(hue: OpenedSpace, job: str) -> None:
    platform().table("people").update(f"job#{hue.slug}", job, "SET lease = :zero", {":zero": 0})


def test_a_move_settles_who_was_moved_but_not_completed(aws: Cloud, hue: OpenedSpace) -> None:
    """Killed between the two writes of one learner: the job's next try completes them, though they have moved."""
    learner = enrolled(hue, "1 2", done="1")
    publish_again(hue.space, learner.course, "1", version=2)
    newest = versions.current(hue.space, learner.course)
    old = learner.enrolment
    with killed_after(1):
        moving.move(hue.space, old, newest)
    assert (learner.enrolment.version, learner.enrolment.completed_at) == (2, None)
    assert moving.move(hue.space, learner.enrolment, newest).completed_at is not None


def test_the_stream_notes_the_day_once(aws: Cloud, hue: OpenedSpace) -> None:
    moment = [1_790_000_000.0]  # 2026-09-21 21:13 in Vietnam
    clock.set_source(lambda: moment[0])
    learner = enrolled(hue, "1 2", done="1")
    aws.drain()
    assert learner.days() == ["day#2026-09-21"]
    moment[0] += 3 * 3600  # after midnight there, though not in UTC
    learner.api.put(f"{learner.at}/progress/2", {"status": "started"}).ok()
    learner.api.put(f"{learner.at}/progress/2", {"status": "done"}).ok()
    aws.drain()
    assert learner.days() == ["day#2026-09-21", "day#2026-09-22"]


def test_a_batch_that_comes_again_changes_nothing(aws: Cloud, hue: OpenedSpace) -> None:
    learner = enrolled(hue, "1 2", done="1 2")
    name = hue.space.table_name("learning")
    events = list(aws.changes_of(name))
    aws.drain()
    before, days = learner.enrolment, learner.days()
    for event in [*events, *reversed(events)]:
        assert not app.apply_changes(event, Context())["batchItemFailures"]
    assert (learner.enrolment, learner.days()) == (before, days)


def test_a_course_without_its_version_does_not_hold_up_the_rest(aws: Cloud, hue: OpenedSpace) -> None:
    lost = Learner(hue, ids.new(), ids.new())
    store.create(hue.space, Enrolment(lost.person, lost.course, 9, active=True, enrolled_at=1, seen_ms=1_000))
    learner = enrolled(hue, "1 2", done="1")
    with killed_after(1):
        learner.api.put(f"{learner.at}/progress/2", {"status": "done"})
    aws.drain()
    assert learner.enrolment.completed_at is not None
