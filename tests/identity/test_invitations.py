"""Invitations: the mail, the link that is good once, and who ends up with which password."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from email.header import decode_header, make_header
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib import clock, config
from chalicelib.http.tokens import verify
from chalicelib.identity import invitations
from chalicelib.jobs import queue
from chalicelib.people import persons
from chalicelib.storage import mail, spaces
from tests.api import Api, Reply
from tests.crashes import killed_after
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.identity import mailbox
from tests.identity.interference import just_before
from tests.identity.links import INVITED, accept, invited, reset, reset_token
from tests.identity.people import OTHER_PASSWORD, refresh, sign_in, somebody

HOUR_S = 3600


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def test_from_an_invitation_to_being_in(hue: OpenedSpace, aws: Cloud) -> None:
    reply = hue.admin.post(hue.at("/people"), {**INVITED, "email": "From-A@hue.example"})
    person = reply.ok(201)
    assert reply.headers["location"] == f"/v1/spaces/{hue.slug}/people/{person['id']}"
    assert (person["status"], person["joined_at"]) == ("invited", None)
    assert person["identifiers"] == [{"kind": "email", "value": "from-a@hue.example"}]
    mailbox.deliver(aws)
    (message,) = mailbox.to("from-a@hue.example")
    assert message.subject == "Thành phố Huế: mời bạn tham gia"
    link = mailbox.link(message)
    assert link.startswith(f"http://localhost:8000/s/{hue.slug}/invitations/")
    token = link.rpartition("/")[2]
    shown = Api().get(hue.at(f"/invitations/{token}")).ok()
    assert shown["name"] == "Lê Thị Bình"
    assert (shown["login"], shown["space"], shown["slug"]) == ("from-a@hue.example", "Thành phố Huế", hue.slug)
    answer = accept(hue, token, name="Lê Thị Thanh Bình").ok(200)
    assert verify(answer["access_token"], hue.slug).roles == {"author", "learner"}
    me = Api(answer["access_token"]).get(hue.at("/me")).ok()
    assert me["name"] == "Lê Thị Thanh Bình"
    refresh(hue, answer["refresh_token"]).ok()
    sign_in(hue, "from-a@hue.example")


def test_a_link_is_good_once(hue: OpenedSpace, aws: Cloud) -> None:
    _, token = invited(hue, aws, "once@hue.example")
    accept(hue, token).ok()
    accept(hue, token, OTHER_PASSWORD).refused(410, "link_spent")
    Api().get(hue.at(f"/invitations/{token}")).refused(410, "link_spent")
    sign_in(hue, "once@hue.example")


def test_of_many_who_use_a_link_at_once_one_sets_the_password(hue: OpenedSpace, aws: Cloud) -> None:
    _, token = invited(hue, aws, "many@hue.example")
    with ThreadPoolExecutor(12) as pool:
        replies = list(pool.map(lambda number: accept(hue, token, f"mật-khẩu-của-số-{number}-đây"), range(12)))
    statuses = [reply.status for reply in replies]
    assert sorted(statuses) == [200] + [410] * 11
    winner = statuses.index(200)
    sign_in(hue, "many@hue.example", f"mật-khẩu-của-số-{winner}-đây")


def test_a_link_lasts_seventy_two_hours(hue: OpenedSpace, aws: Cloud) -> None:
    _, token = invited(hue, aws, "late@hue.example")
    start = clock.epoch_s()
    clock.set_source(lambda: float(start + 72 * HOUR_S - 5))
    Api().get(hue.at(f"/invitations/{token}")).ok()
    clock.set_source(lambda: float(start + 72 * HOUR_S + 1))
    Api().get(hue.at(f"/invitations/{token}")).refused(410, "link_spent")
    accept(hue, token).refused(410, "link_spent")


def test_a_link_of_nobody_is_not_found(hue: OpenedSpace, aws: Cloud) -> None:
    person_id, token = invited(hue, aws, "false@hue.example")
    for false in (f"{person_id}.{'A' * 43}", f"{'0' * 22}.{token.split('.')[1]}", "x", token + "A", token[:-1]):
        Api().get(hue.at(f"/invitations/{false}")).refused(404)
        accept(hue, false).refused(404)
        reset(hue, false).refused(404)
    other = open_space()
    Api().get(other.at(f"/invitations/{token}")).refused(404)
    Api().get(f"/invitations/{token}").refused(404)


def test_an_invitation_is_no_reset_and_a_reset_no_invitation(hue: OpenedSpace, aws: Cloud) -> None:
    _, token = invited(hue, aws, "kinds@hue.example")
    reset(hue, token).refused(404)
    accept(hue, token).ok()
    accept(hue, reset_token(hue, aws, "kinds@hue.example")).refused(404)


def test_the_secret_is_stored_nowhere(hue: OpenedSpace, aws: Cloud) -> None:
    person_id, token = invited(hue, aws, "stored@hue.example")
    secret = token.split(".")[1]
    assert secret not in repr(hue.space.table("people").query_all(f"person#{person_id}"))
    jobs = spaces.platform().table("people").query_all(f"job#{hue.slug}")
    assert jobs
    assert secret not in repr(jobs)
    assert "stored@" not in repr(jobs)


def test_every_bad_field_of_an_invitation_is_named(hue: OpenedSpace) -> None:
    body = {"name": " ", "email": "bình@hue.example", "roles": ["admin", "operator"]}
    reply = hue.admin.post(hue.at("/people"), body)
    reply.refused(422)
    assert reply.bad_fields == {"name", "email", "roles.1"}


def test_inviting_takes_someone_who_manages_people(hue: OpenedSpace) -> None:
    body = {**INVITED, "email": "who@hue.example"}
    Api().post(hue.at("/people"), body).refused(401)
    for api in (hue.author, hue.tutor, hue.learner):
        api.post(hue.at("/people"), body).refused(403)
    open_space().admin.post(hue.at("/people"), body).refused(401)


def test_inviting_someone_who_is_there_is_refused(hue: OpenedSpace) -> None:
    somebody(hue, "there@hue.example")
    reply = hue.admin.post(hue.at("/people"), {**INVITED, "email": "There@hue.example"})
    reply.refused(409, "identifier_taken")
    assert reply.bad_fields == {"email"}


def test_inviting_is_audited(hue: OpenedSpace) -> None:
    hue.admin.post(hue.at("/people"), {**INVITED, "email": "audit@hue.example"}).ok(201)
    trail = hue.space.table("people").query(f"audit#{clock.timestamp()[:7]}", descending=True, limit=1).items
    assert trail[0]["operation"] == "add_person"
    assert "audit@hue.example" not in repr(trail)


def test_a_repeated_request_invites_once(hue: OpenedSpace, aws: Cloud) -> None:
    body = {**INVITED, "email": "twice@hue.example"}
    first = hue.admin.post(hue.at("/people"), body, headers={"idempotency-key": "k-1"}).ok(201)
    again = hue.admin.post(hue.at("/people"), body, headers={"idempotency-key": "k-1"}).ok(201)
    assert again == first
    mailbox.deliver(aws)
    assert len(mailbox.to("twice@hue.example")) == 1


@pytest.mark.parametrize("calls", range(12))
def test_an_invitation_that_dies_anywhere_is_finished_by_its_retry(aws: Cloud, calls: int) -> None:
    hue = open_space()
    admin, email = hue.admin, f"dies-{calls}@hue.example"
    admin.get(hue.at("/people")).ok()

    def ask() -> Reply:
        body = {**INVITED, "email": email}
        return admin.post(hue.at("/people"), body, headers={"idempotency-key": "k"})

    with killed_after(calls):
        ask()
    with killed_after(calls):
        aws.run_jobs()
    start = clock.epoch_s()
    clock.set_source(lambda: float(start + 120))
    ask().ok(201)
    queue.sweep()
    mailbox.deliver(aws)
    messages = mailbox.to(email)
    assert 1 <= len(messages) <= 2
    for message in messages:
        Api().get(hue.at(f"/invitations/{mailbox.token(message)}")).ok()
    accept(hue, mailbox.token(messages[0])).ok()


def test_the_step_that_invites_the_first_admin_can_be_repeated(aws: Cloud) -> None:
    hue = open_space(status="opening")

    def ask() -> str:
        return invitations.invite(hue.space, "Trần Văn Cường", "cuong@first.example", ["admin"], "vi", by="operator")

    made = {ask() for _ in range(3)}
    mailbox.deliver(aws)
    made.add(ask())
    mailbox.deliver(aws)
    assert len(made) == 1
    assert len(mailbox.to("cuong@first.example")) == 1
    person = persons.get(hue.space, made.pop())
    assert person.status == "invited"
    assert person.roles == {"admin"}


def test_an_admin_sends_an_invitation_again(hue: OpenedSpace, aws: Cloud) -> None:
    person_id, first = invited(hue, aws, "again@hue.example")
    start = clock.epoch_s()
    clock.set_source(lambda: float(start + 120))
    for _ in range(3):
        hue.admin.post(hue.at(f"/people/{person_id}/invitation")).ok(202)
    mailbox.deliver(aws)
    assert len(mailbox.to("again@hue.example")) == 2
    second = mailbox.token(mailbox.to("again@hue.example")[-1])
    assert second != first
    Api().get(hue.at(f"/invitations/{first}")).ok()
    accept(hue, second).ok()
    accept(hue, first).refused(410, "link_spent")
    hue.admin.post(hue.at(f"/people/{person_id}/invitation")).refused(409, "already_joined")
    hue.admin.post(hue.at(f"/people/{'0' * 22}/invitation")).refused(404)
    hue.tutor.post(hue.at(f"/people/{person_id}/invitation")).refused(403)


def test_whoever_is_shut_out_before_accepting_stays_out(hue: OpenedSpace, aws: Cloud) -> None:
    person_id, token = invited(hue, aws, "out@hue.example")
    hue.admin.delete(hue.at(f"/people/{person_id}")).ok(204)
    accept(hue, token).refused(410, "link_spent")
    back = {"if-match": hue.admin.get(hue.at(f"/people/{person_id}")).headers["etag"]}
    reply = hue.admin.patch(hue.at(f"/people/{person_id}"), {"status": "active"}, headers=back)
    assert reply.ok()["status"] == "invited"
    accept(hue, token).refused(410, "link_spent")


def test_an_invitation_is_accepted_although_an_admin_edits_the_person_meanwhile(hue: OpenedSpace, aws: Cloud) -> None:
    person_id, token = invited(hue, aws, "edit@hue.example")
    person = persons.get(hue.space, person_id)

    def promote() -> None:
        persons.change(hue.space, person, person.edited(roles=frozenset({"tutor"})))

    with just_before("TransactWriteItems", promote):
        answer = accept(hue, token).ok()
    assert answer["person"]["roles"] == ["tutor"]


@pytest.mark.parametrize("password", ["ngắn", "12345678", "Lê Thị Bình", "weak@hue.example", "thanh pho hue"])
def test_a_weak_password_does_not_use_the_link_up(hue: OpenedSpace, aws: Cloud, password: str) -> None:
    other = open_space()
    _, token = invited(other, aws, "weak@hue.example")
    reply = accept(other, token, password)
    reply.refused(422)
    assert reply.bad_fields == {"password"}
    accept(other, token).ok()


def test_a_mail_in_english_for_who_reads_english(hue: OpenedSpace, aws: Cloud) -> None:
    invited(hue, aws, "english@hue.example", locale="en")
    (message,) = mailbox.to("english@hue.example")
    assert message.subject == "Thành phố Huế: you are invited"
    assert "works once" in message.body


def test_the_space_signs_its_mail_and_names_are_escaped(aws: Cloud) -> None:
    hue = open_space(name="Sở <b>Huế</b> & bạn")
    invited(hue, aws, "signed@hue.example", name="An & Bình (ThS)")
    (message,) = mailbox.to("signed@hue.example")
    assert "<b>" not in message.body
    assert "An &amp; Bình" in message.body
    assert str(make_header(decode_header(message.source))) == "Sở <b>Huế</b> & bạn <no-reply@hocmo.local>"
    assert message.source.isascii()


def test_a_lost_call_to_the_mail_service_is_made_again(hue: OpenedSpace, aws: Cloud) -> None:
    hue.admin.post(hue.at("/people"), {**INVITED, "email": "lost@hue.example"}).ok(201)

    def lose(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://email.example")

    ses = mail._ses()
    ses.meta.events.register("before-call.sesv2.SendEmail", lose)
    mailbox.deliver(aws)
    ses.meta.events.unregister("before-call.sesv2.SendEmail", lose)
    assert mailbox.to("lost@hue.example") == []
    start = clock.epoch_s()
    clock.set_source(lambda: float(start + 120))
    queue.sweep()
    mailbox.deliver(aws)
    assert len(mailbox.to("lost@hue.example")) == 1


def test_what_the_mail_service_refuses_ends_where_an_admin_sees_it(
    hue: OpenedSpace, aws: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    hue.admin.post(hue.at("/people"), {**INVITED, "email": "refused@hue.example"}).ok(201)
    monkeypatch.setenv("HOCMO_MAIL_FROM", "unverified@elsewhere.example")
    config.current.cache_clear()
    mailbox.deliver(aws)
    monkeypatch.undo()
    config.current.cache_clear()
    jobs = hue.admin.get(hue.at("/jobs")).ok()["items"]
    assert (jobs[0]["kind"], jobs[0]["state"], jobs[0]["error"]["code"]) == ("mail.send", "failed", "mail_refused")


def test_an_accepted_admin_counts_among_those_who_keep_the_space(hue: OpenedSpace, aws: Cloud) -> None:
    first = somebody(hue, "keeper@hue.example", ("admin",))
    hue.admin.delete(hue.at(f"/people/{first.id}")).refused(409, "last_admin")
    _, token = invited(hue, aws, "second@hue.example", roles=["admin"])
    hue.admin.delete(hue.at(f"/people/{first.id}")).refused(409, "last_admin")
    accept(hue, token).ok()
    hue.admin.delete(hue.at(f"/people/{first.id}")).ok(204)


def test_a_link_that_waits_for_a_space_to_open_says_so(aws: Cloud) -> None:
    hue = open_space(status="opening")
    invitations.invite(hue.space, "Cường", "wait@first.example", ["admin"], "vi", by="operator")
    mailbox.deliver(aws)
    (message,) = mailbox.to("wait@first.example")
    Api().get(hue.at(f"/invitations/{mailbox.token(message)}")).refused(503, "space_opening")
