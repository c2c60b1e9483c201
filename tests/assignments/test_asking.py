"""What a course needs to know is asked one thing at a time, when it is opened, and nobody must answer."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import ids
from tests.api import Api
from tests.audiences.people import put
from tests.emulated import Cloud
from tests.factories import CourseRef, OpenedSpace, open_space, published_course, token_for
from tests.spending import spending


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def next_of(me: Api, course: CourseRef, *skip: str) -> tuple[str | None, int]:
    """The next field that a course asks of me, and how many are left."""
    answer: Any = me.get(course.space.at("/me/profile/next"), query={"course": course.id, "skip": ",".join(skip)}).ok()
    return answer["field"] and answer["field"]["name"], answer["remaining"]


def test_one_field_after_the_other_until_nothing_is_left_to_ask(hue: OpenedSpace) -> None:
    course = published_course(hue, asks=["occupation", "birth", "province"])
    person = put(hue, province="46")
    me = token_for(hue, ["learner"], person.id)
    assert next_of(me, course) == ("occupation", 2)
    me.patch(hue.at("/me/profile"), {"occupation": "farmer"}).ok()
    with spending() as spent:
        assert next_of(me, course) == ("birth", 1)
    spent.within_budget()
    assert next_of(me, course, "birth") == (None, 0)
    me.patch(hue.at("/me/profile"), {"birth": "1996"}).ok()
    assert next_of(me, course) == (None, 0)


def test_what_is_asked_says_what_for_and_which_answers_there_are(hue: OpenedSpace) -> None:
    course = published_course(hue, asks=["occupation"])
    me = token_for(hue, ["learner"], put(hue).id)
    asked = me.get(hue.at("/me/profile/next"), query={"course": course.id}).ok()["field"]
    assert {"value": "farmer", "label_vi": "Nông dân", "label_en": "Farmer"} in asked["choices"]
    assert asked["label_vi"]
    assert asked["purpose_vi"]
    assert asked["purpose_en"]


def test_a_course_that_asks_nothing_asks_nothing(hue: OpenedSpace) -> None:
    course = published_course(hue)
    me = token_for(hue, ["learner"], put(hue).id)
    me.get(hue.at("/me/profile/next"), query={"course": course.id}).ok()
    with spending() as spent:
        assert next_of(me, course) == (None, 0)
    assert spent.last["calls"] == 0


def test_a_course_asks_only_what_the_space_asks_for(hue: OpenedSpace) -> None:
    course = published_course(hue, asks=["gender", "birth"])
    me = token_for(hue, ["learner"], put(hue).id)
    assert next_of(me, course) == ("gender", 2)
    hue.admin.put(hue.at("/profile-fields"), {"asked": ["birth"]}, headers={"if-match": "*"}).ok()
    assert next_of(me, course) == ("birth", 1)


def test_authors_say_what_a_course_needs(hue: OpenedSpace) -> None:
    course = published_course(hue, asks=["birth"])
    assert hue.learner.get(course.at()).ok()["asks"] == ["birth"]
    match = {"if-match": "*"}
    assert hue.author.patch(course.at(), {"asks": ["ward", "birth"]}, headers=match).ok()["asks"] == ["ward", "birth"]
    copied = hue.author.post(course.at("/copies")).ok(201)
    assert copied["asks"] == ["ward", "birth"]
    for bad in (["shoe_size"], ["birth", "birth"], None):
        refused = hue.author.patch(course.at(), {"asks": bad}, headers=match)
        refused.refused(422)
    assert hue.author.patch(course.at(), {"asks": []}, headers=match).ok()["asks"] == []


def test_a_course_that_is_not_there_is_not_found(hue: OpenedSpace) -> None:
    me = token_for(hue, ["learner"], put(hue).id)
    me.get(hue.at("/me/profile/next"), query={"course": ids.new()}).refused(404)
    me.get(hue.at("/me/profile/next")).refused(422)
    me.get(hue.at("/me/profile/next"), query={"course": ids.new(), "skip": ";"}).refused(422)
