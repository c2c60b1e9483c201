"""Where figures stand: which items of which table show them.

In a space's learning table: ``counter#space`` holds ``total`` and one item a day, ``counter#courses`` the totals of
each course, ``counter#course#<id>`` its days.
In the platform table, so that the nation is read without entering a tenant's tables: ``national-figures`` holds each
space's totals, ``national-figures#<month>`` its days of that month, ``national-figures#courses`` the totals of each
national course in each space.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from chalicelib.reports.figures import NAMES, TOTAL, Figure, Figures
from chalicelib.storage.items import Item

OF_SPACE = "counter#space"
OF_COURSES = "counter#courses"
OF_COURSE = "counter#course#"
OF_NATION = "national-figures"
OF_NATIONAL_COURSES = "national-figures#courses"


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
    if kind == "national":
        return [Place(Row("platform", OF_NATIONAL_COURSES, f"{which}#{slug}"), name)]
    if kind == "course":
        row = (OF_COURSES, which) if figure.period == TOTAL else (f"{OF_COURSE}{which}", figure.period)
        return [Place(Row("learning", *row), name)]
    own = Place(Row("learning", OF_SPACE, figure.period), name)
    if figure.period == TOTAL:
        return [own, Place(Row("platform", OF_NATION, slug), name)]
    month, day = figure.period[:7], figure.period[8:]
    return [own, Place(Row("platform", f"{OF_NATION}#{month}", slug), f"{name}{day}")]


def rows(slug: str, figures: Iterable[Figure]) -> set[Row]:
    """The items that these figures touch."""
    return {place.row for figure in figures for place in places(slug, figure)}


def shown(slug: str, figures: Figures) -> dict[Place, int]:
    """The numbers that the counters show when these are a space's figures."""
    return {place: number for figure, number in figures.items() for place in places(slug, figure)}


def course_counted_in(item: Item) -> str | None:
    """The course whose counter an item is."""
    pk = str(item["pk"])
    if pk == OF_COURSES:
        return str(item["sk"])
    return pk.removeprefix(OF_COURSE) if pk.startswith(OF_COURSE) else None


def months(places_: Iterable[Place]) -> set[str]:
    """The months of a space's days among these counters."""
    return {row.sk[:7] for row, _ in places_ if row.pk == OF_SPACE and row.sk != TOTAL}


def numbers_in(table: Literal["learning", "platform"], item: Item) -> dict[Place, int]:
    """Every number of an item that holds figures; noughts are left out."""
    row = Row(table, item["pk"], item["sk"])
    return {Place(row, name): number for name, number in item.items() if _is_number(name) and number}


def _is_number(attribute: str) -> bool:
    return attribute[0] in NAMES and (len(attribute) == 1 or attribute[1:].isdigit())
