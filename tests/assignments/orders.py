"""Orders to enrol through the API, as an admin gives them, and who is enrolled by them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chalicelib.learning import store
from chalicelib.learning.merging import Enrolment
from tests.emulated import Cloud
from tests.factories import OpenedSpace

DUE = "2027-03-31"


def ordered(space: OpenedSpace, course: str, **body: object) -> str:
    """The job that an order started."""
    reply = space.admin.post(space.at(f"/courses/{course}/enrolments"), body)
    job: str = reply.ok(202)["job"]
    assert reply.headers["location"] == f"/v1{space.at('/jobs/' + job)}"
    return job


def ordered_and_done(aws: Cloud, space: OpenedSpace, course: str, **body: object) -> str:
    """An order that was carried out."""
    job = ordered(space, course, **body)
    aws.drain()
    return job


def result(space: OpenedSpace, job: str) -> dict[str, Any]:
    """What a job that is done has counted."""
    found = space.admin.get(space.at(f"/jobs/{job}")).ok()
    assert found["state"] == "done", found
    counts: dict[str, Any] = found["result"]
    return counts


def enrolled(space: OpenedSpace, course: str, people: Iterable[str]) -> dict[str, Enrolment]:
    """The enrolments of those of these people who have one."""
    return {each.person_id: each for each in store.batch(space.space, course, [*people], consistent=True)}


def counts(new: int = 0, changed: int = 0, unchanged: int = 0, passed: int = 0) -> dict[str, int]:
    """What an order comes to."""
    return {"new": new, "changed": changed, "unchanged": unchanged, "passed": passed}
