"""Attempts at quizzes in a tenant's learning table, beside the enrolment that counts them."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.assessment.keys import key, partition, place
from chalicelib.questions.responses import Response
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
    answers: dict[str, Response]
    submitted_at: int
    started_at: int | None


def keep(space: Space, person_id: str, course_id: str, record: Record) -> Record:
    """Write an attempt down under its number, or give what an earlier try wrote there: one PutItem, 1 WCU per KB."""
    pk, sk = key(person_id, course_id, record.lesson, record.number)
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
    item = _table(space).get(*key(person_id, course_id, lesson, number))
    return _record(item) if item else None


def attempts_of(
    space: Space, person_id: str, course_id: str, lesson: str | None, after: tuple[str, int] | None, limit: int
) -> tuple[list[Record], tuple[str, int] | None]:
    """A learner's attempts in a course, or at one quiz of it, and where to go on: one Query.

    Newest first within a quiz; quizzes in descending order of their ids.
    """
    pk, begins = partition(person_id), f"attempt#{course_id}#" + (f"{lesson}#" if lesson else "")
    start = {"pk": pk, "sk": key(person_id, course_id, *after)[1]} if after else None
    rows = _table(space).query(pk, begins_with=begins, after=start, limit=limit, descending=True)
    return [_record(item) for item in rows.items], place(rows.after["sk"]) if rows.after else None


def _record(item: Item) -> Record:
    lesson, number = place(item["sk"])
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
