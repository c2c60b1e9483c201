"""What has been used once, in the people table.

| item | pk, sk | holds |
|---|---|---|
| used | ``used#<party>#<fingerprint of jti>``, ``used`` | TTL: until the assertion itself has expired |
"""

from __future__ import annotations

from chalicelib.storage.spaces import Space


def mark_used(space: Space, party: str, fingerprint: str, until: int) -> None:
    """Note that a party's assertion has been used, until that time (epoch seconds): one PutItem, 1 WCU.

    Raises: ConditionFailed when it was noted before.
    """
    space.table("people").create({"pk": f"used#{party}#{fingerprint}", "sk": "used", "ttl": until})
