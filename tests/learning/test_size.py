"""An enrolment stays under 1 KB with 200 lessons done, so that progress costs 1 write unit; and 2,000 still work."""

from __future__ import annotations

import pytest

from chalicelib import ids
from chalicelib.courses.packing import with_ids
from chalicelib.learning import items
from chalicelib.storage.client import METER, Meter
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, token_for
from tests.learning.courses import RIGHT, lesson, publish, sections
from tests.learning.sizes import item_size
from tests.spending import spending

KB = 1_024


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def names(count: int) -> list[str]:
    """Ids as the server gives them to lessons without one."""
    unnamed = [{**lesson("1"), "id": None} for _ in range(count)]
    (section,) = with_ids(sections(unnamed), frozenset())
    return [str(each.id) for each in section.lessons]


def raw(aws: Cloud, hue: OpenedSpace, person: str, course: str) -> dict[str, dict[str, str]]:
    pk, sk = items.key(person, course)
    name = hue.space.table_name("learning")
    item: dict[str, dict[str, str]] = aws.dynamodb.get_item(
        TableName=name, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True
    )["Item"]
    return item


# What stands in it when somebody of two audiences is required to complete it.
REQUIRED = {"due": "2026-12-31", "by": f"+{ids.new()}", "g": "citizens students"}


@pytest.mark.parametrize(("number", "required"), [(200, {}), (185, REQUIRED)])
def test_two_hundred_lessons_done_are_under_a_kilobyte(
    aws: Cloud, hue: OpenedSpace, number: int, required: dict[str, str]
) -> None:
    """The worst that is usual: an adopted course, every lesson but one done, ten quizzes passed at the second attempt,
    and three videos being watched again. A deadline and audiences take the room of some fifteen lessons."""
    lessons = names(number)
    quizzes = lessons[9::20]
    words = [f"{each}Q" if each in quizzes else each for each in lessons]
    course, person = publish(hue.space, " ".join(words), national=ids.new()), ids.new()
    learner = token_for(hue, ["learner"], person)
    at = hue.at(f"/me/enrolments/{course}")
    learner.put(at).ok(201)
    table = hue.space.table("learning")
    table.update(*items.key(person, course), "ADD done :done", {":done": set(lessons[:-1]) - set(quizzes[1:])})
    for name, value in required.items():
        table.update(*items.key(person, course), "SET #n = :v", {":v": value}, names={"#n": name})
    for quiz in quizzes:
        for answers in ({"q1": ["a"]}, RIGHT):
            learner.post(f"{at}/attempts", {"lesson": quiz, "answers": answers}).ok(201)
    for video in lessons[:3]:
        learner.put(f"{at}/progress/{video}", {"status": "started", "position_s": 86_399}).ok()
    with spending() as spent:
        learner.put(f"{at}/progress/{lessons[-1]}", {"status": "started", "position_s": 1}).ok()
    assert (spent.last["calls"], spent.last["wcu"]) == (1, 1)
    done = learner.put(f"{at}/progress/{lessons[-1]}", {"status": "done"}).ok()
    assert (done["state"], done["percent"]) == ("completed", 100)
    item = raw(aws, hue, person, course)
    assert len(item["done"]["SS"]) == number
    assert item_size(item) < KB, item_size(item)


def test_two_thousand_lessons_work(aws: Cloud, hue: OpenedSpace) -> None:
    lessons = names(2_000)
    course, person = publish(hue.space, " ".join(lessons)), ids.new()
    learner = token_for(hue, ["learner"], person)
    at = hue.at(f"/me/enrolments/{course}")
    learner.put(at).ok(201)
    table = hue.space.table("learning")
    table.update(*items.key(person, course), "ADD done :done", {":done": set(lessons[:-1])})
    with spending() as spent:
        answer = learner.put(f"{at}/progress/{lessons[-2]}", {"status": "started", "position_s": 7}).ok()
    assert (answer["percent"], answer["next_lesson"]["id"]) == (99, lessons[-1])
    assert spent.last["calls"] == 1
    assert spent.last["wcu"] <= 10
    done = learner.put(f"{at}/progress/{lessons[-1]}", {"status": "done"}).ok()
    assert (done["state"], done["percent"], done["next_lesson"]) == ("completed", 100, None)
    assert learner.get(at).ok()["done"] == lessons
    assert item_size(raw(aws, hue, person, course)) < 10 * KB


def test_the_engine_reckons_like_the_rules(aws: Cloud, hue: OpenedSpace) -> None:
    """Items of 1 KB and of a byte more, by our reckoning, cost one write unit and two."""
    table = hue.space.table("learning")
    pk, sk = "learner#groesse", "enrolment#x"
    bare = item_size({"pk": {"S": pk}, "sk": {"S": sk}, "x": {"S": ""}})
    for size, units in ((KB, 1), (KB + 1, 2)):
        meter = Meter()
        remembered = METER.set(meter)
        table.put({"pk": pk, "sk": sk, "x": "x" * (size - bare)})
        METER.reset(remembered)
        assert meter.wcu == units
        table.delete(pk, sk)
