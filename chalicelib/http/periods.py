"""Periods of days in Vietnam's calendar, as reports and usage ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from pydantic import Field

from chalicelib import clock
from chalicelib.errors import refuse_field
from chalicelib.http.models import Query

USUAL_DAYS = 30


class Period(Query):
    """Which days a series shows, in Vietnam's calendar, both ends included."""

    first: date | None = Field(
        default=None,
        alias="from",
        description="First day; absent: 29 days before the last.",
        examples=["2026-11-01"],
    )
    last: date | None = Field(default=None, alias="to", description="Last day; absent: today.", examples=["2026-11-30"])


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
