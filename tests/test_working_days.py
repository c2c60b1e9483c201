"""Terms in Vietnam's calendar, and the calendar itself against one that others keep."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import working_days
from chalicelib.clock import VIETNAM
from chalicelib.working_days import days_after, due_after, working_days_after

DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))
HOURS = st.integers(0, 200)
ANNOUNCED = (2025, 2026)
# A notice that the other calendar lacks; and a day that it has before the law does.
ONLY_HERE, NOT_YET_LAW = date(2026, 1, 2), (11, 24)


def off_by_others(year: int) -> set[date]:
    """The weekdays off that the calendar kept by others has."""
    found = set(holidays.country_holidays("VN", years=year))
    # What would be made up for the day of culture falls within the days after it.
    culture = {date(year, *NOT_YET_LAW) + timedelta(days=each) for each in range(3)}
    return {day for day in found - culture if day.weekday() < 5}


def off_here(year: int) -> set[date]:
    days = (date(year, 1, 1) + timedelta(days=each) for each in range(366))
    return {day for day in days if day.year == year and day.weekday() < 5 and not working_days.is_working(day)}


@pytest.mark.parametrize("year", ANNOUNCED)
def test_an_announced_year_is_the_one_that_others_keep(year: int) -> None:
    assert off_here(year) - {ONLY_HERE} == off_by_others(year)


@pytest.mark.parametrize("year", [each for each in working_days._LUNAR if each not in ANNOUNCED])
def test_a_year_that_is_not_announced_has_no_day_that_may_be_worked(year: int) -> None:
    """Tết, the Hùng kings' day and what is made up for are reckoned; whichever days are chosen later, these are off."""
    assert off_here(year) <= off_by_others(year)
    left_open = off_by_others(year) - off_here(year)
    assert len(left_open) <= 3, "of Tết at its ends, and of the National Day the day beside it"


@pytest.mark.parametrize("year", list(working_days._LUNAR))
def test_the_lunar_dates_are_those_of_vietnams_calendar(year: int) -> None:
    tet, kings = map(date.fromisoformat, working_days._LUNAR[year])
    named = holidays.country_holidays("VN", years=year, language="en_US")
    assert named[tet] == "Lunar New Year"
    assert named[kings] == "Hung Kings' Commemoration Day"


@pytest.mark.parametrize(
    ("day", "number", "ends"),
    [
        ("2026-11-24", 2, "2026-11-26"),
        ("2026-11-27", 2, "2026-12-01"),  # over a weekend
        ("2026-02-13", 2, "2026-02-24"),  # over Tết
        ("2026-04-24", 2, "2026-04-29"),  # the day after the Hùng kings' is worked on
        ("2026-08-28", 2, "2026-09-04"),  # over the national day
        ("2026-08-21", 1, "2026-08-22"),  # a Saturday that is worked on
        ("2027-02-04", 1, "2027-02-11"),  # Tết's two weekend days are made up for, whichever five are chosen
        ("2028-12-29", 1, "2029-01-02"),
        ("2040-01-02", 1, "2040-01-03"),  # a year of which the lunar dates are not here
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


@pytest.mark.parametrize(
    ("asked", "hours", "due"),
    [
        ("2026-11-24T09:00", 2, "2026-11-24T11:00"),
        ("2026-11-24T09:00", 4, "2026-11-24T14:30"),  # over noon
        ("2026-11-24T12:30", 1, "2026-11-24T14:30"),  # asked at noon
        ("2026-11-24T20:00", 8, "2026-11-25T17:30"),  # asked in the evening
        ("2026-11-24T10:00", 24, "2026-11-27T10:00"),  # three days
        ("2026-11-27T10:00", 24, "2026-12-02T10:00"),  # over a weekend
        ("2026-11-28T10:00", 1, "2026-11-30T09:00"),  # asked on a Saturday
        ("2026-02-13T16:30", 2, "2026-02-23T09:00"),  # over Tết
        ("2026-08-21T16:30", 2, "2026-08-22T09:00"),  # a Saturday that is worked on
        ("2026-11-24T17:30", 0, "2026-11-24T17:30"),
        ("2026-11-24T18:00", 0, "2026-11-25T08:00"),
    ],
)
def test_working_hours_pass_over_noon_nights_weekends_and_holidays(asked: str, hours: float, due: str) -> None:
    start = datetime.fromisoformat(asked).replace(tzinfo=VIETNAM)
    assert due_after(start, hours) == datetime.fromisoformat(due).replace(tzinfo=VIETNAM)


@given(INSTANTS, HOURS)
def test_nothing_is_due_when_offices_are_closed(start: datetime, hours: int) -> None:
    due = due_after(start, hours).astimezone(VIETNAM)
    assert due >= start
    assert working_days.is_working(due.date())
    assert any(opens <= due.time() <= closes for opens, closes in working_days.OFFICE_HOURS)


@given(INSTANTS, HOURS, st.timedeltas(timedelta(0), timedelta(days=20)), st.integers(0, 20))
def test_who_asks_later_or_gives_more_time_is_answered_no_earlier(
    start: datetime, hours: int, later: timedelta, more: int
) -> None:
    due = due_after(start, hours)
    assert due_after(start + later, hours) >= due
    assert due_after(start, hours + more) >= due


@given(INSTANTS, st.integers(1, 60), st.integers(1, 60))
def test_a_term_is_the_sum_of_its_parts(start: datetime, first: int, then: int) -> None:
    assert due_after(due_after(start, first), then) == due_after(start, first + then)


@given(INSTANTS, st.integers(1, 10))
def test_a_working_day_has_eight_hours(start: datetime, days: int) -> None:
    """What is asked on a day off is asked when the next working day begins."""
    due = due_after(start, 8 * days).astimezone(VIETNAM)
    begun = due_after(start, 0).astimezone(VIETNAM)
    ends = [working_days_after(begun.date(), each) for each in (days - 1, days)]
    assert due.date() in ends


def test_an_office_may_keep_other_hours() -> None:
    start = datetime(2026, 11, 24, 9, tzinfo=VIETNAM)
    assert due_after(start, 3, ((time(9), time(11)),)) == datetime(2026, 11, 25, 10, tzinfo=VIETNAM)
