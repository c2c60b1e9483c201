"""Room for all items of an import at once, so that they come whole or not at all.

From the moment its room is reserved an import is finished whatever becomes of the bank meanwhile: another import fills
it, somebody archives it. One that is given up has all that it wrote taken back. A reservation stays for as long as its
job is known, so that whoever repeats a step finds it done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chalicelib.banks import banking, filing, store, writing
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed

_AT_ONCE = 100
Tell = Callable[[int, int], None]  # how many of how many are done


def reserve(space: Space, bank_id: str, job_id: str, items: int) -> None:
    """Have room for so many items of this job: 1 transaction, and 1 call where there is none. Repeating it changes
    nothing. Raises: NotFound, ArchivedBank, BankFull."""
    try:
        store.reserve(space, bank_id, job_id, items)
    except TransactionFailed as failure:
        if 1 in failure.failed:
            return  # by an earlier try
        writing.require_room(banking.require_in_use(space, bank_id), items)
        store.reserve(space, bank_id, job_id, items)  # it has room again: what was there a moment ago is gone


def is_reserved(space: Space, bank_id: str, job_id: str) -> bool:
    """Whether the import has begun to be written: 1 call."""
    return store.reservation(space, bank_id, job_id) is not None


def keep(space: Space, bank_id: str, job_id: str) -> None:
    """All that was reserved for is there: 1 call. Repeating it changes nothing."""
    store.settle(space, bank_id, job_id)


def take_back(space: Space, bank_id: str, job_id: str, item_ids: Sequence[str], tell: Tell) -> None:
    """Take out of the bank what an import that was given up has written, and give its room back: 1 call for a hundred,
    and 1 for each item that is there. Versions stay, found by nobody: a paper that was drawn meanwhile names them.
    Repeating it changes nothing; an import that was finished keeps all."""
    reserved = store.reservation(space, bank_id, job_id)
    if reserved is None or reserved["done"]:
        return
    for start in range(0, len(item_ids), _AT_ONCE):
        wanted = [(bank_id, each) for each in item_ids[start : start + _AT_ONCE]]
        for (_, item_id), head in store.some_heads(space, wanted).items():
            store.take_back(space, bank_id, job_id, item_id, filing.tags(head["filed"]))
        tell(min(start + _AT_ONCE, len(item_ids)), len(item_ids))
    store.give_room_back(space, bank_id, job_id)
