"""Orders called off while they run, and undone: everyone once, wherever it is killed."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import clock, ids
from chalicelib.assignments import store
from chalicelib.jobs import queue
from chalicelib.learning import store as learning
from chalicelib.storage.table import TransactionFailed, transact
from tests.assignments.orders import DUE, counts, enrolled, ordered, ordered_and_done, result
from tests.assignments.people import crowd, person
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, token_for
from tests.learning.courses import archive, publish
from tests.spending import spending

LATER = "2027-04-30"


def order_of(space: OpenedSpace, order: str) -> dict[str, Any]:
    found: dict[str, Any] = space.admin.get(space.at(f"/orders/{order}")).ok()
    return found


def undo(aws: Cloud, space: OpenedSpace, order: str) -> dict[str, int]:
    """Have an order undone; gives what that came to."""
    reply = space.admin.post(space.at(f"/orders/{order}/undo"))
    job = reply.ok(202)["undo"]
    assert reply.headers["location"] == f"/v1{space.at('/jobs/' + job)}"
    aws.drain()
    found = order_of(space, order)
    assert found["state"] == "undone"
    assert result(space, job) == found["undone"]
    came_to: dict[str, int] = found["undone"]
    return came_to


def undone(removed: int = 0, released: int = 0, unchanged: int = 0) -> dict[str, int]:
    return {"removed": removed, "released": released, "unchanged": unchanged}


def report(space: OpenedSpace, course: str, lesson: str, who: str) -> None:
    at = space.at(f"/me/enrolments/{course}/progress/{lesson}")
    token_for(space, ["learner"], who).put(at, {"status": "done"}).ok()


def test_who_has_not_begun_is_unenrolled_and_who_has_keeps_their_progress(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1 2")
    idle, begun, done, own = (person(space, name).id for name in ("An", "Bình", "Chi", "Dũng"))
    at = space.at(f"/me/enrolments/{course}")
    token_for(space, ["learner"], own).put(at).ok(201)
    order = ordered_and_done(aws, space, course, people=[idle, begun, done, own], due_on=DUE)
    for who, lessons in ((begun, "1"), (done, "12")):
        for lesson in lessons:
            report(space, course, lesson, who)
    assert undo(aws, space, order) == undone(removed=1, released=2, unchanged=1)
    found = enrolled(space, course, [idle, begun, done, own])
    assert found.keys() == {begun, done, own}
    assert found[begun].done == {"1"}
    assert (found[begun].due, found[own].due, found[done].due) == (None, None, DUE)
    assert token_for(space, ["learner"], idle).get(space.at("/me/home")).ok()["required"] == []
    token_for(space, ["learner"], begun).delete(at).ok(204)
    totals = space.admin.get(space.at(f"/reports/courses/{course}")).ok()["totals"]
    assert totals["enrolments"] == 2 + 1


def test_what_was_required_before_holds_again(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1 2")
    due, left, back = (person(space, name).id for name in ("An", "Bình", "Chi"))
    at = space.at(f"/me/enrolments/{course}")
    for who in (left, back):
        learner = token_for(space, ["learner"], who)
        learner.put(at).ok(201)
        learner.delete(at).ok(204)
    first = ordered_and_done(aws, space, course, people=[due], due_on=DUE)
    second = ordered_and_done(aws, space, course, people=[due, left, back], due_on=LATER)
    report(space, course, "1", back)
    assert undo(aws, space, second) == undone(released=3)
    found = enrolled(space, course, [due, left, back])
    assert (found[due].due, found[due].required_by, found[due].active) == (DUE, first, True)
    assert (found[left].due, found[left].active) == (None, False)
    assert (found[back].due, found[back].active) == (None, True)
    assert undo(aws, space, first) == undone(removed=1)


def test_an_order_that_a_newer_one_replaced_leaves_that_alone_and_never_comes_back(aws: Cloud) -> None:
    space = open_space()
    course, lan = publish(space.space, "1"), person(space, "Lan").id
    first = ordered_and_done(aws, space, course, people=[lan], due_on=DUE)
    second = ordered_and_done(aws, space, course, people=[lan], due_on=LATER)
    assert undo(aws, space, first) == undone(unchanged=1)
    assert enrolled(space, course, [lan])[lan].due == LATER
    assert undo(aws, space, second) == undone(released=1)
    assert enrolled(space, course, [lan])[lan].due is None


def test_cancelled_while_it_runs_it_enrols_nobody_more_and_can_be_undone(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    people = crowd(space, 250, "students")
    order = ordered(space, course, audience="students", due_on=DUE)
    queue.run(space.slug, order, remaining_ms=0)  # its first slice
    enrolled_by_then = len(enrolled(space, course, people))
    assert 0 < enrolled_by_then < 250
    for _ in range(2):
        assert space.admin.post(space.at(f"/orders/{order}/cancel")).ok()["state"] == "cancelled"
    aws.drain()
    assert len(enrolled(space, course, people)) == enrolled_by_then
    assert result(space, order) == counts(new=enrolled_by_then)
    found = order_of(space, order)
    assert (found["state"], found["result"]["new"]) == ("cancelled", enrolled_by_then)
    assert undo(aws, space, order) == undone(removed=enrolled_by_then)
    assert enrolled(space, course, people) == {}


def test_cancelled_in_the_middle_of_a_slice_that_slice_is_not_written(aws: Cloud) -> None:
    """Whatever call the order is at when it is cancelled, nobody is enrolled afterwards."""
    space = open_space()
    people = crowd(space, 20, "students")
    for call in range(1, 60):
        course = publish(space.space, "1")
        order = ordered(space, course, audience="students")
        with killed_at(call) as kill:
            queue.run(space.slug, order)
        if not kill.happened:
            break
        if space.admin.post(space.at(f"/orders/{order}/cancel")).status != 200:
            continue  # it had come to its end
        by_then = len(enrolled(space, course, people))
        later = clock.epoch_s() + 120
        clock.set_source(lambda later=later: later)  # type: ignore[misc]
        queue.run(space.slug, order)
        assert len(enrolled(space, course, people)) == by_then, call
    clock.set_source(None)
    assert call > 12


def test_undone_while_it_runs_nobody_stays(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    people = crowd(space, 250, "students")
    order = ordered(space, course, audience="students", due_on=DUE)
    queue.run(space.slug, order, remaining_ms=0)
    assert undo(aws, space, order)["removed"] > 0
    assert enrolled(space, course, people) == {}
    assert order_of(space, order)["state"] == "undone"


def test_killed_at_any_call_everyone_is_undone_once_and_counted_once(aws: Cloud) -> None:
    space = open_space()
    people = crowd(space, 8, "workers")
    begun = person(space, "An", audiences=["workers"]).id
    own = person(space, "Bình", audiences=["workers"]).id
    started = clock.epoch_s()
    for call in range(1, 60):
        course = publish(space.space, "1 2")
        token_for(space, ["learner"], own).put(space.at(f"/me/enrolments/{course}")).ok(201)
        order = ordered(space, course, audience="workers", due_on=DUE)
        queue.run(space.slug, order)
        report(space, course, "1", begun)
        job = space.admin.post(space.at(f"/orders/{order}/undo")).ok(202)["undo"]
        with killed_at(call) as kill:
            queue.run(space.slug, job)
        if not kill.happened:
            break
        later = started + call * 120
        clock.set_source(lambda later=later: later)  # type: ignore[misc]
        queue.run(space.slug, job)
        assert queue.find(space.slug, job).result == undone(removed=8, released=2), call
        assert enrolled(space, course, [*people, begun, own]).keys() == {begun, own}
    clock.set_source(None)
    assert call > 5


def test_who_begins_while_it_is_undone_keeps_what_they_do(aws: Cloud) -> None:
    space = open_space()
    course, lan = publish(space.space, "1 2"), person(space, "Lan").id
    order = ordered_and_done(aws, space, course, people=[lan], due_on=DUE)
    stale = enrolled(space, course, [lan])[lan]
    report(space, course, "1", lan)
    with pytest.raises(TransactionFailed):
        transact([learning.removing(space.space, stale)])
    assert undo(aws, space, order) == undone(released=1)


def test_asked_twice_it_is_undone_once(aws: Cloud) -> None:
    space = open_space()
    course, lan = publish(space.space, "1"), person(space, "Lan").id
    order = ordered_and_done(aws, space, course, people=[lan], due_on=DUE)
    at = space.at(f"/orders/{order}/undo")
    jobs = {space.admin.post(at).ok(202)["undo"] for _ in range(2)}
    aws.drain()
    jobs.add(space.admin.post(at).ok(202)["undo"])
    assert len(jobs) == 1
    assert order_of(space, order)["undone"] == undone(removed=1)


def test_an_undoing_that_failed_can_be_asked_for_again(aws: Cloud) -> None:
    space = open_space()
    course, lan = publish(space.space, "1"), person(space, "Lan").id
    order = ordered_and_done(aws, space, course, people=[lan], due_on=DUE)
    at = space.at(f"/orders/{order}/undo")
    first = space.admin.post(at).ok(202)["undo"]
    for attempt in range(1, 12):
        later = clock.epoch_s() + 400 * attempt
        clock.set_source(lambda later=later: later)  # type: ignore[misc]
        with killed_at(2):
            queue.run(space.slug, first)
    clock.set_source(None)
    assert queue.find(space.slug, first).state == "failed"
    again = space.admin.post(at).ok(202)["undo"]
    assert again != first
    aws.drain()
    assert order_of(space, order)["undone"] == undone(removed=1)


def test_orders_are_listed_newest_first_with_what_came_of_them(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    who = person(space, "An", unit=["UBND thành phố"], audiences=["students"])
    first = ordered_and_done(aws, space, course, people=[who.id], due_on=DUE)
    second = ordered_and_done(aws, space, course, unit=who.unit)
    third = ordered(space, course, audience="students")
    page = space.tutor.get(space.at("/orders"), query={"limit": 2}).ok()
    rest = space.tutor.get(space.at("/orders"), query={"limit": 2, "cursor": page["next"]}).ok()
    listed = [*page["items"], *rest["items"]]
    assert [each["id"] for each in listed] == [third, second, first]
    assert [each["state"] for each in listed] == ["running", "done", "done"]
    assert [(each["audience"], each["unit"], each["people"]) for each in listed] == [
        ("students", None, None), (None, who.unit, None), (None, None, 1),
    ]  # fmt: skip
    assert (listed[2]["due_on"], listed[2]["result"]["new"]) == (DUE, 1)
    assert rest["next"] is None


def test_an_order_of_a_course_that_was_archived_meanwhile_fails_and_says_so(aws: Cloud) -> None:
    space = open_space()
    course, lan = publish(space.space, "1"), person(space, "Lan").id
    order = ordered(space, course, people=[lan], due_on=DUE)
    archive(space.space, course)
    aws.drain()
    assert order_of(space, order)["state"] == "failed"
    assert space.admin.get(space.at(f"/jobs/{order}")).ok()["error"]["code"] == "course_archived"
    assert undo(aws, space, order) == undone()


def test_an_archived_course_s_order_can_be_undone(aws: Cloud) -> None:
    space = open_space()
    course, lan = publish(space.space, "1"), person(space, "Lan").id
    order = ordered_and_done(aws, space, course, people=[lan], due_on=DUE)
    archive(space.space, course)
    assert undo(aws, space, order) == undone(removed=1)


def test_what_has_ended_cannot_be_cancelled_and_what_is_not_there_is_not_found(aws: Cloud) -> None:
    space, other = open_space(), open_space()
    course, lan = publish(space.space, "1"), person(space, "Lan").id
    order = ordered_and_done(aws, space, course, people=[lan])
    space.admin.post(space.at(f"/orders/{order}/cancel")).refused(409, "order_ended")
    other.admin.post(other.at(f"/orders/{order}/undo")).refused(404, "not_found")
    for at in (f"/orders/{ids.new()}/cancel", f"/orders/{ids.new()}/undo"):
        space.admin.post(space.at(at)).refused(404, "not_found")
        space.tutor.post(space.at(at)).refused(403, "forbidden")
    space.admin.get(space.at(f"/orders/{ids.new()}")).refused(404, "not_found")


def test_whoever_undid_it_stands_in_the_audit_trail(aws: Cloud) -> None:
    space = open_space()
    course, lan = publish(space.space, "1"), person(space, "Lan").id
    order = ordered_and_done(aws, space, course, people=[lan], due_on=DUE)
    undo(aws, space, order)
    trail = space.admin.get(space.at("/audit")).ok()["items"]
    assert "undo_order" in [each["operation"] for each in trail]


def test_undoing_many_takes_few_calls_and_the_progress_is_seen(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    crowd(space, 450, "students")
    order = ordered_and_done(aws, space, course, audience="students", due_on=DUE)
    with spending() as spent:
        undo(aws, space, order)
    (line,) = [each for each in spent.lines if each.get("kind") == "assignments.undo"]
    assert line["calls"] < 40
    job = space.admin.get(space.at(f"/jobs/{order_of(space, order)['undo']}")).ok()
    assert (job["done"], job["total"]) == (450, 450)
    found, _ = store.slices(space.space, order, "", 100)
    assert sum(len(each.people) for each in found) == 0
