"""Banks as their authors keep them: begun, described, archived, removed while nothing is in them."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.banks import store
from chalicelib.banks.models import NewBank
from chalicelib.errors import Conflict, NotFound, PreconditionFailed
from chalicelib.http.requests import Circumstances
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, TransactionFailed


class TooManyBanks(Conflict):
    """A space has as many banks as it may have."""

    code = "too_many_banks"
    vi = "Một không gian có tối đa {banks} ngân hàng câu hỏi. Hãy dùng nhãn để phân loại trong một ngân hàng."
    en = "A space has at most {banks} banks of questions. Use tags to sort questions within one."


class BankNotEmpty(Conflict):
    """A bank with items stays: assessments may name them."""

    code = "bank_not_empty"
    vi = "Ngân hàng này đã có câu hỏi nên không xoá được. Hãy lưu trữ thay vì xoá."
    en = "This bank has questions and cannot be removed. Archive it instead."


class ArchivedBank(Conflict):
    """Nothing is written into an archived bank."""

    code = "archived_bank"
    vi = "Ngân hàng câu hỏi này đang lưu trữ. Hãy khôi phục trước khi sửa."
    en = "This bank is archived. Restore it before you edit it."


def require(space: Space, bank_id: str) -> Item:
    """A bank as it is now: 1 RCU. Raises: NotFound."""
    bank = store.bank(space, bank_id)
    if bank is None:
        raise NotFound
    return bank


def require_in_use(space: Space, bank_id: str) -> Item:
    """A bank that may be written into: 1 RCU. Raises: NotFound, ArchivedBank."""
    bank = require(space, bank_id)
    if "archived_at" in bank:
        raise ArchivedBank
    return bank


def etag(bank: Item) -> str:
    """The validator of a bank's description: it counts its changes, not those of its items."""
    return f'"{bank["v"]}"'


def create(space: Space, new: NewBank, circumstances: Circumstances) -> Item:
    """A new bank: 2 calls. Repeated under the same key, it gives the same one. Raises: TooManyBanks."""
    bank_id, at = circumstances.new_id(space.slug), clock.timestamp()
    facts = {**new.model_dump(), "created_at": at, "updated_at": at, "created_by": circumstances.actor_id}
    try:
        store.create_bank(space, bank_id, facts)
    except TransactionFailed as failed:
        if 0 not in failed.failed:
            raise TooManyBanks(banks=store.MOST_BANKS) from None
    return require(space, bank_id)


def describe(space: Space, bank_id: str, new: NewBank, circumstances: Circumstances) -> Item:
    """Another title and description, on the state that was read: 3 calls.

    Raises: NotFound, PreconditionRequired, PreconditionFailed.
    """
    bank = require(space, bank_id)
    circumstances.require_match(etag(bank))
    try:
        return store.change_bank(space, bank_id, new.model_dump(), seen=bank["v"])
    except ConditionFailed:
        raise PreconditionFailed from None


def archive(space: Space, bank_id: str) -> Item:
    """Take a bank out of use; assessments that name its items go on. Repeating it changes nothing. Raises: NotFound."""
    return _change(space, bank_id, clock.timestamp())


def restore(space: Space, bank_id: str) -> Item:
    """Put an archived bank back into use. Repeating it changes nothing. Raises: NotFound."""
    return _change(space, bank_id, None)


def _change(space: Space, bank_id: str, archived_at: str | None) -> Item:
    bank = require(space, bank_id)
    if ("archived_at" in bank) == (archived_at is not None):
        return bank
    return store.change_bank(space, bank_id, {"archived_at": archived_at})


def remove(space: Space, bank_id: str) -> None:
    """Remove a bank that has no items: 1 call, 2 where it does not. One that is gone is no error.

    Raises: BankNotEmpty.
    """
    try:
        store.delete_bank(space, bank_id)
    except TransactionFailed:
        if store.bank(space, bank_id) is not None:
            raise BankNotEmpty from None
