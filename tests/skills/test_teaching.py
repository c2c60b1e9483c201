"""Courses say which competences they teach: checked when it is said, shown and searched in the catalogue, carried along
by national courses."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import config
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.skills.placing import DIGCOMP, taught


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def found(space: OpenedSpace, **query: Any) -> set[str]:
    return {each["id"] for each in space.learner.get(space.at("/courses"), query=query).ok()["items"]}


def test_the_catalogue_is_searched_by_competence_and_area(hue: OpenedSpace) -> None:
    safety, area, search = (
        taught(hue, "Dữ liệu", "4.2", 3),
        taught(hue, "An toàn", "4", 2),
        taught(hue, "Tìm", "1.1", 1),
    )
    assert found(hue, competence="4.2") == {safety.id}
    assert found(hue, competence="4") == {safety.id, area.id}
    assert found(hue, framework=DIGCOMP) == {safety.id, area.id, search.id}
    assert found(hue, framework="qd-757") == set()
    assert found(hue, framework="qd-757", competence="4") == set()
    card = hue.learner.get(safety.at()).ok()
    assert card["competences"] == [{"framework": DIGCOMP, "code": "4.2", "level": 3}]


def test_what_no_framework_has_is_refused_by_its_place(hue: OpenedSpace) -> None:
    wrong = [
        {"framework": DIGCOMP, "code": "4.9", "level": 1},
        {"framework": "khong-co", "code": "1", "level": 1},
        {"framework": DIGCOMP, "code": "5.1", "level": 9},
    ]
    refused = hue.author.post(hue.at("/courses"), {"title": "Khoá", "competences": wrong})
    refused.refused(422)
    assert refused.bad_fields == {"competences.0.code", "competences.1.framework", "competences.2.level"}
    course = taught(hue, "Sửa", "1.1", 1)
    etag = hue.author.get(course.at()).headers["etag"]
    patched = hue.author.patch(course.at(), {"competences": wrong[:1]}, headers={"if-match": etag})
    patched.refused(422)
    hue.author.patch(course.at(), {"competences": []}, headers={"if-match": etag}).ok()
    assert hue.learner.get(course.at()).ok()["competences"] == []


def test_a_copy_and_an_adopted_course_teach_the_same(aws: Cloud, hue: OpenedSpace) -> None:
    centre = open_space(config.current().central)
    national = taught(centre, "Quốc gia", "2.5", 4)
    centre.admin.post(centre.at(f"/courses/{national.id}/offer")).ok()
    aws.drain()
    for query, shown in (({"competence": "2"}, True), ({"framework": DIGCOMP}, True), ({"competence": "2.1"}, False)):
        (each, *_) = hue.author.get(hue.at("/national-courses"), query=query).ok()["items"] or [None]
        assert (each and each["id"]) == (national.id if shown else None)
        assert not shown or each["competences"] == [{"framework": DIGCOMP, "code": "2.5", "level": 4}]
    adopted = hue.author.post(hue.at("/courses"), {"adopt": national.id}).ok(201)
    assert adopted["competences"] == [{"framework": DIGCOMP, "code": "2.5", "level": 4}]
    copy = centre.author.post(centre.at(f"/courses/{national.id}/copies"), {}).ok(201)
    assert copy["competences"] == adopted["competences"]
