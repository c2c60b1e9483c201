"""Content in S3: immutable objects named by what they hold, so that a reader of a version can never see half of one.

Objects are written before the item that points to them, and never changed or removed by a request: whoever read the
item before can still read its objects.
"""

from __future__ import annotations

import gzip
import json
from functools import lru_cache
from typing import Any, cast

from pydantic import TypeAdapter

from chalicelib.courses import outline, packing
from chalicelib.courses.lessons import AnyLesson, Lesson, Quiz, QuizLesson, TextLesson
from chalicelib.courses.outline import Outline, Structure
from chalicelib.courses.packing import Packed
from chalicelib.errors import NotFound
from chalicelib.http.caching import Remembered, etag
from chalicelib.storage import acting, files
from chalicelib.storage.files import NATIONAL
from chalicelib.storage.spaces import Space

# Lambda answers with at most 6 MB, and escapes a body inside its own JSON: a larger draft is fetched from S3.
INLINE_BYTES = 4_000_000
# What one container remembers, in bytes of JSON; as Python objects outlines and quizzes are some six times larger.
_STRUCTURES: Remembered[str, Structure] = Remembered(3_000_000, weigh=lambda structure: structure.weight + 1_000)
_LESSONS: Remembered[tuple[str, str], bytes] = Remembered(8_000_000, weigh=lambda text: len(text) + 200)
_QUIZZES: Remembered[tuple[str, str], tuple[Quiz, int]] = Remembered(1_000_000, weigh=lambda kept: kept[1] + 200)


class NotAQuiz(NotFound):
    """The lesson is of another kind."""

    code = "not_a_quiz"
    vi = "Bài học này không phải bài trắc nghiệm."
    en = "This lesson is not a quiz."


def key(prefix: str, course_id: str, name: str) -> str:
    """The object ``name`` of a course's content; ``prefix`` is a space's slug or the shared national prefix."""
    return f"{prefix}/courses/{course_id}/content/{name}"


def keep_draft(space: Space, course_id: str, packed: Packed) -> None:
    """Write a draft's objects: two, and for a large one the whole JSON as a third. Nothing points to them yet."""
    name = packed.name
    files.put(key(space.slug, course_id, f"{name}.pack"), packed.pack, "application/octet-stream")
    index = packing.zipped(outline.to_json(packed.structure))
    files.put(key(space.slug, course_id, f"{name}.index"), index, "application/octet-stream")
    if packed.size > INLINE_BYTES:
        whole = gzip.compress(_named(packed.json, name), 3, mtime=0)
        files.put(whole_key(space, course_id, name), whole, "application/json", encoding="gzip")


def whole_key(space: Space, course_id: str, name: str) -> str:
    """Where a large draft's whole JSON is."""
    return key(space.slug, course_id, f"{name}.json")


def draft_etag(name: str) -> str:
    """The validator of a draft: its name, since the name is the hash of all it holds."""
    return f'"{name}"'


def draft_json(pack_key: str, name: str) -> Any:
    """A whole draft as the API gives it: one S3 read."""
    return json.loads(_named(packing.unpack(files.get(pack_key)), name))


def _named(text: bytes, name: str) -> bytes:
    """The draft's JSON with its ETag inside: a browser that is sent on to S3 cannot read the first answer's headers."""
    return b'{"etag":' + json.dumps(draft_etag(name)).encode() + b"," + text[1:]


def keep_index(prefix: str, course_id: str, structure: Structure) -> str:
    """Write a version's index, named by its own hash; gives its key."""
    index = packing.zipped(outline.to_json(structure))
    at = key(prefix, course_id, f"{etag(index)[1:-1]}.index")
    files.put(at, index, "application/octet-stream")
    return at


def structure(index_key: str) -> Structure:
    """What an index holds: one S3 read, none when warm. Raises: NotFound, and Foreign although it is remembered."""
    acting.require_may_read(index_key)
    return _STRUCTURES.get(index_key, lambda: outline.from_json(*packing.unzipped(files.get(index_key))))


def lesson_json(frozen: Outline, lesson_id: str) -> bytes:
    """One lesson's JSON, right answers included: one ranged S3 read, none when warm. Raises: UnknownLesson."""
    acting.require_may_read(frozen.pack)
    entry = frozen.lesson(lesson_id)
    return _LESSONS.get(
        (frozen.pack, lesson_id),
        lambda: packing.unpack(files.get(frozen.pack, start=entry.offset, length=entry.length)),
    )


def lesson(frozen: Outline, lesson_id: str) -> AnyLesson:
    """One lesson, right answers included: for the server only. Raises: UnknownLesson."""
    return _read_lesson(lesson_json(frozen, lesson_id))


def quiz(space: Space, frozen: Outline, lesson_id: str) -> Quiz:
    """A quiz with its right answers, for grading and never for a client: no call when warm, else one S3 read.

    Raises: NotFound for another space's outline, UnknownLesson, NotAQuiz.
    """
    if frozen.prefix not in (space.slug, NATIONAL):
        raise NotFound
    if frozen.lesson(lesson_id).kind != "quiz":
        raise NotAQuiz
    return _QUIZZES.get((frozen.pack, lesson_id), lambda: _read_quiz(frozen, lesson_id))[0]


def _read_quiz(frozen: Outline, lesson_id: str) -> tuple[Quiz, int]:
    text = lesson_json(frozen, lesson_id)
    return cast(QuizLesson, _read_lesson(text)).quiz, len(text)


def all_lessons(pack_key: str, of: Structure) -> dict[str, AnyLesson]:
    """Every lesson of a pack by its id, for the check before publishing: one S3 read."""
    pack = files.get(pack_key)
    return {
        entry.id: _read_lesson(packing.unpack(pack[entry.offset : entry.offset + entry.length]))
        for entry in of.lessons.values()
    }


@lru_cache(maxsize=1)
def _lessons() -> TypeAdapter[AnyLesson]:
    return TypeAdapter(Lesson)


def _read_lesson(text: bytes) -> AnyLesson:
    """A stored lesson. A text's body was held against the list of nodes when it was saved: 200 KB of it need not be
    walked at every read."""
    data = json.loads(text)
    return TextLesson.model_construct(**data) if data["kind"] == "text" else _lessons().validate_python(data)


def forget() -> None:
    """Drop what is remembered: for tests."""
    _STRUCTURES.clear()
    _LESSONS.clear()
    _QUIZZES.clear()
