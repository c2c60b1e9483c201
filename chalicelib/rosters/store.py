"""Lists of people in a space's people table: what is known of each, in one partition. What they say of whom stands in
files (``pages.py``), and so do the lists themselves (``uploads.py``)."""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib import clock
from chalicelib.metering import waiting
from chalicelib.rosters.states import RosterState
from chalicelib.storage.attributes import Facts, Whole, Word, optional
from chalicelib.storage.models import ItemPage, TenantItem
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, TransactionFailed, transact

_PK = "rosters"


class RosterItem(TenantItem):
    """A list: ``rosters``, ``<id>``. ``job`` reads or loads it, in its so manieth ``run``."""

    table_kind = "people"

    name = UnicodeAttribute()  # of the file
    size = Whole()  # bytes
    state: Word[RosterState] = Word()
    run = Whole()
    job = optional(UnicodeAttribute())
    mapping = optional(Facts())  # fields by the columns' places, where they were told
    header_row = optional(Whole())  # the row of headings, where it was told; 0: there is none
    overwrite = optional(Whole())  # 1: what was edited by hand yields too
    understood = optional(Facts())  # encoding, delimiter, columns
    counts = optional(Facts())  # what the run found, or did
    pages = optional(Whole())  # how many pages of people the loading wrote
    problem_pages = optional(Whole())
    unit_pages = optional(Whole())
    kinds = optional(UnicodeAttribute())  # a letter for each slice of 500 rows (``states.kinds``)
    remarked = optional(UnicodeAttribute())  # the end of the name of the list with remarks
    error = optional(Facts())
    by = UnicodeAttribute()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    uploaded_at = optional(UnicodeAttribute())

    @property
    def id(self) -> str:
        """The list's id, from its key."""
        return self.sk


def create(space: Space, roster_id: str, facts: dict[str, Any]) -> RosterItem:
    """Write down a new list that came along, unless this id names one already; gives what stands there. 1 WCU, else 1
    RCU more."""
    item = _new(space, roster_id, facts)
    try:
        item.create()
    except ConditionFailed:
        return get(space, roster_id) or item
    return item


def announce(space: Space, roster_id: str, facts: dict[str, Any], room: int) -> RosterItem | None:
    """Write down a list that is to be uploaded, and count it among the uploads that wait, which have ``room`` bytes
    together; gives what stands there, None where there was no room. One transaction, 4 WCU, else 1 RCU more."""
    item = _new(space, roster_id, facts)
    try:
        transact([item.creating(), waiting.one_more(space, item.size, item.created_at, room)])
    except TransactionFailed as error:
        return get(space, roster_id) if 0 in error.failed else None  # it was announced before
    return item


def _new(space: Space, roster_id: str, facts: dict[str, Any]) -> RosterItem:
    at = clock.timestamp()
    return space[RosterItem](_PK, roster_id, run=0, created_at=at, updated_at=at, **facts)


def get(space: Space, roster_id: str) -> RosterItem | None:
    """One list at this moment: one GetItem, 1 RCU for each 4 KB."""
    return space[RosterItem].find(_PK, roster_id, consistent=True)


def newest(space: Space, after: str | None, limit: int) -> ItemPage[RosterItem]:
    """A space's lists, newest first: one Query."""
    return space[RosterItem].page(_PK, after=after, limit=limit, descending=True)


def move(item: RosterItem, facts: dict[str, Any]) -> None:
    """Change a list that is as it was read: one UpdateItem, 1 WCU a KB. Raises: ConditionFailed."""
    _write(item, facts, _as_read(item))


def arrive(space: Space, item: RosterItem, facts: dict[str, Any]) -> None:
    """Change a list that was uploaded, and waits no more: one transaction, 4 WCU and more. Raises: ConditionFailed."""
    facts = {**facts, "updated_at": clock.timestamp()}
    moving = item.updating(RosterItem.setting(facts), _as_read(item))
    try:
        transact([moving, waiting.no_more(space, item.size, item.created_at)])
    except TransactionFailed as error:
        raise ConditionFailed(error.items.get(0)) from None
    for name, value in facts.items():
        setattr(item, name, value)


def tell(item: RosterItem, job: str, facts: dict[str, Any]) -> None:
    """What the job that works on a list has to say of it: one UpdateItem, 1 WCU a KB. Raises: ConditionFailed when the
    list was called off, or is another job's by now."""
    _write(item, facts, (RosterItem.state == item.state) & (RosterItem.job == job))


def _as_read(item: RosterItem) -> Any:
    return (RosterItem.state == item.state) & (RosterItem.run == item.run)


def _write(item: RosterItem, facts: dict[str, Any], condition: Any) -> None:
    item.update(RosterItem.setting({**facts, "updated_at": clock.timestamp()}), condition)
