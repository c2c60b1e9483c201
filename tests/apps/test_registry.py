"""Registering super-apps: what fits, what does not, what the test button says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from joserfc.jwk import ECKey

from chalicelib import ids
from tests.apps.superapp import SuperApp, registration
from tests.factories import OpenedSpace

KEY = ECKey.generate_key("P-256")
ISSUER = "https://app.hue.example"


def added(hue: OpenedSpace, **more: Any) -> Any:
    return hue.admin.post(hue.at("/apps"), {**registration(ISSUER, KEY), **more})


def test_an_app_is_registered_and_says_what_to_set_up(hue: OpenedSpace) -> None:
    app = added(hue, client_id="hocmo", client_secret="rất bí mật, thật đấy").ok(201)
    assert app["key_ids"] == ["1"]
    assert app["audience"].endswith(f"/v1/spaces/{hue.slug}")
    assert app["redirect_uri"].endswith(f"/apps/{app['id']}/callback")
    assert app["confidential"] is True
    read = hue.admin.get(hue.at(f"/apps/{app['id']}"))
    assert read.ok() == app
    assert "bí mật" not in str(read.text)
    assert hue.admin.get(hue.at("/apps")).ok()["items"] == [app]


@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({"public_keys": KEY.as_pem(private=True).decode()}, "public_keys", "key_private"),
        ({"public_keys": "xin chào"}, "public_keys", "key_unreadable"),
        ({"public_keys": json.dumps({"kty": "oct", "k": "AAAA"})}, "public_keys", "key_private"),
        ({"public_keys": None, "jwks_uri": "http://app.hue.example/jwks"}, "jwks_uri", "address_refused"),
        ({"public_keys": None, "jwks_uri": "https://169.254.169.254/jwks"}, "jwks_uri", "address_refused"),
        ({"public_keys": None, "jwks_uri": "https://[::ffff:10.0.0.1]/jwks"}, "jwks_uri", "address_refused"),
        ({"webhook": "https://127.0.0.1/hook"}, "webhook", "address_refused"),
        ({"origins": ["https://app.hue.example/path"]}, "origins.0", "origin_invalid"),
        ({"claims": [{"claim": "a", "field": "phone"}, {"claim": "b", "field": "phone"}]}, "claims", "field_repeated"),
        ({"claims": [{"claim": "a", "field": "unit"}]}, "claims.0.field", "literal_error"),
        ({"claims": [{"claim": "a", "field": "disability"}]}, "claims.0.field", "literal_error"),
        ({"public_keys": None}, "jwks_uri", "keys_missing"),
        ({"jwks_uri": "https://app.hue.example/jwks"}, "public_keys", "keys_twice"),
        ({"issuer": "có dấu cách"}, "issuer", "string_pattern_mismatch"),
    ],
)
def test_what_does_not_fit_is_named(hue: OpenedSpace, more: dict[str, Any], field: str, code: str) -> None:
    problem = added(hue, **more).refused(422)
    assert [(each["field"], each["code"]) for each in problem["errors"]] == [(field, code)]


def test_a_key_as_pem_needs_no_id(hue: OpenedSpace) -> None:
    app = SuperApp.trusted(hue)
    app.edit(public_keys=app.key.as_pem(private=False).decode())
    app.post(app.signed()).ok(202)
    app.post(app.signed(header={"kid": "whatever"})).ok(202)


def test_an_issuer_is_one_apps(hue: OpenedSpace) -> None:
    first = added(hue).ok(201)
    added(hue).refused(409, "issuer_taken")
    other = added(hue, issuer="https://khac.example").ok(201)
    at = hue.at(f"/apps/{other['id']}")
    hue.admin.patch(at, {"issuer": "https://moi.example"}, headers={"if-match": "*"}).refused(422)
    hue.admin.delete(hue.at(f"/apps/{first['id']}")).ok(204)
    added(hue).ok(201)


def test_registering_again_with_the_same_key_changes_nothing(hue: OpenedSpace) -> None:
    headers = {"idempotency-key": ids.new()}
    sent = registration(ISSUER, KEY)
    first = hue.admin.post(hue.at("/apps"), sent, headers=headers).ok(201)
    assert hue.admin.post(hue.at("/apps"), sent, headers=headers).ok(201) == first


def test_a_space_has_few_apps(hue: OpenedSpace) -> None:
    for number in range(20):
        added(hue, issuer=f"https://app{number}.example").ok(201)
    added(hue).refused(409, "too_many_apps")


def test_of_two_who_edit_at_once_the_second_is_told(hue: OpenedSpace, app: SuperApp) -> None:
    read = hue.admin.get(app.at())
    edit = {"name": "Hue-S mới"}
    hue.admin.patch(app.at(), edit).refused(428, "if_match_required")
    hue.admin.patch(app.at(), edit, headers={"if-match": read.headers["etag"]}).ok()
    hue.admin.patch(app.at(), edit, headers={"if-match": read.headers["etag"]}).refused(412, "stale")


def test_an_edit_leaves_what_it_does_not_name(hue: OpenedSpace, app: SuperApp) -> None:
    before = hue.admin.get(app.at()).ok()
    edited = app.edit(origins=["https://app.hue.example"])
    assert edited == before | {"origins": ["https://app.hue.example"]}
    assert edited["terms"] == 1
    assert app.edit(claims=[])["terms"] == 2
    app.post(app.signed()).ok(202)


def test_a_new_key_takes_the_olds_place(hue: OpenedSpace, app: SuperApp) -> None:
    old, app.key = app.key, ECKey.generate_key("P-256")
    app.edit(public_keys=json.dumps(app.key.as_dict(private=False) | {"kid": "1"}))
    app.post(app.signed()).ok(202)
    app.key = old
    app.post(app.signed()).refused(400, "signature_invalid")


def test_what_is_needed_cannot_be_removed(hue: OpenedSpace, app: SuperApp) -> None:
    headers = {"if-match": "*"}
    hue.admin.patch(app.at(), {"name": None}, headers=headers).refused(422)
    hue.admin.patch(app.at(), {"public_keys": None}, headers=headers).refused(422)


def test_the_test_button_reads_a_sample_without_using_it(hue: OpenedSpace, app: SuperApp) -> None:
    sample = app.signed(phone_number="0912345678", phone_number_verified=False, birthdate="hôm qua", job="student")
    found = hue.admin.post(app.at("/check"), {"assertion": sample}).ok()
    assert found["ok"] is True
    codes = {each["name"] or each["part"]: each["code"] for each in found["findings"]}
    assert codes == {
        "keys": "keys_found",
        "assertion": "assertion_good",
        "name": "claim_taken",
        "phone_number": "claim_unverified",
        "email": "claim_absent",
        "citizen_id": "claim_absent",
        "birthdate": "claim_unreadable",
        "gender": "claim_absent",
        "job": "claim_taken",
    }
    app.post(sample).ok(202)


def test_the_test_button_says_what_is_wrong(hue: OpenedSpace, app: SuperApp) -> None:
    found = hue.admin.post(app.at("/check"), {"assertion": app.signed(aud="https://elsewhere.example")}).ok()
    assert found["ok"] is False
    assert [each["code"] for each in found["findings"]] == ["keys_found", "audience_mismatch"]
    found = hue.admin.post(app.at("/check"), {"assertion": app.signed(jti=None)}).ok()
    assert [each["code"] for each in found["findings"]] == ["keys_found", "claim_missing"]
