"""What reading a package gives: whole questions, and what is to be said of each that could not be taken as it stands.

Nothing is half a question: either all of it is one that could be asked at once, or it is a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any

from pydantic import TypeAdapter, ValidationError

from chalicelib import vietnamese
from chalicelib.http import problems
from chalicelib.questions import marking
from chalicelib.questions.models import AnyQuestion, Question

MAX_NAME = 200
MAX_ITEMS = 5_000
_MOST_TAGS = 20
_TAG = 60


@dataclass(frozen=True, slots=True)
class Tags:
    """What a question is found by: codes of competences, difficulty from 1 to 5, words."""

    competences: tuple[str, ...] = ()
    difficulty: int | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PackedPicture:
    """A picture of a package. Questions name it by an id that follows from its content, until it is uploaded."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a package: which question (from 1), what it is called there, the line on which it begins, if there are
    lines."""

    item: int
    name: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A question as it was read: one that lacks nothing."""

    place: Place
    question: AnyQuestion
    tags: Tags


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be said of a question. ``taken``: it was, but not with all that stood there."""

    place: Place
    code: str
    vi: str
    en: str
    field: str = ""
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """What is wrong, or left behind, before it is known of which question. Raise it as :class:`NotTaken`."""

    code: str
    vi: str
    en: str
    field: str = ""


class NotTaken(Exception):
    """A question that cannot be taken, and why."""

    def __init__(self, code: str, vi: str, en: str, field: str = "") -> None:
        super().__init__(code)
        self.remark = Remark(code, vi, en, field)


@dataclass(slots=True)
class Reading:
    """All that a package gives. ``pictures`` are by the ids that the questions name."""

    items: list[Taken] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    pictures: dict[str, PackedPicture] = field(default_factory=dict)

    @property
    def refused(self) -> int:
        """How many questions could not be taken."""
        return len({finding.place.item for finding in self.findings if not finding.taken})

    def take(
        self,
        place: Place,
        facts: Mapping[str, Any],
        tags: Tags,
        left: Sequence[Remark] = (),
        *,
        at: Callable[[Remark], str] = attrgetter("field"),
    ) -> None:
        """A question by its facts, if they make one; else what is wrong with it, ``at`` the fields in question as its
        format calls them."""
        wrongs, question = _made(facts)
        if question is None:
            self.findings += (_finding(place, replace(each, field=at(each)), taken=False) for each in wrongs)
            return
        self.items.append(Taken(place, question, tags))
        self.findings += (_finding(place, each, taken=True) for each in left)

    def refuse(self, place: Place, remark: Remark) -> None:
        """Note that a question cannot be taken."""
        self.findings.append(_finding(place, remark, taken=False))


def _finding(place: Place, remark: Remark, *, taken: bool) -> Finding:
    return Finding(place, remark.code, remark.vi, remark.en, remark.field, taken)


@lru_cache(maxsize=1)
def _questions() -> TypeAdapter[AnyQuestion]:
    return TypeAdapter(Question)  # builds all kinds' schemas, so not before the first package


def _made(facts: Mapping[str, Any]) -> tuple[list[Remark], AnyQuestion | None]:
    try:
        question = _questions().validate_python(dict(facts))
    except ValidationError as error:
        faults = problems.from_validation(error).faults
        return [Remark(each.code, each.vi, each.en, each.field) for each in faults], None
    lacking = list(marking.missing(question, ""))
    if lacking:
        return [Remark(each.code, each.vi, each.en, each.field) for each in lacking], None
    return [], question.named(hidden=False)


def tags(competences: Sequence[str], difficulty: int | None, words: Sequence[str]) -> Tags:
    """Tags in the form in which they are kept: single lines, none twice, not too many."""
    return Tags(tuple(_lines(competences)), difficulty, tuple(_lines(words)))


def _lines(texts: Sequence[str]) -> Iterator[str]:
    kept = dict.fromkeys(line for text in texts if (line := vietnamese.clean_line(text)[:_TAG].strip()))
    yield from list(kept)[:_MOST_TAGS]


def name(text: str) -> str:
    """What a question is called in a package, as one short line."""
    return vietnamese.clean_line(text)[:MAX_NAME]
