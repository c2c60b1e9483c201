"""Storing many persons: what a list brings is written in as few transactions as it fits into, each person whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from chalicelib.errors import PreconditionFailed
from chalicelib.metering.quotas import SpaceFull
from chalicelib.people import leaving, persons, store
from chalicelib.people.person import LastKeeper, Person, settled
from chalicelib.people.persons import IdentifierTaken, Via
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TRANSACTION_LIMIT, TransactionFailed, Write, transact


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of a person; ``old`` is None for a new one."""

    old: Person | None
    new: Person


def store_all(space: Space, changes: Iterable[Change], via: Via) -> list[Change]:
    """Store these, each whole or not at all: 1 transaction for some six of them, and 1 for each of those when one of
    them cannot be stored as asked. Gives the ones that are not stored, since somebody else was quicker.

    Who may be added is asked before, by the one who knows how many are (``quotas.places_left``).
    """
    alone: list[Change] = []
    together: list[Change] = []
    for asked in changes:
        change = Change(asked.old, settled(asked.old, asked.new)) if asked.old else asked
        (alone if _opens_a_door(change) else together).append(change)
    for some, writes in _fitting(space, together, via):
        for change in some:
            if change.old:
                leaving.order(space, change.old, change.new)
        try:
            transact(writes)
        except TransactionFailed:
            alone += some
    return [change for change in alone if not _stored(space, change, via)]


def _opens_a_door(change: Change) -> bool:
    """Whether somebody gains an identifier who may have a password already, which is then to go with it."""
    old = change.old
    return old is not None and old.status != "invited" and not set(change.new.identifiers) <= set(old.identifiers)


def _fitting(space: Space, changes: Sequence[Change], via: Via) -> Iterator[tuple[list[Change], list[Write]]]:
    """These changes in groups, each with its writes: as many as one transaction takes."""
    some: list[Change] = []
    writes: list[list[Write]] = []
    for change in changes:
        own = [write for _, write in _writes(space, change, via)]
        if some and sum(map(len, writes)) + len(own) > TRANSACTION_LIMIT:
            yield some, [*chain.from_iterable(writes)]
            some, writes = [], []
        some.append(change)
        writes.append(own)
    if some:
        yield some, [*chain.from_iterable(writes)]


def _writes(space: Space, change: Change, via: Via) -> list[store.Labelled]:
    if change.old is None:
        return store.adding(space, change.new, None, via)
    return store.changing(space, change.old, change.new)


def _stored(space: Space, change: Change, via: Via) -> bool:
    try:
        if change.old is None:
            persons.add(space, change.new, via=via)
        else:
            persons.change(space, change.old, change.new)
    except (IdentifierTaken, PreconditionFailed, LastKeeper, SpaceFull):
        return False
    return True
