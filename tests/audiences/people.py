"""What tests of audiences begin with: people with a profile, and rules."""

from __future__ import annotations

import itertools
from typing import Any

from chalicelib.audiences import regrouping
from chalicelib.audiences.membership import FRESH_S, regrouped
from chalicelib.jobs import queue
from chalicelib.people import persons, profile
from chalicelib.people.identifiers import Identifier
from chalicelib.people.person import Person
from chalicelib.people.profile import Source
from tests.factories import OpenedSpace
from tests.jobs.work import later

_numbers = itertools.count(1)
PUPILS = {"op": "in", "field": "occupation", "values": ["pupil"]}


def put(
    hue: OpenedSpace, name: str = "Nguyễn Văn An", by: Source = "roster", code: str | None = None, **told: str
) -> Person:
    """A person of whom this is known (and who has this staff code), in the audiences that suit them."""
    known_by = [Identifier("email", f"p{next(_numbers)}@hue.example")]
    known_by += [Identifier("staff_code", code)] if code else []
    person = persons.new(name, known_by, ["learner"], by=by, profile=profile.merged({}, told, by))
    return persons.add(hue.space, regrouped(hue.space, person), via="roster")


def unsorted(hue: OpenedSpace, name: str = "Nguyễn Văn An", **told: str) -> Person:
    """A person of whom this is known, and whom nobody has put into an audience."""
    number = next(_numbers)
    person = persons.new(
        name, [Identifier("email", f"p{number}@hue.example")], ["learner"], profile=profile.merged({}, told, "roster")
    )
    return persons.add(hue.space, person, via="roster")


def audiences_of(hue: OpenedSpace, person: Person) -> set[str]:
    """The audiences that a person is in, as stored."""
    return set(persons.get(hue.space, person.id, consistent=True).audiences)


def made(hue: OpenedSpace, rule: Any, name: str = "Nhóm thử") -> str:
    """A new audience."""
    return str(hue.admin.post(hue.at("/audiences"), {"name": name, "rule": rule}).ok(201)["id"])


def job_of(hue: OpenedSpace) -> str:
    """The job that brings the last change of a rule to everyone."""
    return str(hue.admin.get(hue.at("/audiences")).ok()["job"])


def both_rounds(hue: OpenedSpace, job_id: str | None = None) -> Any:
    """Let a job go over everyone, and again when the containers' minute is over; what it says then."""
    job_id = job_id or job_of(hue)
    queue.run(hue.slug, job_id)
    later(FRESH_S + 20)
    queue.run(hue.slug, job_id)
    job = queue.find(hue.slug, job_id)
    assert (job.kind, job.state) == (regrouping.REGROUP, "done")
    return job.result
