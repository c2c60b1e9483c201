"""What has been used once, in the people table.

| item | pk, sk | holds |
|---|---|---|
| used | ``used#<whose>#<fingerprint>``, ``used`` | TTL: until what was used has expired by itself |
"""

from __future__ import annotations

from chalicelib.storage.spaces import Space


def mark_used(space: Space, whose: str, fingerprint: str, until: int) -> None:
    """Note that a party's assertion, or a ticket, has been used, until that time (epoch seconds): one PutItem, 1 WCU.

    Raises: ConditionFailed when it was noted before.
    """
    space.table("people").create({"pk": f"used#{whose}#{fingerprint}", "sk": "used", "ttl": until})
