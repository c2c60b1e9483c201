"""What learners see of their skills: levels by area, growth, targets, what to learn and to take next."""

from __future__ import annotations

import pytest

from chalicelib import clock
from chalicelib.people.person import Person
from tests.assessment.taking import exam
from tests.audiences.people import put
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, operator, token_for
from tests.skills.placing import (
    areas,
    bank_of,
    complete,
    declare,
    framework,
    levels,
    placement,
    sit,
    skills,
    stored,
    taught,
)
from tests.spending import spending


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


@pytest.fixture
def an(hue: OpenedSpace) -> Person:
    return put(hue, occupation="civil_servant")


def later(minutes: int) -> None:
    """So many minutes from now."""
    at = clock.epoch_s() + 60 * minutes
    clock.set_source(lambda: at)


def test_a_placement_tells_levels_and_what_leads_further_and_the_next_one_tells_growth(
    aws: Cloud, hue: OpenedSpace, an: Person
) -> None:
    far = taught(hue, "Bảo vệ dữ liệu, nâng cao", "4.2", 8)
    near = taught(hue, "Bảo vệ dữ liệu", "4.2", 3)
    taught(hue, "Đã biết rồi", "4.2", 1)
    taught(hue, "Miền khác", "3.4", 8)
    taught(hue, "Cho doanh nghiệp", "4", 5, audiences=["business"])
    before = placement(hue, "1.1", "4.2", "4")
    taker = before.taker(an.id)
    assert [each["assessment"] for each in skills(taker)["assessments"]] == [before.id]
    assert areas(taker) == {}
    sit(taker, {"1.1": 5, "4.2": 1})
    aws.drain()
    later(2)
    assert levels(taker) == {"1": (8, 8), "4": (1, 1)}
    found = skills(taker)
    assert [each["course"] for each in found["courses"]] == [near.id, far.id]
    assert found["courses"][0]["teaches"] == [{"area": "4", "level": 3}]
    complete(near, an.id)
    assert [each["course"] for each in skills(taker)["courses"]] == [far.id]
    after = placement(hue, "4.2")
    again = after.taker(an.id)
    sit(again, {"4.2": 4})
    aws.drain()
    safety = areas(again)["4"]
    assert (safety["first"], safety["growth"]) == (1, safety["level"] - 1)
    assert safety["level"] > 4
    assert [each["assessment"] for each in safety["history"]] == [before.id, after.id]
    assert safety["history"][0]["questions"] == 10
    assert safety["low"] <= safety["level"] <= safety["high"]
    assert hue.tutor.get(hue.at(f"/people/{an.id}/skills")).ok() == taker.api.get(hue.at("/me/skills")).ok()
    hue.author.get(hue.at(f"/people/{an.id}/skills")).refused(403, "forbidden")


def test_targets_are_those_of_ones_audience_and_end_what_is_recommended(
    aws: Cloud, hue: OpenedSpace, an: Person
) -> None:
    operator().put("/frameworks/khung-thu", framework()).ok()
    pupil = put(hue, occupation="pupil")
    mapped = taught(hue, "Theo DigComp", "4.1", 8)
    own = taught(hue, "Theo khung", "B", 2, framework="khung-thu")
    taken = placement(hue, "A.1", "B", framework="khung-thu")
    for person in (an, pupil):
        sit(taken.taker(person.id), {"A.1": 2})
    aws.drain()
    later(2)
    by_pupil, by_an = skills(taken.taker(pupil.id), "khung-thu"), skills(taken.taker(an.id), "khung-thu")
    assert (by_pupil["audience"], by_an["audience"]) == ("students", "public-sector")
    assert [each["target"] for each in by_pupil["areas"]] == [3, 2]
    assert [each["target"] for each in by_an["areas"]] == [1, None]
    assert {each["course"] for each in by_pupil["courses"]} == {mapped.id, own.id}
    assert by_pupil["courses"][1]["teaches"] == [{"area": "A", "level": 4}], "8 of 8 levels are 4 of 4"
    assert [each["course"] for each in by_an["courses"]] == [own.id], "the target in A is reached"


def test_an_area_with_few_questions_is_not_measured_and_its_author_was_told(
    aws: Cloud, hue: OpenedSpace, an: Person
) -> None:
    bank, items = bank_of(hue, "1.1", "2.1")
    parts = [
        {"kind": "fixed", "items": items[:5] + items[5:6]},
        {"kind": "drawn", "bank": bank.id, "count": 1, "competence": "2.1"},
    ]
    taken = exam(hue, bank, parts=parts)
    told = declare(taken).ok()
    assert {each["area"]: each["questions"] for each in told["areas"] if each["questions"]} == {"1": 5, "2": 2}
    warned = {each["area"] for each in told["warnings"] if each["code"] == "few_questions"}
    assert warned == {"2", "3", "4", "5"}
    assert "chỉ chắc chắn có 2 câu" in told["warnings"][0]["message"]
    sit(taken.taker(an.id), {"1.1": 5, "2.1": 5})
    aws.drain()
    assert areas(taken.taker(an.id)).keys() == {"1"}
    (row,) = stored(hue, an.id, "skill#")
    assert row["few"] == {"2": 2}


def test_a_draft_framework_says_so(aws: Cloud, hue: OpenedSpace) -> None:
    taken = placement(hue, "1", framework="qd-757")
    told = hue.tutor.get(taken.at("/measure"), headers={"accept-language": "en"}).ok()
    assert "not the official text" in {each["code"]: each["message"] for each in told["warnings"]}["framework_draft"]
    assert skills(taken.taker(), "qd-757")["state"] == "draft"


def test_what_is_measured_counts_for_the_audiences_of_its_learner(aws: Cloud, hue: OpenedSpace, an: Person) -> None:
    taken = placement(hue, "1.1")
    sit(taken.taker(an.id), {"1.1": 3})
    aws.drain()
    (state,) = stored(hue, an.id, "skills#")
    assert state["g"] == "public-sector"
    token_for(hue, ["learner"], an.id).patch(hue.at("/me/profile"), {"occupation": "pupil"}).ok()
    aws.drain()
    (moved,) = stored(hue, an.id, "skills#")
    assert (moved["g"], moved["lv"]) == ("students", state["lv"])


def test_a_passport_is_two_calls(aws: Cloud, hue: OpenedSpace, an: Person) -> None:
    taught(hue, "Tìm kiếm", "1.1", 8)
    taken = placement(hue, "1.1")
    taker = taken.taker(an.id)
    sit(taker, {"1.1": 3})
    aws.drain()
    skills(taker)
    with spending() as spent:
        skills(taker)
        hue.tutor.get(hue.at(f"/people/{an.id}/skills")).ok()
        hue.tutor.get(taken.at("/measure")).ok()
        hue.admin.get("/frameworks/digcomp-2.2").ok()
    spent.within_budget()
    assert spent.lines[0]["calls"] == 2
