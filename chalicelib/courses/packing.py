"""A course's content as two objects: a *pack* and an index that says where in it each lesson stands.

The pack is a row of gzip members: one for each lesson, and small ones for the text between them. Unpacked as a whole
it is the draft's JSON; a range of it is one lesson. So a course of 2,000 lessons is saved with two writes, and one
lesson of it is read with one read. Pure: no I/O.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Any

from chalicelib.courses.lessons import (
    MAX_QUIZ_BYTES,
    AnyLesson,
    QuizLesson,
    Section,
    documents_of,
    files_of,
)
from chalicelib.courses.outline import LessonEntry, QuizTerms, SectionEntry, Structure
from chalicelib.rich_text import MAX_BYTES

_LEVEL = 6
# What a lesson of a kind may have at most, and where it has most of it.
_MOST_BYTES = {"text": ("body", MAX_BYTES), "quiz": ("quiz", MAX_QUIZ_BYTES)}
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Packed:
    """Content ready to be stored. ``name`` is the SHA-256 of its JSON; ``oversized`` are lessons that are longer
    than they may be: the place of each, and the most bytes that it may have."""

    name: str
    json: bytes
    pack: bytes
    structure: Structure
    oversized: tuple[tuple[str, int], ...]

    @property
    def size(self) -> int:
        """Bytes of the JSON."""
        return len(self.json)


def pack(sections: list[Section]) -> Packed:
    """Pack sections whose ids are all there (see :func:`with_ids`)."""
    packer = _Packer()
    entries = []
    packer.text('{"sections":[')
    for at, section in enumerate(sections):
        head = json.dumps({"id": section.id, "title": section.title}, ensure_ascii=False, separators=(",", ":"))
        packer.text(("," if at else "") + head[:-1] + ',"lessons":[')
        lessons = []
        for place, lesson in enumerate(section.lessons):
            lessons.append(packer.lesson(lesson, (at, place)))
            if place + 1 < len(section.lessons):
                packer.text(",")
        packer.text("]}")
        entries.append(SectionEntry(str(section.id), section.title, tuple(lessons)))
    packer.text("]}")
    return packer.packed(tuple(entries))


class _Packer:
    def __init__(self) -> None:
        self._texts: list[bytes] = []
        self._members: list[bytes] = []
        self._offset = 0
        self._between = ""
        self._oversized: list[tuple[str, int]] = []

    def text(self, text: str) -> None:
        """Text between lessons; what follows directly on another goes into the same member."""
        self._between += text

    def lesson(self, lesson: AnyLesson, path: tuple[int, int]) -> LessonEntry:
        """A lesson in a member of its own; gives its entry in the outline."""
        self._flush()
        content = lesson.model_dump_json().encode()
        if (most := _MOST_BYTES.get(lesson.kind)) and len(content) > most[1]:
            self._oversized.append((f"sections.{path[0]}.lessons.{path[1]}.{most[0]}", most[1]))
        offset = self._offset
        length = self._member(content)
        quiz = lesson.quiz if isinstance(lesson, QuizLesson) else None
        terms = QuizTerms(quiz.pass_mark, quiz.attempts_allowed, len(quiz.questions)) if quiz else None
        files = tuple(files_of(lesson))
        return LessonEntry(
            str(lesson.id), lesson.kind, lesson.title, lesson.minutes, lesson.required, terms, files, offset, length,
            tuple(documents_of(lesson)),
        )  # fmt: skip

    def packed(self, sections: tuple[SectionEntry, ...]) -> Packed:
        """All of it."""
        self._flush()
        whole = b"".join(self._texts)
        return Packed(
            name=hashlib.sha256(whole).hexdigest(),
            json=whole,
            pack=b"".join(self._members),
            structure=Structure(sections),
            oversized=tuple(self._oversized),
        )

    def _flush(self) -> None:
        if self._between:
            self._member(self._between.encode())
            self._between = ""

    def _member(self, content: bytes) -> int:
        member = gzip.compress(content, _LEVEL, mtime=0)
        self._texts.append(content)
        self._members.append(member)
        self._offset += len(member)
        return len(member)


def unpack(content: bytes) -> bytes:
    """The JSON that a whole pack, or a range of it, holds."""
    # Not gzip.decompress: in Python 3.11 that copies what is left of the pack once for every member.
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as members:
        return members.read()


def zipped(value: Any) -> bytes:
    """A value as gzipped JSON: how indexes are stored."""
    return gzip.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), _LEVEL, mtime=0)


def unzipped(content: bytes) -> tuple[Any, int]:
    """What :func:`zipped` stored, and its size in bytes once unpacked."""
    text = zlib.decompress(content, 31)
    return json.loads(text), len(text)


def with_ids(sections: list[Section], spent: Set[str]) -> list[Section]:
    """The sections with an id for everything that had none; lessons never get one of ``spent``."""
    lessons = [lesson for section in sections for lesson in section.lessons]
    section_ids = _free({section.id for section in sections}, _numbered(10))
    lesson_ids = _free({lesson.id for lesson in lessons} | spent, _numbered(1))
    return [
        section.model_copy(
            update={
                "id": section.id or next(section_ids),
                "lessons": [_lesson_with_ids(lesson, lesson_ids) for lesson in section.lessons],
            }
        )
        for section in sections
    ]


def _lesson_with_ids(lesson: AnyLesson, lesson_ids: Iterator[str]) -> AnyLesson:
    update: dict[str, Any] = {} if lesson.id else {"id": next(lesson_ids)}
    if isinstance(lesson, QuizLesson):
        questions = _each_with_id(lesson.quiz.questions, (f"q{number}" for number in range(1, 1_000)))
        update["quiz"] = lesson.quiz.model_copy(update={"questions": [each.named(hidden=False) for each in questions]})
    return lesson.model_copy(update=update) if update else lesson


def _each_with_id(parts: list[Any], names: Iterator[str]) -> list[Any]:
    if all(part.id for part in parts):
        return parts
    free = _free({part.id for part in parts}, names)
    return [part if part.id else part.model_copy(update={"id": next(free)}) for part in parts]


def _free(taken: Set[Any], names: Iterator[str]) -> Iterator[str]:
    return (name for name in names if name not in taken)


def _numbered(first: int) -> Iterator[str]:
    """``first`` (10 is "a") and what follows, in base 36: 1, 2, … a, b, … 10, … zzzz."""
    number = first
    while number < 36**4:
        rest, name = number, ""
        while rest:
            rest, digit = divmod(rest, 36)
            name = _DIGITS[digit] + name
        yield name
        number += 1
