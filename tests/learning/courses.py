"""Courses to learn: lessons by a short word each, published straight into the store.

``tests/courses`` proves that the API publishes the same; here a course is a beginning, not what is tested.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from chalicelib import clock, ids
from chalicelib.courses import catalogue, content, packing, store
from chalicelib.courses.lessons import Section
from chalicelib.questions.responses import Response
from chalicelib.storage.spaces import Space

_sections: TypeAdapter[list[Section]] = TypeAdapter(list[Section])
TITLE = "An toàn trên không gian mạng"

# Two questions: q1 wants "a", q2 wants "a" and "b".
QUIZ: dict[str, Any] = {
    "pass_mark": 60,
    "attempts_allowed": None,
    "questions": [
        {
            "id": "q1",
            "kind": "single",
            "prompt": "Có nên đọc mã OTP cho người gọi điện không?",
            "explanation": "Ngân hàng không bao giờ hỏi mã OTP.",
            "choices": [
                {"id": "a", "text": "Không", "correct": True, "feedback": "Đúng."},
                {"id": "b", "text": "Có", "correct": False, "feedback": "Mã OTP là chìa khoá tài khoản của bạn."},
            ],
        },
        {
            "id": "q2",
            "kind": "multiple",
            "prompt": "Đâu là dấu hiệu lừa đảo?",
            "explanation": "Kẻ gian thúc giục và hứa hẹn.",
            "choices": [
                {"id": "a", "text": "Thúc giục", "correct": True},
                {"id": "b", "text": "Hứa hẹn", "correct": True},
                {"id": "c", "text": "Có dấu tiếng Việt", "correct": False, "feedback": "Tin nhắn thật cũng có dấu."},
            ],
        },
    ],
}
RIGHT: dict[str, Response] = {"q1": ["a"], "q2": ["a", "b"]}
HALF: dict[str, Response] = {"q1": ["a"], "q2": ["c"]}
WRONG: dict[str, Response] = {"q1": ["b"], "q2": ["c"]}


def lesson(word: str, **quiz: Any) -> dict[str, Any]:
    """A lesson by its id and what follows it: ``3`` a text, ``3V`` a video, ``3Q`` a quiz; ``?`` makes it optional."""
    required = not word.endswith("?")
    word = word.rstrip("?")
    kind = {"V": "video", "Q": "quiz"}.get(word[-1], "text")
    lesson_id = word if kind == "text" else word[:-1]
    common = {"id": lesson_id, "title": f"Bài {lesson_id}", "minutes": 5, "required": required, "kind": kind}
    if kind == "video":
        return {**common, "video": {"hls_url": "https://media.example/bai/master.m3u8", "duration_s": 300}}
    if kind == "quiz":
        return {**common, "quiz": QUIZ | quiz}
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": "Nội dung."}]}
    return {**common, "body": {"type": "doc", "content": [paragraph]}}


def publish(space: Space, lessons: str | Sequence[dict[str, Any]], *, national: str | None = None, **quiz: Any) -> str:
    """A course with these lessons (words for :func:`lesson`) as its version 1; gives its id."""
    course = ids.new()
    head = {"title": TITLE, "summary": "", "language": "vi", "audiences": ["citizen"], "created_at": clock.timestamp()}
    store.create_head(space, course, {**head, "updated_at": clock.timestamp()})
    publish_again(space, course, lessons, version=1, national=national, **quiz)
    return course


def publish_again(
    space: Space,
    course: str,
    lessons: str | Sequence[dict[str, Any]],
    *,
    version: int,
    national: str | None = None,
    **quiz: Any,
) -> None:
    """The next version of a course."""
    made = [lesson(word, **quiz) for word in lessons.split()] if isinstance(lessons, str) else list(lessons)
    packed = packing.pack(sections(made))
    content.keep_draft(space, course, packed)
    frozen = {
        "frozen_title": TITLE,
        "prefix": space.slug,
        "pack": content.key(space.slug, course, f"{packed.name}.pack"),
        "index": content.keep_index(space.slug, course, packed.structure),
        "national": national,
        "published_at": clock.timestamp(),
        "lessons": len(made),
        "minutes": packed.structure.minutes,
    }
    store.publish(space, course, version, frozen, {**frozen, "version": version}, seen=version - 1 or None)
    catalogue.forget(space)


def sections(lessons: Sequence[dict[str, Any]]) -> list[Section]:
    """Lessons as the one section of a course."""
    return _sections.validate_python([{"id": "a", "title": "Phần 1", "lessons": lessons}])


def archive(space: Space, course: str) -> None:
    """Take a course out of the catalogue."""
    store.change_head(space, course, {"archived_at": clock.timestamp()})
    catalogue.forget(space)
