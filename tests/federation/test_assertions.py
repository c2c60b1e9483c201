"""Assertions: what is forged, stale, replayed or confused is refused, each with a code of its own."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import clock
from chalicelib.errors import Refusal
from chalicelib.federation import assertions, keys
from chalicelib.federation.assertions import Assertion, Expected
from chalicelib.federation.keys import Source
from chalicelib.storage import acting
from chalicelib.storage.spaces import Space
from tests.emulated import Cloud
from tests.factories import open_space
from tests.federation.signer import AUDIENCE, ISSUER, Published, Signer, publishing

EXPECTED = Expected(ISSUER, frozenset({AUDIENCE}))


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> Iterator[Space]:
    space = open_space().space
    with acting.on_behalf_of(space.slug):
        yield space


@pytest.fixture
def published() -> Iterator[Published]:
    with publishing() as server:
        yield server


def _pasted(*signers: Signer) -> Source:
    return Source(pasted=tuple(each.public for each in signers))


def _verify(hue: Space, token: str, *signers: Signer, source: Source | None = None) -> Assertion:
    return assertions.verify(hue, token, source or _pasted(*signers), EXPECTED)


def _raw(header: Any, claims: Any, signature: str = "c2ln") -> str:
    parts = (json.dumps(each).encode() for each in (header, claims))
    return ".".join([*(base64.urlsafe_b64encode(each).decode().rstrip("=") for each in parts), signature])


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS256", "EdDSA", "Ed25519"])
def test_what_is_rightly_signed_is_believed(hue: Space, algorithm: str) -> None:
    signer = Signer(algorithm)
    token = _by_its_old_name(signer) if algorithm == "EdDSA" else signer.signed()
    said = _verify(hue, token, signer)
    assert (said.claims["iss"], said.subject) == (ISSUER, "an")


def _by_its_old_name(signer: Signer) -> str:
    """joserfc signs without a warning by the newer name alone; we verify both."""
    with pytest.warns(match="RFC 9864"):
        return signer.signed()


def test_a_signer_without_a_key_id_is_found_by_what_fits(hue: Space) -> None:
    first, second, other = Signer(kid="a"), Signer(kid="b"), Signer("RS256", kid="c")
    token = second.signed({"kid": None})
    assert _verify(hue, token, first, second, other).subject == "an"


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"iss": "https://another.example"}, "issuer_mismatch"),
        ({"iss": None}, "issuer_mismatch"),
        ({"aud": "https://another.example"}, "audience_mismatch"),
        ({"aud": [AUDIENCE + "/x"]}, "audience_mismatch"),
        ({"aud": None}, "audience_mismatch"),
        ({"sub": None}, "claim_missing"),
        ({"sub": 7}, "claim_missing"),
        ({"sub": "x" * 256}, "claim_missing"),
        ({"exp": None}, "claim_missing"),
        ({"iat": None}, "claim_missing"),
        ({"exp": "soon"}, "claim_missing"),
        ({"exp": True}, "claim_missing"),
    ],
)
def test_a_claim_that_is_not_right_is_named(hue: Space, other: dict[str, Any], code: str) -> None:
    signer = Signer()
    with pytest.raises(Refusal) as refused:
        _verify(hue, signer.signed(**other), signer)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("iat", "exp", "nbf", "code"),
    [
        (-400, -61, None, "assertion_expired"),
        (-300, -59, None, None),  # a minute's skew
        (59, 200, None, None),
        (61, 200, None, "assertion_early"),
        (0, 200, 61, "assertion_early"),
        (0, 300, None, None),
        (0, 301, None, "assertion_too_lasting"),
    ],
)
def test_times_hold_with_a_minutes_skew(hue: Space, iat: int, exp: int, nbf: int | None, code: str | None) -> None:
    signer, now = Signer(), clock.epoch_s()
    clock.set_source(lambda: float(now))
    token = signer.signed(iat=now + iat, exp=now + exp, nbf=None if nbf is None else now + nbf)
    if code is None:
        assert _verify(hue, token, signer).subject == "an"
        return
    with pytest.raises(Refusal) as refused:
        _verify(hue, token, signer)
    assert refused.value.code == code


def _forged(signer: Signer, how: str) -> str:
    """Tokens of somebody who does not have the key."""
    good = signer.signed()
    header, claims, signature = good.split(".")
    plain = {"typ": "JWT", "kid": signer.kid}
    return {
        "unsigned": lambda: f"{header}.{claims}.",
        "of another": lambda: Signer(kid=signer.kid).signed(),
        "changed": lambda: f"{header}.{_raw({}, signer.claims(sub='binh')).split('.')[1]}.{signature}",
        "none": lambda: _raw({**plain, "alg": "none"}, signer.claims(), ""),
        "NoNe": lambda: _raw({**plain, "alg": "NoNe"}, signer.claims(), ""),
        "HS256 with the public key": lambda: _with_the_public_key(signer, {**plain, "alg": "HS256"}),
        "no algorithm": lambda: _raw(plain, signer.claims()),
        "a key of its own": lambda: Signer(kid=signer.kid).signed({"jwk": Signer().public}),
        "another kind of key": lambda: Signer("RS256", kid=signer.kid).signed(),
        "unknown kid": lambda: Signer(kid="k9").signed(),
        "an extension": lambda: _raw({**plain, "alg": "ES256", "crit": ["b64"], "b64": False}, signer.claims()),
        "an access token": lambda: signer.signed({"typ": "at+jwt"}),
        "two claims of one name": lambda: f"{header}.{_twice(signer)}.{signature}",
        "oversized": lambda: signer.signed(pad="x" * 9_000),
        "two parts": lambda: f"{header}.{claims}",
        "a list": lambda: _raw([], [1]),
        "not ASCII": lambda: f"{header}.ấ.{signature}",
    }[how]()


def _with_the_public_key(signer: Signer, header: dict[str, Any]) -> str:
    """What a verifier that took the key for a shared secret would believe."""
    signed = _raw(header, signer.claims()).rpartition(".")[0]
    mac = hmac.digest(signer.key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def _twice(signer: Signer) -> str:
    text = json.dumps(signer.claims())[:-1] + ', "sub": "binh"}'
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("unsigned", "signature_invalid"),
        ("of another", "signature_invalid"),
        ("changed", "signature_invalid"),
        ("none", "algorithm_refused"),
        ("NoNe", "algorithm_refused"),
        ("HS256 with the public key", "algorithm_refused"),
        ("no algorithm", "algorithm_refused"),
        ("a key of its own", "signature_invalid"),
        ("another kind of key", "key_mismatch"),
        ("unknown kid", "key_unknown"),
        ("an extension", "assertion_malformed"),
        ("an access token", "assertion_type_refused"),
        ("two claims of one name", "assertion_malformed"),
        ("oversized", "assertion_oversized"),
        ("two parts", "assertion_malformed"),
        ("a list", "assertion_malformed"),
        ("not ASCII", "assertion_malformed"),
    ],
)
def test_what_is_forged_is_refused(hue: Space, how: str, code: str) -> None:
    signer = Signer()
    with pytest.raises(Refusal) as refused:
        _verify(hue, _forged(signer, how), signer, Signer(kid="k2"))
    assert refused.value.code == code


@given(st.text(max_size=200) | st.from_regex(r"[A-Za-z0-9_-]{0,60}\.[A-Za-z0-9_-]{0,60}\.[A-Za-z0-9_-]{0,9}"))
def test_whatever_comes_reads_as_two_objects_or_is_refused(token: str) -> None:
    with suppress(assertions.AssertionMalformed):
        header, claims = assertions.read(token)
        assert isinstance(header, dict)
        assert isinstance(claims, dict)


def test_an_assertion_is_used_once(hue: Space) -> None:
    signer = Signer()
    said = _verify(hue, signer.signed(), signer)
    assertions.use(hue, "app-1", said)
    with pytest.raises(assertions.AssertionReplayed):
        assertions.use(hue, "app-1", said)
    assertions.use(hue, "app-2", said)  # another party's names are its own


def test_an_assertion_without_a_name_cannot_be_used(hue: Space) -> None:
    signer = Signer()
    with pytest.raises(assertions.ClaimMissing):
        assertions.use(hue, "app-1", _verify(hue, signer.signed(jti=None), signer))


def test_a_new_key_is_found_by_looking_once_more(hue: Space, published: Published) -> None:
    old, new = Signer(kid="old"), Signer(kid="new")
    source = Source(published.keys(old))
    now = clock.epoch_s()
    assert _verify(hue, old.signed(), source=source).subject == "an"
    published.keys(old, new)
    # Just asked: whoever invents key ids does not make us ask again and again.
    for _ in range(5):
        with pytest.raises(assertions.KeyUnknown):
            _verify(hue, new.signed(), source=source)
    assert published.asked == ["/keys"]
    clock.set_source(lambda: now + keys.LOOK_AGAIN_S + 1.0)
    assert _verify(hue, new.signed(), source=source).subject == "an"
    assert published.asked == ["/keys"] * 2


def test_while_the_keys_address_is_down_the_last_ones_serve_for_an_hour(hue: Space, published: Published) -> None:
    signer = Signer()
    source, now = Source(published.keys(signer)), clock.epoch_s()
    _verify(hue, signer.signed(), source=source)
    published.documents.clear()
    clock.set_source(lambda: now + keys.FRESH_S + 1.0)
    assert _verify(hue, signer.signed(), source=source).subject == "an"
    clock.set_source(lambda: now + keys.STALE_S + 1.0)
    with pytest.raises(Refusal):
        _verify(hue, signer.signed(), source=source)


def test_one_tenants_keys_are_not_anothers(hue: Space, published: Published) -> None:
    signer = Signer()
    source = Source(published.keys(signer))
    _verify(hue, signer.signed(), source=source)
    assertions.verify(Space("another"), signer.signed(), source, EXPECTED)
    assert published.asked == ["/keys"] * 2


def test_an_address_that_was_down_for_a_moment_is_asked_again_soon(hue: Space, published: Published) -> None:
    signer, now = Signer(), clock.epoch_s()
    clock.set_source(lambda: float(now))
    source = Source(f"{published.address}/keys")
    for _ in range(3):
        with pytest.raises(Refusal):
            _verify(hue, signer.signed(), source=source)
    assert published.asked == ["/keys"]
    published.keys(signer)
    clock.set_source(lambda: float(now + keys.FAILED_S + 1))
    assert _verify(hue, signer.signed(), source=source).subject == "an"


def test_many_who_come_at_once_wait_for_one_fetch(hue: Space, published: Published) -> None:
    signer = Signer()
    source = Source(published.keys(signer))
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: _verify(hue, signer.signed(), source=source).subject, range(6)))
    assert found == ["an"] * 6
    assert published.asked == ["/keys"]
