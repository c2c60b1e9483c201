"""Who holds a staff role, as the index has them: a moment late."""

from __future__ import annotations

from chalicelib.people import entries, store
from chalicelib.people.keys import person_pk
from chalicelib.storage.spaces import Space


def holders(space: Space, role: str, most: int) -> list[str]:
    """The ids of those who hold a staff role, deactivated ones among them, at most so many: 1 Query of the index."""
    rows = store.listed(space, entries.role_list(role), "", "", most)
    return [item["pk"].removeprefix(person_pk("")) for item in rows.items]
