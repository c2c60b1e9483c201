"""How a list is understood: opened as it was told, on which terms it is taken, and what is shown of that."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import BinaryIO, cast

from chalicelib.rosters import reading
from chalicelib.rosters.planning import Terms
from chalicelib.rosters.reading import Field, cells
from chalicelib.rosters.reading.opening import OpenedList
from chalicelib.rosters.store import RosterItem
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.tenants import registry

_SAMPLES = 3
_DIGITS = 9  # of the shortest identity number


def opened(item: RosterItem, file: BinaryIO) -> OpenedList:
    """The list, its headings and columns as they were told where they were. Raises: ListUnreadable."""
    told = {int(place): cast(Field | None, kind or None) for place, kind in (item.mapping or {}).items()}
    return reading.open_list(file, told or None, item.header_row)


def terms(space: Space, item: RosterItem, opened: OpenedList, *, commits: bool) -> Terms:
    """How the list is taken."""
    language = registry.settings(space).language
    return Terms(space.slug, item.id, bool(item.overwrite), language, opened.columns, commits)


def understood(opened: OpenedList) -> Item:
    """What is kept, to be shown, of how a list was understood."""
    return {
        "encoding": opened.encoding,
        "delimiter": opened.delimiter,
        "sheet": opened.sheet,
        "header_row": opened.header_row,
        "header_by": opened.header_by,
        "unusable": any(each.severity == "error" for each in opened.problems),
        "columns": [
            {
                "index": each.index,
                "heading": cells.shown(each.called),
                "field": each.field,
                "guessed_by": each.guessed_by,
            }
            for each in opened.columns
        ],
    }


def samples(opened: OpenedList) -> list[list[str]]:
    """Some of what stands in each column, as it stands there and safe to show: what may be an identity number shows its
    last digits, whatever the column is taken for."""
    return [_samples(each.index, opened.below) for each in opened.columns]


def _samples(index: int, rows: Sequence[Sequence[str]]) -> list[str]:
    filled = (row[index] for row in rows if index < len(row) and row[index].strip())
    shown = (cells.shown(text, "national_id" if _is_number(text) else None) for text in filled)
    return list(islice(dict.fromkeys(shown), _SAMPLES))


def _is_number(text: str) -> bool:
    return sum(map(str.isdecimal, text)) >= _DIGITS
