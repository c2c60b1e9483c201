"""Enrolling an audience, a unit, a list or people by name: everyone once, wherever it is killed."""

from __future__ import annotations

import pytest

from chalicelib import clock, ids
from chalicelib.jobs import queue
from chalicelib.learning import enrolments
from chalicelib.people import persons
from chalicelib.rosters import rosters
from tests.assignments.orders import DUE, counts, enrolled, ordered, ordered_and_done, result
from tests.assignments.people import crowd, person
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, token_for
from tests.learning.courses import archive, publish
from tests.rosters.loading import DATA, checked, committed
from tests.spending import spending


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def test_a_unit_and_what_is_under_it_is_enrolled_with_a_deadline(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    above = person(space, "An", unit=["UBND thành phố"])
    below = person(space, "Bình", unit=["UBND thành phố", "Sở Nội vụ"], audiences=["public-sector"])
    beside = person(space, "Chi", unit=["UBND thành phố Đông Hà"])
    gone = person(space, "Dũng", unit=["UBND thành phố"], deactivated=True)
    job = ordered(space, course, unit=above.unit, due_on=DUE)
    aws.drain()
    assert result(space, job) == counts(new=2, passed=1)
    found = enrolled(space, course, [above.id, below.id, beside.id, gone.id])
    assert {each: (item.due, item.required_by) for each, item in found.items()} == {
        above.id: (DUE, job), below.id: (DUE, job),
    }  # fmt: skip
    assert found[below.id].audiences == ("public-sector",)
    learner = token_for(space, ["learner"], below.id)
    assert learner.get(space.at("/me/enrolments")).ok()["items"][0]["due"] == DUE
    assert learner.get(space.at("/me/home")).ok()["required"][0]["due"] == DUE
    assert result(space, ordered_and_done(aws, space, course, unit=above.unit, due_on=DUE)) == counts(
        unchanged=2, passed=1
    )


def test_everyone_keeps_what_they_have_and_gets_the_newest_deadline(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1 2")
    people = {name: person(space, name).id for name in ("mới", "đang học", "đã rời", "đã xong", "có hạn")}
    learners = {name: token_for(space, ["learner"], each) for name, each in people.items()}
    at = space.at(f"/me/enrolments/{course}")
    for name in ("đang học", "đã rời", "đã xong"):
        learners[name].put(at).ok(201)
        learners[name].put(f"{at}/progress/1", {"status": "done"}).ok()
    learners["đã xong"].put(f"{at}/progress/2", {"status": "done"}).ok()
    learners["đã rời"].delete(at).ok(204)
    ordered_and_done(aws, space, course, people=[people["có hạn"]], due_on="2027-01-31")
    job = ordered_and_done(aws, space, course, people=[*people.values()], due_on=DUE)
    assert result(space, job) == counts(new=1, changed=3, unchanged=1)
    found = enrolled(space, course, people.values())
    assert {name: found[each].due for name, each in people.items()} == {
        "mới": DUE, "đang học": DUE, "đã rời": DUE, "có hạn": DUE, "đã xong": None,
    }  # fmt: skip
    assert all(each.active for each in found.values())
    assert found[people["đã rời"]].done == {"1"}
    assert learners["đã rời"].get(at).ok()["percent"] == 50
    released = ordered_and_done(aws, space, course, people=[people["mới"], people["đã rời"]])
    assert result(space, released) == counts(changed=2)
    assert {each.due for each in enrolled(space, course, [people["mới"], people["đã rời"]]).values()} == {None}
    report = space.admin.get(space.at(f"/reports/courses/{course}")).ok()
    assert report["totals"]["enrolments"] == 5
    assert sorted(each["due"] or "" for each in report["items"]) == ["", "", "", DUE, DUE]


def test_what_is_due_cannot_be_left_before_it_is_completed(aws: Cloud) -> None:
    space = open_space()
    course, lan = publish(space.space, "1"), person(space, "Lan")
    ordered_and_done(aws, space, course, people=[lan.id], due_on=DUE)
    learner, at = token_for(space, ["learner"], lan.id), space.at(f"/me/enrolments/{course}")
    problem = learner.delete(at).refused(409, "enrolment_required")
    assert "31/03/2027" in problem["detail"]
    learner.put(f"{at}/progress/1", {"status": "done"}).ok()
    learner.delete(at).ok(204)


def test_an_audience_of_many_is_enrolled_in_few_calls_and_the_progress_is_seen(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    people = crowd(space, 450, "students")
    with spending() as spent:
        job = ordered_and_done(aws, space, course, audience="students", due_on=DUE)
    assert result(space, job) == counts(new=450)
    seen = space.admin.get(space.at(f"/jobs/{job}")).ok()
    assert (seen["done"], seen["total"]) == (450, 450)
    assert len(enrolled(space, course, people)) == 450
    (line,) = [each for each in spent.lines if each.get("kind") == "assignments.enrol"]
    assert line["calls"] < 75  # eight slices of five calls, their counting and what a cold container reads


def test_3500_people_at_once_are_each_enrolled_once_though_it_is_killed_in_the_middle(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    people = crowd(space, 3_500, "workers")
    job = ordered(space, course, audience="workers", due_on=DUE)
    killed = clock.epoch_s()
    with spending() as spent:
        for tries, call in enumerate((61, 62, 63)):
            with killed_at(call) as kill:
                queue.run(space.slug, job)
            assert kill.happened
            later = killed + 120 * (tries + 1)
            clock.set_source(lambda later=later: later)  # type: ignore[misc]
        queue.run(space.slug, job)
    clock.set_source(None)
    assert result(space, job) == counts(new=3_500)
    found = enrolled(space, course, people)
    assert len(found) == 3_500
    assert {(each.due, each.required_by) for each in found.values()} == {(DUE, job)}
    listed: list[str] = []
    cursor = None
    while True:
        page, cursor = enrolments.of_course(space.space, course, "active", cursor, 100)
        listed += [each.person_id for each in page]
        if cursor is None:
            break
    assert sorted(listed) == sorted(people)
    (line,) = [each for each in spent.lines if each.get("kind") == "assignments.enrol" and each["outcome"] == "done"]
    assert line["calls"] < 240  # six for each hundred


def test_killed_at_any_call_everyone_is_enrolled_once_and_counted_once(aws: Cloud) -> None:
    space = open_space()
    people = crowd(space, 30, "workers")
    one = [person(space, f"An {number}", audiences=["workers"]).id for number in range(3)]
    started = clock.epoch_s()
    for call in range(1, 200):
        course = publish(space.space, "1")
        token_for(space, ["learner"], one[0]).put(space.at(f"/me/enrolments/{course}")).ok(201)
        job = ordered(space, course, audience="workers", due_on=DUE)
        with killed_at(call) as kill:
            queue.run(space.slug, job)
        if not kill.happened:
            break
        later = started + call * 120
        clock.set_source(lambda later=later: later)  # type: ignore[misc]
        queue.run(space.slug, job)
        assert (queue.find(space.slug, job).result or {}) == counts(new=32, changed=1), call
        assert {each.due for each in enrolled(space, course, [*people, *one]).values()} == {DUE}
    assert call > 12


def test_two_orders_at_once_leave_one_deadline(aws: Cloud) -> None:
    """The second finds the first's between its reading and its writing."""
    space = open_space()
    course = publish(space.space, "1")
    people = [person(space, f"An {number}").id for number in range(4)]
    first, second = (ordered(space, course, people=people, due_on=day) for day in (DUE, "2027-04-30"))
    with killed_at(4):
        queue.run(space.slug, first)
    queue.run(space.slug, second)
    assert {each.due for each in enrolled(space, course, people).values()} == {"2027-04-30"}
    assert sum((queue.find(space.slug, second).result or {}).values()) == 4


def test_an_order_longer_than_an_invocation_goes_on(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    crowd(space, 40, "students")
    job = ordered(space, course, audience="students")
    for _ in range(10):
        queue.run(space.slug, job, remaining_ms=0)
        if queue.find(space.slug, job).state == "done":
            break
    assert queue.find(space.slug, job).result == counts(new=40)


def test_who_is_not_there_is_passed_over(aws: Cloud, hue: OpenedSpace) -> None:
    course = publish(hue.space, "1")
    lan = person(hue, "Lan")
    job = ordered_and_done(aws, hue, course, people=[ids.new(), lan.id])
    assert result(hue, job) == counts(new=1, passed=1)
    assert enrolled(hue, course, [lan.id])[lan.id].due is None


def test_who_left_the_audience_meanwhile_is_not_enrolled(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    stays, goes = (person(space, name, audiences=["students"]) for name in ("An", "Bình"))
    job = ordered(space, course, audience="students")
    persons.change(space.space, goes, goes.grouped([], 2))
    aws.drain()
    assert result(space, job)["new"] == 1
    assert enrolled(space, course, [stays.id, goes.id]).keys() == {stays.id}


def test_everyone_of_a_list_is_enrolled(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    roster = committed(aws, space, (DATA / "truth.csv").read_bytes())["id"]
    with spending() as spent:
        job = ordered_and_done(aws, space, course, roster=roster, due_on=DUE)
    assert result(space, job) == counts(new=2_000)
    seen = space.admin.get(space.at(f"/jobs/{job}")).ok()
    assert (seen["done"], seen["total"]) == (2_000, 2_000)
    (line,) = [each for each in spent.lines if each.get("kind") == "assignments.enrol"]
    assert line["calls"] < 160  # pages of five hundred, in six slices of six calls
    people, _ = rosters.people_of(space.space, roster)
    assert enrolled(space, course, people).keys() == {*people}
    assert result(space, ordered_and_done(aws, space, course, roster=roster, due_on=DUE)) == counts(unchanged=2_000)


def test_a_list_that_is_not_taken_over_cannot_be_enrolled(aws: Cloud, hue: OpenedSpace) -> None:
    course = publish(hue.space, "1")
    roster = checked(aws, hue, b"ma;ho ten\nCB999;Le Van Cuong\n")["id"]
    where = hue.at(f"/courses/{course}/enrolments")
    hue.admin.post(where, {"roster": roster}).refused(409, "roster_not_committed")


@pytest.mark.parametrize(
    "body",
    [{}, {"audience": "students", "unit": "4q2xw7ha"}, {"people": []}, {"unit": "../x"}, {"people": ["x"]}],
)
def test_whom_must_be_said_once(hue: OpenedSpace, body: dict[str, object]) -> None:
    course = publish(hue.space, "1")
    hue.admin.post(hue.at(f"/courses/{course}/enrolments"), body).refused(422, "invalid_input")


def test_a_past_deadline_is_refused(hue: OpenedSpace) -> None:
    course = publish(hue.space, "1")
    body = {"audience": "students", "due_on": "2020-01-01"}
    problem = hue.admin.post(hue.at(f"/courses/{course}/enrolments"), body).refused(422, "invalid_input")
    assert [(each["field"], each["code"]) for each in problem["errors"]] == [("due_on", "due_past")]


def test_what_is_not_there_cannot_be_ordered(hue: OpenedSpace) -> None:
    course = publish(hue.space, "1")
    where = hue.at(f"/courses/{course}/enrolments")
    hue.admin.post(hue.at(f"/courses/{ids.new()}/enrolments"), {"audience": "students"}).refused(404, "not_found")
    for whom in ({"audience": ids.new()}, {"unit": "4q2xw7ha"}, {"roster": ids.new()}):
        hue.admin.post(where, whom).refused(404, "not_found")
    archive(hue.space, course)
    hue.admin.post(where, {"audience": "students"}).refused(409, "course_archived")
    hue.author.post(where, {"audience": "students"}).refused(403, "forbidden")


def test_the_same_idempotency_key_orders_once(aws: Cloud, hue: OpenedSpace) -> None:
    course, lan = publish(hue.space, "1"), person(hue, "Lan")
    where, headers = hue.at(f"/courses/{course}/enrolments"), {"idempotency-key": "ghi-danh-1"}
    admin = hue.admin
    jobs = {admin.post(where, {"people": [lan.id]}, headers=headers).ok(202)["job"] for _ in range(2)}
    assert len(jobs) == 1


def test_who_required_it_stands_in_the_audit_trail(aws: Cloud) -> None:
    space = open_space()
    course, lan = publish(space.space, "1"), person(space, "Lan")
    job = ordered_and_done(aws, space, course, people=[lan.id], due_on=DUE)
    trail = space.admin.get(space.at("/audit")).ok()["items"]
    (record,) = [each for each in trail if each["operation"] == "enrol_many"]
    assert record["made"] == job == enrolled(space, course, [lan.id])[lan.id].required_by
    assert record["given"]["due_on"] == DUE
