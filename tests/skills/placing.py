"""Placements: an assessment whose questions are filed under competences, people who take it, what was measured."""

from __future__ import annotations

import base64
from typing import Any

from tests.assessment.taking import Exam, Taker, exam
from tests.banks.filling import BankRef, begin, typed
from tests.factories import CourseRef, OpenedSpace, published_course, text_lesson, token_for

DIGCOMP = "digcomp-2.2"
Right = dict[str, int]  # by competence: so many of its questions are answered right, the easiest first


def bank_of(space: OpenedSpace, *codes: str, most: int = 5) -> tuple[BankRef, list[dict[str, str]]]:
    """A bank with a question of each difficulty (up to ``most``) for each code, and all of them as a fixed part."""
    bank = begin(space)
    items = [
        {"bank": bank.id, "item": bank.add(typed(f"{code}/{hard}"), competences=[code], difficulty=hard)}
        for code in codes
        for hard in range(1, most + 1)
    ]
    return bank, items


def placement(space: OpenedSpace, *codes: str, framework: str = DIGCOMP, most: int = 5, **terms: Any) -> Exam:
    """A published assessment over such a bank that measures a framework."""
    bank, items = bank_of(space, *codes, most=most)
    made = exam(space, bank, parts=[{"kind": "fixed", "items": items}], attempts_allowed=None, **terms)
    declare(made, framework).ok()
    return made


def declare(made: Exam, framework: str = DIGCOMP) -> Any:
    """Let an assessment measure a framework."""
    return made.space.author.put(made.at("/measure"), {"framework": framework})


def sit(taker: Taker, right: Right) -> int:
    """Take it once; gives the sitting's number."""
    sitting = taker.start().ok(201)
    number: int = sitting["number"]
    for question in sitting["questions"]:
        code, hard = question["prompt"].split("/")
        answer = "Hà Nội" if int(hard) <= right.get(code, 0) else "Sai"
        taker.save(question, answer, number=number).ok()
    taker.submit(number).ok()
    return number


def skills(taker: Taker, framework: str = DIGCOMP) -> Any:
    """What somebody's passport says by one framework."""
    found = taker.api.get(taker.exam.space.at("/me/skills")).ok()["frameworks"]
    return next((each for each in found if each["framework"] == framework), None)


def areas(taker: Taker, framework: str = DIGCOMP) -> dict[str, Any]:
    """The areas of it that were measured, by code."""
    found = skills(taker, framework)["areas"]
    return {each["area"]: each for each in found if each["level"] is not None}


def levels(taker: Taker, framework: str = DIGCOMP) -> dict[str, tuple[int, int]]:
    """First and newest level of each area that was measured."""
    return {code: (each["first"], each["level"]) for code, each in areas(taker, framework).items()}


def stored(space: OpenedSpace, person_id: str, begins_with: str = "skill") -> list[dict[str, Any]]:
    """What the learning table holds of somebody's skills."""
    return space.space.table("learning").query_all(f"learner#{person_id}", begins_with=begins_with, consistent=True)


def taught(space: OpenedSpace, title: str, code: str, level: int, **head: Any) -> CourseRef:
    """A published course that teaches a competence."""
    competences = [{"framework": head.pop("framework", DIGCOMP), "code": code, "level": level}]
    return published_course(space, [text_lesson("1")], title=title, competences=competences, **head)


def complete(course: CourseRef, person_id: str) -> None:
    """Somebody completes a course of one text."""
    api = token_for(course.space, ["learner"], person_id)
    at = course.space.at(f"/me/enrolments/{course.id}")
    api.put(at).ok()
    api.put(f"{at}/progress/1", {"status": "done"}).ok()


def framework(framework_id: str = "khung-thu", **facts: Any) -> dict[str, Any]:
    """A small framework: two areas, four levels, targets for two audiences, mapped to DigComp."""
    names = {"vi": "Tên", "en": "Name"}
    group = {"vi": "Nhóm", "en": "Group"}
    return {
        "id": framework_id,
        "title": {"vi": "Khung thử", "en": "Trial framework"},
        "edition": "1",
        "source": "Văn bản thử",
        "state": "published",
        "note": {"vi": "=Ghi chú", "en": "Note"},
        "levels": [{"number": number, "name": names, "group": group} for number in range(1, 5)],
        "areas": [
            {"code": "A", "name": names, "competences": [{"code": "A.1", "name": names, "about": {"vi": "x"}}]},
            {"code": "B", "name": names, "competences": []},
        ],
        "profiles": [
            {"audience": "students", "name": names, "targets": {"A.1": 3, "B": 2}},
            {"audience": "public-sector", "name": names, "targets": {"A": 1}},
        ],
        "mappings": [{"framework": DIGCOMP, "code": "A", "to": ["1.1", "4"]}],
        **facts,
    }  # fmt: skip


def encoded(content: bytes) -> str:
    """A file as it is sent."""
    return base64.b64encode(content).decode()
