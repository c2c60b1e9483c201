"""The one source of time: UTC inside, RFC 3339 at the boundary, Vietnam's calendar day for what people call "today"."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

# Asia/Ho_Chi_Minh has had no daylight saving time since 1975, so a fixed offset spares Lambda the zone database.
VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")

_source: Callable[[], float] = time.time


def set_source(source: Callable[[], float] | None) -> None:
    """Let a test decide what time it is (seconds since the epoch); ``None`` gives the machine's clock back."""
    global _source
    _source = source or time.time


def epoch_s() -> int:
    """Whole seconds since 1970-01-01T00:00Z: the form DynamoDB's TTL takes."""
    return int(_source())


def epoch_ms() -> int:
    """Milliseconds since 1970-01-01T00:00Z."""
    return int(_source() * 1000)


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.fromtimestamp(_source(), UTC)


def timestamp() -> str:
    """This instant as stored and sorted: RFC 3339 in UTC with milliseconds, of a fixed width."""
    return as_timestamp(now())


def as_timestamp(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds; strings of it sort as the instants do."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def from_timestamp(text: str) -> datetime:
    """The instant that :func:`as_timestamp` wrote."""
    return datetime.fromisoformat(text)


def told(epoch_s: int) -> str:
    """A stored time as credentials and apps are told it: RFC 3339 in UTC, whole seconds (``2026-11-24T15:00:00Z``)."""
    return datetime.fromtimestamp(epoch_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_epoch_ms(milliseconds: int) -> datetime:
    """That instant, aware, in UTC. Raises: ValueError, OverflowError or OSError for one beyond the calendar."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def vietnam_day(instant: datetime | None = None) -> date:
    """The calendar day in Vietnam at ``instant`` (now, unless told)."""
    return (instant or now()).astimezone(VIETNAM).date()


def shown_day(iso: str) -> str:
    """A stored day (``2026-12-31``) as people in Vietnam write it: ``31/12/2026``."""
    return date.fromisoformat(iso).strftime("%d/%m/%Y")
