"""The credentials of two accounts that become one: the other's follow to the account that is kept, and back.

What was signed does not change: it names a person, not an account.
"""

from __future__ import annotations

from chalicelib.credentials import store
from chalicelib.storage.spaces import Space


def join(space: Space, kept_id: str, other_id: str) -> None:
    """Let the other account's credentials be the kept one's: 1 call, and 3 for each. Before its completions move, so
    that none is certified twice. Repeating it changes nothing."""
    for item in store.held(space, other_id):
        store.move(space, item, kept_id)


def part(space: Space, kept_id: str, other_id: str) -> None:
    """Give the other account back what it brought."""
    for item in store.held(space, kept_id):
        if item.get("from") == other_id:
            store.move(space, item, other_id)
