"""Until when a request about one's own data is to be answered, in Vietnam's calendar. No I/O.

Law 91/2025/QH15 and Decree 356/2025/NĐ-CP: whoever asks is told of the receipt within 2 working days; what they ask for
is done within 10 days (correcting), 15 (withdrawn consent, objections) or 20 (deleting). A term in days is counted in
days of the calendar, and one that ends on a day off ends on the next working day (Civil Code 2015, article 148).
"""

from __future__ import annotations

from datetime import date, timedelta

ACKNOWLEDGED_IN = 2  # working days

# Public holidays on weekdays as announced for public servants (Labour Code 2019, article 112; the yearly notices of the
# Ministry of Home Affairs), as of 2026-02. The 24th of November is a day off only once the Labour Code says so. A year
# that is not here counts none: terms then end too early rather than too late.
_HOLIDAYS = frozenset(
    map(
        date.fromisoformat,
        [
            *("2026-01-01", "2026-01-02"),
            *("2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20"),  # Tết Bính Ngọ
            "2026-04-27",  # the Hùng kings' day, a Sunday, made up for
            *("2026-04-30", "2026-05-01"),
            *("2026-08-31", "2026-09-01", "2026-09-02"),
            "2027-01-01",
            *("2027-02-05", "2027-02-08", "2027-02-09"),  # Tết Đinh Mùi by the lunar calendar: not announced yet
            "2027-04-16",  # the Hùng kings' day
            *("2027-04-30", "2027-09-02"),
        ],
    )
)
# Saturdays on which is worked instead of a day between holidays.
_MADE_UP = frozenset(map(date.fromisoformat, ("2026-01-10", "2026-08-22")))


def is_working(day: date) -> bool:
    """Whether offices are open on that day."""
    return day in _MADE_UP or (day.weekday() < 5 and day not in _HOLIDAYS)


def working_days_after(day: date, number: int) -> date:
    """The day on which a term of so many working days ends that begins after ``day``."""
    while number:
        day += timedelta(days=1)
        number -= is_working(day)
    return day


def days_after(day: date, number: int) -> date:
    """The day on which a term of so many days ends that begins after ``day``: a working day."""
    day += timedelta(days=number)
    while not is_working(day):
        day += timedelta(days=1)
    return day
