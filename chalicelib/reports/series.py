"""Days in Vietnam as a report shows them, and stored numbers as totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from chalicelib import clock
from chalicelib.errors import refuse_field
from chalicelib.reports.figures import ACTIVE, COMPLETIONS, ENROLMENTS, LEARNERS, LEFT, REGISTRATIONS
from chalicelib.reports.models import Day, Period
from chalicelib.storage.items import Item

USUAL_DAYS = 30
Numbers = Mapping[str, int]


def span(period: Period, most: int) -> tuple[date, date]:
    """The first and last day asked for. Raises: InvalidInput when they are in the wrong order or more than ``most``."""
    last = period.last or clock.vietnam_day()
    first = period.first or max(last, _EARLIEST) - timedelta(days=USUAL_DAYS - 1)
    if first > last:
        raise refuse_field(
            "from",
            "after_end",
            "Ngày đầu phải trước hoặc trùng ngày cuối.",
            "The first day must not be after the last.",
        )
    if (last - first).days >= most:
        raise refuse_field("from", "too_many_days", f"Không quá {most} ngày.", f"At most {most} days are allowed.")
    return first, last


_EARLIEST = date(1970, 1, 31)


def dates(first: date, last: date) -> Iterator[date]:
    """Every day from ``first`` to ``last``, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def months(first: date, last: date) -> list[str]:
    """The months (``2026-11``) that these days touch."""
    return sorted({day.isoformat()[:7] for day in dates(first, last)})


def days(first: date, last: date, numbers: Mapping[str, Numbers]) -> list[Day]:
    """Every day of a series, also those on which nothing happened."""
    return [_day(day, numbers.get(day.isoformat(), {})) for day in dates(first, last)]


def _day(day: date, numbers: Numbers) -> Day:
    return Day(
        day=day,
        registrations=numbers.get(REGISTRATIONS, 0),
        enrolments=numbers.get(ENROLMENTS, 0),
        completions=numbers.get(COMPLETIONS, 0),
        active_learners=numbers.get(LEARNERS, 0),
    )


def totals(numbers: Numbers) -> dict[str, int]:
    """The fields of :class:`Totals`."""
    return {
        "enrolments": numbers.get(ENROLMENTS, 0),
        "active": numbers.get(ACTIVE, 0),
        "completions": numbers.get(COMPLETIONS, 0),
        "left": numbers.get(LEFT, 0),
    }


def space_totals(numbers: Numbers) -> dict[str, int]:
    """The fields of :class:`SpaceTotals`."""
    return {"registrations": numbers.get(REGISTRATIONS, 0), **totals(numbers)}


def added(items: Iterable[Numbers]) -> dict[str, int]:
    """Counters added up, figure by figure."""
    total: dict[str, int] = {}
    for item in items:
        for name in (REGISTRATIONS, ENROLMENTS, ACTIVE, LEFT, COMPLETIONS):
            total[name] = total.get(name, 0) + item.get(name, 0)
    return total


def as_of(items: Iterable[Item]) -> datetime | None:
    """When the newest of these counters changed."""
    newest = max((item.get("at", 0) for item in items), default=0)
    return datetime.fromtimestamp(newest, UTC) if newest else None
