"""Work that is begun once a day, at an hour of Vietnam's day, by the clock that ticks each minute."""

from __future__ import annotations

from chalicelib import clock, ids

MINUTES = 10  # the hour's first: a clock that misses some of its ticks does not miss the day


def due(kind: str, hour: int) -> str | None:
    """The id of the day's job of that kind in the first minutes of that hour in Vietnam, else nothing. It is the same
    at each tick of them, so that enqueuing it again changes nothing. No I/O."""
    now = clock.now().astimezone(clock.VIETNAM)
    if now.hour != hour or now.minute >= MINUTES:
        return None
    return ids.derived(kind, now.date().isoformat())
