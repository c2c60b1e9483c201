"""Where something has come from that follows its owner when accounts become one: the accounts that it was in, the last
one last. Of accounts that went up one in another each takes back its own. No I/O.
"""

from __future__ import annotations

from typing import Any


def of(came_from: Any) -> list[str]:
    """The accounts of a stored note; once only the first was noted, as a text."""
    return [came_from] if isinstance(came_from, str) else list(came_from or ())


def is_from(came_from: Any, account_id: str) -> bool:
    """Whether it came from this account, to where it is now."""
    return of(came_from)[-1:] == [account_id]


def followed(came_from: Any, from_id: str, to_id: str) -> list[str]:
    """What is noted of it when it goes from one account to another: back home, or further on."""
    path = of(came_from)
    return path[:-1] if path[-1:] == [to_id] else [*path, from_id]
