"""The demo's courses are what the API takes and what a learner can read: whole, well-formed, in NFC, of fair length."""

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.assessment import grading
from chalicelib.courses.lessons import Quiz
from chalicelib.questions import marking
from chalicelib.questions.models import KINDS
from infra.local.demo.content import COURSES_DIR, FILE_PREFIX, DemoCourse, UnfitMarkdown, courses, document

Json = dict[str, Any]

COURSES = courses()
NODES = {"doc", "paragraph", "heading", "bulletList", "orderedList", "listItem", "blockquote", "horizontalRule"}
NODES |= {"hardBreak", "text", "image", "table", "tableRow", "tableHeader", "tableCell", "callout", "codeBlock"}
MARKS = {"bold", "italic", "underline", "strike", "code", "link"}
AUDIENCES = {"citizen", "civil_servant", "community_team", "business"}
UPLOADS = {".png", ".jpg", ".webp", ".mp4", ".m4a", ".webm", ".vtt", ".pdf"}
ID = re.compile(r"[0-9a-z]{1,4}")


def of_each_course() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("course", COURSES, ids=[course.slug for course in COURSES])


def lessons_of(course: DemoCourse, kind: str) -> list[Json]:
    return [lesson for lesson in course.lessons() if lesson["kind"] == kind]


def walk(node: Json) -> Iterator[Json]:
    yield node
    for child in node.get("content", []):
        yield from walk(child)


def plain(node: Json) -> str:
    """The words of a document, blocks parted by spaces."""
    if node["type"] == "text":
        return str(node["text"])
    inside = [plain(child) for child in node.get("content", [])]
    inline = node["type"] in {"paragraph", "heading", "codeBlock"}
    return "".join(inside) if inline else " ".join(inside)


def strings_of(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings_of(inner)


def test_there_are_the_four_courses_of_the_demo() -> None:
    assert [course.slug for course in COURSES] == [
        "an-toan-tren-khong-gian-mang",
        "dich-vu-cong-truc-tuyen",
        "lam-chu-dien-thoai-thong-minh",
        "thanh-toan-khong-dung-tien-mat",
    ]


@of_each_course()
def test_head_is_complete(course: DemoCourse) -> None:
    assert set(course.head) == {"title", "summary", "cover", "language", "audiences", "estimated_minutes"}
    assert course.head["language"] == "vi"
    assert set(course.head["audiences"]) <= AUDIENCES
    assert 2 <= course.head["summary"].count(".") <= 3
    assert course.head["cover"] in course.files
    assert course.head["estimated_minutes"] == sum(lesson["minutes"] for lesson in course.lessons())


@of_each_course()
def test_ids_are_short_and_unique_in_the_course(course: DemoCourse) -> None:
    ids = [section["id"] for section in course.draft["sections"]] + [lesson["id"] for lesson in course.lessons()]
    assert len(ids) == len(set(ids))
    assert all(ID.fullmatch(each) for each in ids)


@of_each_course()
def test_has_text_to_read_and_quizzes_to_take(course: DemoCourse) -> None:
    assert 2 <= len(course.draft["sections"]) <= 4
    assert all(section["lessons"] for section in course.draft["sections"])
    assert len(lessons_of(course, "text")) >= 6
    assert 1 <= len(lessons_of(course, "quiz")) <= 3
    for lesson in lessons_of(course, "text"):
        words = len(plain(lesson["body"]).split())
        assert 250 <= words <= 600, f"{course.slug}, lesson {lesson['id']}: {words} words"


@of_each_course()
def test_text_lessons_hold_only_what_a_lesson_may_hold(course: DemoCourse) -> None:
    for lesson in lessons_of(course, "text"):
        assert len(json.dumps(lesson["body"], ensure_ascii=False).encode()) <= 200_000
        for node in walk(lesson["body"]):
            assert node["type"] in NODES
            assert node.get("content") != [], "an empty list of children is no ProseMirror node"
            marks = [mark["type"] for mark in node.get("marks", [])]
            assert set(marks) <= MARKS
            assert marks == ["code"] or "code" not in marks, "TipTap's code mark stands alone"
            assert node["type"] != "text" or node["text"]
            assert node["type"] != "callout" or node["attrs"]["kind"] in {"info", "tip", "warning"}


@of_each_course()
def test_quizzes_can_be_passed_and_say_why(course: DemoCourse) -> None:
    for lesson in lessons_of(course, "quiz"):
        questions = lesson["quiz"]["questions"]
        assert 5 <= len(questions) <= 8
        assert len({question["id"] for question in questions}) == len(questions)
        for question in questions:
            assert question["prompt"]
            assert question["explanation"]


@of_each_course()
def test_choices_are_told_apart_and_answered(course: DemoCourse) -> None:
    for lesson in lessons_of(course, "quiz"):
        for question, right in zip(
            lesson["quiz"]["questions"], course.right_answers(lesson["id"]).values(), strict=True
        ):
            if question["kind"] not in ("single", "multiple"):
                continue
            choices = question["choices"]
            assert len({choice["id"] for choice in choices}) == len(choices) >= 3
            assert len(right) == 1 if question["kind"] == "single" else 2 <= len(right) < len(choices)
            assert all(choice["text"] and choice["feedback"] for choice in choices)


def test_the_demo_shows_questions_of_many_kinds() -> None:
    quizzes = [lesson["quiz"] for course in COURSES for lesson in lessons_of(course, "quiz")]
    kinds = {question["kind"] for quiz in quizzes for question in quiz["questions"]}
    assert kinds == set(KINDS) - {"hot_spot"}


@of_each_course()
def test_questions_lack_nothing_and_the_answers_are_right(course: DemoCourse) -> None:
    for lesson in lessons_of(course, "quiz"):
        quiz = Quiz.model_validate(lesson["quiz"])
        assert [fault for question in quiz.questions for fault in marking.missing(question, "")] == []
        answers = course.right_answers(lesson["id"])
        assert grading.faults(quiz, answers) == []
        assert grading.grade(quiz, answers).score == 100


def test_the_right_choice_is_not_always_in_the_same_place() -> None:
    for course in COURSES:
        for lesson in lessons_of(course, "quiz"):
            rights = course.right_answers(lesson["id"])
            kinds = {question["id"]: question["kind"] for question in lesson["quiz"]["questions"]}
            firsts = {right[0] for name, right in rights.items() if kinds[name] in ("single", "multiple")}
            assert len(firsts) > 1, f"{course.slug}, quiz {lesson['id']}"


@of_each_course()
def test_every_named_file_is_there_and_every_file_is_named(course: DemoCourse) -> None:
    named = {name.removeprefix(FILE_PREFIX) for name in strings_of(course.draft) if name.startswith(FILE_PREFIX)}
    assert named | {course.head["cover"]} == set(course.files)
    for path in course.files.values():
        assert path.suffix in UPLOADS
        limit = {".mp4": 1_000_000, ".webm": 1_000_000, ".pdf": 200_000}.get(path.suffix, 60_000)
        assert 0 < path.stat().st_size <= limit, path.name


def test_files_are_what_their_names_say() -> None:
    signatures = {".png": b"\x89PNG", ".webp": b"RIFF", ".pdf": b"%PDF", ".vtt": b"WEBVTT"}
    for course in COURSES:
        for path in course.files.values():
            start = path.read_bytes()[:12]
            assert (
                start[4:8] == b"ftyp" if path.suffix in (".mp4", ".m4a") else start.startswith(signatures[path.suffix])
            )


def test_the_video_comes_in_fewer_bytes_too_and_has_captions_within_its_length() -> None:
    [lesson] = [lesson for course in COURSES for lesson in lessons_of(course, "video")]
    [course] = [course for course in COURSES if lesson in list(course.lessons())]
    assert 10 <= lesson["video"]["duration_s"] <= 40
    size = {
        name: course.files[lesson["video"][name].removeprefix(FILE_PREFIX)].stat().st_size
        for name in ("file", "light", "sound")
    }
    assert size["sound"] < size["light"] < size["file"]
    [caption] = lesson["video"]["captions"]
    text = course.files[caption["file"].removeprefix(FILE_PREFIX)].read_text(encoding="utf-8")
    cues = re.findall(r"^00:(\d\d\.\d{3}) --> 00:(\d\d\.\d{3})$", text, re.MULTILINE)
    times = [float(time) for cue in cues for time in cue]
    assert len(cues) >= 5
    assert times == sorted(times)
    assert times[-1] <= lesson["video"]["duration_s"]


def test_all_text_is_in_nfc() -> None:
    sources = [path for path in COURSES_DIR.rglob("*") if path.suffix in {".md", ".yaml", ".vtt"}]
    assert len(sources) > 30
    for path in sources:
        assert unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8")), path.name
    for course in COURSES:
        assert all(unicodedata.is_normalized("NFC", text) for text in strings_of([course.head, course.draft]))


def test_decomposed_sources_are_composed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "thu"
    (folder / "files").mkdir(parents=True)
    source = """
    title: Thử
    sections: [{id: a, title: Một, lessons: [{id: "1", kind: text, title: Bài, minutes: 1, text: bai.md}]}]
    """
    (folder / "course.yaml").write_text(unicodedata.normalize("NFD", source), encoding="utf-8")
    (folder / "bai.md").write_text(unicodedata.normalize("NFD", "Tiếng Việt"), encoding="utf-8")
    monkeypatch.setattr("infra.local.demo.content.COURSES_DIR", tmp_path)
    [course] = courses()
    assert course.head["title"] == "Thử"
    assert [plain(lesson["body"]) for lesson in course.lessons()] == ["Tiếng Việt"]


def text(words: str, *marks: Json) -> Json:
    return {"type": "text", "text": words, "marks": list(marks)} if marks else {"type": "text", "text": words}


def paragraph(*content: Json) -> Json:
    return {"type": "paragraph", "content": list(content)}


BOLD, ITALIC, CODE, STRIKE = ({"type": kind} for kind in ("bold", "italic", "code", "strike"))


@pytest.mark.parametrize(
    ("markdown", "block"),
    [
        ("## Một", {"type": "heading", "attrs": {"level": 2}, "content": [text("Một")]}),
        ("một\nhai", paragraph(text("một hai"))),
        ("một  \nhai", paragraph(text("một"), {"type": "hardBreak"}, text("hai"))),
        ("**a** *b* `c` ~~d~~", paragraph(
            text("a", BOLD), text(" "), text("b", ITALIC), text(" "), text("c", CODE), text(" "), text("d", STRIKE)
        )),
        ("***a***", paragraph(text("a", ITALIC, BOLD))),
        ("[Cổng](https://dichvucong.gov.vn)", paragraph(
            text("Cổng", {"type": "link", "attrs": {"href": "https://dichvucong.gov.vn"}})
        )),
        ("- một\n- hai", {"type": "bulletList", "content": [
            {"type": "listItem", "content": [paragraph(text("một"))]},
            {"type": "listItem", "content": [paragraph(text("hai"))]},
        ]}),
        ("3. ba", {"type": "orderedList", "attrs": {"start": 3}, "content": [
            {"type": "listItem", "content": [paragraph(text("ba"))]},
        ]}),
        ("> lời", {"type": "blockquote", "content": [paragraph(text("lời"))]}),
        ("> [!TIP]\n> mẹo", {"type": "callout", "attrs": {"kind": "tip"}, "content": [paragraph(text("mẹo"))]}),
        ("> [!NOTE]\n>\n> ghi", {"type": "callout", "attrs": {"kind": "info"}, "content": [paragraph(text("ghi"))]}),
        ("> [!WARNING]\n> **Dừng**", {
            "type": "callout", "attrs": {"kind": "warning"}, "content": [paragraph(text("Dừng", BOLD))]
        }),
        ("```\nmột\nhai\n```", {"type": "codeBlock", "content": [text("một\nhai")]}),
        ("---", {"type": "horizontalRule"}),
        ("![Hình](file:a.png)", {"type": "image", "attrs": {"file": "file:a.png", "alt": "Hình"}}),
        ("| | b |\n| --- | --- |\n| c | **d** |", {"type": "table", "content": [
            {"type": "tableRow", "content": [
                {"type": "tableHeader", "content": [{"type": "paragraph"}]},
                {"type": "tableHeader", "content": [paragraph(text("b"))]},
            ]},
            {"type": "tableRow", "content": [
                {"type": "tableCell", "content": [paragraph(text("c"))]},
                {"type": "tableCell", "content": [paragraph(text("d", BOLD))]},
            ]},
        ]}),
    ],
)  # fmt: skip
def test_markdown_becomes_the_node_that_stands_for_it(markdown: str, block: Json) -> None:
    assert document(markdown) == {"type": "doc", "content": [block]}


def test_html_is_only_text() -> None:
    assert plain(document("a <script>b</script>")) == "a <script>b</script>"


@pytest.mark.parametrize(
    "markdown",
    [
        "# Tên bài",
        "##### Quá sâu",
        "[x](javascript:alert%281%29)",
        "[x](/noi-khac)",
        "![Hình](https://elsewhere.example/a.png)",
        "![](file:a.png)",
        "chữ ![Hình](file:a.png) chữ",
    ],
)
def test_what_a_lesson_cannot_hold_is_refused(markdown: str) -> None:
    with pytest.raises(UnfitMarkdown):
        document(markdown)
