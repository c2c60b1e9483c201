"""Publishing: what learners could not finish is named all at once; a version is frozen, numbered once, made once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib import ids
from tests.api import Api
from tests.courses.writing import CONTENTS, announce, draft_etag, new_course, put, save, section, uploaded
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import (
    CourseRef,
    OpenedSpace,
    open_space,
    published_course,
    quiz_lesson,
    republished,
    text_lesson,
)

MISSING = ids.derived("không có")
DONE = text_lesson("done")


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def faults(course: CourseRef) -> dict[str, str]:
    problem = course.space.author.post(course.at("/versions")).refused(422, "cannot_publish")
    return {error["field"]: error["code"] for error in problem["errors"]}


def video(**about: Any) -> dict[str, Any]:
    return {"kind": "video", "title": "Xem phim", "video": about}


def document(*files: str) -> dict[str, Any]:
    return {"kind": "document", "title": "Đọc", "document": {"files": list(files)}}


def picture(file_id: str) -> dict[str, Any]:
    image = {"type": "image", "attrs": {"file": file_id, "alt": "Hình"}}
    return text_lesson(body={"type": "doc", "content": [image]})


def question(kind: str, *right: bool) -> dict[str, Any]:
    choices = [{"text": f"Lựa chọn {at}", "correct": each} for at, each in enumerate(right)]
    return {"kind": kind, "prompt": "Câu hỏi?", "choices": choices}


def test_a_course_without_a_draft_has_no_lessons(hue: OpenedSpace) -> None:
    assert faults(new_course(hue)) == {"sections": "no_lessons"}


def unfinished(hue: OpenedSpace) -> list[dict[str, Any]]:
    """Sections with every fault there is; nothing in them is required."""
    pending = announce(hue, "video/mp4", CONTENTS["video/mp4"])
    put(hue, pending, CONTENTS["video/mp4"])  # arrived, but nobody has looked at it
    pdf, png, vtt = (uploaded(hue, each) for each in ("application/pdf", "image/png", "text/vtt"))
    foreign = uploaded(open_space(), "video/mp4")
    lessons = [
        text_lesson(body={"type": "doc", "content": [{"type": "paragraph"}]}),
        video(),
        video(file=pending),
        video(file=pdf, captions=[{"language": "vi", "label": "Việt", "file": png}]),
        video(hls_url="https://a.vn/x.m3u8", captions=[{"language": "vi", "label": "Việt", "file": MISSING}]),
        document(),
        document(pdf, MISSING, vtt),
        picture(MISSING),
        picture(pdf),
        video(file=foreign),
        video(hls_url="https://a.vn/x.m3u8", light=pdf, sound=uploaded(hue, "video/webm")),
    ]
    questions = [
        question("single", True),
        question("single", False, False),
        question("single", True, True, False),
        question("multiple", False, False),
        question("multiple", True, True),
        question("multiple"),
    ]
    quizzes = [quiz_lesson(questions=[]), quiz_lesson(questions=questions)]
    optional = [[each | {"required": False} for each in part] for part in ([], lessons, quizzes)]
    return [section(*part) for part in optional]


def test_everything_that_is_missing_is_named_at_once(hue: OpenedSpace) -> None:
    course = new_course(hue)
    save(course, unfinished(hue)).ok()
    lessons, questions = "sections.1.lessons", "sections.2.lessons.1.quiz.questions"
    problem = hue.author.post(course.at("/versions")).refused(422, "cannot_publish")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [
        ("sections", "no_required_lesson"),
        ("sections.0.lessons", "empty_section"),
        (f"{lessons}.0.body", "empty_text"),
        (f"{lessons}.1.video", "no_video"),
        (f"{lessons}.2.video.file", "file_missing"),
        (f"{lessons}.3.video.file", "wrong_file_type"),
        (f"{lessons}.3.video.captions.0.file", "wrong_file_type"),
        (f"{lessons}.4.video.captions.0.file", "file_missing"),
        (f"{lessons}.5.document.files", "no_files"),
        (f"{lessons}.6.document.files.1", "file_missing"),
        (f"{lessons}.6.document.files.2", "wrong_file_type"),
        (f"{lessons}.7.body", "file_missing"),
        (f"{lessons}.8.body", "wrong_file_type"),
        (f"{lessons}.9.video.file", "file_missing"),
        (f"{lessons}.10.video.light", "wrong_file_type"),
        (f"{lessons}.10.video.sound", "wrong_file_type"),
        ("sections.2.lessons.0.quiz.questions", "no_questions"),
        (f"{questions}.0.choices", "too_few_choices"),
        (f"{questions}.1.choices", "no_right_choice"),
        (f"{questions}.2.choices", "several_right_choices"),
        (f"{questions}.3.choices", "no_right_choice"),
        (f"{questions}.5.choices", "too_few_choices"),
        (f"{questions}.5.choices", "no_right_choice"),
    ]
    assert hue.author.get(course.at()).ok()["version"] is None


def test_pictures_of_questions_are_held_to_what_files_of_lessons_are(hue: OpenedSpace) -> None:
    image, film, absent = uploaded(hue, "image/png"), uploaded(hue, "video/mp4"), announce(hue, "image/png", b"x")
    shown = {"alt": "Tin nhắn", "file": image}
    choices: list[dict[str, Any]] = [
        {"text": "a", "picture": {**shown, "file": film}},
        {"text": "b", "picture": shown, "correct": True},
    ]
    quiz = quiz_lesson("1", questions=[_seen(image, choices), _seen(absent, [{"text": "a"}, choices[1]])])
    course = new_course(hue)
    save(course, [section(quiz)]).ok()
    problem = hue.author.post(course.at("/versions")).refused(422, "cannot_publish")
    at = "sections.0.lessons.0.quiz.questions"
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [
        (f"{at}.0.choices.0.picture", "wrong_file_type"),
        (f"{at}.1.stimulus", "file_missing"),
    ]


def test_pictures_of_questions_are_shown_with_their_lesson(hue: OpenedSpace) -> None:
    stimulus, choice, spot = (uploaded(hue, "image/png") for _ in range(3))
    choices: list[dict[str, Any]] = [
        {"text": "a", "picture": {"file": choice, "alt": "Tin"}},
        {"text": "b", "correct": True},
    ]
    area = {"shape": "circle", "x": 0.5, "y": 0.5, "r": 0.1}
    picture = {"file": spot, "alt": "Màn hình", "width": 2, "height": 1}
    touched = {"kind": "hot_spot", "prompt": "Chạm", "picture": picture, "areas": [area]}
    course = published_course(hue, [quiz_lesson("1", questions=[_seen(stimulus, choices), touched])])
    files = hue.learner.get(course.at("/versions/1/lessons/1/files")).ok()["items"]
    assert {each["id"] for each in files} == {stimulus, choice, spot}
    (part,) = hue.learner.get(course.at("/outline")).ok()["sections"]
    assert part["lessons"][0]["bytes"] > 3 * len(CONTENTS["image/png"]), "they count in what opening it takes"


def _seen(file_id: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    image = {"type": "image", "attrs": {"file": file_id, "alt": "Tin nhắn"}}
    return {
        "kind": "single",
        "prompt": "Tin này là gì?",
        "stimulus": {"type": "doc", "content": [image]},
        "choices": choices,
    }


def test_a_finished_course_is_published(hue: OpenedSpace) -> None:
    files = {each: uploaded(hue, each) for each in CONTENTS}
    captions = [{"language": "vi", "label": "Tiếng Việt", "file": files["text/vtt"]}]
    course = published_course(
        hue,
        [
            text_lesson("1"),
            quiz_lesson("2"),
            video(file=files["video/mp4"], duration_s=42, captions=captions) | {"id": "3"},
            video(file=files["video/webm"], light=files["video/mp4"], sound=files["audio/mp4"]) | {"id": "4"},
            video(hls_url="https://a.vn/x.m3u8") | {"id": "5"},
            document(files["application/pdf"], files["image/png"], files["image/gif"]) | {"id": "6", "required": False},
            picture(files["image/webp"]) | {"id": "7"},
        ],
    )
    card = hue.learner.get(course.at()).ok()
    assert (card["version"], card["lessons"], card["status"]) == (1, 7, "published")
    outline = hue.learner.get(course.at("/outline")).ok()
    (part,) = outline["sections"]
    assert [lesson["required"] for lesson in part["lessons"]] == [True, True, True, True, True, False, True]
    assert part["lessons"][1]["quiz"] == {"pass_mark": 60, "attempts_allowed": None, "questions": 2}
    assert part["lessons"][2]["bytes"] > len(CONTENTS["video/mp4"]) + len(CONTENTS["text/vtt"])
    played = hue.learner.get(course.at("/versions/1/lessons/4/files")).ok()["items"]
    assert [each["id"] for each in played] == [files[each] for each in ("video/webm", "video/mp4", "audio/mp4")]


def test_a_version_stays_what_it_was(hue: OpenedSpace) -> None:
    course = published_course(hue, [text_lesson("1", title="Cũ")], title="Tên cũ")
    before = [hue.learner.get(course.at(path)).ok() for path in ("/outline?version=1", "/versions/1/lessons/1")]
    hue.author.patch(course.at(), {"title": "Tên mới"}, headers={"if-match": "*"}).ok()
    assert republished(course, [section(text_lesson("1", title="Mới"), text_lesson("2"))]).version == 2
    assert [hue.learner.get(course.at(path)).ok() for path in ("/outline?version=1", "/versions/1/lessons/1")] == before
    newest = hue.learner.get(course.at("/outline")).ok()
    assert (newest["version"], newest["title"]) == (2, "Tên mới")
    assert hue.learner.get(course.at("/versions/2/lessons/1")).ok()["title"] == "Mới"
    hue.learner.get(course.at("/versions/1/lessons/2")).refused(404, "unknown_lesson")
    hue.learner.get(course.at("/versions/3/lessons/1")).refused(404)


def test_publishing_what_is_published_changes_nothing(hue: OpenedSpace) -> None:
    course = published_course(hue)
    assert hue.author.get(course.at()).ok()["draft"]["is_published"]
    again = hue.author.post(course.at("/versions")).ok(200)
    assert (again["version"], again["current"]) == (1, True)
    assert len(hue.author.get(course.at("/versions")).ok()["items"]) == 1


def test_a_new_title_is_something_to_publish(hue: OpenedSpace) -> None:
    course = published_course(hue)
    hue.author.patch(course.at(), {"title": "Tên khác"}, headers={"if-match": "*"}).ok()
    assert not hue.author.get(course.at()).ok()["draft"]["is_published"]
    assert hue.author.post(course.at("/versions")).ok(201)["version"] == 2


def test_publishing_may_name_the_state_of_the_draft(hue: OpenedSpace) -> None:
    course = new_course(hue)
    first = save(course, [section(text_lesson("1"))]).ok()["etag"]
    save(course, [section(text_lesson("1", title="Của người khác"))], by=hue.admin).ok()
    hue.author.post(course.at("/versions"), headers={"if-match": first}).refused(412, "stale")
    hue.author.post(course.at("/versions"), headers={"if-match": draft_etag(course)}).ok(201)


def test_versions_are_listed_newest_first(hue: OpenedSpace) -> None:
    course = published_course(hue)
    for number in range(2, 6):
        republished(course, [section(text_lesson("1", title=f"Bản {number}"))])
    first = hue.author.get(course.at("/versions"), query={"limit": 2}).ok()
    assert [(each["version"], each["current"]) for each in first["items"]] == [(5, True), (4, False)]
    rest = hue.author.get(course.at("/versions"), query={"limit": 2, "cursor": first["next"]}).ok()
    assert [each["version"] for each in rest["items"]] == [3, 2]
    last = hue.author.get(course.at("/versions"), query={"limit": 2, "cursor": rest["next"]}).ok()
    assert ([each["version"] for each in last["items"]], last["next"]) == ([1], None)
    assert last["items"][0]["published_by"] == hue.people["author"]
    hue.learner.get(course.at("/versions")).refused(403)


def test_of_many_who_publish_one_makes_the_version(hue: OpenedSpace) -> None:
    course = new_course(hue)
    save(course, [section(text_lesson("1"))]).ok()
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: hue.author.post(course.at("/versions")), range(8)))
    assert sorted(reply.status for reply in replies) == [200] * 7 + [201]
    assert {reply.json["version"] for reply in replies} == {1}


def test_saving_and_publishing_at_once_never_mix(hue: OpenedSpace) -> None:
    course = published_course(hue, [text_lesson("1", title="Bản 0")])

    def author(number: int) -> None:
        title = f"Bản {number}"
        sections = [section(text_lesson("1", title=title), text_lesson("2", title=title))]
        while save(course, sections).status != 200:
            pass
        hue.author.post(course.at("/versions")).ok()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(author, range(1, 5)))
    versions = hue.author.get(course.at("/versions")).ok()["items"]
    assert [each["version"] for each in versions] == list(range(len(versions), 0, -1))
    for each in versions[:-1]:
        titles = {
            hue.learner.get(course.at(f"/versions/{each['version']}/lessons/{lesson}")).ok()["title"]
            for lesson in ("1", "2")
        }
        assert len(titles) == 1


@pytest.mark.parametrize("call", range(1, 12))
def test_killed_anywhere_publishing_is_finished_by_the_retry(hue: OpenedSpace, call: int) -> None:
    course = new_course(hue)
    saved = save(course, [section(text_lesson("1"))]).ok()
    with killed_at(call):
        hue.author.post(course.at("/versions"))
    assert hue.author.post(course.at("/versions")).ok()["version"] == 1
    assert len(hue.author.get(course.at("/versions")).ok()["items"]) == 1
    assert hue.learner.get(course.at("/versions/1/lessons/1")).ok()["title"] == text_lesson()["title"]
    assert hue.author.get(course.at("/draft")).ok()["etag"] == saved["etag"]


@pytest.mark.parametrize("call", range(1, 8))
def test_killed_anywhere_saving_leaves_the_old_draft_or_the_new(hue: OpenedSpace, call: int) -> None:
    course = new_course(hue)
    first = save(course, [section(text_lesson("1", title="Cũ"))]).ok()["etag"]
    with killed_at(call):
        save(course, [section(text_lesson("1", title="Mới"))], etag=first)
    assert hue.author.get(course.at("/draft")).ok()["sections"][0]["lessons"][0]["title"] in ("Cũ", "Mới")
    save(course, [section(text_lesson("1", title="Mới"))], etag=first).ok(200)
    assert hue.author.get(course.at("/draft")).ok()["sections"][0]["lessons"][0]["title"] == "Mới"


def test_only_those_who_write_courses_publish(hue: OpenedSpace) -> None:
    course = new_course(hue)
    save(course, [section(DONE)]).ok()
    for who in (hue.tutor, hue.learner):
        who.post(course.at("/versions")).refused(403)
    Api().post(course.at("/versions")).refused(401)
