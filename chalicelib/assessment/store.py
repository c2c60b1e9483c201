"""Attempts at quizzes in a tenant's learning table, beside the enrolment that counts them."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, Table


@dataclass(frozen=True, slots=True)
class Record:
    """One attempt as stored; times in seconds since the epoch."""

    lesson: str
    number: int
    version: int
    score: int
    passed: bool
    answers: dict[str, list[str]]
    submitted_at: int
    started_at: int | None


def keep(space: Space, person_id: str, course_id: str, record: Record) -> Record:
    """Write an attempt down under its number, or give what an earlier try wrote there: one PutItem, 1 WCU per KB."""
    pk, sk = _key(person_id, course_id, record.lesson, record.number)
    item = {
        "pk": pk,
        "sk": sk,
        "v": record.version,
        "score": record.score,
        "passed": record.passed,
        "answers": record.answers,
        "at": record.submitted_at,
        "began": record.started_at,
    }
    try:
        _table(space).create(item)
    except ConditionFailed as found:
        return _record(found.item or item)
    return record


def find(space: Space, person_id: str, course_id: str, lesson: str, number: int) -> Record | None:
    """One GetItem, 0.5 RCU."""
    item = _table(space).get(*_key(person_id, course_id, lesson, number))
    return _record(item) if item else None


def attempts_of(
    space: Space, person_id: str, course_id: str, lesson: str | None, after: tuple[str, int] | None, limit: int
) -> tuple[list[Record], tuple[str, int] | None]:
    """A learner's attempts in a course, or at one quiz of it, and where to go on: one Query.

    Newest first within a quiz; quizzes in descending order of their ids.
    """
    pk, begins = _partition(person_id), f"attempt#{course_id}#" + (f"{lesson}#" if lesson else "")
    start = {"pk": pk, "sk": _key(person_id, course_id, *after)[1]} if after else None
    rows = _table(space).query(pk, begins_with=begins, after=start, limit=limit, descending=True)
    return [_record(item) for item in rows.items], _place(rows.after["sk"]) if rows.after else None


def _partition(person_id: str) -> str:
    return f"learner#{person_id}"


def _key(person_id: str, course_id: str, lesson: str, number: int) -> tuple[str, str]:
    return _partition(person_id), f"attempt#{course_id}#{lesson}#{number:04d}"


def _place(sort_key: str) -> tuple[str, int]:
    _, _, lesson, number = sort_key.split("#")
    return lesson, int(number)


def _record(item: Item) -> Record:
    lesson, number = _place(item["sk"])
    return Record(
        lesson=lesson,
        number=number,
        version=item["v"],
        score=item["score"],
        passed=item["passed"],
        answers=item["answers"],
        submitted_at=item["at"],
        started_at=item.get("began"),
    )


def _table(space: Space) -> Table:
    return space.table("learning")
