"""Sittings in lists: one's own, and an assessment's for those who look after learners."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.assessment import definitions, keys, showing, store
from chalicelib.assessment.sitting_models import MySittingsQuery, PaperAppeal, SittingCard, SittingQuery, StaffSitting
from chalicelib.assessment.supervising import OwnSitting
from chalicelib.errors import NotFound
from chalicelib.http import paging
from chalicelib.http.models import Page
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

_START = "-"
_SLICE = 100


def mine(space: Space, person_id: str, query: MySittingsQuery) -> Page[SittingCard]:
    """A page of one's own sittings, by assessment: 1 call, and 1 for each version seen first. Raises: BadCursor."""
    begins = keys.sittings(query.assessment) if query.assessment else "sitting#"
    after = str(paging.decode(query.cursor, str)[0]) if query.cursor else None
    if after and not after.startswith(begins):
        raise paging.BadCursor
    rows = store.sittings_of_person(space, person_id, begins, after, query.limit)
    items = [showing.card(space, each) for each in rows.items]
    return Page[SittingCard](items=items, next=paging.encode(rows.after["sk"]) if rows.after else None)


def of_assessment(space: Space, assessment_id: str, query: SittingQuery) -> Page[StaffSitting]:
    """A page of an assessment's sittings in one state: 1 call to see that it is there, 1 for each shard that is read
    (8, when few have taken it), 1 for their sheets. The index lags a little. Raises: NotFound, BadCursor."""
    definitions.find(space, assessment_id)
    found, more = sheets(space, assessment_id, query.state, query.cursor, query.limit)
    return Page[StaffSitting](items=[showing.staff_card(space, each) for each in found], next=more)


def appeal(space: Space, assessment_id: str, person_id: str, number: int, actor_id: str) -> PaperAppeal:
    """One sitting with its paper, another's: it names what the banks tell the keys of. 2 calls when warm. Raises:
    OwnSitting, NotFound."""
    if person_id == actor_id:
        raise OwnSitting
    sheet = store.sitting(space, person_id, assessment_id, number)
    if sheet is None:
        raise NotFound
    return showing.appeal(space, sheet)


def sheets(
    space: Space, assessment_id: str, state: str, cursor: str | None, limit: int
) -> tuple[list[Item], str | None]:
    """A page of sheets in one state, and where to go on: 1 call for each shard that is read, and 1 for the sheets.
    Raises: BadCursor."""
    shard, after = _place(cursor)
    begins = keys.of_state(submitted=state == "submitted")
    between, listed = (begins, begins + "~"), list[str]()
    while len(listed) < limit and shard < keys.SHARDS:
        left = limit - len(listed)
        places, after = store.listed_sittings(space, assessment_id, shard, between, after, left)
        listed += places
        if after is None:
            shard += 1
    found = store.some_sittings(space, assessment_id, [keys.of_index_key(each) for each in listed])
    more = paging.encode(shard, after or _START) if shard < keys.SHARDS else None
    wanted = "done" if state == "submitted" else "open"
    return [each for each in found if each["st"] == wanted], more


def walk(space: Space, assessment_id: str, cursor: str | None) -> Iterator[tuple[list[Item], str | None]]:
    """All submitted sheets, a hundred at a time, each with where to go on: in constant memory."""
    while True:
        found, cursor = sheets(space, assessment_id, "submitted", cursor, _SLICE)
        yield found, cursor
        if cursor is None:
            return


def _place(cursor: str | None) -> tuple[int, str | None]:
    """Shard and index key after which a page begins. Raises: BadCursor."""
    if cursor is None:
        return 0, None
    shard, after = paging.decode(cursor, int, str)
    if after == _START:
        return shard, None
    if after.count("#") != 3 or not after.rpartition("#")[2].isdigit():
        raise paging.BadCursor
    return shard, after
