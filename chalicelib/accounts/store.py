"""Merges of accounts in a space's people table: one item each, in the partition of the account that is kept."""

from __future__ import annotations

from typing import Literal

from pynamodb.attributes import UnicodeAttribute

from chalicelib import clock
from chalicelib.people.keys import person_pk
from chalicelib.storage.attributes import Facts, Whole, Word, optional
from chalicelib.storage.items import Item
from chalicelib.storage.models import ItemPage, TenantItem
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Write

MergeState = Literal["merging", "merged", "undoing", "undone"]
_PREFIX = "merge#"


class MergeItem(TenantItem):
    """A merge: ``person#<kept>``, ``merge#<id>``. ``before`` and ``password_hash`` are the other account's."""

    table_kind = "people"

    other = UnicodeAttribute()
    other_name = UnicodeAttribute()
    state: Word[MergeState] = Word()
    before = Facts()
    password_hash = optional(UnicodeAttribute())
    by = UnicodeAttribute()
    at = UnicodeAttribute()
    until = Whole()  # epoch seconds, until which it can be undone
    updated_at = UnicodeAttribute()

    @property
    def id(self) -> str:
        """The merge's id, from its key."""
        return self.sk.removeprefix(_PREFIX)

    @property
    def kept(self) -> str:
        """The person whose account is kept, from its key."""
        return self.pk.removeprefix(person_pk(""))


def get(space: Space, kept_id: str, merge_id: str) -> MergeItem | None:
    """One merge, read consistently: one GetItem, 1 RCU."""
    return space[MergeItem].find(person_pk(kept_id), _PREFIX + merge_id, consistent=True)


def of_person(space: Space, kept_id: str, after: str | None, limit: int) -> ItemPage[MergeItem]:
    """What was merged into a person's account, newest first: one Query."""
    start = _PREFIX + after if after else None
    return space[MergeItem].page(person_pk(kept_id), begins_with=_PREFIX, after=start, limit=limit, descending=True)


def creating(space: Space, kept_id: str, merge_id: str, facts: Item) -> Write:
    """The put of a new merge, which must not exist, inside the transaction that joins the accounts."""
    at = clock.timestamp()
    return space[MergeItem](person_pk(kept_id), _PREFIX + merge_id, at=at, updated_at=at, **facts).creating()


def turning(space: Space, merge: MergeItem, before: MergeState, state: MergeState) -> Write:
    """The write that takes a merge from one state to the next, inside a transaction."""
    item = space[MergeItem](merge.pk, merge.sk)
    return item.updating(
        [MergeItem.state.set(state), MergeItem.updated_at.set(clock.timestamp())], MergeItem.state == before
    )


def turn(space: Space, merge: MergeItem, before: MergeState, state: MergeState) -> None:
    """:func:`turning`, alone: one UpdateItem. Raises: ConditionFailed."""
    item = space[MergeItem](merge.pk, merge.sk)
    item.update([MergeItem.state.set(state), MergeItem.updated_at.set(clock.timestamp())], MergeItem.state == before)
