"""What a run over a list has said so far, page by page: problems, what becomes of the rows, units that are new."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from chalicelib.http import paging
from chalicelib.http.models import Page
from chalicelib.rosters import rosters
from chalicelib.rosters.models import ChangedField, NewUnit, RosterChange, RosterProblem
from chalicelib.rosters.pages import Pages
from chalicelib.rosters.reading.rows import FIELDS
from chalicelib.rosters.reading.rows import Field as ListField
from chalicelib.rosters.states import PART, Outcome, RowChange, slices_with
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

T = TypeVar("T")
_AT_ONCE = 10  # files that an answer opens: what is rare in a long list fills no page, and the next one goes on


def problems(space: Space, roster_id: str, cursor: str | None, limit: int) -> Page[RosterProblem]:
    """What is said about a list, row by row: 2 calls, and 1 of S3 for each page that is touched. Raises: NotFound."""
    pages, found = _run(space, roster_id)
    said, after = _taken(pages.problems, _numbers(found, "problem_pages"), cursor, limit)
    return Page[RosterProblem](items=[RosterProblem.model_validate(each) for each in said], next=after)


def changes(
    space: Space, roster_id: str, outcome: Outcome | None, cursor: str | None, limit: int
) -> Page[RosterChange]:
    """What becomes of the rows, or of those of one outcome: 2 calls, and 1 of S3 for each 500 rows that are touched.

    Raises: NotFound.
    """
    pages, found = _run(space, roster_id)
    kinds = str(found["kinds"] or "")
    numbers = slices_with(outcome, kinds) if outcome else range(1, len(kinds) + 1)

    def of_slice(number: int) -> list[RowChange]:
        return [each for each in pages.changes(number) if outcome in (None, each.outcome)]

    said, after = _taken(of_slice, numbers, cursor, limit)
    return Page[RosterChange](items=[_change(each) for each in said], next=after)


def new_units(space: Space, roster_id: str, cursor: str | None, limit: int) -> Page[NewUnit]:
    """The units that a list names and that were not there: 2 calls, and 1 of S3 for each 500 rows that name some.

    Raises: NotFound.
    """
    pages, found = _run(space, roster_id)
    said, after = _taken(lambda number: list(pages.units(number).items()), _numbers(found, "unit_pages"), cursor, limit)
    return Page[NewUnit](items=[NewUnit(path=path, names=list(names)) for path, names in said], next=after)


def _run(space: Space, roster_id: str) -> tuple[Pages, Item]:
    item = rosters.require(space, roster_id)
    return Pages(space, item.id, item.job or ""), rosters.found(space, item)


def _numbers(found: Item, kind: str) -> Sequence[int]:
    return range(1, int(found[kind] or 0) + 1)


def _taken(
    read: Callable[[int], list[T]], numbers: Sequence[int], cursor: str | None, limit: int
) -> tuple[list[T], str | None]:
    """The next of what stands in the pages of these numbers, and the cursor to go on with. Raises: BadCursor."""
    number, offset = paging.decode(cursor, int, int) if cursor else (0, 0)
    found: list[T] = []
    for opened, each in enumerate(each for each in numbers if each >= number):
        start = offset if each == number else 0
        if len(found) == limit or opened == _AT_ONCE:
            return found, paging.encode(each, start)
        said = read(each)
        taken = said[start : start + limit - len(found)]
        found += taken
        if start + len(taken) < len(said):
            return found, paging.encode(each, start + len(taken))
    return found, None


def _change(change: RowChange) -> RosterChange:
    from chalicelib.rosters.reading import cells  # with all that is known of places: no other request waits for it

    def shown(field: ListField, value: str) -> str:
        between = " / " if field == "unit" else ", "
        return between.join(cells.shown(cells.outgoing(field, part)) for part in value.split(PART))

    return RosterChange(
        row=change.row,
        outcome=change.outcome,
        person=change.person or None,
        name=cells.shown(change.name),
        fields=[
            ChangedField(
                field=field,
                old=shown(field, change.was[field]) if field in change.was else None,
                new=shown(field, change.now[field]),
            )
            for field in sorted(change.now, key=FIELDS.index)
        ],
    )
