"""Keys that admins paste: PEM, JWK, JWK Set; what is private or weak is told so."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, RSAKey
from pydantic_core import PydanticCustomError

from chalicelib.federation import keys
from tests.federation.signer import Signer


def _pem(signer: Signer, *, private: bool = False) -> str:
    pem: bytes = signer.key.as_pem(private=private)
    return pem.decode()


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "Ed25519"])
def test_a_key_reads_alike_in_every_form(algorithm: str) -> None:
    signer = Signer(algorithm)
    as_jwk = keys.pasted(json.dumps(signer.public))
    as_set = keys.pasted(json.dumps({"keys": [signer.public]}))
    (as_pem,) = keys.pasted(_pem(signer))
    assert as_jwk == as_set
    bare = {name: value for name, value in as_pem.items() if name != "kid"}
    assert bare == {name: value for name, value in as_jwk[0].items() if name != "kid"}


def test_several_pem_blocks_are_several_keys() -> None:
    found = keys.pasted("\n".join(_pem(Signer(each)) for each in ("ES256", "RS256")))
    assert [each["kty"] for each in found] == ["EC", "RSA"]
    assert len({each["kid"] for each in found}) == 2


@pytest.mark.parametrize("text", ["pem", "jwk"])
def test_a_private_key_is_told_so(text: str) -> None:
    signer = Signer()
    given = _pem(signer, private=True) if text == "pem" else json.dumps(signer.key.as_dict(private=True))
    with pytest.raises(PydanticCustomError) as refused:
        keys.pasted(given)
    assert refused.value.type == "key_private"


WEAK: dict[str, Any] = {
    "a short RSA key": RSAKey.generate_key(1024).as_dict(private=False),
    "another curve": ECKey.generate_key("P-384").as_dict(private=False),
    "for encryption": {**Signer().public, "use": "enc"},
    "a point off the curve": {**Signer().public, "x": Signer().public["y"]},
}


@pytest.mark.parametrize("how", WEAK)
def test_a_key_that_is_worth_nothing_is_refused(how: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        keys.pasted(json.dumps(WEAK[how]))
    assert refused.value.type == "key_unfit"


@given(st.text(max_size=200) | st.from_regex(r"-----BEGIN PUBLIC KEY-----.{0,40}-----END PUBLIC KEY-----"))
def test_whatever_is_pasted_is_a_key_or_a_refusal(text: str) -> None:
    with pytest.raises(PydanticCustomError):
        keys.pasted(text)
