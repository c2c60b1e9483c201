"""Heads of courses: made once, edited under If-Match, archived, restored, duplicated."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib import ids
from tests.api import Api
from tests.courses.writing import draft_etag, new_course, save, section, uploaded
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, published_course, quiz_lesson, text_lesson
from tests.spending import spending

HEAD: dict[str, Any] = {
    "title": "  An toàn  trên không gian mạng ",
    "summary": "Nhận biết lừa đảo.\nGiữ tài khoản an toàn.",
    "language": "vi",
    "audiences": ["citizen", "business"],
    "estimated_minutes": 60,
}


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def test_a_course_is_made_and_read(hue: OpenedSpace) -> None:
    reply = hue.author.post(hue.at("/courses"), HEAD)
    made = reply.ok(201)
    assert made["title"] == "An toàn trên không gian mạng"
    assert (made["status"], made["version"], made["lessons"], made["minutes"]) == ("draft", None, 0, 60)
    assert made["draft"]["saved_at"] is None
    assert made["editable"]
    assert reply.headers["location"] == f"/v1/spaces/{hue.slug}/courses/{made['id']}"
    read = hue.tutor.get(reply.headers["location"])
    assert read.ok() == made
    assert read.headers["etag"] == reply.headers["etag"]


def test_a_repeated_creation_makes_one_course(hue: OpenedSpace) -> None:
    key = {"idempotency-key": "một lần".encode().hex()}
    first = hue.author.post(hue.at("/courses"), HEAD, headers=key).ok(201)
    assert hue.author.post(hue.at("/courses"), HEAD, headers=key).ok(201)["id"] == first["id"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"title"}),
        ({"title": "\u200b"}, {"title"}),
        ({"title": "a" * 201}, {"title"}),
        ({"title": "a", "summary": "b" * 2_001, "language": "tiếng Việt"}, {"summary", "language"}),
        ({"title": "a", "audiences": ["citizen", "citizen"]}, {"audiences"}),
        ({"title": "a", "audiences": ["everyone"]}, {"audiences.0"}),
        ({"title": "a", "estimated_minutes": 0, "cover": "x"}, {"estimated_minutes", "cover"}),
        ({"title": "a", "owner": "me"}, {"owner"}),
        ({"title": "a", "adopt": ids.derived("x")}, {"adopt"}),
        ({"adopt": "x"}, {"adopt"}),
    ],
)
def test_every_bad_field_is_named(hue: OpenedSpace, body: dict[str, Any], fields: set[str]) -> None:
    reply = hue.author.post(hue.at("/courses"), body)
    reply.refused(422, "invalid_input")
    assert reply.bad_fields == fields


def test_only_those_who_write_courses_make_them(hue: OpenedSpace) -> None:
    for who in (hue.tutor, hue.learner):
        who.post(hue.at("/courses"), HEAD).refused(403, "forbidden")
    Api().post(hue.at("/courses"), HEAD).refused(401, "unauthenticated")


def test_an_edit_names_the_state_it_is_of(hue: OpenedSpace) -> None:
    course = new_course(hue)
    first = hue.author.get(course.at()).headers["etag"]
    hue.author.patch(course.at(), {"title": "Mới"}).refused(428, "if_match_required")
    edited = hue.author.patch(course.at(), {"title": "Mới", "audiences": []}, headers={"if-match": first})
    assert edited.ok()["title"] == "Mới"
    assert edited.headers["etag"] != first
    hue.admin.patch(course.at(), {"title": "Khác"}, headers={"if-match": first}).refused(412, "stale")
    assert hue.author.get(course.at()).ok()["title"] == "Mới"


def test_of_two_edits_at_once_one_is_told(hue: OpenedSpace) -> None:
    course = new_course(hue)
    etag = hue.author.get(course.at()).headers["etag"]
    titles = [f"Tên {number}" for number in range(8)]

    def edit(title: str) -> int:
        return hue.author.patch(course.at(), {"title": title}, headers={"if-match": etag}).status

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(edit, titles))
    assert sorted(statuses) == [200] + [412] * 7
    assert hue.author.get(course.at()).ok()["title"] == titles[statuses.index(200)]


@pytest.mark.parametrize("removed", ["title", "summary", "language", "audiences"])
def test_what_a_course_needs_cannot_be_removed(hue: OpenedSpace, removed: str) -> None:
    course = new_course(hue)
    reply = hue.author.patch(course.at(), {removed: None}, headers={"if-match": "*"})
    reply.refused(422)
    assert reply.bad_fields == {removed}


def test_cover_and_estimate_can_be_removed(hue: OpenedSpace) -> None:
    cover = uploaded(hue, "image/png")
    course = new_course(hue, cover=cover, estimated_minutes=90)
    made = hue.author.get(course.at()).ok()
    assert (made["cover_file"], made["minutes"]) == (cover, 90)
    assert made["cover"].startswith(f"http://localhost:8000/v1/spaces/{hue.slug}/courses/{course.id}/cover")
    bare = hue.author.patch(course.at(), {"cover": None, "estimated_minutes": None}, headers={"if-match": "*"}).ok()
    assert (bare["cover"], bare["estimated_minutes"], bare["minutes"]) == (None, None, 0)
    Api().get(course.at("/cover")).refused(404)


@pytest.mark.parametrize("content_type", ["application/pdf", "video/mp4", "text/vtt"])
def test_a_cover_is_an_image(hue: OpenedSpace, content_type: str) -> None:
    reply = hue.author.post(hue.at("/courses"), {"title": "a", "cover": uploaded(hue, content_type)})
    reply.refused(422)
    assert reply.bad_fields == {"cover"}


def test_a_cover_needs_no_sign_in(hue: OpenedSpace) -> None:
    course = new_course(hue, cover=uploaded(hue, "image/png"))
    reply = Api().get(course.at("/cover"), query={"v": "1"})
    assert reply.status == 302
    assert f"/{hue.slug}/files/" in reply.headers["location"]
    assert reply.headers["cache-control"] == "public, max-age=300"


def test_an_archived_course_leaves_the_catalogue_and_comes_back(hue: OpenedSpace) -> None:
    course = published_course(hue, title="Lưu trữ")
    for _ in range(2):
        assert hue.author.post(course.at("/archive")).ok(200)["status"] == "archived"
    listed = hue.learner.get(hue.at("/courses"), query={"q": "luu tru"}).ok()["items"]
    assert listed == []
    hue.learner.get(course.at()).refused(404)
    hue.author.post(course.at("/versions")).refused(409, "archived_course")
    for _ in range(2):
        assert hue.author.delete(course.at("/archive")).ok(200)["status"] == "published"
    assert hue.learner.get(course.at()).ok()["version"] == 1


def test_who_learns_an_archived_course_goes_on(hue: OpenedSpace) -> None:
    course = published_course(hue)
    hue.author.post(course.at("/archive")).ok()
    hue.learner.get(course.at("/outline")).refused(404)
    assert hue.learner.get(course.at("/outline"), query={"version": 1}).ok()["version"] == 1
    hue.learner.get(course.at("/versions/1/lessons/1")).ok()
    Api().get(course.at("/outline"), query={"version": 1}).refused(404)
    Api().get(course.at("/versions/1/lessons/1")).refused(404)


def test_a_copy_has_the_draft_and_none_of_the_versions(hue: OpenedSpace) -> None:
    course = published_course(hue, [text_lesson("1"), quiz_lesson("7")], title="Gốc", audiences=["citizen"])
    copy = hue.author.post(course.at("/copies")).ok(201)
    assert copy["id"] != course.id
    assert (copy["title"], copy["status"], copy["version"]) == ("Gốc (bản sao)", "draft", None)
    assert copy["audiences"] == ["citizen"]
    drafts = [hue.author.get(hue.at(f"/courses/{each}/draft")).ok() for each in (course.id, copy["id"])]
    assert drafts[0] == drafts[1]
    hue.author.put(
        hue.at(f"/courses/{copy['id']}/draft"), {"sections": []}, headers={"if-match": copy["draft"]["etag"]}
    ).ok(200)
    assert hue.author.get(course.at("/draft")).ok() == drafts[0]
    assert hue.learner.get(course.at("/versions/1/lessons/7")).ok()["kind"] == "quiz"


def test_a_copy_may_be_named_and_made_once(hue: OpenedSpace) -> None:
    course = new_course(hue, "a" * 200)
    save(course, [section(text_lesson())]).ok()
    assert len(hue.author.post(course.at("/copies")).ok(201)["title"]) == 200
    key = {"idempotency-key": "copy"}
    first, again = (hue.author.post(course.at("/copies"), {"title": "B"}, headers=key).ok(201) for _ in range(2))
    assert first["id"] == again["id"]
    assert first["title"] == "B"


def test_a_copy_of_an_empty_course(hue: OpenedSpace) -> None:
    course = new_course(hue)
    copy = hue.author.post(course.at("/copies")).ok(201)
    assert copy["draft"]["etag"] == draft_etag(course)


def test_another_spaces_course_is_not_here(hue: OpenedSpace) -> None:
    course = published_course(open_space())
    missing = hue.author.get(hue.at(f"/courses/{ids.derived('không có')}")).refused(404)
    asked: list[tuple[str, str, Any]] = [
        ("GET", "", None),
        ("PATCH", "", {"title": "a"}),
        ("GET", "/draft", None),
        ("PUT", "/draft", {"sections": []}),
        ("POST", "/versions", {}),
        ("GET", "/versions", None),
        ("GET", "/outline", None),
        ("GET", "/outline?version=1", None),
        ("GET", "/versions/1/lessons/1", None),
        ("GET", "/versions/1/lessons/1/files", None),
        ("POST", "/archive", {}),
        ("DELETE", "/archive", None),
        ("POST", "/copies", {}),
        ("GET", "/cover", None),
    ]
    for method, path, body in asked:
        headers = {"if-match": "*"}
        reply = hue.author.call(method, hue.at(f"/courses/{course.id}{path}"), body, headers=headers)
        problem = reply.refused(404)
        assert (problem["code"], problem["detail"]) == (missing["code"], missing["detail"]), path


def test_a_head_is_read_within_its_budget(hue: OpenedSpace) -> None:
    course = published_course(hue)
    hue.learner.get(hue.at("/courses")).ok()
    with spending() as spent:
        hue.author.get(course.at()).ok()
        hue.learner.get(course.at()).ok()
    assert [line["calls"] for line in spent.lines] == [2, 0]
    spent.within_budget()
