"""Counting a space anew from its items, comparing with the counters, and mending those that are wrong.

For maintenance, beside the running system: it reads the whole learning table page by page (its memory grows with the
number of figures, not of learners) and is exact although learners go on learning:

- the table is ahead of the counters by the changes that still wait in the stream; these are read there and set off;
- a change that counts and falls into the reading of the table spoils that reading, and it is read again;
- a difference is believed when two readings agree on it, and is mended by adding it, so that batches that are
  counted meanwhile stay counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from chalicelib import config
from chalicelib.errors import Conflict
from chalicelib.reports import counters, counting, store
from chalicelib.reports.counters import Place
from chalicelib.reports.figures import Figures, contributions
from chalicelib.reports.store import Reached
from chalicelib.storage import acting, changes, spaces
from chalicelib.storage.changes import Batch
from chalicelib.storage.spaces import Space

Log = Callable[[Space, Mapping[str, str]], Iterator[Batch]]

_READINGS = 8
_TRIES = 20
# DynamoDB shows a write in the table a moment before it shows it in the stream.
_STREAM_LAG_S = 5.0


class TooBusy(Conflict):
    """Enrolments or completions fell into every reading of the table."""

    code = "too_busy"
    vi = "Không gian đang có quá nhiều thay đổi để đếm lại. Hãy thử lại vào lúc vắng hơn; chưa có số liệu nào bị sửa."
    en = "Too much is changing in this space to count it anew. Try again at a quieter hour; no figure was touched."


@dataclass(frozen=True, slots=True)
class Difference:
    """A counter that was wrong."""

    place: Place
    stored: int
    counted: int

    def __str__(self) -> str:
        table, pk, sk = self.place.row
        word = counters.described(self.place)
        return f"{table}: {pk} {sk}, {word}: {self.stored} stored, {self.counted} counted"


@dataclass(frozen=True, slots=True)
class Differences:
    """What counting anew found, and mended."""

    slug: str
    items: int
    counters: int
    wrong: list[Difference] = field(default_factory=list)

    def __str__(self) -> str:
        read = f"{self.slug}: {self.items:,} items read, {self.counters:,} counters compared"
        if not self.wrong:
            return f"{read}: all agree."
        return "\n  ".join([f"{read}, {len(self.wrong):,} of them wrong, and mended:", *map(str, self.wrong)])


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Changes that the stream holds and the counters lack; and, by shard, the newest change that counts."""

    figures: Figures
    newest: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Items:
    """What a table holds: the figures its items add up to, and in which partitions there are counters."""

    figures: Figures
    number: int
    partitions: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Reading:
    """One comparison of items and counters, both as of the same moment."""

    items: int
    stored: Mapping[Place, int]
    counted: Mapping[Place, int]
    reached: Reached

    @property
    def differences(self) -> dict[Place, int]:
        """What must be added to which counter for it to be right."""
        places = sorted(self.stored.keys() | self.counted.keys())
        lacking = {place: self.counted.get(place, 0) - self.stored.get(place, 0) for place in places}
        return {place: number for place, number in lacking.items() if number}


def recount(slug: str, *, log: Log = changes.kept) -> Differences:
    """Count a space's figures anew and mend its counters, the platform's of this space included.

    ``log`` tells what the stream of the space's learning table still holds. Raises: NotFound, TooBusy.
    """
    space = spaces.find(slug)
    with acting.on_behalf_of(slug):
        return _recount(space, log)


def _recount(space: Space, log: Log) -> Differences:
    suspected: dict[Place, int] = {}
    for _ in range(_READINGS):
        reading = _read(space, log)
        if reading is None:
            continue
        differences = reading.differences
        if differences and differences != suspected:
            suspected = differences
            continue
        try:
            store.mend(space, differences, reading.reached.mended)
        except store.Moved:
            continue  # someone else is counting this space anew
        return _found(space.slug, reading)
    raise TooBusy


def _found(slug: str, reading: _Reading) -> Differences:
    wrong = [
        Difference(place, reading.stored.get(place, 0), reading.counted.get(place, 0)) for place in reading.differences
    ]
    return Differences(slug, reading.items, len(reading.stored.keys() | reading.counted.keys()), wrong)


def _read(space: Space, log: Log) -> _Reading | None:
    """Compare items and counters; ``None`` when a change that counts came in between."""
    before = _waiting(space, log, store.reached(space))
    items = _sum_of_items(space)
    if not config.current().local:
        time.sleep(_STREAM_LAG_S)
    reached, stored = _counters(space, items)
    after = _waiting(space, log, reached)
    if before.newest != after.newest:
        return None
    figures = Figures(items.figures)
    figures.add(after.figures, -1)
    return _Reading(items.number, stored, counters.shown(space.slug, figures), reached)


def _waiting(space: Space, log: Log, reached: Reached) -> _Waiting:
    figures, newest = Figures(), dict(reached.shards)
    for batch in log(space, reached.shards):
        for change in counting.relevant(space, batch.changes):
            figures.add(change.figures)
            newest[batch.shard] = change.sequence
    return _Waiting(figures, newest)


def _sum_of_items(space: Space) -> _Items:
    central = space.slug == config.current().central
    figures, number, partitions = Figures(), 0, set()
    for page in store.everything(space):
        for item in page:
            figures.add(contributions(item, central=central))
            if partition := counters.partition_of(item):
                partitions.add(partition)
        number += len(page)
    return _Items(figures, number, frozenset(partitions))


def _counters(space: Space, items: _Items) -> tuple[Reached, dict[Place, int]]:
    """All counters of a space at one moment: nothing was counted while they were read. Raises: TooBusy."""
    for _ in range(_TRIES):
        reached = store.reached(space)
        counted = counters.shown(space.slug, items.figures)
        stored = store.counters(space, items.partitions | counters.partitions(counted))
        found = [*stored, *counted]
        stored |= store.national_counters(space.slug, counters.months(found), counters.frameworks(found))
        if store.reached(space) == reached:
            return reached, stored
    raise TooBusy
