"""Terms in Vietnam's calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.accounts import working_days
from chalicelib.accounts.working_days import days_after, working_days_after

DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("day", "number", "ends"),
    [
        ("2026-11-24", 2, "2026-11-26"),
        ("2026-11-27", 2, "2026-12-01"),  # over a weekend
        ("2026-02-13", 2, "2026-02-24"),  # over Tết
        ("2026-04-24", 2, "2026-04-29"),  # the day after the Hùng kings' is worked on
        ("2026-08-28", 2, "2026-09-04"),  # over the national day
        ("2026-08-21", 1, "2026-08-22"),  # a Saturday that is worked on
    ],
)
def test_working_days_pass_over_weekends_and_holidays(day: str, number: int, ends: str) -> None:
    assert working_days_after(date.fromisoformat(day), number).isoformat() == ends


@pytest.mark.parametrize(
    ("day", "number", "ends"),
    [
        ("2026-11-24", 10, "2026-12-04"),
        ("2026-11-25", 10, "2026-12-07"),  # a Saturday: on Monday
        ("2026-02-04", 15, "2026-02-23"),  # in Tết: on the first working day
    ],
)
def test_a_term_that_ends_on_a_day_off_ends_on_the_next_working_day(day: str, number: int, ends: str) -> None:
    assert days_after(date.fromisoformat(day), number).isoformat() == ends


@given(DAYS, st.integers(1, 30))
def test_a_term_ends_on_a_working_day_and_never_early(day: date, number: int) -> None:
    for ends in (days_after(day, number), working_days_after(day, number)):
        assert working_days.is_working(ends)
        assert ends >= day + timedelta(days=number)


@given(DAYS, st.integers(1, 20))
def test_just_so_many_working_days_lie_between(day: date, number: int) -> None:
    ends = working_days_after(day, number)
    between = [day + timedelta(days=each) for each in range(1, (ends - day).days + 1)]
    assert sum(map(working_days.is_working, between)) == number
