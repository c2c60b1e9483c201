"""Proof Key for Code Exchange (RFC 7636): who begins keeps a verifier and gives away its challenge."""

from __future__ import annotations

import base64
import hashlib

CHALLENGE = r"^[A-Za-z0-9_-]{43}$"
VERIFIER = r"^[A-Za-z0-9._~-]{43,128}$"


def challenge(verifier: str) -> str:
    """S256 of a verifier (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
