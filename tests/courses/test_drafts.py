"""Drafts: what is saved is read, under If-Match; what two authors write at once is never lost; ids stay."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib import ids
from tests.courses.writing import announce, draft_etag, new_course, put, save, section, uploaded
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, published_course, quiz_lesson, republished, text_lesson


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def read(course: Any) -> dict[str, Any]:
    found: dict[str, Any] = course.space.author.get(course.at("/draft")).ok(200)
    return found


def test_a_new_course_has_an_empty_draft(hue: OpenedSpace) -> None:
    course = new_course(hue)
    reply = hue.author.get(course.at("/draft"))
    assert reply.ok(200) == {"etag": reply.headers["etag"], "sections": []}
    assert reply.headers["etag"] == draft_etag(course)


def test_what_is_saved_is_read(hue: OpenedSpace) -> None:
    course = new_course(hue)
    video = uploaded(hue, "video/mp4")
    sections = [
        section(text_lesson("1"), quiz_lesson("2"), id="a"),
        section(
            {
                "id": "3",
                "kind": "video",
                "title": "Xem phim",
                "minutes": 3,
                "required": False,
                "video": {"file": video, "hls_url": None, "duration_s": 42, "captions": []},
            },
            {"id": "4", "kind": "document", "title": "Đọc", "minutes": 5, "document": {"files": []}},
            id="b",
        ),
    ]
    reply = save(course, sections)
    saved = reply.ok(200)
    assert reply.headers["etag"] == saved["etag"]
    assert saved["sections"] == [
        {"id": "a", "lessons": [{"id": "1"}, {"id": "2"}]},
        {"id": "b", "lessons": [{"id": "3"}, {"id": "4"}]},
    ]
    found = hue.author.get(course.at("/draft"))
    assert found.headers["etag"] == saved["etag"] == found.ok()["etag"]
    kept = found.ok()["sections"]
    assert [lesson["kind"] for part in kept for lesson in part["lessons"]] == ["text", "quiz", "video", "document"]
    assert kept[0]["lessons"][0] == text_lesson("1") | {"required": True}
    assert kept[1]["lessons"][0]["video"]["file"] == video
    state = hue.author.get(course.at()).ok()["draft"]
    assert (state["lessons"], state["saved_by"]) == (4, hue.people["author"])
    # What is read can be saved again as it is.
    assert save(course, kept).ok()["etag"] == saved["etag"]


def test_a_draft_is_for_the_staff(hue: OpenedSpace) -> None:
    course = new_course(hue)
    hue.tutor.get(course.at("/draft")).ok(200)
    hue.learner.get(course.at("/draft")).refused(403)
    save(course, [], by=hue.tutor).refused(403)


def test_saving_names_the_state_it_is_of(hue: OpenedSpace) -> None:
    course = new_course(hue)
    first = draft_etag(course)
    hue.author.put(course.at("/draft"), {"sections": []}).refused(428, "if_match_required")
    second = save(course, [section(text_lesson(title="Của An"))], etag=first).ok()["etag"]
    save(course, [section(text_lesson(title="Của Bình"))], by=hue.admin, etag=first).refused(412, "stale")
    kept = read(course)
    assert kept["etag"] == second
    assert kept["sections"][0]["lessons"][0]["title"] == "Của An"
    save(course, [section(text_lesson(title="Của cả hai"))], by=hue.admin, etag=second).ok()


def test_a_repeated_save_succeeds(hue: OpenedSpace) -> None:
    """The answer got lost, and the author's client sends the very same again."""
    course = new_course(hue)
    first, sections = draft_etag(course), [section(text_lesson(), text_lesson())]
    saved = save(course, sections, etag=first).ok()
    assert save(course, sections, etag=first).ok() == saved


def test_of_many_who_save_at_once_one_does(hue: OpenedSpace) -> None:
    course = new_course(hue)
    etag = draft_etag(course)
    titles = [f"Bài của tác giả {number}" for number in range(8)]

    def attempt(title: str) -> int:
        return save(course, [section(text_lesson(title=title))], etag=etag).status

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(attempt, titles))
    assert sorted(statuses) == [200] + [412] * 7
    kept = read(course)["sections"][0]["lessons"][0]["title"]
    assert kept == titles[statuses.index(200)]


def test_second_saves_race_too(hue: OpenedSpace) -> None:
    course = new_course(hue)
    etag = save(course, [section(text_lesson("1"))]).ok()["etag"]

    def attempt(number: int) -> int:
        return save(course, [section(text_lesson("1", title=f"Bản {number}"))], etag=etag).status

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(attempt, range(6))) == [200] + [412] * 5


def test_ids_are_given_and_stay(hue: OpenedSpace) -> None:
    course = new_course(hue)
    saved = save(course, [section(text_lesson(), text_lesson("2"), text_lesson()), section(title="Hai")]).ok()
    assert saved["sections"] == [
        {"id": "a", "lessons": [{"id": "1"}, {"id": "2"}, {"id": "3"}]},
        {"id": "b", "lessons": []},
    ]
    kept = read(course)["sections"]
    kept[0]["lessons"].insert(0, text_lesson(title="Mới"))
    assert [lesson["id"] for lesson in save(course, kept).ok()["sections"][0]["lessons"]] == ["4", "1", "2", "3"]


def test_a_published_lessons_id_never_names_another(hue: OpenedSpace) -> None:
    """A learner's progress names lessons by id: one that was done must not make a new one done."""
    course = published_course(hue, [text_lesson("1"), text_lesson("2"), text_lesson("3")])
    course = republished(course, [section(text_lesson("1"), id="a")])
    saved = save(course, [section(text_lesson("1"), text_lesson(title="Mới"), id="a")]).ok()
    assert saved["sections"][0]["lessons"] == [{"id": "1"}, {"id": "4"}]
    hue.author.post(course.at("/versions")).ok(201)
    saved = save(course, [section(text_lesson(title="Mới nữa"))]).ok()
    assert saved["sections"][0]["lessons"] == [{"id": "5"}]


@pytest.mark.parametrize(
    ("sections", "fields"),
    [
        ("x", {"sections"}),
        ([5], {"sections.0"}),
        ([{}], {"sections.0.title"}),
        ([section(id="chương")], {"sections.0.id"}),
        ([section(id="a"), section(id="a")], {"sections.1.id"}),
        ([section(text_lesson("1")), section(text_lesson("1"))], {"sections.1.lessons.0.id"}),
        ([section(text_lesson("12345"))], {"sections.0.lessons.0.id"}),
        ([section({"title": "a"})], {"sections.0.lessons.0.kind"}),
        ([section({"kind": "game", "title": "a"})], {"sections.0.lessons.0.kind"}),
        ([section({"kind": ["text"], "title": "a"})], {"sections.0.lessons.0.kind"}),
        ([section({"kind": "text", "title": "a"})], {"sections.0.lessons.0.body"}),
        (
            [section(text_lesson(minutes=-1, title="")), section(text_lesson(minutes=601, required="có"))],
            {f"sections.{at}" for at in ("0.lessons.0.minutes", "0.lessons.0.title", "1.lessons.0.minutes")}
            | {"sections.1.lessons.0.required"},
        ),
        ([section(text_lesson(quiz={}))], {"sections.0.lessons.0.quiz"}),
        (
            [section(text_lesson(body={"type": "doc", "content": [{"type": "script"}]}))],
            {"sections.0.lessons.0.body.content.0"},
        ),
        (
            [section({"kind": "video", "title": "a", "video": {"hls_url": "http://a.vn/x.m3u8", "duration_s": 0}})],
            {"sections.0.lessons.0.video.hls_url", "sections.0.lessons.0.video.duration_s"},
        ),
        (
            [section({"kind": "video", "title": "a", "video": {"hls_url": "javascript:alert(1)", "file": "../x"}})],
            {"sections.0.lessons.0.video.hls_url", "sections.0.lessons.0.video.file"},
        ),
        (
            [section({"kind": "document", "title": "a", "document": {"files": ["x"]}})],
            {"sections.0.lessons.0.document.files.0"},
        ),
        ([section(quiz_lesson(pass_mark=0))], {"sections.0.lessons.0.quiz.pass_mark"}),
        ([section(quiz_lesson(attempts_allowed=0))], {"sections.0.lessons.0.quiz.attempts_allowed"}),
        (
            [section(quiz_lesson(questions=[{"kind": "single", "prompt": "", "choices": [{"text": ""}]}]))],
            {
                "sections.0.lessons.0.quiz.questions.0.prompt",
                "sections.0.lessons.0.quiz.questions.0.choices.0.text",
            },
        ),
        (
            [section(quiz_lesson(questions=[{"kind": "single", "prompt": "a", "choices": [{"text": "a"}] * 13}]))],
            {"sections.0.lessons.0.quiz.questions.0.choices"},
        ),
        (
            [section(quiz_lesson(questions=[{"kind": "single", "prompt": "a"}] * 101))],
            {"sections.0.lessons.0.quiz.questions"},
        ),
        (
            [
                section(
                    quiz_lesson(
                        questions=[
                            {"id": "q1", "kind": "single", "prompt": "a"},
                            {"id": "q1", "kind": "true_false", "prompt": "b", "right": True},
                        ]
                    )
                )
            ],
            {"sections.0.lessons.0.quiz.questions.1.id"},
        ),
        (
            [
                section(
                    quiz_lesson(
                        questions=[
                            {"kind": "single", "prompt": "b", "choices": [{"id": "a", "text": "a"}] * 2},
                            {"kind": "essay", "prompt": "a"},
                            {"kind": "ordering", "prompt": "a", "items": [{"text": "a"}, {"text": "a"}]},
                        ]
                    )
                )
            ],
            {
                "sections.0.lessons.0.quiz.questions.0.choices.1.id",
                "sections.0.lessons.0.quiz.questions.1.kind",
                "sections.0.lessons.0.quiz.questions.2.items.1.text",
            },
        ),
        ([section()] * 201, {"sections"}),
        ([section(*[text_lesson()] * 1_001), section(*[text_lesson()] * 1_000)], {"sections"}),
    ],
)
def test_every_bad_place_is_named(hue: OpenedSpace, sections: Any, fields: set[str]) -> None:
    reply = save(new_course(hue), sections)
    reply.refused(422, "invalid_input")
    assert reply.bad_fields == fields


def test_bad_places_are_told_in_the_authors_language_with_a_pointer(hue: OpenedSpace) -> None:
    course = new_course(hue)
    body = {"sections": [section(text_lesson(body={"type": "doc", "content": [{"type": "script"}]}))]}
    headers = {"if-match": "*", "accept-language": "vi"}
    (error,) = hue.author.put(course.at("/draft"), body, headers=headers).refused(422)["errors"]
    assert error["pointer"] == "#/sections/0/lessons/0/body/content/0"
    assert error["code"] == "node_not_allowed"
    assert error["detail"].startswith("Loại nội dung này không được dùng ở đây")


def test_content_or_an_upload(hue: OpenedSpace) -> None:
    course = new_course(hue)
    for body in ({}, {"sections": [], "upload": ids.derived("x")}):
        reply = hue.author.put(course.at("/draft"), body, headers={"if-match": "*"})
        reply.refused(422)
        assert reply.bad_fields == {"sections"}


def test_a_text_has_its_limit(hue: OpenedSpace) -> None:
    course = new_course(hue)

    def lesson(words: int) -> dict[str, Any]:
        paragraph = {"type": "paragraph", "content": [{"type": "text", "text": "năm chữ cái " * words}]}
        return text_lesson(body={"type": "doc", "content": [paragraph]})

    save(course, [section(lesson(12_000))]).ok()
    reply = save(course, [section(lesson(10)), section(lesson(5), lesson(13_000))])
    reply.refused(422)
    assert reply.bad_fields == {"sections.1.lessons.1.body"}


def test_a_quiz_has_its_limit(hue: OpenedSpace) -> None:
    choices = [{"text": "đ" * 500, "feedback": "đ" * 1_000}] * 12
    questions = [{"kind": "multiple", "prompt": "?", "choices": choices}] * 30
    reply = save(new_course(hue), [section(text_lesson()), section(quiz_lesson(questions=questions))])
    assert reply.refused(422)["errors"][0]["code"] == "text_too_large"
    assert reply.bad_fields == {"sections.1.lessons.0.quiz"}


def test_an_upload_becomes_the_draft(hue: OpenedSpace) -> None:
    course = new_course(hue)
    content = '{"sections":[{"title":"Chương","lessons":[]}]}'.encode()
    file_id = uploaded(hue, "application/json", content, purpose="draft")
    saved = hue.author.put(course.at("/draft"), {"upload": file_id}, headers={"if-match": draft_etag(course)}).ok()
    assert saved["sections"] == [{"id": "a", "lessons": []}]
    assert read(course)["sections"][0]["title"] == "Chương"


@pytest.mark.parametrize(
    ("content", "status", "fields"),
    [
        (b'{"sections":[{"title":""}]}', 422, {"sections.0.title"}),
        (b'{"sections":', 400, set()),
        (b'{"sections":[],"x":1}', 422, {"x"}),
        (b'{"sections":[{"title":"\xff"}]}', 400, set()),
    ],
)
def test_an_upload_is_held_to_the_same_rules(hue: OpenedSpace, content: bytes, status: int, fields: set[str]) -> None:
    course = new_course(hue)
    file_id = uploaded(hue, "application/json", content)
    reply = hue.author.put(course.at("/draft"), {"upload": file_id}, headers={"if-match": "*"})
    reply.refused(status)
    assert reply.bad_fields == fields


def test_an_upload_must_be_a_draft_of_this_space(hue: OpenedSpace) -> None:
    course = new_course(hue)
    pending = announce(hue, "application/json", b"{}")
    put(hue, pending, b"{}")
    foreign = uploaded(open_space(), "application/json")
    for file_id in (pending, foreign, uploaded(hue, "image/png"), ids.derived("x")):
        reply = hue.author.put(course.at("/draft"), {"upload": file_id}, headers={"if-match": "*"})
        reply.refused(422)
        assert reply.bad_fields == {"upload"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"sections":[],"sections":[{"title":"x","lessons":[]}]}', "ambiguous_body"),
        (b'{"sections":[],"x":NaN}', "ambiguous_body"),
        (b'{"sections":' + b"[" * 100_000, "malformed_body"),
        (b'{"sections":"\xff"}', "unreadable_body"),
    ],
)
def test_an_upload_that_readers_would_take_differently_is_refused(hue: OpenedSpace, content: bytes, code: str) -> None:
    course = new_course(hue)
    file_id = uploaded(hue, "application/json", content)
    hue.author.put(course.at("/draft"), {"upload": file_id}, headers={"if-match": "*"}).refused(400, code)
