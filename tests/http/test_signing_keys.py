"""Private parts of signing keys are sealed at rest, opened when first needed, and nobody is signed out by it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from joserfc.jwk import ECKey

from chalicelib import clock, config
from chalicelib.http import keyring, tokens
from chalicelib.storage import secrets
from chalicelib.storage.spaces import platform
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, operator
from tests.http.test_tokens import actor
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
def calls_to_kms(raised: Exception | None = None) -> Iterator[list[str]]:
    """What is asked of KMS meanwhile; it answers by failing, when told so."""
    asked: list[str] = []

    def hear(model: Any, **_: Any) -> None:
        asked.append(model.name)
        if raised:
            raise raised

    events = secrets.kms().meta.events
    events.register("before-call.kms", hear)
    try:
        yield asked
    finally:
        events.unregister("before-call.kms", hear)


def refusal(code: str) -> ClientError:
    """What KMS says."""
    return ClientError({"Error": {"Code": code, "Message": ""}}, "Decrypt")


def test_no_private_part_is_at_rest_in_clear(key: str) -> None:
    tokens.issue(actor("hue"))
    for _ in range(2):
        (kept,) = stored().values()
        assert kept.keys() == {"since", "public", "sealed"}
        assert "d" not in json.loads(kept["public"])
        assert b'"d"' not in kept["sealed"]
        tokens.rotate(at_once=True)


def test_a_process_opens_a_key_once_and_only_to_sign(key: str) -> None:
    token = tokens.issue(actor("hue"))
    tokens.forget()  # another process
    with calls_to_kms() as asked:
        tokens.verify(token, "hue")
        assert asked == []
        for _ in range(3):
            tokens.issue(actor("hue"))
        later = clock.epoch_s() + keyring.FRESH_S + 1
        clock.set_source(lambda: float(later))
        tokens.issue(actor("hue"))  # the keyring has been read again meanwhile
    assert asked == ["Decrypt"]


def test_what_is_sealed_opens_under_its_own_name_alone(key: str) -> None:
    sealed = secrets.seal(b"secret", "signing-key", "a")
    assert sealed
    assert secrets.unseal(sealed, "signing-key", "a") == b"secret"
    for purpose, name in [("signing-key", "b"), ("other", "a")]:
        with pytest.raises(ClientError, match="InvalidCiphertext"):
            secrets.unseal(sealed, purpose, name)


def test_a_sealed_key_of_another_deployment_does_not_open(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = secrets.seal(b"secret", "signing-key", "a")
    assert sealed
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("HOCMO_STAGE", "other")
        config.current.cache_clear()
        with pytest.raises(ClientError, match="InvalidCiphertext"):
            secrets.unseal(sealed, "signing-key", "a")
    config.current.cache_clear()


@pytest.mark.parametrize(
    "trouble",
    [refusal("KMSInternalException"), refusal("ThrottlingException"), EndpointConnectionError(endpoint_url="kms")],
    ids=["broken", "throttled", "away"],
)
def test_while_kms_is_away_whoever_is_in_goes_on(key: str, trouble: Exception) -> None:
    hue = open_space()
    somebody(hue)
    token = tokens.issue(actor(hue.slug, "admin"))
    tokens.forget()
    with calls_to_kms(trouble):
        Api(token).get(hue.at("/people")).ok()
        assert Api().get("/jwks.json").ok()["keys"]
        Api().post(hue.at("/sessions"), {"login": "an@hue.example", "password": PASSWORD}).refused(503, "unavailable")
    Api().post(hue.at("/sessions"), {"login": "an@hue.example", "password": PASSWORD}).ok()


def test_without_the_right_to_the_key_nothing_is_signed(key: str) -> None:
    tokens.issue(actor("hue"))
    tokens.forget()
    with calls_to_kms(refusal("AccessDeniedException")), pytest.raises(ClientError):
        tokens.issue(actor("hue"))


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

    def test_another_key_of_kms_needs_new_signing_keys_at_once(self, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whoever has a token from before asks for them; verifying went on."""
        caller = operator()
        with monkeypatch.context() as deployed:
            deployed.setenv("HOCMO_KEY_ARN", boto3.client("kms").create_key()["KeyMetadata"]["Arn"])
            config.current.cache_clear()
            tokens.forget()
            with pytest.raises(ClientError, match=r"IncorrectKey|AccessDenied"):
                tokens.issue(actor("hue"))
            caller.post("/signing-keys", {"at_once": True}).ok(201)
            tokens.verify(tokens.issue(actor("hue")), "hue")
        config.current.cache_clear()

    def test_what_an_earlier_release_kept_in_clear_goes_on_and_is_sealed(self, key: str) -> None:
        hue = open_space()
        old = ECKey.generate_key("P-256", {"kid": "old"})
        plain = {"since": clock.epoch_s() - 1_000, "jwk": json.dumps(old.as_dict(private=True))}
        platform().table("people").put({"pk": "keyring", "sk": "signing", "v": 1, "keys": {"old": plain}})
        tokens.forget()
        before = tokens.issue(actor(hue.slug, "admin"))
        assert "d" not in Api().get("/jwks.json").ok()["keys"][0]

        tokens.rotate()
        assert len(stored()) == 2
        assert "jwk" not in str(stored())
        tokens.forget()
        assert keyring.current().signing.id == "old"
        for token in (before, tokens.issue(actor(hue.slug, "admin"))):
            Api(token).get(hue.at("/people")).ok()


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
