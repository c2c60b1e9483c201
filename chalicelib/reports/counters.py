"""Where figures stand: which items of which table show them.

In a space's learning table: ``counter#space`` holds ``total`` and one item a day, ``counter#courses`` the totals of
each course, ``counter#course#<id>`` its days, ``counter#audiences`` the totals of each audience, and
``counter#audience#<id>`` those of the audience in each course; ``counter#skills#<framework>`` how many people are at
which level of each area, ``all`` and those of each audience.
In the platform table, so that the nation is read without entering a tenant's tables: ``national-figures`` holds each
space's totals, ``national-figures#<month>`` its days of that month, ``national-figures#courses`` the totals of each
national course in each space, ``national-figures#audiences`` those of each audience that all spaces have;
``national-figures#skills#<framework>`` skills in each space, of all and of these audiences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from chalicelib.reports.figures import EVERYONE, NAMES, NATIONAL_AUDIENCES, SKILLS, TOTAL, Figure, Figures
from chalicelib.storage.items import Item

OF_SPACE = "counter#space"
OF_COURSES = "counter#courses"
OF_COURSE = "counter#course#"
OF_AUDIENCES = "counter#audiences"
OF_AUDIENCE = "counter#audience#"
OF_SKILLS = "counter#skills#"
OF_NATION = "national-figures"
OF_NATIONAL_COURSES = "national-figures#courses"
OF_NATIONAL_AUDIENCES = "national-figures#audiences"
OF_NATIONAL_SKILLS = "national-figures#skills#"
NATIONAL_SKILLS = (EVERYONE, *NATIONAL_AUDIENCES)  # whose skills the nation has
_COUNTER = "counter#"


class Row(NamedTuple):
    """An item that holds figures. ``learning`` is the space's own table, ``platform`` the platform's."""

    table: Literal["learning", "platform"]
    pk: str
    sk: str


class Place(NamedTuple):
    """Where one number stands."""

    row: Row
    attribute: str


def places(slug: str, figure: Figure) -> list[Place]:
    """Every place that shows this figure of a space."""
    kind, _, which = figure.scope.partition("#")
    name = figure.name
    if kind == SKILLS:
        return [Place(row, name) for row in _skills(slug, *which.split("#"))]
    if row := _row(slug, kind, which):
        return [Place(row, name)]
    if kind == "course":
        key = (OF_COURSES, which) if figure.period == TOTAL else (f"{OF_COURSE}{which}", figure.period)
        return [Place(Row("learning", *key), name)]
    own = Place(Row("learning", OF_SPACE, figure.period), name)
    if figure.period == TOTAL:
        return [own, Place(Row("platform", OF_NATION, slug), name)]
    month, day = figure.period[:7], figure.period[8:]
    return [own, Place(Row("platform", f"{OF_NATION}#{month}", slug), f"{name}{day}")]


def _row(slug: str, kind: str, which: str) -> Row | None:
    """The one item that shows totals of this kind; ``None`` for those of spaces and courses, which have days too."""
    match kind:
        case "national":
            return Row("platform", OF_NATIONAL_COURSES, f"{which}#{slug}")
        case "everywhere":
            return Row("platform", OF_NATIONAL_AUDIENCES, f"{which}#{slug}")
        case "audience":
            return Row("learning", OF_AUDIENCES, which)
        case "in-course":
            audience, _, course = which.partition("#")
            return Row("learning", f"{OF_AUDIENCE}{audience}", course)
    return None


def _skills(slug: str, framework: str, whose: str) -> list[Row]:
    """The items that show skills in a framework, of everyone in a space or of an audience."""
    own = Row("learning", f"{OF_SKILLS}{framework}", whose)
    if whose not in NATIONAL_SKILLS:
        return [own]
    return [own, Row("platform", f"{OF_NATIONAL_SKILLS}{framework}", f"{whose}#{slug}")]


def rows(slug: str, figures: Iterable[Figure]) -> set[Row]:
    """The items that these figures touch."""
    return {place.row for figure in figures for place in places(slug, figure)}


def shown(slug: str, figures: Figures) -> dict[Place, int]:
    """The numbers that the counters show when these are a space's figures."""
    return {place: number for figure, number in figures.items() for place in places(slug, figure)}


def partition_of(item: Item) -> str | None:
    """The partition of counters in a space's own table that an item is in, if it is a counter."""
    pk = str(item["pk"])
    return pk if pk.startswith(_COUNTER) else None


def partitions(places_: Iterable[Place]) -> set[str]:
    """The partitions of the space's own table that hold these counters."""
    return {row.pk for row, _ in places_ if row.table == "learning"}


def months(places_: Iterable[Place]) -> set[str]:
    """The months of a space's days among these counters."""
    return {row.sk[:7] for row, _ in places_ if row.pk == OF_SPACE and row.sk != TOTAL}


def frameworks(places_: Iterable[Place]) -> set[str]:
    """The frameworks in which the space's own counters have skills among these."""
    return {row.pk.removeprefix(OF_SKILLS) for row, _ in places_ if row.pk.startswith(OF_SKILLS)}


def described(place: Place) -> str:
    """What a number tells, in words."""
    area, _, level = place.attribute.rpartition(".")
    if area:
        return f"people at level {level} of area {area}"
    name, day = place.attribute[0], place.attribute[1:]
    return NAMES[name] + (f" on day {day}" if day else "")


def skills(item: Mapping[str, object], area: str, levels: int) -> list[int]:
    """How many people an item has at each level of an area, the lowest first."""
    return [_whole(item.get(f"{area}.{level + 1}")) for level in range(levels)]


def numbers_in(table: Literal["learning", "platform"], item: Item) -> dict[Place, int]:
    """Every number of an item that holds figures; noughts are left out."""
    row = Row(table, item["pk"], item["sk"])
    return {Place(row, name): number for name, number in item.items() if _is_number(name) and number}


def _is_number(attribute: str) -> bool:
    return "." in attribute or (attribute[0] in NAMES and (len(attribute) == 1 or attribute[1:].isdigit()))


def _whole(number: object) -> int:
    """A counter that was wrong may stand below nought until it is mended."""
    return max(int(number), 0) if isinstance(number, int) else 0
