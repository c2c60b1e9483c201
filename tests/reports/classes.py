"""Classes of learners, made through the API and its verbs: people, courses, enrolments, progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib import clock
from chalicelib.people import identifiers, persons
from chalicelib.storage.items import Item
from tests.api import Api
from tests.factories import CourseRef, OpenedSpace, text_lesson, token_for


@dataclass(frozen=True)
class Pupil:
    """A registered learner."""

    space: OpenedSpace
    id: str
    name: str

    @property
    def api(self) -> Api:
        """The API as this learner, signed in just now."""
        return token_for(self.space, ["learner"], self.id)


def pupil(space: OpenedSpace, name: str, email: str) -> Pupil:
    """A person of the space with the role of a learner, signed in."""
    person = persons.create(space.space, name, [identifiers.parse(email)], ["learner"], via="self")
    return Pupil(space, person.id, name)


def stored_person(person_id: str, name: str) -> Item:
    """The item of a person, as ``people`` stores it: for crowds, since a transaction for each would take long."""
    return {
        "pk": f"person#{person_id}",
        "sk": "person",
        "id": person_id,
        "name": name,
        "roles": {"learner"},
        "status": "active",
        "identifiers": [],
        "locale": "vi",
        "epoch": 1,
        "version": 1,
        "created_at": clock.timestamp(),
    }


def lessons(count: int) -> list[dict[str, object]]:
    """So many short texts, ``1`` to ``count``."""
    return [text_lesson(str(number + 1), f"Bài {number + 1}") for number in range(count)]


def enrol(course: CourseRef, who: Pupil) -> None:
    """Enrol in a course."""
    who.api.put(course.space.at(f"/me/enrolments/{course.id}")).ok()


def do(course: CourseRef, who: Pupil, done: Sequence[str]) -> None:
    """Do lessons of a course."""
    for lesson in done:
        where = course.space.at(f"/me/enrolments/{course.id}/progress/{lesson}")
        who.api.put(where, {"status": "done"}).ok()


def leave(course: CourseRef, who: Pupil) -> None:
    """Leave a course."""
    who.api.delete(course.space.at(f"/me/enrolments/{course.id}")).ok(204)
