"""A version's outline: its sections and lessons without their content, and what can be said of a learner's way through
it. Pure: no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from chalicelib.courses.lessons import LessonKind
from chalicelib.errors import NotFound


class UnknownLesson(NotFound):
    """This version of the course has no such lesson."""

    code = "unknown_lesson"
    vi = "Phiên bản này của khoá học không có bài học đó."
    en = "This version of the course has no such lesson."


@dataclass(frozen=True, slots=True)
class QuizTerms:
    """What a quiz asks for: ``pass_mark`` in percent, ``attempts_allowed`` (``None``: as many as one likes)."""

    pass_mark: int
    attempts_allowed: int | None
    questions: int


@dataclass(frozen=True, slots=True)
class LessonEntry:
    """A lesson as the outline has it. ``offset`` and ``length`` say where its content stands in the version's pack."""

    id: str
    kind: LessonKind
    title: str
    minutes: int
    required: bool
    quiz: QuizTerms | None
    files: tuple[str, ...]
    offset: int
    length: int
    library: tuple[str, ...] = ()  # documents of the space's library that it names


@dataclass(frozen=True, slots=True)
class SectionEntry:
    """A section as the outline has it."""

    id: str
    title: str
    lessons: tuple[LessonEntry, ...]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of an uploaded file that a version shows; ``size`` in bytes."""

    name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Structure:
    """A frozen version's structure, which all courses that show this version share (an adopted course is not copied).

    ``documents`` are those of the library that it names, as they were then: who opens one gets its newest version.
    ``spent`` are ids of lessons that earlier versions had: learners' progress names them, so no new lesson gets one.
    """

    sections: tuple[SectionEntry, ...]
    files: Mapping[str, FileFacts] = field(default_factory=dict)
    spent: frozenset[str] = frozenset()
    weight: int = 0  # bytes of the index that it was read from
    documents: Mapping[str, FileFacts] = field(default_factory=dict)
    lessons: Mapping[str, LessonEntry] = field(init=False)
    order: tuple[str, ...] = field(init=False)
    required: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        lessons = {lesson.id: lesson for section in self.sections for lesson in section.lessons}
        object.__setattr__(self, "lessons", lessons)
        object.__setattr__(self, "order", tuple(lessons))
        object.__setattr__(self, "required", frozenset(each.id for each in lessons.values() if each.required))

    @property
    def minutes(self) -> int:
        """All lessons' minutes together."""
        return sum(lesson.minutes for lesson in self.lessons.values())


@dataclass(frozen=True, slots=True)
class Outline:
    """A published version of a course of one space. Immutable, so it is cached; every question to it is answered
    without a call.

    ``national`` is the central space's course id when the course was adopted. ``prefix`` is whose objects hold the
    content: the space's own slug, or the shared national prefix.
    """

    course_id: str
    version: int
    title: str
    national: str | None
    prefix: str
    pack: str
    structure: Structure

    @property
    def sections(self) -> tuple[SectionEntry, ...]:
        """Sections with their lessons, in the order in which they are learned."""
        return self.structure.sections

    @property
    def order(self) -> tuple[str, ...]:
        """All lessons' ids in the order in which they are learned."""
        return self.structure.order

    @property
    def required(self) -> frozenset[str]:
        """Ids of the lessons without which the course is not complete."""
        return self.structure.required

    def lesson(self, lesson_id: str) -> LessonEntry:
        """One lesson. Raises: UnknownLesson."""
        found = self.structure.lessons.get(lesson_id)
        if found is None:
            raise UnknownLesson
        return found

    def require(self, lesson_id: str) -> None:
        """Refuse a lesson that this version does not have. Raises: UnknownLesson."""
        self.lesson(lesson_id)

    def percent(self, done: Iterable[str]) -> int:
        """How much of what is required is done, 0 to 100; 100 only when all of it is."""
        if not self.required:
            return 100
        return len(self.required.intersection(done)) * 100 // len(self.required)

    def minutes_left(self, done: Set[str]) -> int:
        """How long what is required and not done takes."""
        return sum(self.lesson(each).minutes for each in self.required - done)

    def is_complete(self, done: Set[str]) -> bool:
        """Whether every required lesson is done."""
        return self.required <= done

    def next_after(self, done: Set[str]) -> str | None:
        """The lesson to go on with: the first that is not done. An optional lesson before one that is done was skipped
        on purpose and is not brought up again. ``None`` when there is nothing to go on with."""
        furthest = max((place for place, lesson in enumerate(self.order) if lesson in done), default=-1)
        for place, lesson in enumerate(self.order):
            if lesson not in done and (place > furthest or lesson in self.required):
                return lesson
        return None


def to_json(structure: Structure) -> dict[str, Any]:
    """What :func:`from_json` reads."""
    return {
        "sections": [
            {"id": section.id, "title": section.title, "lessons": [_lesson(each) for each in section.lessons]}
            for section in structure.sections
        ],
        "files": _facts(structure.files),
        "spent": sorted(structure.spent),
        **({"documents": _facts(structure.documents)} if structure.documents else {}),
    }


def from_json(data: Mapping[str, Any], weight: int) -> Structure:
    """The structure that an index object holds; ``weight`` is the object's size in bytes once unpacked."""
    return Structure(
        sections=tuple(
            SectionEntry(each["id"], each["title"], tuple(_entry(lesson) for lesson in each["lessons"]))
            for each in data["sections"]
        ),
        files={name: FileFacts(*facts) for name, facts in data["files"].items()},
        documents={name: FileFacts(*facts) for name, facts in data.get("documents", {}).items()},
        spent=frozenset(data["spent"]),
        weight=weight,
    )


def _facts(files: Mapping[str, FileFacts]) -> dict[str, list[Any]]:
    return {name: [each.name, each.content_type, each.size] for name, each in files.items()}


def _lesson(entry: LessonEntry) -> list[Any]:
    terms = entry.quiz
    quiz = [terms.pass_mark, terms.attempts_allowed, terms.questions] if terms else None
    return [
        entry.id, entry.kind, entry.title, entry.minutes, entry.required, quiz, entry.files, entry.offset, entry.length,
        *([entry.library] if entry.library else []),
    ]  # fmt: skip


def _entry(row: list[Any]) -> LessonEntry:
    lesson_id, kind, title, minutes, required, quiz, files, offset, length, *library = row
    terms = QuizTerms(*quiz) if quiz else None
    return LessonEntry(lesson_id, kind, title, minutes, required, terms, tuple(files), offset, length, tuple(*library))
