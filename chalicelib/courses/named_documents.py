"""Documents of a space's library that lessons name. Who keeps a library says here what there is; courses know no more.

The staff's operations import every feature (``http/mounting.py``), so who publishes asks whoever keeps a library.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TypeVar

from chalicelib.courses.lessons import AnyLesson, documents_of
from chalicelib.courses.outline import FileFacts
from chalicelib.errors import Fault
from chalicelib.storage.spaces import Space

Find = Callable[[Space, Collection[str]], dict[str, FileFacts]]
Hold = Callable[[Space, str, str, Mapping[str, Sequence[str]]], bool]
F = TypeVar("F", bound=Find)
H = TypeVar("H", bound=Hold)

_find: list[Find] = []
_hold: list[Hold] = []


def finds(function: F) -> F:
    """Declare what knows which documents lessons may name."""
    _find.append(function)
    return function


def holds(function: H) -> H:
    """Declare what keeps documents from being deleted that lessons name; it tells whether all were still there."""
    _hold.append(function)
    return function


def found(space: Space, document_ids: Collection[str]) -> dict[str, FileFacts]:
    """Those of these documents that lessons may name: 0 calls when none are named."""
    facts: dict[str, FileFacts] = {}
    for find in _find if document_ids else ():
        facts |= find(space, document_ids)
    return facts


def hold(space: Space, course_id: str, title: str, lessons: Sequence[AnyLesson]) -> bool:
    """Keep what these lessons of a course name: 0 calls when they name none. Gives whether all of it was there."""
    named: dict[str, list[str]] = {}
    for lesson in lessons:
        for document_id in documents_of(lesson):
            named.setdefault(document_id, []).append(lesson.title)
    return not named or all(each(space, course_id, title, named) for each in _hold)


def faults(sections: Sequence[Sequence[AnyLesson]], known: Collection[str]) -> Iterator[Fault]:
    """What lessons name and the library has not, or has not published."""
    for at, section in enumerate(sections):
        for place, lesson in enumerate(section):
            for which, document_id in enumerate(documents_of(lesson)):
                if document_id not in known:
                    path = f"sections.{at}.lessons.{place}.document.library.{which}"
                    vi = "Thư viện không có tài liệu này, hoặc tài liệu chưa được xuất bản."
                    yield Fault(path, "document_missing", vi, "The library has no such published document.")
