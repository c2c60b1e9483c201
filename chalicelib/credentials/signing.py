"""Signatures of a document, in both forms that Open Badges 3.0 knows: embedded and enveloping. No I/O.

Embedded: a ``DataIntegrityProof`` of the suite ``eddsa-rdfc-2022`` (W3C, Data Integrity EdDSA Cryptosuites 1.0, 3.2).
Enveloping: a JSON Web Token, ``alg`` ``EdDSA`` (RFC 8037). It says no ``typ``: where there is one, it must be ``JWT``
by Open Badges 3.0 (JOSE Header) and should be ``vc+jwt`` by W3C (VC-JOSE-COSE, 3.1.1); its media type says the latter.
Ed25519 signs the same to the same bytes, so whatever is signed again is what it was.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.credentials import canonical
from chalicelib.credentials.canonical import Json

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519_PUBLIC = b"\xed\x01"  # multicodec's prefix of an Ed25519 public key


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs. ``method`` is its address in the issuer's DID document; ``secret`` has 32 bytes."""

    method: str
    secret: bytes

    def sign(self, data: bytes) -> bytes:
        """The 64 bytes of an Ed25519 signature."""
        return bytes(_private(self.secret).sign(data))


def public_of(secret: bytes) -> bytes:
    """The 32 bytes of the public key that belongs to a secret."""
    return bytes(_private(secret).public_key().public_bytes_raw())


def embedded(document: Mapping[str, Any], key: SigningKey, created: str) -> Json:
    """The document with a proof in it. ``created`` is RFC 3339."""
    proof: Json = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": created,
        "verificationMethod": key.method,
        "proofPurpose": "assertionMethod",
    }
    signed = canonical.digest({"@context": document["@context"], **proof}) + canonical.digest(document)
    return {**document, "proof": {**proof, "proofValue": base58(key.sign(signed))}}


def enveloped(claims: Mapping[str, Any], key: SigningKey) -> str:
    """The claims as a compact JWS."""
    header = {"alg": "EdDSA", "kid": key.method}
    signed = f"{_part(header)}.{_part(claims)}"
    return f"{signed}.{_unpadded(key.sign(signed.encode()))}"


def key_of(document: Mapping[str, Any]) -> str:
    """The name, in the issuer's DID document, of the key that signed a document."""
    return str(document["proof"]["verificationMethod"].rpartition("#")[2])


def multikey(public: bytes) -> str:
    """A public key as a ``Multikey`` has it (W3C, Controlled Identifiers, 2.2.2)."""
    return base58(_ED25519_PUBLIC + public)


def jwk(public: bytes) -> Json:
    """A public key as a JSON Web Key (RFC 8037, 2)."""
    return {"kty": "OKP", "crv": "Ed25519", "x": _unpadded(public)}


def base58(data: bytes) -> str:
    """Multibase's ``base58btc``: what Bitcoin's alphabet makes of a number, after a ``z``."""
    value, digits = int.from_bytes(data), ""
    while value:
        value, place = divmod(value, 58)
        digits = _ALPHABET[place] + digits
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + _ALPHABET[0] * zeros + digits


def _private(secret: bytes) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(secret)


def _part(content: Mapping[str, Any]) -> str:
    return _unpadded(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def _unpadded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
