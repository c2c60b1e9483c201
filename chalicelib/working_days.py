"""Vietnam's working days and hours, and when a term that is counted in them ends. No I/O.

A term in days is counted in days of the calendar, and one that ends on a day off ends on the next working day (Civil
Code 2015, article 148). Public holidays: Labour Code 2019, article 112; one that falls on a weekend is made up for on
the next working day (article 111, 3). Of Tết (five days) and the National Day (two) the law leaves open which days
beside the feast itself; that is announced a year ahead, some days are swapped for Saturdays, and both stand here as
data.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import product

from chalicelib.clock import VIETNAM

Hours = tuple[time, time]
# As offices of the state keep them: 8:00 to 12:00 and 13:30 to 17:30.
OFFICE_HOURS: tuple[Hours, ...] = ((time(8), time(12)), (time(13, 30), time(17, 30)))

_DAY = timedelta(days=1)
_SATURDAY = 5
# The first day of the lunar year, and the tenth of its third month (the Hùng kings' day): Vietnam's calendar, reckoned
# at UTC+7, which is not always China's (2030). A test holds them against a calendar kept by others.
_LUNAR: dict[int, tuple[str, str]] = {
    2025: ("2025-01-29", "2025-04-07"),
    2026: ("2026-02-17", "2026-04-26"),
    2027: ("2027-02-06", "2027-04-16"),
    2028: ("2028-01-26", "2028-04-04"),
    2029: ("2029-02-13", "2029-04-23"),
    2030: ("2030-02-02", "2030-04-12"),
    2031: ("2031-01-23", "2031-04-01"),
    2032: ("2032-02-11", "2032-04-19"),
}
# Years of which all is announced (the notices of the ministry in charge, each autumn), beside what the law says by
# itself: which days Tết and the National Day take, days off for which a Saturday is worked, and those Saturdays.
# A year that is not here has only the days that are off whatever is chosen: terms then end too early, never too late.
_TET_BEGINS = {2025: "2025-01-27", 2026: "2026-02-16"}  # 2025: notice 6150/TB-BLĐTBXH of 2024-12-03
_NATIONAL_DAY_BEGINS = {2025: "2025-09-01", 2026: "2026-09-01"}
# The test cannot confirm the 2nd of January 2026, whose notice came late (2025-12); it does confirm the others.
_SWAPPED = {"2025-05-02": "2025-04-26", "2026-01-02": "2026-01-10", "2026-08-31": "2026-08-22"}
_MADE_UP = frozenset(map(date.fromisoformat, _SWAPPED.values()))
# Not here: the 24th of November, Vietnam's day of culture. The Politburo's resolution 80-NQ/TW (2026-01) wants it off,
# and it is so only once article 112 says it.
_FIXED = ((1, 1), (4, 30), (5, 1))


def is_working(day: date) -> bool:
    """Whether offices are open on that day."""
    return day in _MADE_UP or (day.weekday() < _SATURDAY and day not in _days_off(day.year))


def working_days_after(day: date, number: int) -> date:
    """The day on which a term of so many working days ends that begins after ``day``."""
    while number:
        day += _DAY
        number -= is_working(day)
    return day


def days_after(day: date, number: int) -> date:
    """The day on which a term of so many days ends that begins after ``day``: a working day."""
    day += timedelta(days=number)
    while not is_working(day):
        day += _DAY
    return day


def due_after(start: datetime, hours: float, office: tuple[Hours, ...] = OFFICE_HOURS) -> datetime:
    """The instant (UTC) at which so many working hours have passed since ``start``, an aware instant: always within
    office hours in Vietnam, of which a working day has eight."""
    left = timedelta(hours=hours)
    spans = _open_from(start, office)
    while True:
        opens, closes = next(spans)
        begins = max(opens, start)
        if begins + left <= closes:
            return (begins + left).astimezone(UTC)
        left -= closes - begins


def hours_between(start: datetime, end: datetime, office: tuple[Hours, ...] = OFFICE_HOURS) -> float:
    """How many working hours passed from one aware instant to a later one: what :func:`due_after` adds."""
    passed = timedelta()
    for opens, closes in _open_from(start, office):
        if opens >= end:
            return passed / timedelta(hours=1)
        passed += max(min(closes, end) - max(opens, start), timedelta())
    return 0.0


def _open_from(start: datetime, office: tuple[Hours, ...]) -> Iterator[tuple[datetime, datetime]]:
    """When offices are open, from the span that ``start`` is in, or the next."""
    day = start.astimezone(VIETNAM).date()
    while True:
        for opens, closes in office if is_working(day) else ():
            span = datetime.combine(day, opens, VIETNAM), datetime.combine(day, closes, VIETNAM)
            if start <= span[1]:
                yield span
        day += _DAY


@lru_cache(maxsize=32)
def _days_off(year: int) -> frozenset[date]:
    """Days that are off in a year whichever days are chosen, and what is swapped; of a year whose lunar dates are not
    here, only what goes by the sun."""
    swapped = {off for off in map(date.fromisoformat, _SWAPPED) if off.year == year}
    by_law = [_with_days_in_lieu(each) for each in _choices(year)]
    return frozenset.intersection(*by_law) | swapped


def _choices(year: int) -> Iterator[set[date]]:
    """The holidays of a year, for every choice that is open."""
    fixed = {date(year, month, day) for month, day in _FIXED}
    tet = [frozenset[date]()]
    if year in _LUNAR:
        first, kings = map(date.fromisoformat, _LUNAR[year])
        fixed.add(kings)
        tet = [_run(first - timedelta(days=before), 5) for before in (1, 2)]
    national = [_run(date(year, 9, day), 2) for day in (1, 2)]
    if year in _TET_BEGINS:
        tet = [_run(date.fromisoformat(_TET_BEGINS[year]), 5)]
    if year in _NATIONAL_DAY_BEGINS:
        national = [_run(date.fromisoformat(_NATIONAL_DAY_BEGINS[year]), 2)]
    for one, other in product(tet, national):
        yield fixed | one | other


def _run(first: date, number: int) -> frozenset[date]:
    return frozenset(first + timedelta(days=each) for each in range(number))


def _with_days_in_lieu(holidays: Collection[date]) -> frozenset[date]:
    """Each holiday on a weekend is made up for on the next day that is none of both."""
    off = set(holidays)
    for day in sorted(holidays):
        if day.weekday() >= _SATURDAY:
            instead = day
            while instead.weekday() >= _SATURDAY or instead in off:
                instead += _DAY
            off.add(instead)
    return frozenset(off)
