"""National banks: the centre shares a bank, and every space finds its items and takes those over that it uses.

They are read in the centre's own table, by operations and jobs that are declared to turn to it. What an assessment of a
space uses is copied into the space's table when the assessment is made fast: from then on nothing is read elsewhere.
Their pictures are copied once to where all spaces read (``national/``), before what shows them is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

from chalicelib import clock, config
from chalicelib.banks import banking, browsing, contents, refs, store, writing
from chalicelib.banks.contents import Content, Pooled, PoolQuery, Ref
from chalicelib.banks.models import ItemFilter
from chalicelib.courses.national import require_centre
from chalicelib.errors import NotFound
from chalicelib.http.models import PageQuery
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Run
from chalicelib.storage import acting
from chalicelib.storage.files import NATIONAL
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

SHARE = "bank.share"
_PIECE = 50
T = TypeVar("T")


def share(space: Space, bank_id: str) -> tuple[Item, str | None]:
    """Have a bank shared with all spaces: from now on its new pictures are copied for all, and a job copies those that
    it has; then all find it. Gives the bank, and the job if it has something to do. Repeating it changes nothing.

    Raises: Forbidden, NotFound, ArchivedBank.
    """
    require_centre(space)
    bank = banking.require_in_use(space, bank_id)
    if "shared_at" in bank:
        return bank, None
    if "sharing_at" not in bank:
        bank = store.change_bank(space, bank_id, {"sharing_at": clock.timestamp()})
    return bank, queue.enqueue(SHARE, space.slug, {"bank": bank_id})


def withdraw(space: Space, bank_id: str) -> Item:
    """Share a bank no longer; spaces keep what they took over. Repeating it changes nothing.

    Raises: Forbidden, NotFound.
    """
    require_centre(space)
    bank = banking.require(space, bank_id)
    if "sharing_at" not in bank:
        return bank
    return store.change_bank(space, bank_id, {"sharing_at": None, "shared_at": None})


def bring(space: Space, bank_id: str, run: Run, after: str | None) -> None:
    """Copy the pictures of a bank's newest versions for all, then let all find it: every step may be repeated."""
    bank = banking.require(space, bank_id)
    done = 0
    while True:
        rows = store.heads(space, bank_id, after, _PIECE)
        for content in contents.contents(space, [refs.newest(bank_id, head) for head in rows.items]).values():
            for file_id in content.pictures:
                writing.share_picture(space, file_id)
        done += len(rows.items)
        if rows.after is None:
            break
        after = refs.item_of(rows.items[-1])
        run.progress(min(done, bank["items"]), bank["items"], {"after": after})
        run.go_on_if_late()
    if "sharing_at" in banking.require(space, bank_id):
        store.change_bank(space, bank_id, {"shared_at": clock.timestamp()})


def _in_the_centre(read: Callable[[Space], T]) -> T:
    """What the centre's table answers. Its work must be declared to cross to the centre."""
    centre = Space(config.current().central)
    with acting.on_behalf_of(centre.slug):
        return read(centre)


def banks(query: PageQuery) -> tuple[list[Item], str | None]:
    """A page of the banks that the centre shares, by Vietnamese title: 1 call."""
    shared = _in_the_centre(lambda centre: [each for each in store.banks(centre) if _is_shared(each)])
    return browsing.sliced(shared, query)


def _is_shared(bank: Item) -> bool:
    return "shared_at" in bank and "archived_at" not in bank


def _require_shared(centre: Space, bank_id: str) -> None:
    bank = store.bank(centre, bank_id)
    if bank is None or not _is_shared(bank):
        raise NotFound


def items(bank_id: str, query: ItemFilter) -> tuple[list[Item], str | None]:
    """A page of a shared bank's items: 3 calls, at most 12 when filtered. Raises: NotFound."""

    def read(centre: Space) -> tuple[list[Item], str | None]:
        _require_shared(centre, bank_id)
        return browsing.items(centre, bank_id, query)

    return _in_the_centre(read)


def item(bank_id: str, item_id: str) -> tuple[Item, Ref, Content]:
    """An item of a shared bank, its newest version: at most 3 calls. Raises: NotFound."""

    def read(centre: Space) -> tuple[Item, Ref, Content]:
        _require_shared(centre, bank_id)
        head = writing.require(centre, bank_id, item_id)
        ref = refs.newest(bank_id, head)
        return head, ref, contents.contents(centre, [ref])[ref]

    head, ref, content = _in_the_centre(read)
    return head, ref, Content(content.question, content.pictures, NATIONAL, content.size)


def pool(query: PoolQuery) -> list[Pooled]:
    """:func:`contents.pool` of a shared bank. Raises: NotFound."""

    def read(centre: Space) -> list[Pooled]:
        _require_shared(centre, query.bank)
        return contents.pool(centre, query)

    return _in_the_centre(read)


def key_revisions(wanted: Collection[Ref]) -> dict[Ref, int]:
    """:func:`contents.key_revisions` of national items, also of banks that are no longer shared."""
    return _in_the_centre(lambda centre: contents.key_revisions(centre, wanted))


def take_over(space: Space, wanted: Collection[Ref]) -> None:
    """Copy national items, at these versions and keys, into the space that is to use them: 1 call for each hundred and
    1 for each 25, 1 WCU per KB. Again, it changes nothing. The centre has its own already.

    Raises: NotFound when the centre has one of them not.
    """
    if space.slug == config.current().central:
        return
    rows = _in_the_centre(lambda centre: store.contents(centre, wanted))
    if len(rows) < len(set(wanted)):
        raise NotFound
    store.put_contents(space, rows, NATIONAL)
