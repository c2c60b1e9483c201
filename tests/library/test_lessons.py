"""Lessons that name documents of the library."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import config, ids
from chalicelib.library import store
from tests.courses.writing import new_course, save, section
from tests.crashes import killed_after
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, published_course, republished, text_lesson
from tests.library.papers import ABOUT, added, at, edit


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def _lesson(*documents: dict[str, Any], lesson_id: str = "1") -> dict[str, Any]:
    named = {"library": [each["id"] for each in documents]}
    return {"kind": "document", "id": lesson_id, "title": "Đọc sổ tay", "minutes": 7, "document": named}


def _from(course: Any, lesson: str = "1") -> dict[str, Any]:
    return {"lesson": {"course": course.id, "version": course.version, "lesson": lesson}}


def test_who_learns_the_course_reads_what_its_lesson_names(hue: OpenedSpace) -> None:
    made = added(hue, "Chỉ cho cán bộ", ABOUT, audiences=["public-sector"])
    course = published_course(hue, [_lesson(made), text_lesson("2")])
    hue.learner.post(at(hue, made, "/openings")).refused(404)
    opened = hue.learner.post(at(hue, made, "/openings"), _from(course)).ok(200)
    assert opened["title"] == "Chỉ cho cán bộ"
    hue.learner.post(at(hue, made, "/openings"), _from(course, "2")).refused(404)
    hue.learner.post(at(hue, made, "/openings"), _from(course, "9")).refused(404, "unknown_lesson")
    outline = hue.learner.get(course.at("/outline")).ok()["sections"][0]["lessons"][0]
    assert outline["minutes"] == 7
    assert outline["bytes"] > made["size"] > 0
    content = hue.learner.get(course.at(f"/versions/{course.version}/lessons/1")).ok()
    assert content["document"]["library"] == [made["id"]]
    edit(hue, made, status="archived").ok(200)
    hue.learner.post(at(hue, made, "/openings"), _from(course)).ok(200)


def test_a_lesson_shows_the_newest_version(hue: OpenedSpace) -> None:
    made = added(hue, "Đổi mới")
    course = published_course(hue, [_lesson(made)])
    hue.author.post(at(hue, made, "/versions"), {"url": "https://a.vn/moi"}).ok(201)
    assert hue.learner.post(at(hue, made, "/openings"), _from(course)).ok()["url"] == "https://a.vn/moi"


def test_what_the_library_has_not_published_keeps_a_course_from_it(hue: OpenedSpace) -> None:
    draft, good = added(hue, "Nháp", status="draft"), added(hue, "Xong")
    other = added(open_space(), "Của nơi khác")
    course = new_course(hue)
    lessons = [_lesson(good), _lesson(draft, other, {"id": ids.new()}, lesson_id="2")]
    save(course, [section(*lessons)]).ok()
    problem = hue.author.post(course.at("/versions")).refused(422, "cannot_publish")
    assert [(each["field"], each["code"]) for each in problem["errors"]] == [
        (f"sections.0.lessons.1.document.library.{place}", "document_missing") for place in range(3)
    ]
    assert store.uses(hue.space, good["id"], 5) == []


def test_a_document_in_use_is_archived_not_deleted(hue: OpenedSpace) -> None:
    made = added(hue, "Đang dùng")
    course = published_course(hue, [_lesson(made)], title="Khoá đọc sách")
    problem = hue.author.delete(at(hue, made)).refused(409, "document_in_use")
    assert "Khoá đọc sách (Đọc sổ tay)" in problem["detail"]
    republished(course, [section(text_lesson("9"), id="a")])
    hue.author.delete(at(hue, made)).refused(409)  # who learns version 1 reads it still
    assert hue.author.get(at(hue, made)).ok()["used"]


def test_a_course_that_dies_while_it_is_published_is_published_again(hue: OpenedSpace) -> None:
    for calls in range(1, 9):
        made = added(hue, f"Giữa chừng {calls}")
        course = new_course(hue)
        save(course, [section(_lesson(made))]).ok()
        with killed_after(calls):
            hue.author.post(course.at("/versions"))
        hue.author.post(course.at("/versions")).ok()
        hue.author.delete(at(hue, made)).refused(409)


def test_a_national_course_names_no_library(aws: Cloud) -> None:
    centre = open_space(config.current().central)
    made = added(centre, "Sổ tay")
    named = published_course(centre, [_lesson(made)])
    centre.author.post(named.at("/offer")).refused(409, "names_library")
    plain = published_course(centre, [text_lesson("1")])
    centre.author.post(plain.at("/offer")).ok()
    save(plain, [section(text_lesson("1"), _lesson(made, lesson_id="2"), id="a")]).ok()
    centre.author.post(plain.at("/versions")).refused(409, "names_library")
