"""Enrolling and recording progress over HTTP: what each request answers, refuses and keeps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib import clock, config, ids
from chalicelib.courses import store
from tests.api import Api
from tests.courses.writing import uploaded
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, published_course, token_for
from tests.learning.courses import TITLE, archive, publish, publish_again

START = 1_790_000_000


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


@pytest.fixture
def now() -> list[float]:
    """The time, which a test may move: ``now[0] += 60``."""
    moment = [float(START)]
    clock.set_source(lambda: moment[0])
    return moment


def someone(hue: OpenedSpace) -> Api:
    return token_for(hue, ["learner"], ids.new())


def rfc3339(epoch_s: float) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).isoformat()


def enrolled(hue: OpenedSpace, course: str) -> Api:
    learner = someone(hue)
    learner.put(hue.at(f"/me/enrolments/{course}")).ok(201)
    return learner


def test_enrolling_gives_all_that_a_continue_card_needs(hue: OpenedSpace, now: list[float]) -> None:
    course = publish(hue.space, "1 2V 3Q")
    learner = someone(hue)
    card = learner.put(hue.at(f"/me/enrolments/{course}")).ok(201)
    assert card == {
        "course": course,
        "title": TITLE,
        "cover": None,
        "state": "active",
        "version": 1,
        "percent": 0,
        "minutes_left": 15,
        "next_lesson": {"id": "1", "title": "Bài 1", "kind": "text", "minutes": 5},
        "position_s": None,
        "enrolled_at": "2026-09-21T14:13:20Z",
        "last_activity_at": "2026-09-21T14:13:20Z",
        "due": None,
        "completed_at": None,
        "update_available": False,
    }
    assert learner.get(hue.at("/me/enrolments")).ok()["items"] == [card]


def test_a_card_has_the_address_of_the_cover(hue: OpenedSpace) -> None:
    course = published_course(hue, cover=uploaded(hue, "image/png"))
    learner = enrolled(hue, course.id)
    address = learner.get(hue.at("/me/enrolments")).ok()["items"][0]["cover"]
    assert address == learner.get(course.at()).ok()["cover"]
    assert Api().get(address.removeprefix(config.current().public_url)).status == 302


def test_enrolling_again_changes_nothing(hue: OpenedSpace, now: list[float]) -> None:
    course = publish(hue.space, "1 2")
    learner = enrolled(hue, course)
    learner.put(hue.at(f"/me/enrolments/{course}/progress/1"), {"status": "done"}).ok()
    before = learner.get(hue.at(f"/me/enrolments/{course}")).ok()
    now[0] += 60
    learner.put(hue.at(f"/me/enrolments/{course}")).ok(200)
    assert learner.get(hue.at(f"/me/enrolments/{course}")).ok() == before


def test_leaving_and_coming_back_keeps_progress(hue: OpenedSpace, now: list[float]) -> None:
    course = publish(hue.space, "1 2V")
    learner = enrolled(hue, course)
    learner.put(hue.at(f"/me/enrolments/{course}/progress/1"), {"status": "done"}).ok()
    learner.put(hue.at(f"/me/enrolments/{course}/progress/2"), {"status": "started", "position_s": 95}).ok()
    for _ in range(2):
        assert learner.delete(hue.at(f"/me/enrolments/{course}")).status == 204
    assert learner.get(hue.at("/me/enrolments")).ok()["items"] == []
    (left,) = learner.get(hue.at("/me/enrolments"), query={"state": "left"}).ok()["items"]
    assert left["state"] == "left"
    learner.put(hue.at(f"/me/enrolments/{course}/progress/2"), {"status": "done"}).refused(409, "enrolment_left")
    now[0] += 60
    back = learner.put(hue.at(f"/me/enrolments/{course}")).ok(200)
    assert (back["state"], back["percent"], back["position_s"]) == ("active", 50, 95)
    assert back["last_activity_at"] == "2026-09-21T14:14:20Z"


def test_leaving_what_one_never_took(hue: OpenedSpace) -> None:
    course = publish(hue.space, "1")
    someone(hue).delete(hue.at(f"/me/enrolments/{course}")).refused(404, "not_found")


def test_a_completed_course_that_was_left_comes_back_completed(hue: OpenedSpace, now: list[float]) -> None:
    course = publish(hue.space, "1")
    learner = enrolled(hue, course)
    done = learner.put(hue.at(f"/me/enrolments/{course}/progress/1"), {"status": "done"}).ok()
    now[0] += 60
    learner.delete(hue.at(f"/me/enrolments/{course}"))
    back = learner.put(hue.at(f"/me/enrolments/{course}")).ok(200)
    assert (back["state"], back["completed_at"]) == ("completed", done["completed_at"])


def test_an_archived_course_takes_nobody_new_but_is_finished_by_those_in_it(hue: OpenedSpace) -> None:
    course = publish(hue.space, "1 2")
    learner = enrolled(hue, course)
    archive(hue.space, course)
    someone(hue).put(hue.at(f"/me/enrolments/{course}")).refused(409, "course_archived")
    for lesson in ("1", "2"):
        report = learner.put(hue.at(f"/me/enrolments/{course}/progress/{lesson}"), {"status": "done"}).ok()
    assert report["state"] == "completed"


def test_a_draft_takes_nobody(hue: OpenedSpace) -> None:
    course = ids.new()
    at = clock.timestamp()
    head = {"title": TITLE, "summary": "", "language": "vi", "audiences": [], "created_at": at, "updated_at": at}
    store.create_head(hue.space, course, head)
    someone(hue).put(hue.at(f"/me/enrolments/{course}")).refused(409, "course_not_published")


def test_unknown_courses_are_not_found(hue: OpenedSpace) -> None:
    learner, course = someone(hue), ids.new()
    learner.put(hue.at(f"/me/enrolments/{course}")).refused(404, "not_found")
    learner.get(hue.at(f"/me/enrolments/{course}")).refused(404, "not_found")
    learner.put(hue.at(f"/me/enrolments/{course}/progress/1"), {"status": "done"}).refused(404, "not_found")
    learner.put(hue.at("/me/enrolments/khong-phai-ma")).refused(404, "not_found")


def test_progress_needs_an_enrolment(hue: OpenedSpace) -> None:
    course = publish(hue.space, "1")
    problem = someone(hue).put(hue.at(f"/me/enrolments/{course}/progress/1"), {"status": "done"})
    assert "ghi danh" in problem.refused(409, "not_enrolled")["detail"]


def test_lessons_that_are_not_there(hue: OpenedSpace) -> None:
    course = publish(hue.space, "1")
    learner = enrolled(hue, course)
    for lesson, code in (("9", "unknown_lesson"), ("zzzz", "unknown_lesson"), ("Bài-1", "not_found")):
        learner.put(hue.at(f"/me/enrolments/{course}/progress/{lesson}"), {"status": "done"}).refused(404, code)
    assert learner.get(hue.at(f"/me/enrolments/{course}")).ok()["done"] == []


def test_a_quiz_is_not_done_by_saying_so(hue: OpenedSpace) -> None:
    course = publish(hue.space, "1Q")
    learner = enrolled(hue, course)
    learner.put(hue.at(f"/me/enrolments/{course}/progress/1"), {"status": "done"}).refused(422, "quiz_needs_attempt")
    assert learner.put(hue.at(f"/me/enrolments/{course}/progress/1"), {"status": "started"}).ok()["state"] == "active"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"status"}),
        ({"status": "passed"}, {"status"}),
        ({"status": "started", "position_s": -1}, {"position_s"}),
        ({"status": "started", "position_s": 86_401}, {"position_s"}),
        ({"status": "started", "position_s": 1.5}, {"position_s"}),
        ({"status": "started", "at": "2026-11-24T08:30:00"}, {"at"}),
        ({"status": "started", "at": "hôm qua"}, {"at"}),
        ({"status": "started", "percent": 100}, {"percent"}),
        ({"status": 1, "position_s": "x"}, {"status", "position_s"}),
    ],
)
def test_bad_reports_name_every_field(hue: OpenedSpace, body: dict[str, object], fields: set[str]) -> None:
    reply = hue.learner.put(hue.at(f"/me/enrolments/{ids.new()}/progress/1"), body)
    reply.refused(422)
    assert reply.bad_fields == fields


def test_a_report_answers_where_to_go_on(hue: OpenedSpace, now: list[float]) -> None:
    course = publish(hue.space, "1 2V 3")
    learner = enrolled(hue, course)
    now[0] += 10
    answer = learner.put(hue.at(f"/me/enrolments/{course}/progress/2"), {"status": "started", "position_s": 95}).ok()
    assert (answer["lesson"], answer["done"], answer["percent"]) == ("2", False, 0)
    assert (answer["next_lesson"]["id"], answer["position_s"]) == ("2", 95), (
        "the lesson one is in, before those skipped"
    )
    answer = learner.put(hue.at(f"/me/enrolments/{course}/progress/2"), {"status": "done"}).ok()
    assert (answer["done"], answer["percent"], answer["next_lesson"]["id"]) == (True, 33, "1")
    assert answer["position_s"] is None


def test_the_ticks_of_one_enrolment(hue: OpenedSpace, now: list[float]) -> None:
    course = publish(hue.space, "1 2V 3V 4Q", attempts_allowed=3)
    learner = enrolled(hue, course)
    for lesson, body in (
        ("3", {"status": "started", "position_s": 200}),
        ("2", {"status": "started", "position_s": 95}),
        ("1", {"status": "done"}),
    ):
        learner.put(hue.at(f"/me/enrolments/{course}/progress/{lesson}"), body).ok()
    mine = learner.get(hue.at(f"/me/enrolments/{course}")).ok()
    assert (mine["done"], mine["positions"]) == (["1"], {"2": 95, "3": 200})
    assert mine["quizzes"] == {"4": {"attempts": 0, "attempts_left": 3, "best_score": None, "passed": False}}


def test_the_course_is_complete_with_its_last_required_lesson(hue: OpenedSpace, now: list[float]) -> None:
    course = publish(hue.space, "1 2? 3")
    learner = enrolled(hue, course)
    learner.put(hue.at(f"/me/enrolments/{course}/progress/1"), {"status": "done"}).ok()
    now[0] += 5
    answer = learner.put(hue.at(f"/me/enrolments/{course}/progress/3"), {"status": "done"}).ok()
    assert (answer["state"], answer["percent"], answer["completed_at"]) == ("completed", 100, "2026-09-21T14:13:25Z")
    now[0] += 5
    answer = learner.put(hue.at(f"/me/enrolments/{course}/progress/2"), {"status": "done"}).ok()
    assert answer["completed_at"] == "2026-09-21T14:13:25Z", "what is done afterwards changes nothing of it"


def test_late_reports_of_a_queue_count(hue: OpenedSpace, now: list[float]) -> None:
    course = publish(hue.space, "1 2V 3V")
    learner = enrolled(hue, course)
    now[0] += 600
    at = hue.at(f"/me/enrolments/{course}/progress")
    learner.put(f"{at}/3", {"status": "started", "position_s": 10}).ok()
    late = {"at": rfc3339(START + 300)}
    assert learner.put(f"{at}/1", {"status": "done", **late}).ok()["done"] is True
    answer = learner.put(f"{at}/2", {"status": "started", "position_s": 77, **late}).ok()
    assert (answer["next_lesson"]["id"], answer["last_activity_at"]) == ("3", "2026-09-21T14:23:20Z")
    mine = learner.get(hue.at(f"/me/enrolments/{course}")).ok()
    assert (mine["done"], mine["positions"]) == (["1"], {"2": 77, "3": 10})


@pytest.mark.parametrize("ahead_s", [60, 86_400 * 365 * 30])
def test_a_clock_that_is_ahead_does_not_block_what_follows(hue: OpenedSpace, now: list[float], ahead_s: int) -> None:
    course = publish(hue.space, "1V")
    learner = enrolled(hue, course)
    at = hue.at(f"/me/enrolments/{course}/progress/1")
    learner.put(at, {"status": "started", "position_s": 10, "at": rfc3339(START + ahead_s)}).ok()
    now[0] += 1
    assert learner.put(at, {"status": "started", "position_s": 5}).ok()["position_s"] == 5


def test_a_clock_that_is_decades_behind_loses_nothing(hue: OpenedSpace, now: list[float]) -> None:
    course = publish(hue.space, "1 2")
    learner = enrolled(hue, course)
    at = hue.at(f"/me/enrolments/{course}/progress/1")
    answer = learner.put(at, {"status": "done", "at": "1955-01-01T00:00:00Z"}).ok()
    assert (answer["done"], answer["last_activity_at"]) == (True, "2026-09-21T14:13:20Z")


def test_newest_activity_first_and_paged(hue: OpenedSpace, now: list[float]) -> None:
    courses = [publish(hue.space, "1 2") for _ in range(3)]
    learner = someone(hue)
    for course in courses:
        now[0] += 1
        learner.put(hue.at(f"/me/enrolments/{course}")).ok(201)
    now[0] += 1
    learner.put(hue.at(f"/me/enrolments/{courses[0]}/progress/1"), {"status": "started"}).ok()
    cards = learner.get(hue.at("/me/enrolments")).ok()["items"]
    assert [card["course"] for card in cards] == [courses[0], courses[2], courses[1]]
    first = learner.get(hue.at("/me/enrolments"), query={"limit": 2}).ok()
    rest = learner.get(hue.at("/me/enrolments"), query={"limit": 2, "cursor": first["next"]}).ok()
    assert {card["course"] for card in first["items"] + rest["items"]} == set(courses)
    assert rest["next"] is None


def test_states_filter(hue: OpenedSpace) -> None:
    done, begun = publish(hue.space, "1"), publish(hue.space, "1 2")
    learner = someone(hue)
    for course in (done, begun):
        learner.put(hue.at(f"/me/enrolments/{course}")).ok(201)
        learner.put(hue.at(f"/me/enrolments/{course}/progress/1"), {"status": "done"}).ok()
    for state, course in (("completed", done), ("active", begun)):
        items = learner.get(hue.at("/me/enrolments"), query={"state": state}).ok()["items"]
        assert [card["course"] for card in items] == [course]
    learner.get(hue.at("/me/enrolments"), query={"state": "finished"}).refused(422)


def test_enrolments_are_ones_own(hue: OpenedSpace) -> None:
    course = publish(hue.space, "1")
    enrolled(hue, course)
    other = someone(hue)
    assert other.get(hue.at("/me/enrolments")).ok()["items"] == []
    other.get(hue.at(f"/me/enrolments/{course}")).refused(404, "not_found")


def test_people_in_mid_course_stay_on_their_version(hue: OpenedSpace) -> None:
    course = publish(hue.space, "1 2")
    learner = enrolled(hue, course)
    publish_again(hue.space, course, "1 3", version=2)
    at = hue.at(f"/me/enrolments/{course}")
    learner.put(f"{at}/progress/3", {"status": "done"}).refused(404, "unknown_lesson")
    for lesson in ("1", "2"):
        answer = learner.put(f"{at}/progress/{lesson}", {"status": "done"}).ok()
    assert (answer["state"], answer["version"], answer["percent"]) == ("completed", 1, 100)
    assert learner.get(at).ok()["done"] == ["1", "2"]
    newcomer = enrolled(hue, course)
    newcomer.put(f"{at}/progress/2", {"status": "done"}).refused(404, "unknown_lesson")
    newcomer.put(f"{at}/progress/3", {"status": "done"}).ok()


def test_an_update_is_told_to_those_in_mid_course(hue: OpenedSpace) -> None:
    course = publish(hue.space, "1 2")
    learner, finished = enrolled(hue, course), enrolled(hue, course)
    at = hue.at(f"/me/enrolments/{course}")
    for lesson in ("1", "2"):
        finished.put(f"{at}/progress/{lesson}", {"status": "done"}).ok()
    publish_again(hue.space, course, "1 2 3", version=2)
    assert learner.get(at).ok()["update_available"] is True
    assert finished.get(at).ok()["update_available"] is False
    taken = learner.post(f"{at}/version").ok()
    assert (taken["version"], taken["update_available"]) == (2, False)
    kept = finished.post(f"{at}/version").ok()
    assert (kept["version"], kept["state"], kept["percent"]) == (1, "completed", 100)


def test_a_lesson_that_became_a_quiz_is_to_be_passed(hue: OpenedSpace) -> None:
    course = publish(hue.space, "1 2")
    learner = enrolled(hue, course)
    at = hue.at(f"/me/enrolments/{course}")
    publish_again(hue.space, course, "1Q 2", version=2)
    learner.put(f"{at}/progress/1", {"status": "done"}).ok()
    assert learner.get(at).ok()["done"] == ["1"]
    assert learner.post(f"{at}/version").ok()["done"] == []
    learner.put(f"{at}/progress/1", {"status": "done"}).refused(422, "quiz_needs_attempt")
