"""National banks: the centre shares a bank, and every space finds its items and takes those over that it uses.

They are read in the centre's own table, by operations and jobs that are declared to turn to it. What an assessment of a
space uses is copied into the space's table when the assessment is made fast: from then on nothing is read elsewhere,
and corrected keys are brought (``spreading``).
Their pictures are copied once to where all spaces read (``national/``), before what shows them is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from chalicelib import clock, config, ids
from chalicelib.banks import banking, browsing, contents, refs, spreading, store, writing
from chalicelib.banks.contents import Content, Pooled, Ref
from chalicelib.banks.models import ItemFilter
from chalicelib.banks.store import ContentItem
from chalicelib.courses.national import require_centre
from chalicelib.errors import NotFound
from chalicelib.http.caching import Remembered
from chalicelib.http.models import PageQuery
from chalicelib.jobs import queue
from chalicelib.jobs.queue import GoOn, Run
from chalicelib.storage import acting
from chalicelib.storage.files import NATIONAL
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

SHARE = "bank.share"
_PIECE = 50
_REMEMBERED_ITEMS = 20_000  # of all banks together: some 10 MB
_REMEMBERED_S = 60
T = TypeVar("T")

_POOLS: Remembered[str, Sequence[Pooled]] = Remembered(
    _REMEMBERED_ITEMS, fresh_s=_REMEMBERED_S, weigh=lambda pool: len(pool) + 1
)


class BankWithdrawn(NotFound):
    """The centre shares a bank no longer that is just being taken over."""

    code = "national_bank_withdrawn"
    vi = "Trung ương vừa thôi chia sẻ một ngân hàng câu hỏi mà bài này dùng. Hãy chọn ngân hàng khác."
    en = "The centre has just stopped sharing a bank that this uses. Choose another bank."


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
    since = bank["sharing_at"]
    job_id = ids.derived(SHARE, bank_id, since)
    return bank, queue.enqueue(SHARE, space.slug, {"bank": bank_id, "since": since}, job_id=job_id)


def withdraw(space: Space, bank_id: str) -> Item:
    """Share a bank no longer; spaces keep what they took over. Repeating it changes nothing.

    Raises: Forbidden, NotFound.
    """
    require_centre(space)
    bank = banking.require(space, bank_id)
    if "sharing_at" not in bank:
        return bank
    _POOLS.forget(bank_id)
    return store.change_bank(space, bank_id, {"sharing_at": None, "shared_at": None})


def bring(space: Space, bank_id: str, since: str, run: Run, after: str | None) -> None:
    """Copy the pictures of all versions in a bank for all spaces, then let them find it; every step may be repeated.

    A bank that is shared since another time than this job's is another job's. Raises: GoOn.
    """
    bank = banking.require(space, bank_id)
    while True:
        page = store.all_contents(space, bank_id, after, _PIECE)
        for file_id in dict.fromkeys(file_id for row in page.items for file_id in row.pictures):
            writing.share_picture(space, file_id)
        after = page.after
        if after is None:
            break
        run.progress(0, bank["items"], {"after": after})
        run.go_on_if_late()
    bank = banking.require(space, bank_id)
    if bank.get("sharing_at") != since:
        return
    try:
        store.change_bank(space, bank_id, {"shared_at": clock.timestamp()}, seen=bank["v"])
    except ConditionFailed:  # described, archived or withdrawn at this moment: look again
        raise GoOn from None


def in_the_centre(read: Callable[[Space], T]) -> T:
    """What the centre's table answers. Its work must be declared to cross to the centre."""
    centre = Space(config.current().central)
    with acting.on_behalf_of(centre.slug):
        return read(centre)


def banks(query: PageQuery) -> tuple[list[Item], str | None]:
    """A page of the banks that the centre shares, by Vietnamese title: 1 call."""
    shared = in_the_centre(lambda centre: [each for each in store.banks(centre) if _is_shared(each)])
    return browsing.sliced(shared, query)


def _is_shared(bank: Item) -> bool:
    return "shared_at" in bank and "archived_at" not in bank


def _shares(bank_id: str, centre: Space) -> bool:
    bank = store.bank(centre, bank_id)
    return bank is not None and _is_shared(bank)


def _require_shared(centre: Space, bank_id: str) -> None:
    if not _shares(bank_id, centre):
        raise NotFound


def items(bank_id: str, query: ItemFilter) -> tuple[list[Item], str | None]:
    """A page of a shared bank's items: 3 calls, at most 12 when filtered. Raises: NotFound."""

    def read(centre: Space) -> tuple[list[Item], str | None]:
        _require_shared(centre, bank_id)
        return browsing.items(centre, bank_id, query)

    return in_the_centre(read)


def item(bank_id: str, item_id: str) -> tuple[Item, Ref, Content]:
    """An item of a shared bank, its newest version: at most 3 calls. Raises: NotFound."""

    def read(centre: Space) -> tuple[Item, Ref, Content]:
        _require_shared(centre, bank_id)
        head = writing.require(centre, bank_id, item_id)
        ref = refs.newest(bank_id, head)
        return head, ref, contents.contents(centre, [ref])[ref]

    head, ref, content = in_the_centre(read)
    return head, ref, Content(content.question, content.pictures, NATIONAL, content.size)


def pool(bank_id: str) -> Sequence[Pooled]:
    """The items of a shared bank that may be drawn, as they were at most a minute ago, and whether it was shared then:
    whoever publishes tries more than once, and a bank may have 10,000. What is copied is looked at again
    (:func:`take_over`).

    0 calls where the container remembers them, else 2, and 1 for each further megabyte. Raises: NotFound.
    """

    def read(centre: Space) -> Sequence[Pooled]:
        _require_shared(centre, bank_id)
        return contents.drawable(bank_id, store.all_heads(centre, bank_id, consistent=False))

    return _POOLS.get(bank_id, lambda: in_the_centre(read))


def named(bank_id: str, item_ids: Collection[str]) -> list[Pooled]:
    """Those of these items that a shared bank has and that may be asked: 2 calls, and 1 for each further hundred.
    Raises: NotFound."""

    def read(centre: Space) -> list[Pooled]:
        _require_shared(centre, bank_id)
        heads = store.some_heads(centre, [(bank_id, each) for each in item_ids], consistent=False)
        return contents.drawable(bank_id, heads.values())

    return in_the_centre(read)


def take_over(space: Space, wanted: Collection[Ref]) -> None:
    """Copy national items, at these versions and keys, into the space that is to use them, and what keys they have by
    now; those that are corrected later are brought. 2 calls for each bank, 2 for each hundred and 1 for each 25, 1 WCU
    per KB, and 2 for keys that were corrected since. Again, it changes nothing.

    Raises: BankWithdrawn when the centre has one of them not, or does not share it.
    """

    def read(centre: Space) -> tuple[dict[Ref, ContentItem], list[Ref]]:
        for bank_id in {ref.bank for ref in wanted}:
            if not _shares(bank_id, centre):
                raise BankWithdrawn
            # First: what is corrected after it is looked for must find the space among those that are to hear of it.
            store.note_taker(centre, bank_id, space.slug)
        later = spreading.corrected_since(centre, wanted)
        return store.contents(centre, {*wanted, *later}), later

    rows, later = in_the_centre(read)
    if not rows.keys() >= set(wanted):
        raise BankWithdrawn
    spreading.put(space, rows, later)
