"""A key that leaked: whatever it signed fails with others' software, and what we issued is signed anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.credentials import keys, register, store
from chalicelib.http import caching
from tests.api import Api
from tests.apps.receiver import later
from tests.crashes import killed_after
from tests.credentials.holders import certifying, issued, learner
from tests.credentials.verifying import verify
from tests.emulated import Cloud
from tests.factories import OpenedSpace, operator
from tests.learning.courses import publish


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return certifying()


def withdraw(hue: OpenedSpace, key_id: str, **body: Any) -> Any:
    return hue.admin.put(hue.at(f"/credential-keys/{key_id}/withdrawal"), body)


def several(aws: Cloud, hue: OpenedSpace, count: int) -> list[str]:
    course = publish(hue.space, "1")
    return [issued(aws, hue, learner(hue, login=f"n{turn}@hue.example"), course) for turn in range(count)]


def signed(api: Api, number: str) -> Any:
    return api.get(f"/credentials/{number}/vc").ok()


def test_a_thiefs_signature_fails_and_ours_are_made_anew(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    numbers = several(aws, hue, 3)
    hue.admin.put(hue.at(f"/credentials/{numbers[2]}/revocation"), {"reason": "misconduct"}).ok()
    old = {each: signed(api, each) for each in numbers}
    token = api.get(f"/credentials/{numbers[0]}/jwt").text
    ((first,),) = (hue.admin.get(hue.at("/credential-keys")).ok()["items"],)
    later(aws, 3 * 86_400)
    since = clock.now() - timedelta(days=1)
    reply = withdraw(hue, first["id"], since=since.isoformat())
    assert reply.ok(202)["since"][:19] == since.isoformat()[:19]
    assert withdraw(hue, first["id"]).ok(202)["since"] == reply.ok(202)["since"], "once is for ever"
    aws.drain()
    later(aws, 120)
    for number in numbers:
        told = verify(api, credential=old[number])["credential"]
        assert not told["verified"]
        assert "assertionMethod" in str(told["errors"])
        fresh = signed(api, number)
        assert fresh["id"] == old[number]["id"]
        told = verify(api, credential=fresh)["credential"]
        assert (told["verified"], told["listed"], told["revoked"]) == (True, True, [number == numbers[2]])
    assert not verify(api, of=old[numbers[0]], token=token)["token"]["verified"]
    assert verify(api, of=old[numbers[0]], token=api.get(f"/credentials/{numbers[0]}/jwt").text)["token"]["verified"]
    job = hue.admin.get(reply.headers["location"].removeprefix("/v1")).ok()
    assert (job["state"], job["result"]) == ("done", {"looked": 3, "left": 0})
    document = api.get(hue.at("/did.json")).ok()
    ((void,),) = ([each for each in document["verificationMethod"] if "revoked" in each],)
    assert void["id"].endswith(f"#{first['id']}")
    assert void["revoked"] == since.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert not [each for each in document["assertionMethod"] if first["id"] in each]
    now = hue.admin.get(hue.at("/credential-keys")).ok()["items"]
    assert [(each["signs"], each["withdrawn_since"] is None) for each in now] == [(True, True), (False, False)]
    trail = hue.admin.get(hue.at("/audit")).ok()["items"]
    done = [each["target"] for each in trail if each["operation"] == "withdraw_credential_key"]
    assert done[0]["key"] == first["id"]


@pytest.mark.parametrize("calls", [2, 5, 8])
def test_a_job_that_dies_anywhere_signs_them_all(aws: Cloud, hue: OpenedSpace, api: Api, calls: int) -> None:
    numbers = several(aws, hue, 3)
    key_id = keys.current(hue.slug).id
    withdraw(hue, key_id).ok(202)
    with killed_after(calls):
        aws.run_jobs()
    later(aws, 120)
    later(aws, 120)
    assert all(key_id not in str(found.signed["proof"]) for found in map(register.find, numbers))
    assert [signed(api, each)["id"].rpartition("/")[2] for each in numbers] == numbers


def test_what_a_container_signs_that_does_not_know_yet_is_signed_when_asked_for(
    aws: Cloud, hue: OpenedSpace, api: Api
) -> None:
    issued(aws, hue)
    known = keys._stored(hue.slug)
    withdraw(hue, keys.current(hue.slug).id).ok(202)
    aws.drain()
    keys._kept.keep(hue.slug, known)
    number = issued(aws, hue, learner(hue, login="hai@hue.example"))
    stale = register.find(number).signed
    caching.forget_everything()
    assert not verify(api, credential=stale)["credential"]["verified"]
    found = signed(api, number)
    assert verify(api, credential=found)["credential"]["verified"]
    assert register.find(number).signed == found == signed(api, number)


def test_what_was_deleted_stays_deleted(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    number = issued(aws, hue)
    hue.admin.put(hue.at(f"/credentials/{number}/revocation"), {"reason": "holder_request"}).ok()
    withdraw(hue, keys.current(hue.slug).id).ok(202)
    aws.drain()
    api.get(f"/credentials/{number}/vc").refused(404)
    assert "doc" not in (store.registered(number) or {})


def test_an_operator_withdraws_the_key_of_a_space_that_nobody_enters(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    number = issued(aws, hue)
    key_id = keys.current(hue.slug).id
    operator().post(f"/tenants/{hue.slug}/suspension", {"reason": "Lộ khoá"}).ok()
    withdraw(hue, key_id).refused(403, "space_suspended")
    operator().put(f"/tenants/{hue.slug}/credential-keys/{key_id}/withdrawal", {}).ok(202)
    assert verify(api, credential=signed(api, number))["credential"]["verified"]


def test_what_cannot_be_withdrawn_is_refused(aws: Cloud, hue: OpenedSpace) -> None:
    withdraw(hue, "0" * 22).refused(404)
    issued(aws, hue)
    tomorrow = (clock.now() + timedelta(days=1)).isoformat()
    assert withdraw(hue, keys.current(hue.slug).id, since=tomorrow).bad_fields == {"since"}
    operator().put(f"/tenants/khong-co/credential-keys/{'0' * 22}/withdrawal", {}).refused(404)


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "2001-02-03T04:05:06Z"])
def test_no_key_leaks_before_it_begins(aws: Cloud, hue: OpenedSpace, api: Api, since: str) -> None:
    issued(aws, hue)
    (first,) = hue.admin.get(hue.at("/credential-keys")).ok()["items"]
    assert withdraw(hue, first["id"], since=since).ok(202)["since"] == first["since"]
    methods = api.get(hue.at("/did.json")).ok()["verificationMethod"]
    assert [each["revoked"] for each in methods if "revoked" in each] == [first["since"][:19] + "Z"]


def test_the_key_that_is_to_sign_next_is_not_in_its_way(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    number = issued(aws, hue)
    first = keys.current(hue.slug).id
    hue.admin.post(hue.at("/credential-keys")).ok(201)
    withdraw(hue, first).ok(202)
    now = {each["id"]: each for each in hue.admin.get(hue.at("/credential-keys")).ok()["items"]}
    assert len(now) == 3, "one signs until the next one begins"
    assert [each["id"] for each in now.values() if each["signs"]] != [first]
    assert verify(api, credential=signed(api, number))["credential"]["verified"]


def test_admins_withdraw_three_a_day_and_the_centre_goes_on(
    aws: Cloud, hue: OpenedSpace, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = issued(aws, hue)
    for _ in range(2):
        withdraw(hue, keys.current(hue.slug).id).ok(202)
    later(aws, 3600)
    withdraw(hue, keys.current(hue.slug).id).ok(202)
    leaked = keys.current(hue.slug).id
    reply = withdraw(hue, leaked)
    reply.refused(429, "too_many_withdrawals")
    assert 22 * 3600 < int(reply.headers["retry-after"]) <= 23 * 3600
    assert keys.current(hue.slug).id == leaked
    later(aws, 23 * 3600)
    withdraw(hue, leaked).ok(202)
    monkeypatch.setattr(keys, "ADMINS", replace(keys.ADMINS, most=5))
    last = keys.current(hue.slug).id
    later(aws, 24 * 3600)
    withdraw(hue, last).refused(409, "too_many_credential_keys")
    for _ in range(4):
        withdrawal = f"/tenants/{hue.slug}/credential-keys/{keys.current(hue.slug).id}/withdrawal"
        operator().put(withdrawal, {}).ok(202)
    assert verify(api, credential=signed(api, number))["credential"]["verified"]
