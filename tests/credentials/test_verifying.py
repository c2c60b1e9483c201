"""What the API serves to anyone is verified by software that nobody here wrote, and keeps to the official schema."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.credentials import addresses
from chalicelib.people import loading, persons
from chalicelib.people.identifiers import Identifier
from tests.api import Api
from tests.credentials import verifying
from tests.credentials.holders import NAME, certifying, issued, learner
from tests.credentials.verifying import breaches, verify
from tests.emulated import Cloud
from tests.factories import OpenedSpace
from tests.learning.courses import TITLE, publish


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return certifying()


@pytest.fixture(scope="module")
def number(aws: Cloud, hue: OpenedSpace) -> str:
    return issued(aws, hue)


def credential(api: Api, number: str) -> Any:
    return api.get(f"/credentials/{number}/vc").ok()


def changed_at(document: Any, path: list[Any], value: Any) -> Any:
    copy = json.loads(json.dumps(document))
    place = copy
    for step in path[:-1]:
        place = place[step]
    assert place[path[-1]] != value
    place[path[-1]] = value
    return copy


def test_a_credential_is_verified_with_its_status(api: Api, number: str) -> None:
    signed = credential(api, number)
    told = verify(api, credential=signed)["credential"]
    assert told == {"verified": True, "listed": True, "revoked": [False], "errors": []}
    assert signed["credentialSubject"]["identifier"][0]["identityHash"] == NAME
    assert signed["credentialSubject"]["achievement"]["name"] == TITLE
    assert signed["id"] == addresses.page(number)


def test_a_browser_is_led_to_the_page_and_a_program_is_told(api: Api, number: str) -> None:
    led = api.get(f"/credentials/{number}", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (led.status, led.headers["location"]) == (303, addresses.shown(number))
    assert led.headers["cache-control"] == "no-store"
    for accepted in ("application/json", "*/*"):
        told = api.get(f"/credentials/{number}", headers={"accept": accepted})
        assert told.ok()["address"] == addresses.page(number)
        assert "Accept" in told.headers["vary"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["credentialSubject", "identifier", 0, "identityHash"], "Nguyễn Thị Bích Ngoc"),
        (["credentialSubject", "achievement", "name"], "Thạc sĩ"),
        (["validFrom"], "2020-01-01T00:00:00Z"),
        (["credentialStatus", "statusListIndex"], "7"),
        (["proof", "created"], "2020-01-01T00:00:00Z"),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else "",
)
def test_one_changed_letter_fails(api: Api, number: str, path: list[Any], value: str) -> None:
    forged = changed_at(credential(api, number), path, value)
    told = verify(api, credential=forged)["credential"]
    assert not told["verified"]
    assert "Invalid signature" in str(told["errors"])


def test_a_proof_of_another_space_fails(aws: Cloud, api: Api, number: str) -> None:
    other = certifying()
    theirs = credential(api, issued(aws, other))
    signed = credential(api, number)
    mixed = changed_at(signed, ["proof"], theirs["proof"])
    documents = verifying.public(api, signed) | verifying.public(api, theirs)
    assert not verifying.run({"documents": documents, "credential": mixed})["credential"]["verified"]


def test_the_token_says_the_same_and_is_verified(api: Api, number: str) -> None:
    signed = credential(api, number)
    reply = api.get(f"/credentials/{number}/jwt")
    assert reply.headers["content-type"] == "application/vc+jwt"
    told = verify(api, of=signed, token=reply.text)["token"]
    assert told["verified"]
    unsigned = {name: value for name, value in signed.items() if name != "proof"}
    assert {name: told["payload"][name] for name in unsigned} == unsigned
    subject, since = signed["credentialSubject"]["id"], datetime.fromisoformat(signed["validFrom"])
    registered = {name: value for name, value in told["payload"].items() if name not in signed}
    assert registered == {
        "iss": signed["issuer"]["id"],
        "jti": signed["id"],
        "sub": subject,
        "nbf": int(since.timestamp()),
    }
    # Open Badges 3.0, JOSE Header: these alone, and where a type is said, it is another than W3C's.
    assert told["header"].keys() == {"alg", "kid"}
    assert told["header"]["alg"] == "EdDSA"
    assert told["header"]["kid"].startswith(f"{signed['issuer']['id']}#")
    header, body, signature = str(reply.text).split(".")
    broken = f"{header}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    assert verify(api, of=signed, token=broken)["token"] == {
        "verified": False,
        "error": "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
    }


def test_it_keeps_to_the_official_schema(api: Api, hue: OpenedSpace, number: str) -> None:
    signed = credential(api, number)
    assert breaches(signed, "achievementcredential") == []
    assert breaches({**signed, "credentialSubject": {}}, "achievementcredential")
    profile = verifying.served(api, signed["issuer"]["url"], "application/ld+json")
    assert breaches(profile, "profile") == []
    assert profile["id"] == signed["issuer"]["id"]


def test_a_revoked_one_says_so_by_its_list(aws: Cloud, api: Api, hue: OpenedSpace) -> None:
    number = issued(aws, hue, learner(hue, login="thu@hue.example"))
    signed = credential(api, number)
    hue.admin.put(hue.at(f"/credentials/{number}/revocation"), {"reason": "issued_in_error"}).ok()
    minutes_later()
    told = verify(api, credential=signed, list=verifying.served(api, list_of(signed), "application/vc"))
    assert told["credential"]["listed"]
    assert told["credential"]["revoked"] == [True]
    assert told["list"]["verified"]
    assert told["revoked"] == [int(signed["credentialStatus"]["statusListIndex"])]
    assert told["length"] == 131_072
    reply = api.get(list_of(signed).partition("localhost:8000")[2])
    assert reply.headers["cache-control"] == f"public, max-age={reply.json['credentialSubject']['ttl'] // 1000}"


def test_an_expired_one_says_so_by_its_dates(aws: Cloud, api: Api, hue: OpenedSpace) -> None:
    template = hue.admin.post(hue.at("/credential-templates"), {"name": "Hai năm", "valid_months": 1}).ok(201)["id"]
    course = publish(hue.space, "1")
    hue.admin.put(hue.at(f"/credential-rules/{course}"), {"issues": True, "template": template}).ok()
    now = clock.epoch_s()
    clock.set_source(lambda: now - 40 * 86_400)
    number = issued(aws, hue, learner(hue, login="xua@hue.example"), course)
    clock.set_source(None)
    minutes_later()
    told = verify(api, credential=credential(api, number))["credential"]
    assert not told["verified"]
    assert 'is after "validUntil"' in str(told["errors"])
    assert api.get(f"/credentials/{number}").ok()["state"] == "expired"


def test_texts_of_every_kind_are_signed_as_others_read_them(aws: Cloud, api: Api, hue: OpenedSpace) -> None:
    """Quotes, line breaks, tabs, other scripts: canonical forms differ there first."""
    course = publish(hue.space, "1")
    body = {
        "name": "Lạ",
        "language": "en",
        "title": '“{course}” \\ "x" <b>',
        "criteria": "Dòng một\nDòng hai\tcột 😀 中文\u00a0hết",
        "signatories": [{"name": "Trần Văn Bình", "title": "Giám đốc"}],
    }
    template = hue.admin.post(hue.at("/credential-templates"), body).ok(201)["id"]
    hue.admin.put(hue.at(f"/credential-rules/{course}"), {"issues": True, "template": template}).ok()
    person = learner(hue, "O’Brien “Tí” Nguyễn-Lê", "la@hue.example")
    signed = credential(api, issued(aws, hue, person, course))
    assert "\t" in signed["credentialSubject"]["achievement"]["criteria"]["narrative"]
    assert verify(api, credential=signed)["credential"]["verified"]
    assert breaches(signed, "achievementcredential") == []


def test_whose_it_is_stands_there_hashed_where_the_space_wants_it(aws: Cloud, api: Api, hue: OpenedSpace) -> None:
    body = {"name": "Ví điện tử", "hashed_email": True}
    template = hue.admin.post(hue.at("/credential-templates"), body).ok(201)["id"]
    course = publish(hue.space, "1")
    hue.admin.put(hue.at(f"/credential-rules/{course}"), {"issues": True, "template": template}).ok()
    number = issued(aws, hue, learner(hue, login="Vi@Hue.example"), course)
    corrected = hue.admin.post(hue.at(f"/credentials/{number}/reissues"), {"name": "Nguyễn Thị Bích"}).ok(201)
    for each, name in ((number, NAME), (corrected["id"], "Nguyễn Thị Bích")):
        signed = credential(api, each)
        named, hashed = signed["credentialSubject"]["identifier"]
        assert named["identityHash"] == name
        told = hashlib.sha256(("vi@hue.example" + hashed["salt"]).encode()).hexdigest()
        assert (hashed["identityType"], hashed["hashed"], hashed["identityHash"]) == (
            "emailAddress",
            True,
            f"sha256${told}",
        )
        assert verify(api, credential=signed)["credential"]["verified"]
        assert breaches(signed, "achievementcredential") == []
    unproven = persons.new("Trần Văn Bình", [Identifier("email", "ai@hue.example")], ["learner"], unproven=True)
    loading.store_all(hue.space, [loading.Change(None, unproven)], "self")
    signed = credential(api, issued(aws, hue, unproven, course))
    assert [each["identityType"] for each in signed["credentialSubject"]["identifier"]] == ["name"]


def test_what_an_old_key_signed_goes_on_verifying(aws: Cloud, api: Api) -> None:
    hue = certifying()
    old = credential(api, issued(aws, hue))
    made = hue.admin.post(hue.at("/credential-keys")).ok(201)["items"]
    assert [each["signs"] for each in made] == [False, True]
    hue.admin.post(hue.at("/credential-keys")).refused(409, "credential_key_pending")
    minutes_later(6)
    new = credential(api, issued(aws, hue, learner(hue, login="moi@hue.example")))
    assert new["proof"]["verificationMethod"] != old["proof"]["verificationMethod"]
    for signed in (old, new):
        assert verify(api, credential=signed)["credential"]["verified"]


def minutes_later(minutes: int = 2) -> None:
    """Whatever a container remembers of a minute ago it reads anew."""
    now = clock.epoch_ms() / 1000
    clock.set_source(lambda: now + minutes * 60)


def list_of(signed: Any) -> str:
    return str(signed["credentialStatus"]["statusListCredential"])
