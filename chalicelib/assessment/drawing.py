"""Which questions a sitting gets: drawn from what was frozen at publishing. Pure: no I/O.

Each item's place follows from a keyed seed and the item alone (its digest under the seed), so a paper can be drawn
again for an appeal, years later and by any release: it hangs on SHA-256, not on a library's shuffling. Who does not
know the space's key cannot tell the next one.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from chalicelib.banks.contents import Ref


@dataclass(frozen=True, slots=True)
class FrozenPart:
    """A part as published: ``count`` of the pool are drawn; ``None``: all of it, in this order."""

    pool: tuple[Ref, ...]
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Shortage:
    """A part from which some paper could not be drawn: it asks for ``wanted``, and only ``left`` are sure to be left
    when the other parts have taken theirs."""

    place: int
    wanted: int
    left: int


def draw(parts: Sequence[FrozenPart], seed: str, *, shuffled: bool) -> tuple[Ref, ...]:
    """The questions of one paper, in order; the same for the same seed. Where :func:`shortages` found none, each part
    has as many as it asks for, and no item comes twice."""
    chosen: dict[int, list[Ref]] = {}
    taken: set[tuple[str, str]] = set()
    for place in _in_turn(parts):
        part = parts[place]
        free = [ref for ref in _once(part.pool) if _what(ref) not in taken]
        if part.count is not None:
            free = heapq.nsmallest(part.count, free, key=lambda ref, place=place: _rank(seed, str(place), ref))  # type: ignore[misc]
        chosen[place] = free
        taken.update(_what(ref) for ref in free)
    paper = [ref for place in sorted(chosen) for ref in chosen[place]]
    if shuffled:
        paper.sort(key=lambda ref: _rank(seed, "order", ref))
    return tuple(paper)


def shortages(parts: Sequence[FrozenPart]) -> Iterator[Shortage]:
    """Parts that may fall short, whatever the seed: others before them may take of their pool as much as they share."""
    before: list[tuple[int, Collection[tuple[str, str]]]] = []
    for place in _in_turn(parts):
        part = parts[place]
        pool = {_what(ref) for ref in part.pool}
        left = len(pool) - sum(min(count, len(pool.intersection(theirs))) for count, theirs in before)
        wanted = len(part.pool) if part.count is None else part.count
        if left < wanted:
            yield Shortage(place, wanted, max(left, 0))
        before.append((wanted, pool))


def _in_turn(parts: Sequence[FrozenPart]) -> list[int]:
    """Fixed parts take theirs first, then those with the smallest pool: they have the least choice."""
    return sorted(range(len(parts)), key=lambda place: (parts[place].count is not None, len(parts[place].pool), place))


def _what(ref: Ref) -> tuple[str, str]:
    """The item, whatever its version: nobody is asked the same twice."""
    return ref.bank, ref.item


def _once(pool: Sequence[Ref]) -> list[Ref]:
    return list({_what(ref): ref for ref in pool}.values())


def _rank(seed: str, what: str, ref: Ref) -> bytes:
    return hashlib.sha256("\x1f".join((seed, what, ref.bank, ref.item)).encode()).digest()
