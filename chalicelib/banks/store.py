"""Banks and their items in the courses table: keys, and one function for each access pattern (listed in
``docs/access-patterns.md``).

| item | pk, sk | holds |
|---|---|---|
| bank | ``banks``, ``<bank>`` | title, how many items, whether it is shared |
| count | ``bank-count``, ``count`` | how many banks there are |
| head | ``bank#<bank>``, ``item#<item>`` | newest version, tags, how often which version's key was corrected |
| content | ``bank#<bank>``, ``version#<item>#<version>#<key>`` | a version with its key corrected so often |
| reservation | ``bank#<bank>``, ``import#<job>`` | how many items of an import have room and are not there; TTL |
| entry | ``bank#<bank>``, ``tag#<tag>#<item>`` | nothing: it stands where an item with that tag is looked for |
| taker | ``bank#<bank>``, ``taker#<space>`` | nothing: that an assessment of the space uses the national bank |
| known | ``bank#<bank>``, ``key#<item>#<version>`` | how often the key of a national item's version was corrected |

A head, its entries and its newest content are written in one transaction. What a space took over of a national bank are
contents, under the national bank's own id, and the keys of theirs that were corrected since.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib import clock
from chalicelib.banks import refs
from chalicelib.banks.refs import Ref
from chalicelib.storage.attributes import Facts, Whole, optional
from chalicelib.storage.items import Item
from chalicelib.storage.models import ItemPage, TenantItem
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, Rows, Table, TransactionFailed, Write, transact

MOST_BANKS = 200
MOST_ITEMS = 10_000  # of one bank, archived ones among them
_BANKS = "banks"
_COUNT = ("bank-count", "count")
_RESERVED_S = 100 * 24 * 3600  # longer than a job is kept
_TAKER = "taker#"
_DRAWN_BY = ("version", "points", "filed", "corrected", "archived_at")  # what a draw asks of a head


class BankHead(TenantItem):
    """A bank: ``banks``, ``<bank>``. ``v`` counts its changes."""

    table_kind = "courses"

    title = UnicodeAttribute()
    description = UnicodeAttribute()
    items = Whole()
    v = Whole()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    created_by = UnicodeAttribute()
    archived_at = optional(UnicodeAttribute())
    sharing_at = optional(UnicodeAttribute())  # since when its pictures are copied for all
    shared_at = optional(UnicodeAttribute())  # since when all spaces find it


class ItemHead(TenantItem):
    """What is known of an item without its content: ``bank#<bank>``, ``item#<item>``. ``v`` counts its changes."""

    table_kind = "courses"

    version = Whole()
    kind = UnicodeAttribute()
    prompt = UnicodeAttribute()
    points = Whole()
    search = UnicodeAttribute()
    filed = Facts()  # competences, difficulty, tags
    corrected = Facts()  # by version: how often its key was
    v = Whole()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    archived_at = optional(UnicodeAttribute())


class ContentItem(TenantItem):
    """A version of an item with a key of it: ``bank#<bank>``, ``version#<item>#<version>#<key>``. Immutable."""

    table_kind = "courses"

    question = UnicodeAttribute()  # as JSON
    pictures = Facts()  # the content type of each file that it shows
    at = UnicodeAttribute()
    by = UnicodeAttribute()
    reason = optional(UnicodeAttribute())  # why the key was corrected
    prefix = optional(UnicodeAttribute())  # where its pictures are, unless with the space's own


def _table(space: Space) -> Table:
    return space.table("courses")


# Banks


def banks(space: Space) -> list[Item]:
    """All banks as they are now: one Query, 1 RCU for some 10."""
    return _table(space).query_all(_BANKS, consistent=True)


def bank(space: Space, bank_id: str) -> Item | None:
    """One bank as it is now: 1 RCU."""
    return _table(space).get(_BANKS, bank_id, consistent=True)


def create_bank(space: Space, bank_id: str, facts: Mapping[str, Any]) -> None:
    """A new bank, if there are not too many: one transaction, 4 WCU.

    Raises: TransactionFailed when it is there (position 0) or there are too many (1).
    """
    new = space[BankHead](_BANKS, bank_id, items=0, v=1, **facts)
    transact([new.creating(), _counting(space, 1, "attribute_not_exists(n) OR n < :most", {":most": MOST_BANKS})])


def delete_bank(space: Space, bank_id: str) -> None:
    """Remove a bank that has no items: one transaction, 4 WCU. Raises: TransactionFailed when it has, or is gone."""
    empty = _table(space).deleting(
        _BANKS, bank_id, condition="#items = :none", values={":none": 0}, names={"#items": "items"}
    )
    transact([empty, _counting(space, -1, "attribute_exists(n)", {})])


def _counting(space: Space, more: int, condition: str, values: Mapping[str, Any]) -> Write:
    return _table(space).updating(*_COUNT, "ADD n :more", {":more": more, **values}, condition=condition)


def change_bank(space: Space, bank_id: str, facts: Mapping[str, Any], *, seen: int | None = None) -> Item:
    """Set facts of a bank (``None`` removes one): 1 WCU. With ``seen``, only on that state of it.

    Raises: ConditionFailed.
    """
    head = space[BankHead](_BANKS, bank_id)
    condition = BankHead.pk.exists() if seen is None else BankHead.v == seen
    head.update([*BankHead.setting({"updated_at": clock.timestamp(), **facts}), BankHead.v.add(1)], condition)
    return bank(space, bank_id) or {}


# Items


def heads(space: Space, bank_id: str, after: str | None, limit: int) -> Rows:
    """A page of a bank's items: one Query, 1 RCU for some 8."""
    return _page(space, bank_id, refs.HEAD, after, limit)


def all_heads(space: Space, bank_id: str, *, consistent: bool = True) -> list[Item]:
    """All items of a bank as they are now, without what lists show of them: one Query for each megabyte that is stored
    (some 2,000 items), 256 RCU each; half of it where what was just written may be missed."""
    return _table(space).query_all(
        refs.partition(bank_id), begins_with=refs.HEAD, consistent=consistent, attributes=_DRAWN_BY
    )


def tagged(space: Space, bank_id: str, tag: str, after: str | None, limit: int) -> Rows:
    """A page of the entries of one tag: one Query, 1 RCU for some 50."""
    return _page(space, bank_id, refs.entries(tag), after, limit)


def _page(space: Space, bank_id: str, begins_with: str, after: str | None, limit: int) -> Rows:
    start = {"pk": refs.partition(bank_id), "sk": f"{begins_with}{after}"} if after else None
    return _table(space).query(
        refs.partition(bank_id), begins_with=begins_with, after=start, limit=limit, consistent=True
    )  # fmt: skip


def head(space: Space, bank_id: str, item_id: str) -> Item | None:
    """One item as it is now: 1 RCU."""
    return _table(space).get(refs.partition(bank_id), refs.head(item_id), consistent=True)


def some_heads(
    space: Space, wanted: Iterable[tuple[str, str]], *, consistent: bool = True
) -> dict[tuple[str, str], Item]:
    """Items by bank and id, as they are now: one BatchGetItem for a hundred, 1 RCU each; half of it where what was just
    written may be missed."""
    keys = {(refs.partition(bank_id), refs.head(item_id)): (bank_id, item_id) for bank_id, item_id in wanted}
    return {keys[key]: item for key, item in _table(space).batch_get([*keys], consistent=consistent).items()}


def keys(space: Space, wanted: Collection[Ref], national: Collection[str]) -> dict[Ref, Item]:
    """What tells how often the keys of these versions were corrected, as of now: heads of the space's own items, what
    was brought of those of ``national`` banks. One BatchGetItem for a hundred, 1 RCU each."""
    at = {
        ref: (refs.partition(ref.bank), refs.known(ref) if ref.bank in national else refs.head(ref.item))
        for ref in wanted
    }
    found = _table(space).batch_get([*at.values()], consistent=True, attributes=("corrected", "key"))
    return {ref: found[key] for ref, key in at.items() if key in found}


def contents(space: Space, wanted: Collection[Ref], *, consistent: bool = True) -> dict[Ref, ContentItem]:
    """Contents: one BatchGetItem for a hundred, 1 RCU each for 4 KB, half of it where one that is just being written
    may be missed."""
    keys = {(refs.partition(ref.bank), refs.content(ref)): ref for ref in wanted}
    return {keys[key]: item for key, item in space[ContentItem].find_many([*keys], consistent=consistent).items()}


def all_contents(space: Space, bank_id: str, after: str | None, limit: int) -> ItemPage[ContentItem]:
    """A page of all versions of a bank's items: one Query, up to a megabyte."""
    return space[ContentItem].page(refs.partition(bank_id), begins_with=refs.CONTENT, after=after, limit=limit)


def revisions(space: Space, bank_id: str, item_id: str, after: str | None, limit: int) -> ItemPage[ContentItem]:
    """A page of an item's versions and corrected keys, newest first: one Query."""
    return space[ContentItem].page(
        refs.partition(bank_id), begins_with=refs.contents_of(item_id), after=after, limit=limit, descending=True
    )


@dataclass(frozen=True, slots=True)
class NewVersion:
    """An item as it is to be: what its head says, its content where it has a new one, entries that come and go."""

    item: str
    head: Mapping[str, Any]
    content: tuple[Ref, Mapping[str, Any]] | None
    gained: Collection[str]
    lost: Collection[str] = ()


def add_items(space: Space, bank_id: str, new: Sequence[NewVersion], *, sharing: bool, reserved: bool = False) -> None:
    """New items, all or none: one transaction, at least 6 WCU for each, and 2 for each entry. ``reserved``: they have
    room already, and are counted.

    Raises: TransactionFailed when the bank is full, archived, or no longer shared as it was seen (position 0), or when
    the items are there already (another).
    """
    if reserved:
        shared = "attribute_exists(sharing_at)" if sharing else "attribute_not_exists(sharing_at)"
        writes = [_table(space).checking(_BANKS, bank_id, f"attribute_exists(pk) AND {shared}")]
    else:
        writes = [_counting_items(space, bank_id, len(new), sharing)]
    for each in new:
        writes.append(space[ItemHead](refs.partition(bank_id), refs.head(each.item), v=1, **each.head).creating())
        writes += _around(space, bank_id, each)
    transact(writes)


def _counting_items(space: Space, bank_id: str, more: int, sharing: bool) -> Write:
    # The count is no edit: it leaves ``v`` alone, so that authors who describe the bank are not told that it changed.
    condition = BankHead.items <= MOST_ITEMS - more
    return space[BankHead](_BANKS, bank_id).updating([BankHead.items.add(more)], condition & _is_as_seen(sharing))


def _is_as_seen(sharing: bool) -> Any:
    shared = BankHead.sharing_at.exists() if sharing else BankHead.sharing_at.does_not_exist()
    return shared & BankHead.archived_at.does_not_exist()


def reserve(space: Space, bank_id: str, job_id: str, more: int) -> None:
    """Room for so many items of an import, counted from now on: 1 transaction, 4 WCU. Raises: TransactionFailed when
    the bank is full or archived (position 0), or when it is reserved already (1)."""
    condition = (BankHead.items <= MOST_ITEMS - more) & BankHead.archived_at.does_not_exist()
    counting = space[BankHead](_BANKS, bank_id).updating([BankHead.items.add(more)], condition)
    pk, sk = _reserved(bank_id, job_id)
    facts = {"left": more, "done": False, "ttl": clock.epoch_s() + _RESERVED_S}
    transact([counting, _table(space).creating({"pk": pk, "sk": sk, **facts})])


def reservation(space: Space, bank_id: str, job_id: str) -> Item | None:
    """What an import has reserved, as of now: 1 GetItem, 1 RCU."""
    return _table(space).get(*_reserved(bank_id, job_id), consistent=True)


def settle(space: Space, bank_id: str, job_id: str) -> None:
    """What was reserved is all there: 1 UpdateItem, 1 WCU."""
    _table(space).update(*_reserved(bank_id, job_id), "SET done = :yes", {":yes": True}, returns="NONE")


def take_back(space: Space, bank_id: str, job_id: str, item_id: str, tags: Collection[str]) -> None:
    """An item of an import that was given up is in the bank no more, nor counted: 1 transaction, 6 WCU and 2 for each
    entry. Repeating it changes nothing."""
    pk, table = refs.partition(bank_id), _table(space)
    writes = [
        table.deleting(pk, refs.head(item_id), condition="attribute_exists(pk)"),
        table.updating(*_reserved(bank_id, job_id), "ADD #left :less", {":less": -1}, names={"#left": "left"}),
        space[BankHead](_BANKS, bank_id).updating([BankHead.items.add(-1)], BankHead.pk.exists()),
        *(table.deleting(pk, refs.entry(tag, item_id)) for tag in sorted(tags)),
    ]
    with suppress(TransactionFailed):
        transact(writes)


def give_room_back(space: Space, bank_id: str, job_id: str) -> None:
    """What is left of a reservation is anybody's again: 1 GetItem and 1 transaction. Repeating it changes nothing."""
    reserved = reservation(space, bank_id, job_id)
    if reserved is None or reserved["done"]:
        return
    settling = _table(space).updating(
        *_reserved(bank_id, job_id), "SET done = :yes", {":yes": True, ":no": False}, condition="done = :no"
    )
    counting = space[BankHead](_BANKS, bank_id).updating([BankHead.items.add(-reserved["left"])], BankHead.pk.exists())
    with suppress(TransactionFailed):
        transact([settling, counting])


def _reserved(bank_id: str, job_id: str) -> tuple[str, str]:
    return refs.partition(bank_id), f"import#{job_id}"


def change_item(space: Space, bank_id: str, new: NewVersion, *, seen: int | None, sharing: bool) -> None:
    """Another state of an item, and its new content if it has one: one transaction, from 4 WCU.

    ``seen`` is the state of it that is changed; ``None``: whichever it has. Raises: TransactionFailed when the item is
    no longer as it was seen (position 0), or its bank (1).
    """
    actions = [*ItemHead.setting({"updated_at": clock.timestamp(), **new.head}), ItemHead.v.add(1)]
    condition = ItemHead.pk.exists() if seen is None else ItemHead.v == seen
    writes = [space[ItemHead](refs.partition(bank_id), refs.head(new.item)).updating(actions, condition)]
    if new.content:
        shared = "attribute_exists" if sharing else "attribute_not_exists"
        as_seen = f"attribute_exists(pk) AND {shared}(sharing_at) AND attribute_not_exists(archived_at)"
        writes.append(_table(space).checking(_BANKS, bank_id, as_seen))
    transact([*writes, *_around(space, bank_id, new)])


def _around(space: Space, bank_id: str, new: NewVersion) -> list[Write]:
    pk, table = refs.partition(bank_id), _table(space)
    writes = [table.putting({"pk": pk, "sk": refs.entry(tag, new.item)}) for tag in sorted(new.gained)]
    writes += [table.deleting(pk, refs.entry(tag, new.item)) for tag in sorted(new.lost)]
    if new.content:
        ref, facts = new.content
        writes.append(space[ContentItem](pk, refs.content(ref), **facts).creating())
    return writes


def put_contents(space: Space, taken: Mapping[Ref, ContentItem], prefix: str) -> None:
    """Contents of another space's bank as this space keeps them, their pictures under that prefix: 1 WCU per KB, 25 in
    one BatchWriteItem. They are immutable: again, it changes nothing."""
    _table(space).put_all(
        {
            "pk": refs.partition(ref.bank),
            "sk": refs.content(ref),
            "question": row.question,
            "pictures": row.pictures,
            "at": row.at,
            "by": "",  # whoever wrote it is a person of another space
            "reason": row.reason,
            "prefix": prefix,
        }
        for ref, row in taken.items()
    )


def note_key(space: Space, ref: Ref) -> None:
    """That the key of a national item's version is by now this one, unless a later one is known: 1 UpdateItem."""
    with suppress(ConditionFailed):
        _table(space).update(
            refs.partition(ref.bank),
            refs.known(ref),
            "SET #key = :key",
            {":key": ref.key},
            names={"#key": "key"},
            condition="attribute_not_exists(#key) OR #key < :key",
            returns="NONE",
        )


def note_taker(centre: Space, bank_id: str, slug: str) -> None:
    """That a space uses a bank of the centre's: 1 PutItem, 1 WCU."""
    _table(centre).put({"pk": refs.partition(bank_id), "sk": f"{_TAKER}{slug}"})


def takers(centre: Space, bank_id: str, after: str | None, limit: int) -> tuple[list[str], str | None]:
    """Spaces that use a bank of the centre's, and after which to go on: 1 Query, 1 RCU for some 100."""
    rows = _page(centre, bank_id, _TAKER, after, limit)
    found = [str(each["sk"]).removeprefix(_TAKER) for each in rows.items]
    return found, found[-1] if rows.after else None


def used_by(centre: Space, slug: str) -> list[str]:
    """The centre's banks that a space uses, in order, as of now: 1 Query, and 1 BatchGetItem for each hundred banks."""
    keys = {(refs.partition(bank["sk"]), f"{_TAKER}{slug}"): str(bank["sk"]) for bank in banks(centre)}
    return sorted(keys[key] for key in _table(centre).batch_get([*keys], consistent=True))
