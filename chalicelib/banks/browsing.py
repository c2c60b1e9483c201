"""Banks and items as the staff look for them. Lists are read in pieces, and filtered ones go on after a bounded number
of them, with what was found by then."""

from __future__ import annotations

from chalicelib import vietnamese
from chalicelib.banks import banking, filing, refs, store
from chalicelib.banks.models import BankQuery, ItemFilter
from chalicelib.banks.refs import Ref
from chalicelib.banks.store import ContentItem
from chalicelib.http import paging
from chalicelib.http.models import PageQuery
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

_PIECE = 100  # heads or entries looked at by one call
_PIECES = 5  # of a page
_ORDERED_BY = 200  # characters of a key of the alphabet's order: some 100 of a title


def banks(space: Space, query: BankQuery) -> tuple[list[Item], str | None]:
    """A page of the space's banks by Vietnamese title, and where it goes on: 1 call, 2 where descriptions are very
    long."""
    return sliced([each for each in store.banks(space) if ("archived_at" in each) == query.archived], query)


def sliced(rows: list[Item], query: PageQuery) -> tuple[list[Item], str | None]:
    """A page of banks by Vietnamese title, and where it goes on."""
    position = paging.decode(query.cursor, str, str) if query.cursor else ["", ""]
    ordered = sorted((row for row in rows if _position(row) > position), key=_position)
    shown = ordered[: query.limit]
    return shown, paging.encode(*_position(shown[-1])) if len(ordered) > query.limit else None


def _position(bank: Item) -> list[str]:
    """Where a bank stands in a list: as much of its title as a cursor has room for."""
    return [vietnamese.collation_key(bank["title"])[:_ORDERED_BY], bank["sk"]]


def items(space: Space, bank_id: str, query: ItemFilter) -> tuple[list[Item], str | None]:
    """A page of a bank's items in the order of their ids, and where it goes on: 2 calls, at most 11 when filtered (1
    and at most 5 pieces of a hundred, each with 1 more where a tag leads to it).

    Raises: NotFound.
    """
    banking.require(space, bank_id)
    tag, found = filing.narrowest(query), list[Item]()
    after: str | None = paging.decode(query.cursor, str)[0] if query.cursor else None
    for _ in range(_PIECES):
        heads, last, is_end = _piece(space, bank_id, tag, after)
        found += [head for head in heads if filing.matches(head, query)]
        if len(found) > query.limit:
            shown = found[: query.limit]
            return shown, paging.encode(refs.item_of(shown[-1]))
        if is_end:
            return found, None
        after = last
    return found, paging.encode(after) if after else None


def _piece(space: Space, bank_id: str, tag: str | None, after: str | None) -> tuple[list[Item], str | None, bool]:
    """Some heads in order, the id of the last that was looked at, and whether there is no more."""
    if tag is None:
        rows = store.heads(space, bank_id, after, _PIECE)
        heads = rows.items
    else:
        rows = store.tagged(space, bank_id, tag, after, _PIECE)
        found = store.some_heads(space, [(bank_id, refs.item_of(entry)) for entry in rows.items])
        heads = [found[key] for key in sorted(found)]
    last = refs.item_of(rows.items[-1]) if rows.items else after
    return heads, last, rows.after is None


def revisions(space: Space, bank_id: str, item_id: str, query: PageQuery) -> tuple[list[ContentItem], str | None]:
    """A page of an item's versions and corrected keys, newest first, and where it goes on: 1 call."""
    after = None
    if query.cursor:
        version, key = paging.decode(query.cursor, int, int)
        after = refs.content(Ref(bank_id, item_id, version, key))
    page = store.revisions(space, bank_id, item_id, after, query.limit)
    last = refs.of_content(bank_id, page.after) if page.after else None
    return page.items, paging.encode(last.version, last.key) if last else None
