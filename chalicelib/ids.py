"""Identifiers: short, sortable by the time they were made, unguessable enough, readable aloud (Crockford's base 32)."""

from __future__ import annotations

import hashlib
import secrets

from chalicelib import clock

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 22
PATTERN = rf"^[{ALPHABET}]{{{LENGTH}}}$"
_TIME_CHARS = 9  # 45 bits of milliseconds: enough until the year 3084


def new() -> str:
    """A fresh identifier: 45 bits of time, then 65 random bits."""
    return encoded(clock.epoch_ms(), _TIME_CHARS) + encoded(secrets.randbits(65), LENGTH - _TIME_CHARS)


def derived(*parts: str) -> str:
    """The identifier that these parts always give: what makes a retried creation find what the first try made."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return encoded(int.from_bytes(digest[:14]) >> 2, LENGTH)


def secret() -> str:
    """256 random bits, safe in an address: one-time links and refresh tokens."""
    return secrets.token_urlsafe(32)


def fingerprint(text: str) -> str:
    """SHA-256 in hexadecimal: how a secret of 256 random bits is stored (no salt is needed at that entropy)."""
    return hashlib.sha256(text.encode()).hexdigest()


def shard(text: str, shards: int) -> int:
    """Which of ``shards`` partitions a key belongs to; stable for ever, so it must never depend on Python's
    ``hash``."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest()) % shards


def encoded(number: int, length: int) -> str:
    """The last ``length`` digits of a number in base 32."""
    characters = []
    for _ in range(length):
        number, digit = divmod(number, 32)
        characters.append(ALPHABET[digit])
    return "".join(reversed(characters))
