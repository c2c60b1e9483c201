"""How long first answers take, in working hours: a histogram, whose parts can be added. Pure but for :func:`report`."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from chalicelib import clock
from chalicelib.storage.spaces import Space
from chalicelib.threads import store
from chalicelib.threads.models import Times

# Upper bounds; a working day has eight hours. What took longer than the last counts as the last.
BOUNDS = (0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 32, 40, 48, 64, 80, 120, 200)
ASKED, OVERDUE = "asked", "overdue"
_TOOK = "h"


def month_of(at_s: int) -> str:
    """The month in Vietnam, as figures are kept by."""
    return clock.vietnam_day(clock.from_epoch_ms(at_s * 1000)).isoformat()[:7]


def bucket(hours: float) -> str:
    """The counter of answers that took so long."""
    return f"{_TOOK}{min(bisect_left(BOUNDS, hours), len(BOUNDS) - 1):02d}"


def merged(parts: Iterable[Mapping[str, object]]) -> Counter[str]:
    """The counters of several months and shards together."""
    total: Counter[str] = Counter()
    for part in parts:
        total.update({name: count for name, count in part.items() if isinstance(count, int)})
    return total


def percentile(counts: Mapping[str, int], share: float) -> float | None:
    """The least bound within which at least that share of all answers came."""
    total, reached = sum(counts.get(f"{_TOOK}{place:02d}", 0) for place in range(len(BOUNDS))), 0
    for place, bound in enumerate(BOUNDS):
        reached += counts.get(f"{_TOOK}{place:02d}", 0)
        if total and reached >= share * total:
            return bound
    return None


def report(space: Space, months: int) -> Times:
    """The figures of the last months: 1 call."""
    counts = merged(store.times(space, _months(clock.vietnam_day(), months)))
    histogram = {str(bound): counts[f"{_TOOK}{place:02d}"] for place, bound in enumerate(BOUNDS)}
    return Times(
        asked=counts[ASKED],
        answered=sum(histogram.values()),
        overdue=counts[OVERDUE],
        median_hours=percentile(counts, 0.5),
        p95_hours=percentile(counts, 0.95),
        histogram={bound: number for bound, number in histogram.items() if number},
    )


def _months(today: date, number: int) -> list[str]:
    last = today.year * 12 + today.month - 1
    return [f"{each // 12:04d}-{each % 12 + 1:02d}" for each in range(last - number + 1, last + 1)]
