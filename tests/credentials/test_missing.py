"""Whom nothing was issued to although they achieved it: listed with the reason, and tried again."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.credentials import store
from chalicelib.http import caching
from chalicelib.people import loading, persons
from chalicelib.people.identifiers import Identifier
from chalicelib.people.person import Person
from tests.crashes import killed_after
from tests.credentials.grading import sat
from tests.credentials.holders import certifying, complete, held, issued, learner
from tests.credentials.test_issuing import entries
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.learning.courses import publish


def nameless(hue: OpenedSpace, login: str = "ai@hue.example") -> Person:
    made = persons.new("", [Identifier("email", login)], ["learner"])
    loading.store_all(hue.space, [loading.Change(None, made)], "roster")
    return made


def named(hue: OpenedSpace, person: Person) -> None:
    etag = hue.admin.get(hue.at(f"/people/{person.id}")).headers["etag"]
    hue.admin.patch(hue.at(f"/people/{person.id}"), {"name": "Lê Thị Ái"}, headers={"if-match": etag}).ok()


def listed(hue: OpenedSpace, **query: Any) -> list[tuple[str, str]]:
    found = hue.admin.get(hue.at("/missing-credentials"), query=query).ok()["items"]
    return [(each["person"], each["reason"]) for each in found]


def retry(aws: Cloud, hue: OpenedSpace, **body: Any) -> Any:
    job = hue.admin.post(hue.at("/missing-credentials/retries"), body).ok(202)["job"]
    aws.drain()
    return hue.admin.get(hue.at(f"/jobs/{job}")).ok()["result"]


def test_what_is_left_out_is_listed_until_it_is_mended_and_tried_again(aws: Cloud) -> None:
    hue = certifying()
    course, person, other = publish(hue.space, "1"), nameless(hue), nameless(hue, "lan@hue.example")
    for each in (person, other, learner(hue)):
        complete(hue, each, course)
    aws.drain()
    assert sorted(listed(hue)) == sorted([(person.id, "name_missing"), (other.id, "name_missing")])
    first = hue.admin.get(hue.at("/missing-credentials"), query={"limit": 1}).ok()
    rest = hue.admin.get(hue.at("/missing-credentials"), query={"limit": 1, "cursor": first["next"]}).ok()
    assert {each["person"] for each in [*first["items"], *rest["items"]]} == {person.id, other.id}
    named(hue, person)
    assert retry(aws, hue) == {"looked": 2, "asked": 2}
    assert listed(hue) == [(other.id, "name_missing")]
    assert [each["name"] for each in held(hue, person)] == ["Lê Thị Ái"]
    named(hue, other)
    hue.admin.post(hue.at("/credentials"), {"person": other.id, "about": course}).ok(201)
    assert listed(hue) == []
    hue.learner.get(hue.at("/missing-credentials")).refused(403)


def test_who_completed_it_before_it_was_certified_is_issued_it_too(aws: Cloud) -> None:
    hue = open_space()
    course = publish(hue.space, "1")
    people = [learner(hue, f"Người {turn}", f"n{turn}@hue.example") for turn in range(3)]
    for person in people:
        complete(hue, person, course)
    aws.drain()
    hue.admin.post(hue.at("/missing-credentials/retries"), {"about": "0" * 22}).refused(404)
    assert retry(aws, hue, about=course) == {"looked": 3, "asked": 3}
    assert [len(held(hue, person)) for person in people] == [1, 1, 1]
    before = entries(hue)
    assert retry(aws, hue, about=course) == {"looked": 3, "asked": 0}
    assert entries(hue) == before
    assert listed(hue) == []


def test_what_an_admin_revoked_is_not_missing(aws: Cloud) -> None:
    hue = certifying()
    course, person = publish(hue.space, "1"), learner(hue)
    number = issued(aws, hue, person, course)
    hue.admin.put(hue.at(f"/credentials/{number}/revocation"), {"reason": "misconduct"}).ok()
    assert retry(aws, hue, about=course) == {"looked": 1, "asked": 0}
    assert [each["state"] for each in held(hue, person)] == ["revoked"]


@pytest.mark.parametrize("calls", [3, 6, 9])
def test_killed_anywhere_each_is_issued_once(aws: Cloud, calls: int) -> None:
    hue = open_space()
    taken = sat(aws, hue, learner(hue).id)
    hue.admin.post(hue.at("/missing-credentials/retries"), {"kind": "assessment", "about": taken.exam.id}).ok(202)
    aws.run_jobs()
    with killed_after(calls):
        aws.apply_changes()
    aws.drain()
    assert taken.states() == ["valid"]
    assert len(entries(hue)) == 1
    assert listed(hue) == []
    assert store.missing(hue.space, None, 10) == ([], None)


def test_of_what_nothing_can_be_said_others_are_issued_and_it_is_tried_again(aws: Cloud) -> None:
    """A course whose head is not there (a restore, say) holds up nobody else."""
    hue = certifying()
    gone, course, person = publish(hue.space, "1"), publish(hue.space, "1"), learner(hue)
    for each in (gone, course):
        complete(hue, person, each)
    table = hue.space.table("courses")
    rows = [
        table.get(each["pk"], each["sk"]) for each in table.scan(["pk", "sk"]).items if gone in each["pk"] + each["sk"]
    ]
    for row in rows:
        assert row is not None
        table.delete(row["pk"], row["sk"])
    caching.forget_everything()
    aws.drain()
    assert listed(hue) == [(person.id, "undescribed")]
    assert [each["about"] for each in entries_of(hue, person)] == [course]
    assert retry(aws, hue) == {"looked": 1, "asked": 1}
    assert listed(hue) == [(person.id, "undescribed")]
    for row in rows:
        assert row is not None
        table.put(row)
    caching.forget_everything()
    assert retry(aws, hue) == {"looked": 1, "asked": 1}
    assert listed(hue) == []
    assert sorted(each["about"] for each in entries_of(hue, person)) == sorted([gone, course])


def entries_of(hue: OpenedSpace, person: Person) -> list[Any]:
    return store.held(hue.space, person.id)
