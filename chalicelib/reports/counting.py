"""Counting what changed, once each: whatever is delivered again, cut otherwise or cut short.

A shard's checkpoint is the sequence number of the last change that was counted. It moves in the very transaction that
adds to the counters, and only from where it was read: so of two who count the same changes, one finds it moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chalicelib import config
from chalicelib.errors import Unavailable
from chalicelib.reports import counters, store
from chalicelib.reports.figures import Figures, deltas, total
from chalicelib.storage.changes import Batch, Change, kept
from chalicelib.storage.spaces import Space

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Counted:
    """A change that moves figures."""

    sequence: str
    figures: Figures

    @property
    def position(self) -> int:
        """Order within a shard."""
        return int(self.sequence)


def count(space: Space, batch: Batch) -> None:
    """Count a batch of changes. Nothing is called for a batch in which nothing counts: the checkpoint then stays
    behind, which is harmless, and the records of our own counters do not set off further ones.

    Raises: Unavailable when the batch is to come again: above all when shards of the space met at the same counters
    time and again.
    """
    counting = relevant(space, batch.changes)
    if not counting:
        return
    for _ in range(_TRIES):
        try:
            _count(space, batch.shard, counting)
        except store.Moved:
            continue  # an invocation that was given up for lost counts the same changes: see how far it came
        return
    raise Unavailable


def all_counted(space: Space) -> bool:
    """Whether every change that the stream of a space still holds (24 hours of it) is counted: 1 Query, and what
    reading the ends of its shards takes."""
    reached = store.reached(space).shards
    return not any(relevant(space, batch.changes) for batch in kept(space, reached))


def relevant(space: Space, changes: Sequence[Change]) -> list[Counted]:
    """The changes that move figures, in their order."""
    central = space.slug == config.current().central
    counted = (Counted(change.sequence, deltas(change, central=central)) for change in changes)
    return [each for each in counted if each.figures]


def _count(space: Space, shard: str, counting: Sequence[Counted]) -> None:
    after = store.checkpoint(space, shard)
    reached = int(after) if after else -1
    for part in parts(space.slug, [each for each in counting if each.position > reached]):
        upto = part[-1].sequence
        store.count(space, shard, total(each.figures for each in part), after, upto)
        after = upto


def parts(slug: str, counting: Sequence[Counted]) -> Iterator[list[Counted]]:
    """Cut changes so that the counters that a part touches fit into one transaction."""
    part: list[Counted] = []
    touched: set[counters.Row] = set()
    for each in counting:
        rows = counters.rows(slug, each.figures)
        if part and len(touched | rows) > store.ROOM:
            yield part
            part, touched = [], set()
        part.append(each)
        touched |= rows
    if part:
        yield part
