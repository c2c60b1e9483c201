"""Whose slips are printed when the sheets of a list are asked for."""

from __future__ import annotations

from chalicelib.identity import sheets
from chalicelib.rosters import rosters
from chalicelib.rosters.refusals import NotCommitted
from chalicelib.storage.spaces import Space


@sheets.chooses("roster")
def people_of(space: Space, roster_id: str, position: str) -> tuple[list[str], str]:
    """The next people of a list that has been taken over, in the order of its rows. Raises: NotFound, ListUnready."""
    try:
        ids, after = rosters.people_of(space, roster_id, int(position or 0))
    except NotCommitted:
        raise sheets.ListUnready from None
    return ids, "" if after is None else str(after)
