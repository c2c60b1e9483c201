"""Days in Vietnam as a report shows them, and stored numbers as totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from chalicelib.http.periods import dates
from chalicelib.reports.figures import ACTIVE, COMPLETIONS, ENROLMENTS, LEARNERS, LEFT, PEOPLE, REGISTRATIONS
from chalicelib.reports.models import Day
from chalicelib.storage.items import Item

Numbers = Mapping[str, int]


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
        for name in (REGISTRATIONS, ENROLMENTS, ACTIVE, LEFT, COMPLETIONS, PEOPLE):
            total[name] = total.get(name, 0) + item.get(name, 0)
    return total


def as_of(items: Iterable[Item]) -> datetime | None:
    """When the newest of these counters changed."""
    newest = max((item.get("at", 0) for item in items), default=0)
    return datetime.fromtimestamp(newest, UTC) if newest else None
