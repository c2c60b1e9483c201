"""People who complete courses, and what they are issued."""

from __future__ import annotations

from typing import Any

from chalicelib.people.person import Person
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, token_for
from tests.identity.people import somebody
from tests.learning.courses import publish

NAME = "Nguyễn Thị Bích Ngọc"


def certifying(**settings: Any) -> OpenedSpace:
    """A space that certifies every course."""
    hue = open_space(**settings)
    hue.admin.put(hue.at("/credential-settings"), {"courses": "all"}).ok()
    return hue


def learner(hue: OpenedSpace, name: str = NAME, login: str = "ngoc@hue.example") -> Person:
    """Somebody who may learn."""
    return somebody(hue, login, name=name)


def as_(hue: OpenedSpace, person: Person) -> Api:
    """The API as that person."""
    return token_for(hue, ["learner"], person.id)


def complete(hue: OpenedSpace, person: Person, course: str) -> None:
    """Take a course of one lesson."""
    api = as_(hue, person)
    api.put(hue.at(f"/me/enrolments/{course}")).ok()
    api.put(hue.at(f"/me/enrolments/{course}/progress/1"), {"status": "done"}).ok()


def issued(aws: Cloud, hue: OpenedSpace, person: Person | None = None, course: str | None = None) -> str:
    """The number of what somebody was issued for a course that they have just completed."""
    person, course = person or learner(hue), course or publish(hue.space, "1")
    complete(hue, person, course)
    aws.drain()
    return str(held(hue, person)[0]["id"])


def held(hue: OpenedSpace, person: Person) -> list[Any]:
    """What somebody sees that they were issued."""
    found: list[Any] = as_(hue, person).get(hue.at("/me/credentials")).ok()["items"]
    return found
