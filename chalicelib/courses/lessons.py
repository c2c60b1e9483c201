"""A course's content as its authors write it: sections, lessons of four kinds, and what a draft may hold at most.

A draft may be unfinished (a video that is still being uploaded, a quiz without questions); it may not be wrong. What a
course needs before learners get it is judged when it is published (``readiness.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, StringConstraints

from chalicelib import rich_text
from chalicelib.errors import rule
from chalicelib.http.models import Distinct, Id, Inbound, Outbound, RichText, line, several, without_tags
from chalicelib.questions.models import AskedQuestion, Question

MAX_SECTIONS = 200
MAX_LESSONS = 2_000
MAX_QUESTIONS = 100  # of one quiz
MAX_QUESTIONS_OF_COURSE = 10_000
MAX_QUIZ_BYTES = 1_000_000
MAX_DRAFT_BYTES = 20_000_000

LessonKind = Literal["text", "video", "document", "quiz"]

# Short, because a learner's progress keeps one for each lesson done; stable over versions, for the same reason.
LessonId = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{1,4}$")]
Title = Annotated[str, line(200), Field(examples=["Nhận biết tin nhắn lừa đảo"])]


class _Lesson(Inbound):
    """What lessons of every kind have."""

    id: LessonId | None = Field(default=None, description="Given by the server when absent; never changes afterwards.")
    title: Title
    minutes: int = Field(default=0, ge=0, le=600, description="How long a learner needs for it, in minutes.")
    required: bool = Field(default=True, description="Whether the course is complete only with this lesson done.")


class TextLesson(_Lesson):
    """A text to read."""

    kind: Literal["text"]
    body: RichText


class Captions(Inbound):
    """A video's captions in one language: an uploaded WebVTT file."""

    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")] = Field(examples=["vi"])
    label: Annotated[str, line(60)] = Field(examples=["Tiếng Việt"])
    file: Id


class Video(Inbound):
    """A film: an uploaded file, an HLS address, or both (the file then for players without HLS)."""

    file: Id | None = None
    light: Id | None = Field(
        default=None, description="The same film in fewer bytes, for poor lines and for who pays by the megabyte."
    )
    sound: Id | None = Field(default=None, description="The film's sound alone: an MP3 or M4A file.")
    hls_url: Annotated[str, StringConstraints(max_length=2_000, pattern=r"^https://[!-~]+$")] | None = Field(
        default=None, examples=["https://media.example/bai-1/master.m3u8"]
    )
    duration_s: int | None = Field(default=None, ge=1, le=86_400, description="Seconds.")
    captions: list[Captions] = Field(default=[], max_length=20)


class VideoLesson(_Lesson):
    """A film to watch."""

    kind: Literal["video"]
    video: Video


class Document(Inbound):
    """Files to read: PDF or images, shown in this order; then documents of the space's library, each in its newest
    version (`openings` says where)."""

    files: Annotated[list[Id], Distinct] = Field(default=[], max_length=20)
    library: Annotated[list[Id], Distinct] = Field(default=[], max_length=20)


class DocumentLesson(_Lesson):
    """Files to read or print."""

    kind: Literal["document"]
    document: Document


class Quiz(Inbound):
    """Questions, and what it takes to pass them."""

    pass_mark: int = Field(default=60, ge=1, le=100, description="Percent of the points to earn to pass.")
    attempts_allowed: int | None = Field(default=None, ge=1, le=100, description="`null`: as many as one likes.")
    questions: list[Question] = Field(
        default=[], max_length=MAX_QUESTIONS, description="At least one when the course is published."
    )


class QuizLesson(_Lesson):
    """Questions to answer; done when passed."""

    kind: Literal["quiz"]
    quiz: Quiz


AnyLesson = TextLesson | VideoLesson | DocumentLesson | QuizLesson


Lesson = Annotated[AnyLesson, Field(discriminator="kind"), without_tags(get_args(LessonKind), "kind")]


class Section(Inbound):
    """A part of a course."""

    id: LessonId | None = Field(default=None, description="Given by the server when absent.")
    title: Title
    lessons: list[Lesson] = Field(default=[], max_length=MAX_LESSONS)


Place = tuple[str | int, ...]


def _coherent(sections: list[Section]) -> list[Section]:
    faults: list[tuple[Place, Any]] = [
        (path, rule("repeated_id", "Mã này đã dùng ở nơi khác trong khoá học.", "This id is used elsewhere, too."))
        for path in _repeated(sections)
    ]
    lessons = [lesson for section in sections for lesson in section.lessons]
    if len(lessons) > MAX_LESSONS:
        vi, en = f"Một khoá học có tối đa {MAX_LESSONS} bài.", f"A course has at most {MAX_LESSONS} lessons."
        faults.append(((), rule("too_many_lessons", vi, en)))
    questions = sum(len(lesson.quiz.questions) for lesson in lessons if isinstance(lesson, QuizLesson))
    if questions > MAX_QUESTIONS_OF_COURSE:
        vi = f"Một khoá học có tối đa {MAX_QUESTIONS_OF_COURSE} câu hỏi."
        en = f"A course has at most {MAX_QUESTIONS_OF_COURSE} questions."
        faults.append(((), rule("too_many_questions", vi, en)))
    if faults:
        raise several(faults)
    return sections


def _repeated(sections: list[Section]) -> Iterator[Place]:
    """Where an id stands that stood before: sections and lessons over the course, questions within their quiz."""
    yield from _twice([((place, "id"), section.id) for place, section in enumerate(sections)])
    lessons = [((*path, "id"), lesson.id) for path, lesson in places(sections)]
    yield from _twice(lessons)
    for path, lesson in places(sections):
        if isinstance(lesson, QuizLesson):
            questions = list(enumerate(lesson.quiz.questions))
            below = (*path, "quiz", "questions")
            yield from _twice([((*below, place, "id"), question.id) for place, question in questions])


def _twice(ids: list[tuple[Place, str | None]]) -> Iterator[Place]:
    seen: set[str] = set()
    for path, each in ids:
        if each is None:
            continue
        if each in seen:
            yield path
        seen.add(each)


def places(sections: list[Section]) -> Iterator[tuple[Place, AnyLesson]]:
    """Every lesson with its path below ``sections``."""
    for at, section in enumerate(sections):
        for place, lesson in enumerate(section.lessons):
            yield (at, "lessons", place), lesson


Sections = Annotated[list[Section], Field(max_length=MAX_SECTIONS), AfterValidator(_coherent)]


class Content(Inbound):
    """All of a course's content."""

    sections: Sections


def files_of(lesson: AnyLesson) -> list[str]:
    """The uploaded files that a lesson shows, each once, in order."""
    match lesson:
        case TextLesson():
            found = list(rich_text.files(lesson.body))
        case VideoLesson():
            found = [each for each in _files_of_film(lesson.video) if each]
        case DocumentLesson():
            found = lesson.document.files
        case QuizLesson():
            found = [file_id for question in lesson.quiz.questions for _, file_id in question.pictures()]
    return list(dict.fromkeys(found))


def _files_of_film(video: Video) -> Iterator[str | None]:
    yield from (video.file, video.light, video.sound)
    yield from (each.file for each in video.captions)


def documents_of(lesson: AnyLesson) -> list[str]:
    """The documents of the library that a lesson names."""
    return list(lesson.document.library) if isinstance(lesson, DocumentLesson) else []


class AskedQuiz(Outbound):
    """A quiz as a learner sees it before answering."""

    pass_mark: int
    attempts_allowed: int | None
    questions: list[AskedQuestion]
