"""A credential that holds no more says so for ever, by its page and by its list, whatever becomes of its space."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.credentials import store
from chalicelib.provisioning.closing import QUIET_S
from chalicelib.storage.models import TABLE_KINDS
from chalicelib.storage.spaces import platform
from chalicelib.tenants import registry
from tests.api import Api
from tests.crashes import killed_after
from tests.credentials.holders import as_, certifying, complete, held, issued, learner
from tests.credentials.verifying import verify
from tests.emulated import Cloud
from tests.factories import OpenedSpace, operator
from tests.learning.courses import publish
from tests.provisioning.test_closing import close, later, work

RIGHT_NAME = "Nguyễn Thị Bích Ngọc B"


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return certifying()


def page(api: Api, number: str) -> Any:
    return api.get(f"/credentials/{number}").ok()


def revoke(hue: OpenedSpace, number: str, reason: str = "issued_in_error") -> Any:
    return hue.admin.put(hue.at(f"/credentials/{number}/revocation"), {"reason": reason})


def revoked_bits(hue: OpenedSpace) -> set[int]:
    return {bit for part in store.revoked(hue.slug, 0) for bit in part["revoked"]}


def bit(api: Api, number: str) -> int:
    return int(api.get(f"/credentials/{number}/vc").ok()["credentialStatus"]["statusListIndex"])


def test_revoking_is_said_once_and_for_one_reason(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    number = issued(aws, hue)
    assert revoke(hue, number).ok()["state"] == "revoked"
    assert revoke(hue, number).ok()["state"] == "revoked"
    revoke(hue, number, "misconduct").refused(409, "credential_ended")
    told = page(api, number)
    assert (told["state"], told["reason"]) == ("revoked", "issued_in_error")
    assert told["revoked_at"]
    assert revoked_bits(hue) == {bit(api, number)}
    aws.drain()
    assert revoked_bits(hue) == {bit(api, number)}


@pytest.mark.parametrize("calls", range(8))
def test_a_revocation_that_dies_anywhere_is_seen_through(aws: Cloud, hue: OpenedSpace, api: Api, calls: int) -> None:
    number = issued(aws, hue)
    with killed_after(calls):
        revoke(hue, number)
    aws.drain()  # the stream, without anybody asking again
    noted = "rev" in store.held(hue.space, held_by(hue, number))[0]
    assert (page(api, number)["state"] == "revoked") == noted == (revoked_bits(hue) == {bit(api, number)})
    revoke(hue, number).ok()
    assert page(api, number)["state"] == "revoked"
    assert revoked_bits(hue) == {bit(api, number)}


def held_by(hue: OpenedSpace, number: str) -> str:
    return str(hue.admin.get(hue.at(f"/credentials/{number}")).ok()["person"])


def test_a_name_is_corrected_by_a_new_one_that_supersedes(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    person = learner(hue)
    number = issued(aws, hue, person)
    where = hue.at(f"/credentials/{number}/reissues")
    hue.admin.post(where).refused(409, "nothing_to_correct")
    made = hue.admin.post(where, {"name": RIGHT_NAME}).ok(201)
    assert hue.admin.post(where, {"name": RIGHT_NAME}).ok(201)["id"] == made["id"]
    hue.admin.post(where, {"name": "Khác"}).refused(409, "credential_ended")
    old, new = page(api, number), page(api, made["id"])
    assert (old["state"], old["superseded_by"], old["reason"]) == ("superseded", made["id"], "superseded")
    assert (new["state"], new["name"]) == ("valid", RIGHT_NAME)
    assert (new["achieved_at"], new["achievement"]) == (old["achieved_at"], old["achievement"])
    aws.drain()
    assert {each["state"] for each in held(hue, person)} == {"valid", "superseded"}
    later(120)
    signed = [api.get(f"/credentials/{each}/vc").ok() for each in (number, made["id"])]
    told = [verify(api, credential=each)["credential"] for each in signed]
    assert [each["revoked"] for each in told] == [[True], [False]]
    assert told[1]["verified"]
    assert signed[0]["credentialSubject"]["id"] == signed[1]["credentialSubject"]["id"]


@pytest.mark.parametrize("calls", range(3, 14, 2))
def test_a_correction_that_dies_anywhere_leaves_one_that_holds(
    aws: Cloud, hue: OpenedSpace, api: Api, calls: int
) -> None:
    person = learner(hue)
    number = issued(aws, hue, person)
    where = hue.at(f"/credentials/{number}/reissues")
    with killed_after(calls):
        hue.admin.post(where, {"name": RIGHT_NAME})
    aws.drain()
    states = sorted(each["state"] for each in held(hue, person))
    assert states in (["valid"], ["superseded", "valid"])
    made = hue.admin.post(where, {"name": RIGHT_NAME}).ok(201)
    assert page(api, number)["superseded_by"] == made["id"]
    assert sorted(each["state"] for each in held(hue, person)) == ["superseded", "valid"]


@pytest.mark.parametrize("calls", range(7, 13))
def test_of_two_corrections_one_holds(aws: Cloud, hue: OpenedSpace, api: Api, calls: int) -> None:
    person = learner(hue)
    number = issued(aws, hue, person)
    where = hue.at(f"/credentials/{number}/reissues")
    with killed_after(calls):
        hue.admin.post(where, {"name": RIGHT_NAME})
    hue.admin.post(where, {"name": "Nguyễn Thị Bích Ngọc C"})
    aws.drain()
    states = [each["state"] for each in held(hue, person)]
    assert states.count("valid") == 1
    assert page(api, page(api, number)["superseded_by"])["state"] == "valid"


def test_what_is_undone_is_revoked(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    person, course = learner(hue), publish(hue.space, "1")
    number = issued(aws, hue, person, course)
    hue.space.table("learning").update(f"learner#{person.id}", f"enrolment#{course}", "REMOVE fin, done")
    aws.drain()
    told = page(api, number)
    assert (told["state"], told["reason"]) == ("revoked", "undone")
    assert revoked_bits(hue) == {bit(api, number)}
    later(60)
    complete(hue, person, course)
    aws.drain()
    assert sorted(each["state"] for each in held(hue, person)) == ["revoked", "valid"]


def test_whoever_asks_is_told_of_no_more(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    person = learner(hue)
    number = issued(aws, hue, person)
    newer = hue.admin.post(hue.at(f"/credentials/{number}/reissues"), {"name": RIGHT_NAME}).ok(201)["id"]
    revoke(hue, newer, "holder_request").ok()
    for each in (number, newer):
        told = page(api, each)
        assert (told["name"], told["achievement"], told["credential"]) == (None, None, None)
        assert told["state"] in ("revoked", "superseded")
        api.get(f"/credentials/{each}/vc").refused(404)
        api.get(f"/credentials/{each}/jwt").refused(404)
    assert [each["name"] for each in held(hue, person)] == [None, None]
    assert "Bích" not in str(platform().table("people").scan(["pk", "sk", "doc"]).items)


def test_a_suspended_space_goes_on_answering_for_what_it_issued(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    number = issued(aws, hue)
    before = api.get(f"/credentials/{number}/vc").ok()
    operator().post(f"/tenants/{hue.slug}/suspension", {"reason": "Tạm dừng"}).ok()
    hue.learner.get(hue.at("/me/credentials")).refused(403, "space_suspended")
    assert page(api, number)["state"] == "valid"
    assert verify(api, credential=before)["credential"]["verified"]


def test_a_space_whose_tables_are_being_replaced_does_too(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    number = issued(aws, hue)
    registry.settle(hue.slug, lambda _: {"status": "restoring"})
    hue.admin.get(hue.at("/credentials")).refused(403, "space_suspended")
    assert page(api, number)["state"] == "valid"
    assert verify(api, credential=api.get(f"/credentials/{number}/vc").ok())["credential"]["verified"]


def test_a_closed_space_does_so_for_ever(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    kept = issued(aws, hue)
    gone = issued(aws, hue, learner(hue, "Trần Văn Bình", "binh@hue.example"))
    revoke(hue, gone).ok()
    aws.drain()
    signed = [api.get(f"/credentials/{each}/vc").ok() for each in (kept, gone)]
    operator().post(f"/tenants/{hue.slug}/suspension", {"reason": "Sáp nhập"}).ok()
    close(operator(), hue).ok()
    later(QUIET_S + 1)
    for _ in range(20):
        work(hue.slug)
        aws.apply_changes()
        later(10)
        if operator().get(f"/tenants/{hue.slug}").ok()["status"] == "closed":
            break
    assert operator().get(f"/tenants/{hue.slug}").ok()["status"] == "closed"
    assert not {hue.space.table_name(kind) for kind in TABLE_KINDS} & set(aws.tables())
    api.get(hue.at()).refused(404)
    assert [page(api, each)["state"] for each in (kept, gone)] == ["valid", "revoked"]
    assert [api.get(f"/credentials/{each}/vc").ok() for each in (kept, gone)] == signed
    told = [verify(api, credential=each)["credential"] for each in signed]
    assert [(each["verified"], each["revoked"]) for each in told] == [(True, [False]), (True, [True])]
    key_id = signed[0]["proof"]["verificationMethod"].partition("#")[2]
    made = operator().put(f"/tenants/{hue.slug}/credential-keys/{key_id}/withdrawal", {}).ok(202)
    assert made["job"] is None
    later(120)
    told = [verify(api, credential=each)["credential"]["verified"] for each in signed]
    fresh = [api.get(f"/credentials/{each}/vc").ok() for each in (kept, gone)]
    assert told + [verify(api, credential=each)["credential"]["verified"] for each in fresh] == [False] * 2 + [True] * 2


def test_what_was_issued_after_the_point_of_a_restore_stays_issued(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    """A restore gives a space older tables: here, empty ones."""
    person, course = learner(hue), publish(hue.space, "1")
    number = issued(aws, hue, person, course)
    revoke(hue, number).ok()
    aws.drain()
    (item,) = store.held(hue.space, person.id)
    enrolment = hue.space.table("learning").get(f"learner#{person.id}", f"enrolment#{course}")
    for sk, pk in ((item["sk"], item["pk"]), ("credential", f"credential#{number.partition('.')[2]}")):
        hue.space.table("learning").delete(pk, sk)
    assert page(api, number)["state"] == "revoked"
    assert enrolment is not None
    second = issued(aws, hue, learner(hue, "Trần Văn Bình", "binh@hue.example"), course)
    assert bit(api, second) != bit(api, number)
    assert revoke(hue, number).ok()["person"] is None


def test_strangers_learn_nothing_by_guessing(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    issued(aws, hue)
    for guess in (f"{hue.slug}.{'0' * 22}", f"khong-co.{'0' * 22}", "x", f"{hue.slug}.{'0' * 21}u"):
        api.get(f"/credentials/{guess}").refused(404)
    for place in ("did.json", "issuer", "status-lists/0"):
        api.get(f"/spaces/khong-co/{place}").refused(404)
    api.get(hue.at("/status-lists/1")).refused(404)
    api.get(hue.at("/status-lists/-1")).refused(404)


def test_a_space_that_has_issued_nothing_has_no_keys_and_no_list(aws: Cloud, api: Api) -> None:
    hue = certifying()
    assert api.get(hue.at("/did.json")).ok()["assertionMethod"] == []
    api.get(hue.at("/status-lists/0")).refused(404)
    assert hue.admin.get(hue.at("/credential-keys")).ok()["items"] == []


def test_a_list_is_the_same_bytes_whoever_signs_it(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    issued(aws, hue)
    first = api.get(hue.at("/status-lists/0"))
    later(3_600)
    second = api.get(hue.at("/status-lists/0"), headers={"if-none-match": first.headers["etag"]})
    assert second.status == 304


def test_neither_address_nor_number_of_a_person_is_told(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    person = learner(hue, login="kin@hue.example")
    number = issued(aws, hue, person)
    said = str(api.get(f"/credentials/{number}/vc").text) + str(api.get(f"/credentials/{number}").text)
    assert "kin@hue.example" not in said
    assert person.id not in said


def test_what_is_done_to_credentials_stands_in_the_trail(aws: Cloud, hue: OpenedSpace) -> None:
    number = issued(aws, hue)
    revoke(hue, number).ok()
    trail = hue.admin.get(hue.at("/audit")).ok()["items"]
    (done,) = [each for each in trail if each["operation"] == "revoke_credential"]
    assert done["target"] == {"credential": number}
    assert "issued_in_error" in str(done)


def test_own_data_shows_what_one_was_issued(aws: Cloud, hue: OpenedSpace) -> None:
    person = learner(hue)
    issued(aws, hue, person)
    kept = as_(hue, person).get(hue.at("/me/data/records"), query={"part": "learning"}).ok()["items"]
    assert [each["facts"]["kind"] for each in kept if each["kind"] == "credential"] == ["course"]
    assert [each["about"]["number"] for each in kept if each["kind"] == "credential"]
