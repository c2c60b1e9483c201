"""What is counted, as pure functions: what an item of the learning table adds to which figures.

Every figure is a sum over the items that exist: of ``contributions(item)``. A change therefore moves the figures by
``contributions(new) - contributions(old)``, and counting anew (``recount.py``) is the same sum taken from the start:
the two cannot disagree about what a figure means.

Nothing here raises: an item that is not as it should be counts as nothing, in both ways of counting, rather than
holding up all changes behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from chalicelib import clock
from chalicelib.audiences.ready_made import READY_MADE
from chalicelib.learning.items import MOST_AUDIENCES
from chalicelib.people.keys import AUDIENCES, LEARNER
from chalicelib.skills import keys as skills
from chalicelib.storage.changes import Change
from chalicelib.storage.items import Item

# The names under which figures are stored: one letter, since a month's item holds them for each of its days; none of
# them an index key (c, l).
REGISTRATIONS = "r"  # learners who registered
ENROLMENTS = "e"  # enrolments ever: those who left, and those who completed, are among them
ACTIVE = "a"  # of these, who are learning: neither completed nor left; only totals have it
LEFT = "x"  # of these, who left, after completing or before; only totals have it
COMPLETIONS = "f"  # of these, who completed, whether they stayed or not
LEARNERS = "d"  # who learned on that day; only days have it
PEOPLE = "m"  # who are in an audience now; only audiences have it
NAMES = {
    REGISTRATIONS: "registrations",
    ENROLMENTS: "enrolments",
    ACTIVE: "active enrolments",
    LEFT: "left enrolments",
    COMPLETIONS: "completions",
    LEARNERS: "active learners",
    PEOPLE: "people",
}

SPACE = "space"
SKILLS = "skills"
EVERYONE = "all"  # whom skills are counted of, beside each audience
TOTAL = "total"
_LEARNER = "learner#"
_ENROLMENT = "enrolment#"
_DAY = "day#"
# What of an item is counted: progress, by far the most frequent change, touches none of it.
COUNTED = ("at", "fin", "st", "nat", "g", "since", "lv")
# The audiences that every space has, so that the nation's figures can be added up by them.
NATIONAL_AUDIENCES = tuple(READY_MADE)
# So many of a person's audiences are counted, and of an enrolment's as many as it keeps: whoever moves from all of one
# set to all of another still moves no more counters than one transaction holds.
_MOST_AUDIENCES = 40
_LAST_SECOND = 4_102_444_800  # the year 2100


class Figure(NamedTuple):
    """One figure: of the space, a course of its own, an audience (in one course, too), a national course or an audience
    that all spaces have; in all or on one day in Vietnam. Of skills: how many people are at a level of an area of a
    framework, everyone or those of an audience."""

    scope: str  # ``space``, or one of the others with its ids: ``course#<id>``, ``in-course#<audience>#<course>``,
    # ``skills#<framework>#all``, ``skills#<framework>#<audience>``
    period: str  # ``total`` or ``2026-11-24``
    name: str  # a letter of ``NAMES``; of skills the area and the level: ``4.3``


class Figures(dict[Figure, int]):
    """Sums of figures; what is not in it is nought, and noughts are not in it."""

    def add(self, more: Mapping[Figure, int], sign: int = 1) -> None:
        """Add each of ``more`` (or take it away)."""
        for figure, number in more.items():
            left = self.get(figure, 0) + sign * number
            if left:
                self[figure] = left
            else:
                self.pop(figure, None)


def deltas(change: Change, *, central: bool = False) -> Figures:
    """By how much one change moves which figures. ``central``: the change is one of the central space's own table."""
    figures = Figures()
    if not change.pk.startswith(_LEARNER):
        # Counters and checkpoints live in the table whose changes are read here; they count for nothing.
        return figures
    old, new = change.old, change.new
    if old and new and all(old.get(name) == new.get(name) for name in COUNTED):
        return figures
    figures.add(contributions(new, central=central))
    figures.add(contributions(old, central=central), -1)
    return figures


def contributions(item: Item | None, *, central: bool = False) -> Figures:
    """What an item adds to which figures; nothing for most kinds of items."""
    figures = Figures()
    if item is None or not str(item["pk"]).startswith(_LEARNER):
        return figures
    sk = str(item["sk"])
    if sk == LEARNER:
        figures.add(_registration(item))
    elif sk == AUDIENCES:
        figures.add(_membership(item))
    elif sk.startswith(_ENROLMENT):
        figures.add(_enrolment(item, sk.removeprefix(_ENROLMENT), central))
    elif sk.startswith(skills.STATE):
        figures.add(_skills(item, sk.removeprefix(skills.STATE)))
    elif sk.startswith(_DAY):
        figures.add(_day_of_learning(sk.removeprefix(_DAY)))
    return figures


def total(figures: Iterable[Figures]) -> Figures:
    """The sum of many."""
    result = Figures()
    for each in figures:
        result.add(each)
    return result


def _registration(item: Item) -> Figures:
    day = _day(item.get("at"))
    if day is None:
        return Figures()
    return Figures({Figure(SPACE, TOTAL, REGISTRATIONS): 1, Figure(SPACE, day, REGISTRATIONS): 1})


def _enrolment(item: Item, course: str, central: bool) -> Figures:
    enrolled = _day(item.get("at"))
    if enrolled is None or not course:
        return Figures()
    completed = _day(item.get("fin"))
    figures = Figures()
    scopes = (SPACE, f"course#{course}")
    for scope in scopes:
        figures[Figure(scope, enrolled, ENROLMENTS)] = 1
        if completed:
            figures[Figure(scope, completed, COMPLETIONS)] = 1
    # The centre offers its courses under their own ids: its own learners are counted with those of the other spaces.
    national = course if central else item.get("nat")
    for scope in (*scopes, f"national#{national}") if national else scopes:
        figures.add(_standing(scope, item, completed))
    for audience in _distinct(str(item.get("g", "")).split(), MOST_AUDIENCES):
        for scope in (*_scopes(audience), f"in-course#{audience}#{course}"):
            figures.add(_standing(scope, item, completed))
    return figures


def _standing(scope: str, item: Item, completed: str | None) -> Figures:
    """An enrolment by what became of it."""
    figures = Figures({Figure(scope, TOTAL, ENROLMENTS): 1})
    if completed:
        figures[Figure(scope, TOTAL, COMPLETIONS)] = 1
    if item.get("st") == "left":
        figures[Figure(scope, TOTAL, LEFT)] = 1
    elif not completed:
        figures[Figure(scope, TOTAL, ACTIVE)] = 1
    return figures


def _membership(item: Item) -> Figures:
    """A person in each of their audiences."""
    since = item.get("since")
    audiences = _distinct(since, _MOST_AUDIENCES) if isinstance(since, Mapping) else ()
    return Figures({Figure(scope, TOTAL, PEOPLE): 1 for audience in audiences for scope in _scopes(audience)})


def _skills(item: Item, framework: str) -> Figures:
    """A person at their newest level in each area, among everyone and in each of their audiences."""
    levels = item.get("lv")
    if not framework or not isinstance(levels, Mapping):
        return Figures()
    at = [
        f"{area}.{level}"
        for area, level in sorted(levels.items())[: skills.MOST_AREAS]
        if area and isinstance(level, int) and 1 <= level <= skills.MOST_LEVELS
    ]
    audiences = _distinct(str(item.get("g", "")).split(), MOST_AUDIENCES)
    scopes = [f"{SKILLS}#{framework}#{whose}" for whose in (EVERYONE, *audiences)]
    return Figures({Figure(scope, TOTAL, each): 1 for scope in scopes for each in at})


def _distinct(audiences: Iterable[str], most: int) -> list[str]:
    return sorted({each for each in audiences if each}, key=lambda audience: (len(audience), audience))[:most]


def _scopes(audience: str) -> tuple[str, ...]:
    own = f"audience#{audience}"
    return (own, f"everywhere#{audience}") if audience in NATIONAL_AUDIENCES else (own,)


def _day_of_learning(marked: str) -> Figures:
    """A mark of a learner's day (``2026-11-24``), or of a course on that day (``2026-11-24#<course>``)."""
    day, _, course = marked.partition("#")
    if not _is_day(day):
        return Figures()
    return Figures({Figure(f"course#{course}" if course else SPACE, day, LEARNERS): 1})


def course_day(change: Change) -> tuple[str, str] | None:
    """The key of the mark that a learner learned in a course on a day, when a change is the first to tell of it.

    An enrolment's newest activity (``seen``, milliseconds) only moves forward, so each day is entered once.
    """
    if change.new is None or not change.pk.startswith(_LEARNER) or not change.sk.startswith(_ENROLMENT):
        return None
    day = _day_of_activity(change.new)
    if day is None or (change.old and _day_of_activity(change.old) == day):
        return None
    return change.pk, f"{_DAY}{day}#{change.sk.removeprefix(_ENROLMENT)}"


def _day_of_activity(enrolment: Item) -> str | None:
    seen = enrolment.get("seen")
    return _day(seen / 1000) if isinstance(seen, int | float) else None


def _day(epoch_s: Any) -> str | None:
    """The day in Vietnam of a moment in seconds since 1970."""
    if not isinstance(epoch_s, int | float) or not 0 <= epoch_s < _LAST_SECOND:
        return None
    return datetime.fromtimestamp(epoch_s, clock.VIETNAM).date().isoformat()


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
