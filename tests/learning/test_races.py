"""Many requests at once on one enrolment: one completion, no attempt too many, nothing lost."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any

import pytest

from chalicelib import clock, ids
from chalicelib.learning import enrolments, moving, progress, store, versions
from chalicelib.learning.merging import Report
from chalicelib.storage.table import ConditionFailed
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, token_for
from tests.learning.courses import HALF, RIGHT, publish, publish_again


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def at_once(requests: list[Callable[[], Any]]) -> list[Any]:
    """The answers of requests that run in threads of their own."""
    with ThreadPoolExecutor(len(requests)) as pool:
        return [future.result() for future in [pool.submit(copy_context().run, each) for each in requests]]


def completions(aws: Cloud, hue: OpenedSpace, course: str) -> int:
    images = [
        record["dynamodb"]
        for event in aws.changes_of(hue.space.table_name("learning"))
        for record in event["Records"]
        if record["dynamodb"]["Keys"]["sk"]["S"] == f"enrolment#{course}"
    ]
    return sum(image["NewImage"].get("fin") != image.get("OldImage", {}).get("fin") for image in images)


def test_fifty_finishing_reports_complete_once(aws: Cloud, hue: OpenedSpace) -> None:
    course, person = publish(hue.space, "1"), ids.new()
    learner = token_for(hue, ["learner"], person)
    at = hue.at(f"/me/enrolments/{course}")
    learner.put(at).ok(201)
    ticks = itertools.count()  # a second completion would have another time
    clock.set_source(lambda: 1_790_000_000 + next(ticks) / 2)
    learner = token_for(hue, ["learner"], person)
    answers = at_once([lambda: learner.put(f"{at}/progress/1", {"status": "done"}).ok()] * 50)
    assert len({answer["completed_at"] for answer in answers}) == 1
    assert {answer["state"] for answer in answers} == {"completed"}
    assert completions(aws, hue, course) == 1


def test_fifty_lessons_of_many_devices_are_all_kept(aws: Cloud, hue: OpenedSpace) -> None:
    lessons = [str(number) for number in range(10, 60)]
    course = publish(hue.space, " ".join(lessons))
    learner = token_for(hue, ["learner"], ids.new())
    at = hue.at(f"/me/enrolments/{course}")
    learner.put(at).ok(201)
    at_once([partial(learner.put, f"{at}/progress/{each}", {"status": "done"}) for each in lessons])
    mine = learner.get(at).ok()
    assert (mine["done"], mine["state"]) == (lessons, "completed")
    assert completions(aws, hue, course) == 1


def test_fifty_enrolments_of_one_learner_are_one(hue: OpenedSpace) -> None:
    course = publish(hue.space, "1")
    learner = token_for(hue, ["learner"], ids.new())
    at = hue.at(f"/me/enrolments/{course}")
    statuses = Counter(reply.status for reply in at_once([lambda: learner.put(at)] * 50))
    assert statuses == {201: 1, 200: 49}


def test_twenty_threads_get_the_three_attempts_that_there_are(hue: OpenedSpace) -> None:
    course = publish(hue.space, "1Q", attempts_allowed=3)
    learner = token_for(hue, ["learner"], ids.new())
    at = hue.at(f"/me/enrolments/{course}")
    learner.put(at).ok(201)
    sheet = {"lesson": "1", "answers": HALF}
    replies = at_once([lambda: learner.post(f"{at}/attempts", sheet)] * 20)
    assert Counter(reply.status for reply in replies) == {201: 3, 409: 17}
    assert sorted(reply.json["number"] for reply in replies if reply.status == 201) == [1, 2, 3]
    assert [each["number"] for each in learner.get(f"{at}/attempts").ok()["items"]] == [3, 2, 1]


def test_twenty_threads_with_one_key_are_one_attempt(aws: Cloud, hue: OpenedSpace) -> None:
    course = publish(hue.space, "1Q", attempts_allowed=3)
    learner = token_for(hue, ["learner"], ids.new())
    at = hue.at(f"/me/enrolments/{course}")
    learner.put(at).ok(201)
    sheet, key = {"lesson": "1", "answers": RIGHT}, {"idempotency-key": "k"}
    answers = at_once([lambda: learner.post(f"{at}/attempts", sheet, headers=key).ok(201)] * 20)
    assert {answer["number"] for answer in answers} == {1}
    assert learner.get(at).ok()["quizzes"]["1"]["attempts"] == 1
    assert completions(aws, hue, course) == 1


def test_reports_that_race_with_a_move_are_kept_or_refused_by_name(hue: OpenedSpace) -> None:
    lessons = [str(number) for number in range(10, 40)]
    course, person = publish(hue.space, " ".join([*lessons, "z"])), ids.new()
    enrolments.enrol(hue.space, person, course)
    publish_again(hue.space, course, " ".join([*lessons[10:], "z"]), version=2)
    newest = versions.current(hue.space, course)

    def report(lesson: str) -> str:
        try:
            at_ms = 4_000_000_000_000 if int(lesson) % 2 else 1_000
            progress.record(hue.space, person, course, Report(lesson, True, None, at_ms))
        except progress.NotEnrolled:
            raise
        except Exception as refusal:
            return type(refusal).__name__
        return "kept"

    def move() -> str:
        enrolment = enrolments.get(hue.space, person, course)
        assert enrolment
        return f"version {moving.move(hue.space, enrolment, newest).version}"

    outcomes = at_once([*(partial(report, each) for each in lessons), move])
    enrolment = enrolments.get(hue.space, person, course)
    assert enrolment
    assert enrolment.version == 2
    assert enrolment.done == set(lessons[10:]), outcomes
    assert set(outcomes[10:-1]) == {"kept"}
    assert set(outcomes[:10]) <= {"kept", "UnknownLesson"}


def test_a_late_position_never_beats_a_newer_one_that_came_between(hue: OpenedSpace) -> None:
    """The race inside one late report: another device's newer position arrives between its two writes."""
    course, person = publish(hue.space, "1V 2"), ids.new()
    enrolments.enrol(hue.space, person, course)
    base = 4_000_000_000_000
    progress.record(hue.space, person, course, Report("2", False, None, base + 90_000))
    seen = enrolments.get(hue.space, person, course)
    assert seen
    progress.record(hue.space, person, course, Report("1", False, 50, base + 60_000))
    for late in (Report("1", False, 10, base + 30_000), Report("1", True, None, base + 30_000)):
        with pytest.raises(ConditionFailed):
            store.add_late(hue.space, seen, late)
        after, _ = progress.record(hue.space, person, course, late)
        assert after.position_s("1") == 50
    assert after.done == {"1"}


def test_a_late_done_that_lost_its_version_is_not_counted(hue: OpenedSpace) -> None:
    course, person = publish(hue.space, "1 2"), ids.new()
    enrolments.enrol(hue.space, person, course)
    seen = enrolments.get(hue.space, person, course)
    assert seen
    publish_again(hue.space, course, "2", version=2)
    moving.move(hue.space, seen, versions.current(hue.space, course))
    with pytest.raises(ConditionFailed):
        store.add_late(hue.space, seen, Report("1", True, None, 1_000))


def test_reports_in_any_interleaving_of_threads_end_alike(hue: OpenedSpace) -> None:
    course, person = publish(hue.space, "1V 2V 3"), ids.new()
    enrolments.enrol(hue.space, person, course)
    base = 4_000_000_000_000
    reports = [
        Report(lesson, False, second, base + second * 1_000)
        for lesson, second in itertools.product(["1", "2"], range(10, 30))
    ]
    at_once([partial(progress.record, hue.space, person, course, each) for each in reports])
    enrolment = enrolments.get(hue.space, person, course)
    assert enrolment
    assert {lesson: enrolment.position_s(lesson) for lesson in "12"} == {"1": 29, "2": 29}
    assert enrolment.seen_ms == base + 29_000
