"""Learning an adopted course to the end, through the API alone: content, quiz and versions are the centre's."""

from __future__ import annotations

import pytest

from chalicelib import ids
from chalicelib.http import caching
from chalicelib.learning import enrolments
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, published_course, quiz_lesson, republished, text_lesson, token_for

RIGHT = {"q1": ["a"], "q2": ["a", "c"]}


@pytest.fixture(scope="module")
def centre(aws: Cloud) -> OpenedSpace:
    return open_space("trung-uong", kind="ministry", name="Bộ Khoa học và Công nghệ")


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def test_an_adopted_course_is_learned_like_ones_own(aws: Cloud, centre: OpenedSpace, hue: OpenedSpace) -> None:
    national = published_course(centre, [text_lesson("1"), quiz_lesson("2"), text_lesson("3")])
    centre.author.post(national.at("/offer")).ok(200)
    course = hue.author.post(hue.at("/courses"), {"adopt": national.id}).ok(201)["id"]
    person = ids.new()
    learner = token_for(hue, ["learner"], person)
    at = hue.at(f"/me/enrolments/{course}")
    learner.put(at).ok(201)
    learner.put(f"{at}/progress/1", {"status": "done"}).ok()
    result = learner.post(f"{at}/attempts", {"lesson": "2", "version": 1, "answers": RIGHT}).ok(201)
    assert (result["passed"], result["standing"]["percent"]) == (True, 66)

    republished(national, [{"id": "a", "title": "Chương 1", "lessons": [text_lesson("1"), quiz_lesson("2")]}])
    centre.author.post(national.at("/offer")).ok(200)
    aws.drain()
    assert learner.get(at).ok()["update_available"] is False, "the space has not taken it yet"
    hue.author.post(hue.at(f"/courses/{course}/versions")).ok()
    assert learner.get(at).ok()["update_available"] is True
    done = learner.post(f"{at}/version").ok()
    assert (done["version"], done["state"], done["percent"]) == (2, "completed", 100)

    enrolment = enrolments.get(hue.space, person, course)
    assert enrolment
    assert enrolment.national == national.id
    aws.drain()
    assert learner.get(hue.at("/me/enrolments"), query={"state": "completed"}).ok()["items"][0]["course"] == course


def test_a_function_that_knows_no_course_yet_applies_its_changes(aws: Cloud, hue: OpenedSpace) -> None:
    """What follows changes looks courses up by itself: it is no process that has answered requests before."""
    course = published_course(hue, [text_lesson("1"), quiz_lesson("2")])
    learner = token_for(hue, ["learner"], ids.new())
    learner.put(hue.at(f"/me/enrolments/{course.id}")).ok(201)
    learner.put(hue.at(f"/me/enrolments/{course.id}/progress/1"), {"status": "done"}).ok()
    caching.forget_everything()
    aws.drain()
    totals = hue.admin.get(hue.at(f"/reports/courses/{course.id}")).ok()["totals"]
    assert totals["enrolments"] == 1
