"""How a list is understood: opened as it was told, on which terms it is taken, and what is shown of that."""

from __future__ import annotations

from typing import BinaryIO, cast

from chalicelib.rosters import reading
from chalicelib.rosters.planning import Terms
from chalicelib.rosters.reading import Field, cells
from chalicelib.rosters.reading.opening import OpenedList
from chalicelib.rosters.store import RosterItem
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.tenants import registry


def opened(item: RosterItem, file: BinaryIO) -> OpenedList:
    """The list, its columns as they were told where they were. Raises: ListUnreadable."""
    told = {int(place): cast(Field | None, kind or None) for place, kind in (item.mapping or {}).items()}
    return reading.open_list(file, told or None)


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
        "unusable": any(each.severity == "error" for each in opened.problems),
        "columns": [
            {
                "index": each.index,
                "heading": cells.shown(each.heading),
                "field": each.field,
                "guessed_by": each.guessed_by,
            }
            for each in opened.columns
        ],
    }
