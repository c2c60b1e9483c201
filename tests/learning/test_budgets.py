"""What hot requests spend, on the real engine, with ten learners in a course and with ten thousand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from chalicelib import ids
from chalicelib.learning import enrolments, items
from chalicelib.storage.client import METER, Meter
from chalicelib.storage.items import to_item
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, token_for
from tests.learning.courses import HALF, RIGHT, archive, publish, publish_again
from tests.spending import Spending, spending

LESSONS = " ".join(str(number) for number in range(1, 10)) + " aV bQ cQ"


@dataclass
class Crowd:
    """A space whose first course has many learners, and one who is in five courses."""

    hue: OpenedSpace
    course: str
    learner: Api
    size: int

    def at(self, course: str | None = None) -> str:
        return self.hue.at(f"/me/enrolments/{course or self.course}")


@pytest.fixture(scope="module", params=[10, 10_000])
def crowd(aws: Cloud, request: pytest.FixtureRequest) -> Crowd:
    hue = open_space()
    courses = [publish(hue.space, LESSONS) for _ in range(5)]
    _enrol_many(aws, hue, courses[0], request.param)
    learner = token_for(hue, ["learner"], ids.new())
    for course in courses:
        at = hue.at(f"/me/enrolments/{course}")
        learner.put(at).ok(201)
        learner.put(f"{at}/progress/1", {"status": "done"}).ok()
        learner.put(f"{at}/progress/a", {"status": "started", "position_s": 95}).ok()
        for quiz in "bc":
            learner.post(f"{at}/attempts", {"lesson": quiz, "answers": HALF}).ok(201)
    return Crowd(hue, courses[0], learner, request.param)


def _enrol_many(aws: Cloud, hue: OpenedSpace, course: str, count: int) -> None:
    table = hue.space.table_name("learning")
    items = [_enrolment(course, ids.new()) for _ in range(count)]
    for start in range(0, count, 25):
        requests = [{"PutRequest": {"Item": to_item(item)}} for item in items[start : start + 25]]
        answer = aws.dynamodb.batch_write_item(RequestItems={table: requests})
        assert not answer["UnprocessedItems"]


def _enrolment(course: str, person: str) -> dict[str, object]:
    pk, sk = items.key(person, course)
    shard = items.index_partition(course, ids.shard(person, items.SHARDS))
    facts = {"v": 1, "st": "active", "at": 1_790_000_000, "seen": 1_790_000_000_000, "done": {"1", "2"}}
    return {"pk": pk, "sk": sk, "c": shard, "cs": f"a#{person}", **facts}


@pytest.fixture
def spent() -> Iterator[Spending]:
    with spending() as heard:
        yield heard
        heard.within_budget()


def test_my_learning_is_one_query(crowd: Crowd, spent: Spending) -> None:
    assert len(crowd.learner.get(crowd.hue.at("/me/enrolments")).ok()["items"]) == 5
    assert (spent.last["calls"], spent.last["rcu"], spent.last["s3_calls"]) == (1, 0.5, 0)


def test_one_enrolment(crowd: Crowd, spent: Spending) -> None:
    crowd.learner.get(crowd.at()).ok()


@pytest.mark.parametrize(
    "report",
    [{"status": "started"}, {"status": "started", "position_s": 120}, {"status": "done"}],
)
def test_a_report_is_one_write_unit(crowd: Crowd, spent: Spending, report: dict[str, object]) -> None:
    for _ in range(2):  # a repetition is no dearer
        crowd.learner.put(f"{crowd.at()}/progress/a", report).ok()
        assert (spent.last["calls"], spent.last["rcu"], spent.last["wcu"]) == (1, 0, 1)


def test_enrolling(crowd: Crowd, spent: Spending) -> None:
    newcomer = token_for(crowd.hue, ["learner"], ids.new())
    newcomer.put(crowd.at()).ok(201)
    assert (spent.last["calls"], spent.last["rcu"], spent.last["wcu"]) == (1, 0, 2)
    newcomer.put(crowd.at()).ok(200)
    assert (spent.last["calls"], spent.last["rcu"]) == (1, 0)


def test_leaving(crowd: Crowd, spent: Spending) -> None:
    newcomer = token_for(crowd.hue, ["learner"], ids.new())
    newcomer.put(crowd.at()).ok(201)
    newcomer.delete(crowd.at())
    assert (spent.last["calls"], spent.last["wcu"]) == (1, 3)


@pytest.mark.parametrize("answers", [RIGHT, HALF, {}])
@pytest.mark.parametrize("more", [{}, {"version": 1}])
def test_submitting_a_quiz(crowd: Crowd, spent: Spending, answers: object, more: dict[str, int]) -> None:
    """Also one that scores less than the best so far."""
    sheet = {"lesson": "b", "answers": answers, **more}
    crowd.learner.post(f"{crowd.at()}/attempts", sheet, headers={"idempotency-key": ids.new()}).ok(201)
    assert (spent.last["calls"], spent.last["rcu"], spent.last["wcu"], spent.last["s3_calls"]) == (2, 0, 2, 0)


def test_reading_attempts(crowd: Crowd, spent: Spending) -> None:
    crowd.learner.get(f"{crowd.at()}/attempts", query={"lesson": "c"}).ok()
    crowd.learner.get(f"{crowd.at()}/attempts/c/1").ok()


def test_late_reports_cost_one_call_more_only_when_they_bring_something(crowd: Crowd) -> None:
    late = {"status": "done", "at": "2026-01-01T00:00:00Z"}
    with spending() as spent:
        crowd.learner.put(f"{crowd.at()}/progress/3", late).ok()
        crowd.learner.put(f"{crowd.at()}/progress/3", late).ok()
    assert [line["calls"] for line in spent.lines] == [2, 1]


def test_the_finishing_report_costs_one_call_more(crowd: Crowd) -> None:
    course = publish(crowd.hue.space, "1 2")
    crowd.learner.put(crowd.at(course)).ok(201)
    with spending() as spent:
        for lesson in ("1", "2", "2"):
            crowd.learner.put(f"{crowd.at(course)}/progress/{lesson}", {"status": "done"}).ok()
    assert [(line["calls"], line["wcu"]) for line in spent.lines] == [(1, 1), (2, 4), (1, 1)]


def test_an_older_version_costs_no_more_once_it_was_met(crowd: Crowd) -> None:
    course = publish(crowd.hue.space, "1 2 3")
    people = [token_for(crowd.hue, ["learner"], ids.new()) for _ in range(3)]
    for person in people:
        person.put(crowd.at(course)).ok(201)
    publish_again(crowd.hue.space, course, "1 2 4", version=2)
    with spending() as spent:
        people[0].get(crowd.at(course)).ok()
        for person in people:
            person.put(f"{crowd.at(course)}/progress/1", {"status": "done"}).ok()
            person.put(f"{crowd.at(course)}/progress/3", {"status": "started"}).ok()
            person.get(crowd.hue.at("/me/enrolments")).ok()
    assert {line["calls"] for line in spent.lines[3:]} == {1}


def test_a_course_archived_is_no_dearer_to_finish(crowd: Crowd) -> None:
    course = publish(crowd.hue.space, "1 2 3")
    crowd.learner.put(crowd.at(course)).ok(201)
    archive(crowd.hue.space, course)
    crowd.learner.put(f"{crowd.at(course)}/progress/1", {"status": "done"}).ok()
    with spending() as spent:
        crowd.learner.put(f"{crowd.at(course)}/progress/2", {"status": "done"}).ok()
    spent.within_budget()


def test_a_page_of_a_courses_learners_touches_few_shards(crowd: Crowd) -> None:
    meter = Meter()
    remembered = METER.set(meter)
    page, more = enrolments.of_course(crowd.hue.space, crowd.course, "active", None, 100)
    METER.reset(remembered)
    assert len(page) == min(crowd.size, 100) or crowd.size == 10
    assert meter.calls <= (items.SHARDS + 1 if crowd.size == 10 else 2)
    assert (more is None) == (crowd.size == 10)
