"""One tap, no form: known people in three calls, new ones after one question, with everything at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from chalicelib import clock
from chalicelib.http import caching
from chalicelib.people import persons
from chalicelib.people.identifiers import Identifier
from chalicelib.storage import spaces
from tests.api import Api
from tests.apps.superapp import SuperApp
from tests.factories import OpenedSpace, forget_space, published_course
from tests.identity.people import refresh
from tests.spending import spending


def everything(hue: OpenedSpace) -> Any:
    """What stands in the people table of persons."""
    return hue.admin.get(hue.at("/people")).ok()["items"]


def test_a_new_person_is_asked_and_nothing_is_stored(hue: OpenedSpace, app: SuperApp) -> None:
    question = app.asked(phone_number="0912 345 678", phone_number_verified=True)
    assert question["app"] == "Hue-S"
    assert question["space"] == "Thành phố Huế"
    assert question["name"] == "Nguyễn Văn An"
    assert question["version"] == "1.1"
    assert [each["field"] for each in question["shared"]][:2] == ["name", "phone"]
    assert all(each["purpose_vi"] and each["purpose_en"] for each in question["shared"])
    assert question["address"].endswith(f"/s/{hue.slug}/consent#ticket={question['ticket']}")
    assert everything(hue) == []
    assert persons.login(hue.space, Identifier("phone", "+84912345678")) is None


def test_the_page_that_asks_reads_the_question_of_a_ticket(hue: OpenedSpace, app: SuperApp) -> None:
    question = app.asked()
    read = Api().post(hue.at("/entries/question"), {"ticket": question["ticket"]}).ok()
    assert read == question | {"expires_at": read["expires_at"]}


def test_whoever_consents_is_in_with_account_audience_and_course(hue: OpenedSpace, app: SuperApp) -> None:
    course = published_course(hue)
    entered = app.entered(form={"course": course.id}, job="student", birthdate="2004-05-06", gender="male")
    assert entered["status"] == "signed_in"
    assert entered["to"] == f"/courses/{course.id}"
    api = Api(entered["access_token"])
    assert api.get(course.at("/outline")).ok()
    person = persons.get(hue.space, entered["person"]["id"])
    assert (person.name, person.status, person.name_by) == ("Nguyễn Văn An", "active", "app")
    assert {name: (fact.value, fact.by) for name, fact in person.profile.items()} == {
        "occupation": ("student", "app"),
        "birth": ("2004-05-06", "app"),
        "gender": ("male", "app"),
    }
    assert "students" in person.audiences


def test_a_known_person_costs_three_calls(hue: OpenedSpace, app: SuperApp) -> None:
    first = app.entered()
    assertion = app.signed()
    with spending() as spent:
        again = app.post(assertion).ok(200)
    spent.within_budget()
    assert spent.last["calls"] == 3
    assert again["status"] == "signed_in"
    assert again["person"]["id"] == first["person"]["id"]
    assert again["token_type"] == "Bearer"


def test_a_link_is_three_calls_too_and_good_once(hue: OpenedSpace, app: SuperApp) -> None:
    course = published_course(hue)
    first = app.entered(form={"course": course.id})
    assertion = app.signed()
    with spending() as spent:
        answer = app.post(assertion, deliver="link", course=course.id).ok(200)
    spent.within_budget()
    assert answer["access_token"] is None
    code = answer["link"].partition("/entry#code=")[2]
    entered = Api().post(hue.at("/sessions/entry"), {"code": code}).ok()
    assert entered["person"]["id"] == first["person"]["id"]
    assert entered["to"] == f"/courses/{course.id}"
    Api().post(hue.at("/sessions/entry"), {"code": code}).refused(401, "entry_invalid")


def test_a_course_that_is_gone_keeps_nobody_out(app: SuperApp) -> None:
    app.entered()
    assert app.entered(form={"course": "1m868j3kq0v7x2c9d4e5fg"})["to"] is None


def test_what_the_app_tells_anew_is_taken_without_asking_again(hue: OpenedSpace, app: SuperApp) -> None:
    person_id = app.person(job="student")
    again = app.post(app.signed(job="worker", name="Nguyễn Văn Ân")).ok(200)
    assert again["person"]["id"] == person_id
    person = persons.get(hue.space, person_id)
    assert person.profile["occupation"].value == "worker"
    assert person.name == "Nguyễn Văn Ân"
    with spending() as spent:
        app.post(app.signed(job="worker", name="Nguyễn Văn Ân")).ok(200)
    spent.within_budget()


def test_what_a_person_wrote_by_hand_stays(hue: OpenedSpace, app: SuperApp) -> None:
    entered = app.entered()
    Api(entered["access_token"]).patch(hue.at("/me"), {"name": "An Nguyễn"}).ok()
    app.entered(name="Nguyễn Văn Ấn")
    assert persons.get(hue.space, entered["person"]["id"]).name == "An Nguyễn"


def test_a_value_that_cannot_be_read_keeps_nobody_out(hue: OpenedSpace, app: SuperApp) -> None:
    person = persons.get(hue.space, app.person(name="www.evil.example", birthdate="hôm qua", job=["x"], gender=7))
    assert person.name == "Học viên"
    assert person.profile == {}


def test_of_many_at_once_one_account_is_made(hue: OpenedSpace, app: SuperApp) -> None:
    tickets = [app.asked()["ticket"] for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(app.consented, tickets))
    assert len({reply.ok()["person"]["id"] for reply in replies if reply.status == 200}) == 1
    assert {reply.status for reply in replies} <= {200, 503}
    assert len(everything(hue)) == 1


def test_a_ticket_is_good_once_and_undoes_no_withdrawal(hue: OpenedSpace, app: SuperApp) -> None:
    ticket = app.asked()["ticket"]
    entered = app.consented(ticket).ok()
    Api(entered["access_token"]).delete(hue.at(f"/me/consents/{app.id}")).ok(204)
    app.consented(ticket).refused(400, "ticket_invalid")
    app.asked()


def test_a_ticket_is_not_for_ever_nor_for_another_space(hue: OpenedSpace, app: SuperApp) -> None:
    ticket = app.asked()["ticket"]
    app.consented(ticket[:-2] + "AA").refused(400, "ticket_invalid")
    later = clock.epoch_s() + 601
    clock.set_source(lambda: later)
    app.consented(ticket).refused(410, "ticket_expired")


def test_a_new_text_asks_again(app: SuperApp) -> None:
    app.entered()
    early = app.asked("binh")["ticket"]
    app.edit(purpose_vi="Để làm việc khác hẳn với trước đây.")
    app.consented(early).refused(409, "consent_outdated")
    assert app.asked()["version"] == "2.1"
    app.entered()
    assert app.post(app.signed()).ok(200)["status"] == "signed_in"


def test_a_deactivated_person_stays_out(hue: OpenedSpace, app: SuperApp) -> None:
    person_id = app.person()
    hue.admin.delete(hue.at(f"/people/{person_id}")).ok()
    app.post(app.signed()).refused(403, "account_deactivated")


def test_a_page_that_asks_must_be_the_apps(hue: OpenedSpace) -> None:
    app = SuperApp.trusted(hue, origins=["https://app.hue.example"])
    app.post(app.signed(), {"origin": "https://evil.example"}).refused(403, "origin_refused")
    app.post(app.signed(), {"origin": "https://app.hue.example"}).ok(202)


def test_an_app_that_is_trusted_no_more_brings_nobody(hue: OpenedSpace, app: SuperApp) -> None:
    ticket = app.asked()["ticket"]
    hue.admin.delete(app.at()).ok(204)
    app.post(app.signed()).refused(400, "issuer_mismatch")
    app.consented(ticket).refused(400, "ticket_invalid")


def test_a_suspended_space_lets_learners_in_by_no_app(hue: OpenedSpace, app: SuperApp) -> None:
    app.entered()
    pk, sk = spaces.registry_key(hue.slug)
    spaces.platform().table("people").update(pk, sk, "SET #s = :s", {":s": "suspended"}, names={"#s": "status"})
    forget_space(hue.slug)
    app.post(app.signed()).refused(403, "space_suspended")


def test_an_app_that_is_trusted_no_more_takes_its_sessions_along(hue: OpenedSpace, app: SuperApp) -> None:
    """Whoever held its key may have been in any account that it opened. Other sessions of the same person stay."""
    other = SuperApp.trusted(hue)
    by_app = app.entered()
    by_link = app.entered(form={"deliver": "link"})["link"]
    by_other = other.entered()
    hue.admin.delete(app.at()).ok(204)
    caching.forget_everything()  # as a container that has heard nothing yet
    code = {"code": by_link.partition("code=")[2]}
    late = Api().post(hue.at("/sessions/entry"), code).ok()
    assert len(Api(by_app["access_token"]).get(hue.at("/me/sessions")).ok()["items"]) == 0
    for tokens in (by_app, late):
        refresh(hue, tokens["refresh_token"]).refused(401, "session_ended")
    refresh(hue, by_other["refresh_token"]).ok()


def test_going_on_with_an_apps_session_costs_two_calls(hue: OpenedSpace, app: SuperApp) -> None:
    tokens = refresh(hue, app.entered()["refresh_token"]).ok()
    with spending() as spent:
        refresh(hue, tokens["refresh_token"]).ok()
    spent.within_budget()
