"""Two accounts of one human being become one, and two again: logins, learning, figures, kills and refusals."""

from __future__ import annotations

import time
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.assessment import store as attempts
from chalicelib.identity import links
from chalicelib.jobs import queue
from chalicelib.learning import enrolments
from chalicelib.people import identifiers, persons
from chalicelib.people.identifiers import Identifier
from chalicelib.people.person import Person
from chalicelib.people.profile import Fact
from chalicelib.reports import recount
from tests.api import Api
from tests.crashes import killed_after
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, token_for
from tests.identity import mailbox
from tests.identity.people import PASSWORD, sign_in, somebody
from tests.learning.courses import RIGHT, publish

DAY_S = 86_400


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def later(seconds: int) -> None:
    """From now on it is so much later."""
    clock.set_source(lambda: time.time() + seconds)


def learn(hue: OpenedSpace, person: Person, course: str, *done: str) -> None:
    api = token_for(hue, ["learner"], person.id)
    api.put(hue.at(f"/me/enrolments/{course}"))
    for lesson in done:
        api.put(hue.at(f"/me/enrolments/{course}/progress/{lesson}"), {"status": "done"}).ok()


def two(hue: OpenedSpace) -> tuple[Person, Person]:
    return somebody(hue, "an@hue.example"), somebody(hue, "0912345678", name="Nguyen Van An")


def merge(hue: OpenedSpace, kept: Person, other: Person) -> Any:
    return hue.admin.post(hue.at(f"/people/{kept.id}/merges"), {"other": other.id})


def state(hue: OpenedSpace, kept: Person, merge_id: str) -> str:
    return str(hue.admin.get(hue.at(f"/people/{kept.id}/merges/{merge_id}")).ok()["state"])


def done(hue: OpenedSpace, person: Person, course: str) -> set[str] | None:
    found = enrolments.get(hue.space, person.id, course)
    return set(found.done) if found else None


def test_both_logins_lead_to_the_kept_account_and_what_was_learned_follows(aws: Cloud, hue: OpenedSpace) -> None:
    kept, other = two(hue)
    shared, alone = publish(hue.space, "1 2 3"), publish(hue.space, "1 2")
    learn(hue, kept, shared, "1")
    learn(hue, other, shared, "2")
    learn(hue, other, alone, "1", "2")
    aws.drain()
    refresh_token = sign_in(hue, "0912345678")["refresh_token"]
    made = merge(hue, kept, other).ok(202)
    assert sign_in(hue, "0912345678")["person"]["id"] == kept.id
    assert sign_in(hue, "an@hue.example")["person"]["id"] == kept.id
    Api().post(hue.at("/sessions/refresh"), {"refresh_token": refresh_token}).refused(401, "session_ended")
    aws.drain()
    assert state(hue, kept, made["id"]) == "merged"
    assert done(hue, kept, shared) == {"1", "2"}
    assert done(hue, kept, alone) == {"1", "2"}
    assert done(hue, other, shared) is None
    found = enrolments.get(hue.space, kept.id, alone)
    assert found
    assert found.completed_at
    assert not recount.recount(hue.slug).wrong


def test_figures_count_one_person(aws: Cloud, hue: OpenedSpace) -> None:
    kept, other = two(hue)
    course = publish(hue.space, "1 2")
    learn(hue, kept, course, "1")
    learn(hue, other, course, "1", "2")
    aws.drain()
    assert hue.admin.get(hue.at(f"/reports/courses/{course}")).ok()["totals"]["enrolments"] == 2
    merge(hue, kept, other).ok(202)
    aws.drain()
    totals = hue.admin.get(hue.at(f"/reports/courses/{course}")).ok()["totals"]
    assert (totals["enrolments"], totals["completions"]) == (1, 1)


def test_attempts_follow_under_the_next_numbers(aws: Cloud, hue: OpenedSpace) -> None:
    kept, other = two(hue)
    course = publish(hue.space, "1 2Q")
    for person in (kept, other, other):
        learn(hue, person, course)
        sheet = {"lesson": "2", "answers": RIGHT}
        token_for(hue, ["learner"], person.id).post(hue.at(f"/me/enrolments/{course}/attempts"), sheet).ok(201)
    made = merge(hue, kept, other).ok(202)
    aws.drain()
    assert numbers(hue, kept, course) == [3, 2, 1]
    assert numbers(hue, other, course) == []
    hue.admin.delete(hue.at(f"/people/{kept.id}/merges/{made['id']}")).ok(202)
    aws.drain()
    assert numbers(hue, kept, course) == [1]
    assert numbers(hue, other, course) == [2, 1]


def numbers(hue: OpenedSpace, person: Person, course: str) -> list[int]:
    return [each.number for each in attempts.attempts_of(hue.space, person.id, course, None, None, 50)[0]]


def test_undone_both_are_as_before(aws: Cloud, hue: OpenedSpace) -> None:
    kept, other = two(hue)
    shared, alone = publish(hue.space, "1 2 3"), publish(hue.space, "1 2")
    learn(hue, kept, shared, "1")
    learn(hue, other, shared, "2")
    learn(hue, other, alone, "1")
    made = merge(hue, kept, other).ok(202)
    aws.drain()
    hue.admin.delete(hue.at(f"/people/{kept.id}/merges/{made['id']}")).ok(202)
    aws.drain()
    assert state(hue, kept, made["id"]) == "undone"
    assert sign_in(hue, "0912345678")["person"]["id"] == other.id
    assert sign_in(hue, "an@hue.example")["person"]["id"] == kept.id
    assert (done(hue, kept, shared), done(hue, other, shared)) == ({"1"}, {"2"})
    assert (done(hue, kept, alone), done(hue, other, alone)) == (None, {"1"})
    assert persons.get(hue.space, kept.id).identifiers == kept.identifiers
    assert not recount.recount(hue.slug).wrong


def test_what_was_learned_since_stays_with_the_kept_account(aws: Cloud, hue: OpenedSpace) -> None:
    kept, other = two(hue)
    course = publish(hue.space, "1 2 3")
    learn(hue, other, course, "1")
    made = merge(hue, kept, other).ok(202)
    aws.drain()
    learn(hue, kept, course, "2")
    hue.admin.delete(hue.at(f"/people/{kept.id}/merges/{made['id']}")).ok(202)
    aws.drain()
    assert (done(hue, kept, course), done(hue, other, course)) == ({"1", "2"}, {"1"})


@pytest.mark.parametrize("calls", range(14))
def test_killed_anywhere_a_merge_is_whole_in_the_end(aws: Cloud, hue: OpenedSpace, calls: int) -> None:
    kept, other = two(hue)
    course = publish(hue.space, "1 2 3")
    learn(hue, kept, course, "1")
    learn(hue, other, course, "2")
    aws.drain()
    with killed_after(calls):
        merge(hue, kept, other)
    merge(hue, kept, other).ok(202)
    aws.drain()
    assert sign_in(hue, "0912345678")["person"]["id"] == kept.id
    assert done(hue, kept, course) == {"1", "2"}


def test_facts_fill_gaps_and_roles_stay(aws: Cloud, hue: OpenedSpace) -> None:
    kept, other = two(hue)
    persons.change(hue.space, kept, kept.described({"ward": Fact("Thuận Hoá", "self", "2026-01-01")}))
    told = {"ward": Fact("Phú Xuân", "roster", "2026-01-01"), "gender": Fact("male", "roster", "2026-01-01")}
    persons.change(hue.space, other, other.described(told).edited(roles=frozenset({"tutor"})))
    merge(hue, kept, other).ok(202)
    found = persons.get(hue.space, kept.id)
    assert (found.profile["ward"].value, found.profile["gender"].value) == ("Thuận Hoá", "male")
    assert found.roles == {"learner"}
    listed = hue.admin.get(hue.at("/people?q=nguyen van an")).ok()["items"]
    assert [each["id"] for each in listed] == [kept.id]


def test_the_password_that_is_lost_is_told_of(aws: Cloud, hue: OpenedSpace) -> None:
    kept, other = somebody(hue, "an.nha@hue.example"), somebody(hue, "an.so@hue.example", name="Nguyen Van An")
    made = merge(hue, kept, other).ok(202)
    assert made["password"] == "kept"
    aws.drain()
    ((own,), (others,)) = mailbox.to("an.nha@hue.example"), mailbox.to("an.so@hue.example")
    assert "vẫn dùng được" in own.body
    assert "không còn dùng được" in others.body
    for letter in (own, others):
        assert "mã dùng một lần" in letter.body
        assert mailbox.link(letter) == links.root(hue.space)
    nobody = merge(hue, listed(hue, "CB1"), listed(hue, "CB2")).ok(202)
    assert nobody["password"] == "none"


def listed(hue: OpenedSpace, code: str) -> Person:
    """Somebody of a list, without a password."""
    person = persons.new("Của danh sách", [Identifier("staff_code", code)], ["learner"], by="roster")
    return persons.add(hue.space, person, via="roster")


def test_a_password_that_only_one_had_opens_both_doors(aws: Cloud, hue: OpenedSpace) -> None:
    other = somebody(hue, "0912345678")
    known_by = [identifiers.parse("an@hue.example")]
    kept = persons.add(hue.space, persons.new("An", known_by, ["learner"], status="invited"))
    merge(hue, kept, other).ok(202)
    assert sign_in(hue, "an@hue.example", PASSWORD)["person"]["id"] == kept.id


def test_refusals(aws: Cloud, hue: OpenedSpace) -> None:
    kept, other = two(hue)
    third = somebody(hue, "binh@hue.example")
    merge(hue, kept, kept).refused(409, "same_person")
    made = merge(hue, kept, other).ok(202)
    assert merge(hue, kept, other).ok(202)["id"] == made["id"]
    merge(hue, third, other).refused(409, "already_merged")
    merge(hue, other, third).refused(409, "already_merged")
    at = hue.at(f"/people/{kept.id}/merges/{made['id']}")
    hue.admin.delete(at).refused(409, "merge_unsettled")
    aws.drain()
    hue.tutor.delete(at).refused(403)
    open_space().admin.delete(at).refused(401)
    later(31 * DAY_S)
    hue.admin.delete(at).refused(409, "undo_expired")


def test_what_somebody_else_has_by_now_is_not_taken_back(aws: Cloud, hue: OpenedSpace) -> None:
    kept, other = two(hue)
    made = merge(hue, kept, other).ok(202)
    aws.drain()
    now = persons.get(hue.space, kept.id)
    persons.change(hue.space, now, now.identified(kept.identifiers))
    somebody(hue, "0912345678")
    hue.admin.delete(hue.at(f"/people/{kept.id}/merges/{made['id']}")).refused(409, "identifier_moved")


def test_what_a_device_still_learned_under_the_old_token_arrives_too(aws: Cloud, hue: OpenedSpace) -> None:
    kept, other = two(hue)
    course = publish(hue.space, "1 2")
    merge(hue, kept, other).ok(202)
    aws.drain()
    learn(hue, other, course, "1")
    later(2_000)
    queue.sweep()
    aws.drain()
    assert done(hue, kept, course) == {"1"}


def test_undone_nothing_of_the_other_opens_the_kept_account(aws: Cloud, hue: OpenedSpace) -> None:
    other = somebody(hue, "0912345678")
    known_by = [identifiers.parse("an@hue.example")]
    kept = persons.add(hue.space, persons.new("An", known_by, ["learner"], status="invited"))
    made = merge(hue, kept, other).ok(202)
    tokens = sign_in(hue, "0912345678")
    aws.drain()
    hue.admin.delete(hue.at(f"/people/{kept.id}/merges/{made['id']}")).ok(202)
    Api().post(hue.at("/sessions/refresh"), {"refresh_token": tokens["refresh_token"]}).refused(401, "session_ended")
    refused = Api().post(hue.at("/sessions"), {"login": "an@hue.example", "password": PASSWORD})
    refused.refused(401, "wrong_credentials")
    assert sign_in(hue, "0912345678")["person"]["id"] == other.id
