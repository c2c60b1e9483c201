"""What a browser's push carries so that only that browser reads it (RFC 8291 over RFC 8188's ``aes128gcm``), and whom
it is from (RFC 8292, VAPID). No I/O. ``cryptography`` is imported where it is used: learners' requests need none of it.
"""

from __future__ import annotations

import base64
import json
import os
import struct
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chalicelib import clock

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

POINT_BYTES, AUTH_BYTES = 65, 16
_RECORD = 4_096  # the one record, as large as RFC 8291, 4 has every service take
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (SP 800-186, 3.2.1.3)
_LASTING_S = 12 * 3600  # RFC 8292, 2 allows 24 hours


def encoded(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """What :func:`encoded` wrote, padded or not. Raises: ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def point(data: bytes) -> EllipticCurvePublicKey:
    """A browser's public key. Raises: ValueError for what is no uncompressed point of the curve."""
    from cryptography.hazmat.primitives.asymmetric import ec

    if len(data) != POINT_BYTES:
        raise ValueError("an uncompressed point has 65 bytes")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)


def encrypt(content: bytes, p256dh: bytes, auth: bytes) -> bytes:
    """The body of a push for the browser that has these keys (RFC 8291, 3.4). Raises: ValueError for no such key."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    browser, ours, salt = point(p256dh), ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
    own = _uncompressed(ours)
    shared = ours.exchange(ec.ECDH(), browser)
    secret = _derived(shared, auth, b"WebPush: info\0" + p256dh + own, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + struct.pack("!LB", _RECORD, len(own)) + own
    return header + AESGCM(key).encrypt(nonce, content + b"\x02", None)  # 2: the last record (RFC 8188, 2)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), length, salt, info).derive(secret)


def _uncompressed(key: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@dataclass(frozen=True)
class Sender:
    """Who pushes: the key of a space, made of a secret of 64 bytes, and whom a push service may write to."""

    secret: bytes
    contact: str

    @cached_property
    def _key(self) -> EllipticCurvePrivateKey:
        from cryptography.hazmat.primitives.asymmetric import ec

        # Twice the bits that are needed: what the remainder favours is not to be seen (FIPS 186-5, A.2.1).
        return ec.derive_private_key(int.from_bytes(self.secret) % (_ORDER - 1) + 1, ec.SECP256R1())

    @cached_property
    def public(self) -> str:
        """The ``applicationServerKey`` that a browser subscribes with."""
        return encoded(_uncompressed(self._key))

    def authorization(self, endpoint: str) -> str:
        """The header that tells a push service whose push it is (RFC 8292, 3)."""
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
        from joserfc import jwt
        from joserfc.jwk import ECKey

        parts = urlsplit(endpoint)
        pem = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": clock.epoch_s() + _LASTING_S,
            "sub": self.contact,
        }
        token = jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, ECKey.import_key(pem), algorithms=["ES256"])
        return f"vapid t={token}, k={self.public}"


def message(**facts: str) -> bytes:
    """What is told, as the browser's page reads it: JSON."""
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
