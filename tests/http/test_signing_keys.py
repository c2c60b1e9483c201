"""Private parts of signing keys are sealed at rest, opened when first needed, and nobody is signed out by it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from unittest import mock

import boto3
import pytest
import requests
from botocore.exceptions import ClientError
from joserfc.jwk import ECKey
from urllib3 import HTTPResponse

from chalicelib import clock, config
from chalicelib.errors import Unavailable
from chalicelib.http import keyring, tokens
from chalicelib.storage import secrets
from chalicelib.storage.lines import LineBroken
from chalicelib.storage.spaces import platform
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, operator
from tests.http.test_tokens import actor, claims_of, signed
from tests.identity.people import PASSWORD, somebody


@pytest.fixture
def unsealed(aws: Cloud) -> None:
    """No key has been made yet."""
    platform().table("people").delete("keyring", "signing")
    tokens.forget()


@pytest.fixture
def key(unsealed: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A deployment that has a key of KMS, as in the cloud."""
    made: str = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    with monkeypatch.context() as deployed:
        deployed.setenv("HOCMO_KEY_ARN", made)
        config.current.cache_clear()
        yield made
    config.current.cache_clear()
    platform().table("people").delete("keyring", "signing")
    tokens.forget()


def stored() -> dict[str, dict[str, Any]]:
    """The keys as they stand in the table."""
    item = platform().table("people").get("keyring", "signing", consistent=True)
    return item["keys"] if item else {}


@contextmanager
def calls_to_kms(trouble: str | None = None, *, to: tuple[str, ...] = ("Encrypt", "Decrypt")) -> Iterator[list[str]]:
    """What is asked of KMS meanwhile. It answers with that refusal, when told so, or not at all (``away``)."""
    asked: list[str] = []
    real = requests.request

    def request(method: str, url: str, **how: Any) -> Any:
        operation = how["headers"].get("x-amz-target", "")
        if not operation.startswith("TrentService."):
            return real(method, url, **how)
        asked.append(operation.removeprefix("TrentService."))
        if trouble is None or asked[-1] not in to:
            return real(method, url, **how)
        if trouble == "away":
            raise LineBroken
        return refusal(trouble)

    with mock.patch.object(requests, "request", request):
        yield asked


def refusal(code: str) -> requests.Response:
    """What KMS says."""
    answer = requests.Response()
    answer.status_code = 400
    answer.raw = HTTPResponse(BytesIO(json.dumps({"__type": code}).encode()), preload_content=False)
    return answer


def put_among_the_keys(key_id: str, kept: dict[str, Any]) -> None:
    """What somebody does who may write the platform's table, and not seal."""
    platform().table("people").update(
        "keyring", "signing", "SET #keys.#id = :kept", {":kept": kept}, names={"#keys": "keys", "#id": key_id}
    )
    tokens.forget()


def test_no_private_part_is_at_rest_in_clear(key: str) -> None:
    tokens.issue(actor("hue"))
    for _ in range(2):
        (kept,) = stored().values()
        assert kept.keys() == {"since", "sealed"}
        assert b'"d"' not in kept["sealed"]
        tokens.rotate(at_once=True)


def test_a_process_opens_each_key_once_to_verify_and_to_sign(key: str) -> None:
    token = tokens.issue(actor("hue"))
    tokens.forget()  # another process
    with calls_to_kms() as asked:
        tokens.verify(token, "hue")
        assert asked == ["Decrypt"]
        for _ in range(3):
            tokens.issue(actor("hue"))
        later = clock.epoch_s() + keyring.FRESH_S + 1
        clock.set_source(lambda: float(later))
        tokens.issue(actor("hue"))  # the keyring has been read again meanwhile
        assert asked == ["Decrypt"]


def test_who_makes_a_key_need_not_open_it(key: str) -> None:
    with calls_to_kms() as asked:
        tokens.verify(tokens.issue(actor("hue")), "hue")
    assert asked == ["Encrypt"]


def test_what_is_sealed_opens_under_its_own_name_alone(key: str) -> None:
    sealed = secrets.seal(b"secret", "signing-key", "a")
    assert secrets.unseal(sealed, "signing-key", "a") == b"secret"
    others: list[tuple[secrets.Purpose, str]] = [("signing-key", "b"), ("space-key", "a")]
    for purpose, name in others:
        with pytest.raises(secrets.NotOurs):
            secrets.unseal(sealed, purpose, name)


def test_a_sealed_key_of_another_deployment_does_not_open(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = secrets.seal(b"secret", "signing-key", "a")
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("HOCMO_STAGE", "other")
        config.current.cache_clear()
        with pytest.raises(secrets.NotOurs):
            secrets.unseal(sealed, "signing-key", "a")
    config.current.cache_clear()


class TestForgery:
    """Whoever may write the ring, and not use the deployment's key, adds nobody to those who sign."""

    @pytest.fixture
    def hue(self, key: str) -> OpenedSpace:
        """A space whose admin is in."""
        space = open_space()
        space.admin.get(space.at("/people")).ok()
        return space

    @pytest.fixture
    def own(self) -> ECKey:
        """The forger's key."""
        return ECKey.generate_key("P-256", {"kid": "own"})

    def forms(self, own: ECKey) -> list[dict[str, Any]]:
        """The ways to put it down: in clear, as one machine does and as it never was, and sealed otherwise."""
        ours = next(iter(stored().values()))
        whole, public = (json.dumps(own.as_dict(private=private)) for private in (True, False))
        since = clock.epoch_s() - 1
        return [
            {"since": since, "jwk": whole},
            {"since": since, "jwk": whole, "public": public},
            {"since": since, "sealed": ours["sealed"], "public": public},
            {"since": since, "sealed": ours["sealed"][:-1] + bytes([ours["sealed"][-1] ^ 1])},
            {"since": since, "sealed": other_deployments(whole.encode(), f"own@{since}")},
            {"since": since, "sealed": secrets.seal(whole.encode(), "space-key", f"own@{since}")},
        ]

    def test_a_key_that_was_not_sealed_here_signs_nothing(self, hue: OpenedSpace, own: ECKey) -> None:
        ours = keyring.current().signing.id
        for kept in self.forms(own):
            put_among_the_keys("own", kept)
            Api(signed(claims_of(hue.slug), {"kid": "own"}, own)).get(hue.at("/people")).refused(401, "invalid_token")
            assert [each["kid"] for each in Api().get("/jwks.json").ok()["keys"]] == [ours]
            hue.admin.get(hue.at("/people")).ok()

    def test_a_key_of_ours_under_another_id_or_from_another_time_on_is_none(self, hue: OpenedSpace) -> None:
        before = keyring.current().signing
        tokens.rotate()
        (early,) = (key for key in keyring.current().keys if key.id != before.id)
        put_among_the_keys("renamed", before.kept)
        put_among_the_keys(early.id, {**early.kept, "since": before.since})
        assert [key.id for key in keyring.current().keys] == [before.id]

    def test_rotating_leaves_behind_what_is_none_of_ours(self, hue: OpenedSpace, own: ECKey) -> None:
        ours = keyring.current().signing.id
        forged = {**self.forms(own)[0], "since": clock.epoch_s() + 1_000}  # nor does it hold a rotation up
        put_among_the_keys("own", forged)
        made = operator().post("/signing-keys").ok(201)
        assert stored().keys() == {ours, made["kid"]}

    def test_a_ring_without_any_key_of_ours_lets_nobody_in(self, hue: OpenedSpace, own: ECKey) -> None:
        mine, forged = signed(claims_of(hue.slug), {"kid": "own"}, own), self.forms(own)[0]
        platform().table("people").put({"pk": "keyring", "sk": "signing", "v": 7, "keys": {"own": forged}})
        tokens.forget()
        Api(mine).get(hue.at("/people")).refused(503, "unavailable")
        assert stored() == {"own": forged}
        platform().table("people").delete("keyring", "signing")  # what the runbook says
        hue.admin.get(hue.at("/people")).ok()
        Api(mine).get(hue.at("/people")).refused(401, "invalid_token")


def other_deployments(secret: bytes, name: str) -> bytes:
    """Something sealed under the same name, by another stage's key."""
    with pytest.MonkeyPatch.context() as elsewhere:
        elsewhere.setenv("HOCMO_STAGE", "other")
        config.current.cache_clear()
        sealed = secrets.seal(secret, "signing-key", name)
    config.current.cache_clear()
    return sealed


@pytest.mark.parametrize("trouble", ["KMSInternalException", "ThrottlingException", "away"])
def test_while_kms_is_away_whoever_is_in_goes_on(key: str, trouble: str) -> None:
    """In a process that has met the keys; another one, for which nobody vouches, refuses for now."""
    hue = open_space()
    somebody(hue)
    token = tokens.issue(actor(hue.slug, "admin"))
    made = tokens.rotate()
    late = clock.epoch_s() + keyring.FRESH_S + 1
    keyring._opened.pop((made.id, made.since, made.kept["sealed"]))
    clock.set_source(lambda: float(late))
    with calls_to_kms(trouble) as asked:
        Api(token).get(hue.at("/people")).ok()
        assert asked
        assert len(Api().get("/jwks.json").ok()["keys"]) == 1
        tokens.forget()
        Api(token).get(hue.at("/people")).refused(503, "unavailable")
        Api().post(hue.at("/sessions"), {"login": "an@hue.example", "password": PASSWORD}).refused(503, "unavailable")
        with pytest.raises(Unavailable):
            tokens.rotate()
    assert len(stored()) == 2
    Api(token).get(hue.at("/people")).ok()
    Api().post(hue.at("/sessions"), {"login": "an@hue.example", "password": PASSWORD}).ok()


def test_without_the_right_to_the_key_nothing_is_signed_and_nothing_replaced(key: str) -> None:
    tokens.issue(actor("hue"))
    before = stored()
    tokens.forget()
    with calls_to_kms("AccessDeniedException"), pytest.raises(ClientError):
        tokens.issue(actor("hue"))
    assert stored() == before


def test_what_is_sealed_does_not_open_without_a_key(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens.issue(actor("hue"))
    tokens.forget()
    with monkeypatch.context() as lost:
        lost.delenv("HOCMO_KEY_ARN")
        config.current.cache_clear()
        with pytest.raises(secrets.NoKey):
            tokens.issue(actor("hue"))
    config.current.cache_clear()


class TestRotation:
    """Keys of now and before, sealed and not."""

    def test_it_signs_nobody_out(self, key: str) -> None:
        hue = open_space()
        before = tokens.issue(actor(hue.slug, "admin"))
        made = operator().post("/signing-keys").ok(201)
        later = clock.epoch_s() + keyring.PUBLISHED_S + 1
        clock.set_source(lambda: float(later))
        after = tokens.issue(actor(hue.slug, "admin"))
        tokens.forget()
        assert keyring.current().signing.id == made["kid"]
        for token in (before, after):
            Api(token).get(hue.at("/people")).ok()

    def test_another_key_of_kms_needs_a_new_ring(self, key: str) -> None:
        """KMS tells the wrong key of its own so; clients come back by their refresh tokens, which no key signs."""
        tokens.issue(actor("hue"))
        before = stored()
        tokens.forget()
        with calls_to_kms("IncorrectKeyException", to=("Decrypt",)):
            with pytest.raises(Unavailable):
                tokens.issue(actor("hue"))
            assert stored() == before
            platform().table("people").delete("keyring", "signing")  # what the runbook says
            tokens.verify(tokens.issue(actor("hue")), "hue")


class TestWithoutAKey:
    """One machine keeps its keys in clear; a deployment that has lost its key makes none."""

    def test_one_machine_keeps_them_in_clear(self, unsealed: None, hue: OpenedSpace) -> None:
        hue.admin.get(hue.at("/people")).ok()
        assert "d" in json.loads(next(iter(stored().values()))["jwk"])

    def test_a_deployment_makes_none(self, unsealed: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("HOCMO_LOCAL")
        config.current.cache_clear()
        try:
            with pytest.raises(secrets.NoKey):
                tokens.issue(actor("hue"))
            assert platform().table("people").get("keyring", "signing") is None
        finally:
            monkeypatch.setenv("HOCMO_LOCAL", "1")
            config.current.cache_clear()

    @pytest.fixture
    def hue(self, aws: Cloud) -> OpenedSpace:
        """A space."""
        return open_space()
