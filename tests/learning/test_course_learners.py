"""A course's learners, for those who report on them; and moving them to another version over HTTP."""

from __future__ import annotations

import pytest

from chalicelib import ids
from chalicelib.http import paging
from chalicelib.http.paging import BadCursor
from chalicelib.learning import enrolments, items
from chalicelib.learning.models import State
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, token_for
from tests.learning.courses import RIGHT, archive, publish, publish_again


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def crowd(hue: OpenedSpace, course: str, count: int) -> list[str]:
    people = [ids.new() for _ in range(count)]
    for person in people:
        enrolments.enrol(hue.space, person, course)
    return people


def pages(hue: OpenedSpace, course: str, state: State | None, limit: int) -> list[list[str]]:
    found: list[list[str]] = []
    cursor = None
    while True:
        page, cursor = enrolments.of_course(hue.space, course, state, cursor, limit)
        found.append([each.person_id for each in page])
        assert len(page) <= limit
        if cursor is None:
            return found


@pytest.mark.parametrize("limit", [1, 7, 25, 100])
def test_pages_hold_everyone_once(hue: OpenedSpace, limit: int) -> None:
    course = publish(hue.space, "1 2")
    people, others = crowd(hue, course, 40), publish(hue.space, "1")
    crowd(hue, others, 5)
    found = [person for page in pages(hue, course, None, limit) for person in page]
    assert sorted(found) == sorted(people)
    assert [len(page) for page in enrolments.walk(hue.space, course)] == [40]


def test_states_are_told_apart(hue: OpenedSpace) -> None:
    course = publish(hue.space, "1")
    people = crowd(hue, course, 12)
    at = hue.at(f"/me/enrolments/{course}")
    for person in people[:4]:
        token_for(hue, ["learner"], person).put(f"{at}/progress/1", {"status": "done"}).ok()
    for person in people[2:6]:
        enrolments.leave(hue.space, person, course)
    expected: dict[State, list[str]] = {"completed": people[:2], "left": people[2:6], "active": people[6:]}
    for state, those in expected.items():
        found = [person for page in pages(hue, course, state, 5) for person in page]
        assert sorted(found) == sorted(those), state


def test_an_index_that_lags_shows_nobody_in_a_state_that_is_past(hue: OpenedSpace) -> None:
    course = publish(hue.space, "1")
    (person,) = crowd(hue, course, 1)
    hue.space.table("learning").update(*items.key(person, course), "SET fin = :now", {":now": 1})
    assert enrolments.of_course(hue.space, course, "active", None, 10) == ([], None)


@pytest.mark.parametrize("cursor", ["x", paging.encode("a", "b"), paging.encode(3, "zzz"), paging.encode(3, "c#x")])
def test_cursors_of_no_such_list_are_refused(hue: OpenedSpace, cursor: str) -> None:
    with pytest.raises(BadCursor):
        enrolments.of_course(hue.space, ids.new(), "active", cursor, 10)


def test_a_cursor_beyond_the_end_is_the_end(hue: OpenedSpace) -> None:
    assert enrolments.of_course(hue.space, ids.new(), None, paging.encode(2**40, "-"), 10) == ([], None)


def test_an_adopted_course_is_known_by_its_national_id(hue: OpenedSpace) -> None:
    national = ids.new()
    course = publish(hue.space, "1", national=national)
    (person,) = crowd(hue, course, 1)
    ((enrolment,),) = enrolments.walk(hue.space, course)
    assert (enrolment.person_id, enrolment.national) == (person, national)


def test_moving_keeps_what_still_exists(aws: Cloud, hue: OpenedSpace) -> None:
    course = publish(hue.space, "1 2V 3Q 4")
    at = hue.at(f"/me/enrolments/{course}")
    people = crowd(hue, course, 30)
    learner = token_for(hue, ["learner"], people[0])
    for lesson in "14":
        learner.put(f"{at}/progress/{lesson}", {"status": "done"}).ok()
    learner.put(f"{at}/progress/2", {"status": "started", "position_s": 90}).ok()
    learner.post(f"{at}/attempts", {"lesson": "3", "answers": RIGHT}).ok(201)
    finished = token_for(hue, ["learner"], people[1])
    for lesson in "124":
        finished.put(f"{at}/progress/{lesson}", {"status": "done"}).ok()
    finished.post(f"{at}/attempts", {"lesson": "3", "answers": RIGHT}).ok(201)
    enrolments.leave(hue.space, people[2], course)
    publish_again(hue.space, course, "2V 3Q 5 1", version=2)
    reply = hue.author.post(hue.at(f"/courses/{course}/migrations"))
    started = reply.ok(202)
    assert started["to_version"] == 2
    aws.drain()
    job = hue.author.get(reply.headers["location"].removeprefix("/v1")).ok()
    assert (job["state"], job["result"]) == ("done", {"on_version": 28})
    mine = learner.get(at).ok()
    assert (mine["version"], mine["done"], mine["positions"]) == (2, ["3", "1"], {"2": 90})
    assert mine["quizzes"]["3"] == {"attempts": 1, "attempts_left": None, "best_score": 100, "passed": True}
    assert (mine["state"], mine["percent"], mine["next_lesson"]["id"]) == ("active", 50, "2")
    kept = finished.get(at).ok()
    assert (kept["version"], kept["state"], kept["percent"]) == (1, "completed", 100)
    back = token_for(hue, ["learner"], people[2]).put(at).ok(200)
    assert (back["version"], back["update_available"]) == (1, True)


def test_moving_completes_those_who_lacked_only_what_is_gone(aws: Cloud, hue: OpenedSpace) -> None:
    course = publish(hue.space, "1 2")
    (person,) = crowd(hue, course, 1)
    at = hue.at(f"/me/enrolments/{course}")
    learner = token_for(hue, ["learner"], person)
    learner.put(f"{at}/progress/1", {"status": "done"}).ok()
    publish_again(hue.space, course, "1 3?", version=2)
    hue.author.post(hue.at(f"/courses/{course}/migrations"), {"to_version": 2}).ok(202)
    aws.drain()
    assert learner.get(at).ok()["state"] == "completed"


def test_moving_never_goes_back(aws: Cloud, hue: OpenedSpace) -> None:
    course = publish(hue.space, "1 2")
    old = crowd(hue, course, 1)
    publish_again(hue.space, course, "1 3", version=2)
    middle = crowd(hue, course, 1)
    publish_again(hue.space, course, "1 4", version=3)
    new = crowd(hue, course, 1)
    hue.author.post(hue.at(f"/courses/{course}/migrations"), {"to_version": 2}).ok(202)
    aws.drain()
    ((*found,),) = enrolments.walk(hue.space, course)
    on = {each.person_id: each.version for each in found}
    assert on == {old[0]: 2, middle[0]: 2, new[0]: 3}


def test_people_of_an_archived_course_can_be_moved(aws: Cloud, hue: OpenedSpace) -> None:
    course = publish(hue.space, "1 2")
    crowd(hue, course, 1)
    publish_again(hue.space, course, "1 3", version=2)
    archive(hue.space, course)
    assert hue.author.post(hue.at(f"/courses/{course}/migrations")).ok(202)["to_version"] == 2


def test_what_cannot_be_moved(hue: OpenedSpace) -> None:
    course = publish(hue.space, "1")
    address = hue.at(f"/courses/{course}/migrations")
    hue.author.post(address, {"to_version": 9}).refused(404)
    hue.author.post(address, {"to_version": 0}).refused(422)
    hue.author.post(hue.at(f"/courses/{ids.new()}/migrations")).refused(404)
    hue.learner.post(address).refused(403)
    hue.tutor.post(address).refused(403)


def test_one_key_starts_one_move(aws: Cloud, hue: OpenedSpace) -> None:
    course = publish(hue.space, "1")
    key = {"idempotency-key": "m"}
    address = hue.at(f"/courses/{course}/migrations")
    jobs = {hue.author.post(address, headers=key).ok(202)["job"] for _ in range(2)}
    assert len(jobs) == 1
