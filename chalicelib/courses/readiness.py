"""Whether a course can be finished by who learns it: everything that is missing, each with its place. Pure: no I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from chalicelib import rich_text
from chalicelib.courses.file_types import CAPTIONS, DOCUMENTS, IMAGES, SOUNDS, VIDEOS
from chalicelib.courses.lessons import (
    AnyLesson,
    Document,
    DocumentLesson,
    Quiz,
    QuizLesson,
    TextLesson,
    Video,
    VideoLesson,
)
from chalicelib.errors import Fault, InvalidInput
from chalicelib.questions import marking
from chalicelib.questions.models import AnyQuestion

Ready = Mapping[str, str]  # the content type of each file that is uploaded and checked, by its id


class CannotPublish(InvalidInput):
    """The draft is not finished; everything that is missing is named."""

    code = "cannot_publish"
    vi = "Chưa thể xuất bản: khoá học còn thiếu. Hãy bổ sung các mục được nêu."
    en = "This cannot be published yet: something is missing. Mend what is named."


def faults(sections: Sequence[Sequence[AnyLesson]], ready: Ready) -> list[Fault]:
    """Everything that keeps these sections' lessons from being published."""
    lessons = [lesson for section in sections for lesson in section]
    found = []
    if not lessons:
        found.append(Fault("sections", "no_lessons", "Khoá học chưa có bài nào.", "The course has no lessons."))
    elif not any(lesson.required for lesson in lessons):
        vi = "Cần ít nhất một bài bắt buộc, nếu không thì không ai hoàn thành được khoá học."
        en = "At least one lesson must be required: nobody could complete the course otherwise."
        found.append(Fault("sections", "no_required_lesson", vi, en))
    for at, section in enumerate(sections):
        path = f"sections.{at}.lessons"
        if not section:
            found.append(Fault(path, "empty_section", "Chương này chưa có bài nào.", "This section has no lessons."))
        for place, lesson in enumerate(section):
            found += _of_lesson(lesson, f"{path}.{place}", ready)
    return found


def _of_lesson(lesson: AnyLesson, path: str, ready: Ready) -> Iterator[Fault]:
    match lesson:
        case TextLesson():
            yield from _of_text(lesson, f"{path}.body", ready)
        case VideoLesson():
            yield from _of_video(lesson.video, f"{path}.video", ready)
        case DocumentLesson():
            yield from _of_document(lesson.document, f"{path}.document", ready)
        case QuizLesson():
            yield from _of_quiz(lesson.quiz, f"{path}.quiz", ready)


def _of_text(lesson: TextLesson, path: str, ready: Ready) -> Iterator[Fault]:
    if rich_text.is_empty(lesson.body):
        yield Fault(path, "empty_text", "Bài này chưa có nội dung.", "This lesson has no text.")
    for file_id in dict.fromkeys(rich_text.files(lesson.body)):
        yield from _of_file(file_id, path, ready, IMAGES)


def _of_video(video: Video, path: str, ready: Ready) -> Iterator[Fault]:
    if video.file is None and video.hls_url is None:
        yield Fault(path, "no_video", "Bài này chưa có video.", "This lesson has no video.")
    for name, file_id, allowed in (
        ("file", video.file, VIDEOS),
        ("light", video.light, VIDEOS),
        ("sound", video.sound, SOUNDS),
    ):
        if file_id is not None:
            yield from _of_file(file_id, f"{path}.{name}", ready, allowed)
    for place, captions in enumerate(video.captions):
        yield from _of_file(captions.file, f"{path}.captions.{place}.file", ready, CAPTIONS)


def _of_document(document: Document, path: str, ready: Ready) -> Iterator[Fault]:
    if not document.files and not document.library:
        yield Fault(f"{path}.files", "no_files", "Bài này chưa có tài liệu.", "This lesson has no documents.")
    for place, file_id in enumerate(document.files):
        yield from _of_file(file_id, f"{path}.files.{place}", ready, DOCUMENTS)


def _of_file(file_id: str, path: str, ready: Ready, allowed: Collection[str]) -> Iterator[Fault]:
    content_type = ready.get(file_id)
    if content_type is None:
        vi, en = "Tệp này chưa được tải lên xong.", "This file's upload is not completed."
        yield Fault(path, "file_missing", vi, en)
    elif content_type not in allowed:
        kinds = ", ".join(sorted(allowed))
        yield Fault(
            path, "wrong_file_type", f"Tệp này phải thuộc loại: {kinds}.", f"This file must be one of: {kinds}."
        )


def _of_quiz(quiz: Quiz, path: str, ready: Ready) -> Iterator[Fault]:
    if not quiz.questions:
        yield Fault(f"{path}.questions", "no_questions", "Bài này chưa có câu hỏi.", "This quiz has no questions.")
    for place, question in enumerate(quiz.questions):
        yield from of_question(question, f"{path}.questions.{place}", ready)


def of_question(question: AnyQuestion, path: str, ready: Ready) -> Iterator[Fault]:
    """What a question still needs before it can be asked; its pictures are uploaded images."""
    yield from marking.missing(question, path)
    for shown, file_id in dict.fromkeys(question.pictures()):
        yield from _of_file(file_id, f"{path}.{shown}", ready, IMAGES)
