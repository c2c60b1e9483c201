"""Proof Key for Code Exchange (RFC 7636): who begins keeps a verifier and gives away its challenge."""

from __future__ import annotations

import base64
import hashlib
import hmac

CHALLENGE = r"^[A-Za-z0-9_-]{43}$"
VERIFIER = r"^[A-Za-z0-9._~-]{43,128}$"


def challenge(verifier: str) -> str:
    """S256 of a verifier (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def is_held(challenge_given: str | None, verifier: str | None) -> bool:
    """Whether who comes holds the verifier of the challenge that was given; where none was given, none may come."""
    if challenge_given is None or verifier is None:
        return challenge_given is None and verifier is None
    return hmac.compare_digest(challenge(verifier), challenge_given)
