"""Credentials are issued by what happened: once each, whoever dies, whatever comes again, in whatever order."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.credentials import ending, settling, store, telling
from chalicelib.jobs.streams import REACTIONS
from chalicelib.people.person import Person
from chalicelib.storage import acting, changes
from chalicelib.storage.changes import Batch
from chalicelib.storage.spaces import platform
from tests.api import Api
from tests.apps.receiver import receiving
from tests.crashes import killed_after
from tests.credentials.holders import NAME, as_, certifying, complete, held, issued, learner
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.identity.people import somebody
from tests.learning.courses import RIGHT, publish
from tests.rights import running_as


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return certifying()


def batches(aws: Cloud, hue: OpenedSpace) -> list[Batch]:
    """What stands in a space's stream after the position reached, read but not applied."""
    return [changes.read(event) for event in aws.changes_of(hue.space.table_name("learning"))]


def follow(hue: OpenedSpace, found: list[Batch]) -> None:
    """What the stream's function does with these, as far as credentials are concerned."""
    with running_as("apply_changes"), acting.on_behalf_of(hue.slug):
        for batch in found:
            ending.finish(hue.space, batch)
            settling.follow(hue.space, batch)
            telling.tell(hue.space, batch)


def entries(hue: OpenedSpace) -> list[Any]:
    """All that stands in the register of a space."""
    rows = platform().table("people").scan(["pk", "sk", "bit", "state"]).items
    return [item for item in rows if item["pk"].startswith(f"credential#{hue.slug}.")]


def test_the_stream_issues() -> None:
    assert settling.follow in REACTIONS
    assert ending.finish in REACTIONS
    assert telling.tell in REACTIONS


def test_whoever_completes_is_issued_one_that_says_who_what_and_when(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    course = publish(hue.space, "1")
    person = learner(hue)
    number = issued(aws, hue, person, course)
    page = api.get(f"/credentials/{number}")
    told = page.ok()
    assert (told["state"], told["name"], told["issuer"]["name"]) == ("valid", NAME, "Thành phố Huế")
    assert told["achieved_at"]
    assert told["valid_until"] is None
    assert page.headers["cache-control"] == "public, max-age=60"
    assert api.get(f"/credentials/{number}", headers={"if-none-match": page.headers["etag"]}).status == 304
    assert page.headers["x-robots-tag"] == "noindex"
    assert hue.admin.get(hue.at("/credentials")).ok()["items"][0]["person"] == person.id


def test_nobody_is_certified_unless_the_space_has_said_so(aws: Cloud) -> None:
    hue = open_space()
    person, course, other = learner(hue), publish(hue.space, "1"), publish(hue.space, "1")
    complete(hue, person, course)
    hue.admin.put(hue.at(f"/credential-rules/{other}"), {"issues": True}).ok()
    aws.drain()
    assert held(hue, person) == []
    complete(hue, person, other)
    aws.drain()
    assert [each["about"] for each in held(hue, person)] == [other]
    hue.admin.put(hue.at("/credential-settings"), {"courses": "all"}).ok()
    hue.admin.put(hue.at(f"/credential-rules/{other}"), {"issues": False}).ok()
    second = learner(hue, "Trần Văn Bình", "binh@hue.example")
    complete(hue, second, other)
    complete(hue, second, course)
    aws.drain()
    assert [each["about"] for each in held(hue, second)] == [course]


def test_whoever_is_not_done_is_issued_nothing(aws: Cloud, hue: OpenedSpace) -> None:
    course, person = publish(hue.space, "1 2"), learner(hue)
    complete(hue, person, course)
    aws.drain()
    assert held(hue, person) == []


def test_a_score_stands_on_it(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    course, person = publish(hue.space, "1 2Q"), learner(hue)
    complete(hue, person, course)
    attempt = {"lesson": "2", "answers": RIGHT}
    as_(hue, person).post(hue.at(f"/me/enrolments/{course}/attempts"), attempt).ok(201)
    aws.drain()
    number = held(hue, person)[0]["id"]
    assert api.get(f"/credentials/{number}").ok()["score"] == 100
    subject = api.get(f"/credentials/{number}/vc").ok()["credentialSubject"]
    assert subject["result"][0]["value"] == "100"


def test_a_batch_that_comes_again_changes_nothing(aws: Cloud, hue: OpenedSpace) -> None:
    person = learner(hue)
    complete(hue, person, publish(hue.space, "1"))
    found = batches(aws, hue)
    follow(hue, found)
    before = entries(hue)
    follow(hue, found)
    follow(hue, list(reversed(found)))
    aws.drain()
    assert entries(hue) == before
    assert len(before) == len(held(hue, person)) == 1


@pytest.mark.parametrize("calls", range(10))
def test_a_process_that_dies_anywhere_leaves_one(aws: Cloud, hue: OpenedSpace, calls: int) -> None:
    first, second = learner(hue), learner(hue, "Trần Văn Bình", "binh@hue.example")
    course = publish(hue.space, "1")
    for person in (first, second):
        complete(hue, person, course)
    found = batches(aws, hue)
    with killed_after(calls):
        follow(hue, found)
    follow(hue, found)
    aws.drain()
    kept = entries(hue)
    assert len(kept) == len({each["bit"] for each in kept}) == 2
    assert [len(held(hue, person)) for person in (first, second)] == [1, 1]
    listed = hue.admin.get(hue.at("/credentials")).ok()["items"]
    assert {each["person"] for each in listed} == {first.id, second.id}


def test_what_was_revoked_does_not_come_back_by_an_old_batch(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    person = learner(hue)
    complete(hue, person, publish(hue.space, "1"))
    found = batches(aws, hue)
    aws.drain()
    number = held(hue, person)[0]["id"]
    hue.admin.put(hue.at(f"/credentials/{number}/revocation"), {"reason": "misconduct"}).ok()
    follow(hue, found)
    assert [each["state"] for each in held(hue, person)] == ["revoked"]


def test_who_has_no_name_gets_it_by_hand_later(aws: Cloud, hue: OpenedSpace) -> None:
    hue.admin.put(hue.at("/credential-settings"), {"courses": "chosen"}).ok()
    person, course = learner(hue), publish(hue.space, "1")
    body = {"person": person.id, "about": course}
    hue.admin.post(hue.at("/credentials"), body).refused(409, "not_achieved")
    complete(hue, person, course)
    aws.drain()
    made = hue.admin.post(hue.at("/credentials"), body).ok(201)
    assert (made["person"], made["name"], made["state"]) == (person.id, NAME, "valid")
    hue.admin.post(hue.at("/credentials"), body).refused(409, "holds_already")
    hue.admin.put(hue.at(f"/credentials/{made['id']}/revocation"), {"reason": "issued_in_error"}).ok()
    again = hue.admin.post(hue.at("/credentials"), body).ok(201)
    assert again["id"] != made["id"]
    assert {each["state"] for each in held(hue, person)} == {"valid", "revoked"}


def test_a_template_says_what_stands_on_it_and_later_changes_do_not(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    body = {"name": "Chung", "title": "{course} ({hours} giờ)", "valid_months": 24}
    made = hue.admin.post(hue.at("/credential-templates"), body)
    template = made.ok(201)["id"]
    hue.admin.put(hue.at("/credential-settings"), {"courses": "all", "template": template}).ok()
    number = issued(aws, hue)
    before = api.get(f"/credentials/{number}").ok()
    assert before["achievement"]["name"].endswith("(0,1 giờ)")
    assert before["valid_until"] > before["achieved_at"]
    etag = hue.admin.get(hue.at(f"/credential-templates/{template}")).headers["etag"]
    changed = {**body, "title": "Khác"}
    hue.admin.put(hue.at(f"/credential-templates/{template}"), changed, headers={"if-match": etag}).ok()
    hue.admin.put(hue.at(f"/credential-templates/{template}"), changed, headers={"if-match": etag}).refused(412)
    assert api.get(f"/credentials/{number}").ok() == before
    hue.admin.delete(hue.at(f"/credential-templates/{template}")).refused(409, "template_in_use")


def test_texts_name_only_what_there_is(hue: OpenedSpace) -> None:
    reply = hue.admin.post(hue.at("/credential-templates"), {"name": "Sai", "body": "Cấp cho {ho_ten}"})
    assert reply.status == 422
    assert reply.bad_fields == {"body"}
    unknown = {"courses": "all", "template": "0" * 22}
    assert hue.admin.put(hue.at("/credential-settings"), unknown).bad_fields == {"template"}


def test_of_an_account_that_went_up_in_another_the_credentials_follow(aws: Cloud, hue: OpenedSpace) -> None:
    kept = somebody(hue, "0912345678", name="Nguyen Van An")
    other, course = learner(hue), publish(hue.space, "1")
    number = issued(aws, hue, other, course)
    made = hue.admin.post(hue.at(f"/people/{kept.id}/merges"), {"other": other.id}).ok(202)
    aws.drain()
    assert [each["id"] for each in held(hue, kept)] == [number]
    assert store.held(hue.space, other.id) == []
    assert hue.admin.get(hue.at(f"/credentials/{number}")).ok()["person"] == kept.id
    hue.admin.delete(hue.at(f"/people/{kept.id}/merges/{made['id']}")).ok(202)
    aws.drain()
    assert store.held(hue.space, kept.id) == []
    assert [each["id"] for each in held(hue, other)] == [number]
    assert len(entries(hue)) == 1


def test_apps_are_told_of_what_was_issued_and_revoked(aws: Cloud, hue: OpenedSpace) -> None:
    with receiving(hue) as receiver:
        entered = receiver.app.entered("an")
        course, api = publish(hue.space, "1"), Api(entered["access_token"])
        api.put(hue.at(f"/me/enrolments/{course}")).ok()
        api.put(hue.at(f"/me/enrolments/{course}/progress/1"), {"status": "done"}).ok()
        aws.drain()
        number = api.get(hue.at("/me/credentials")).ok()["items"][0]["id"]
        hue.admin.put(hue.at(f"/credentials/{number}/revocation"), {"reason": "misconduct"}).ok()
        aws.drain()
    assert sorted(receiver.kinds()) == ["course.completed", "credential.issued", "credential.revoked"]
    told = {each.json["type"]: each.json["data"] for each in receiver.received}
    assert told["credential.issued"]["credential"] == told["credential.revoked"]["credential"] == number
    assert told["credential.revoked"]["reason"] == "misconduct"


def test_whoever_is_issued_one_is_told_and_told_of_its_end(aws: Cloud, hue: OpenedSpace) -> None:
    person = learner(hue)
    number = issued(aws, hue, person)
    title = held(hue, person)[0]["title"]
    found = batches(aws, hue)
    follow(hue, found)  # the same changes once more
    ((kind, text, link),) = notes(hue, person)
    assert (kind, text) == ("credential.issued", title)
    assert link.endswith(f"/s/{hue.slug}/certificates/{number}")
    hue.admin.put(hue.at(f"/credentials/{number}/revocation"), {"reason": "misconduct"}).ok()
    aws.drain()
    assert sorted(each[0] for each in notes(hue, person)) == ["credential.issued", "credential.revoked"]


def notes(hue: OpenedSpace, person: Person) -> list[tuple[str, str, str]]:
    """What somebody was told."""
    found = as_(hue, person).get(hue.at("/me/notifications")).ok()["items"]
    return [(each["kind"], each["text"], each["link"]) for each in found]


def test_lists_are_paged_and_of_one_space_alone(aws: Cloud, hue: OpenedSpace) -> None:
    course, other = publish(hue.space, "1"), publish(hue.space, "1")
    people = [learner(hue, f"Người {turn}", f"n{turn}@hue.example") for turn in range(3)]
    for person in people:
        complete(hue, person, course)
    complete(hue, people[0], other)
    aws.drain()
    found: list[Any] = []
    query: dict[str, Any] = {"limit": 1, "about": course}
    while True:
        page = hue.tutor.get(hue.at("/credentials"), query=query).ok()
        found += page["items"]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert {each["person"] for each in found} == {person.id for person in people}
    assert {each["about"] for each in found} == {course}
    assert len(hue.tutor.get(hue.at("/credentials")).ok()["items"]) == 4
    of_one = hue.tutor.get(hue.at(f"/people/{people[0].id}/credentials"), query={"limit": 1}).ok()
    rest = hue.tutor.get(hue.at(f"/people/{people[0].id}/credentials"), query={"limit": 1, "cursor": of_one["next"]})
    assert {each["about"] for each in [*of_one["items"], *rest.ok()["items"]]} == {course, other}
    elsewhere = certifying()
    assert elsewhere.tutor.get(elsewhere.at("/credentials")).ok()["items"] == []
    elsewhere.admin.get(elsewhere.at(f"/credentials/{found[0]['id']}")).refused(404)
    revocation = {"reason": "misconduct"}
    elsewhere.admin.put(elsewhere.at(f"/credentials/{found[0]['id']}/revocation"), revocation).refused(404)
