"""What operators see: the nation at a glance, by organisation and by national course, without entering any tenant's
tables but the centre's catalogue, for the titles of its courses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from itertools import groupby

from chalicelib import config
from chalicelib.courses import catalogue
from chalicelib.courses.catalogue import Card
from chalicelib.errors import NotFound
from chalicelib.http import paging, periods
from chalicelib.http.caching import Remembered
from chalicelib.http.models import Page
from chalicelib.metering import usage
from chalicelib.reports import series, store
from chalicelib.reports.figures import COMPLETIONS, ENROLMENTS, LEARNERS, REGISTRATIONS
from chalicelib.reports.models import (
    SHOWN_AT_ONCE,
    CourseInTenant,
    KindTotals,
    NationalCourseReport,
    NationalCourseTotals,
    NationalReport,
    NationalTenantQuery,
    Period,
    SpaceTotals,
    TenantTotals,
    Totals,
)
from chalicelib.storage import acting, spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.tenants import registry
from chalicelib.tenants.models import Kind, TenantQuery

MOST_DAYS = 92
_NAMES_AT_ONCE = 100
_NAMES: Remembered[str, dict[str, tuple[str, Kind]]] = Remembered(1, fresh_s=spaces.FRESH_S)
_BY_DAY = (REGISTRATIONS, ENROLMENTS, COMPLETIONS, LEARNERS)


def report(period: Period) -> NationalReport:
    """The nation at a glance: 1 call for totals, 1 for each month (or megabyte of one), 1 for courses and 2 for usage.

    Raises: InvalidInput for a period that is none.
    """
    first, last = periods.span(period, MOST_DAYS)
    figures = store.nation()
    figures.sort(key=lambda item: item.get(ENROLMENTS, 0), reverse=True)
    month = usage.Month()
    courses = sorted(_courses(None), key=lambda each: each.enrolments, reverse=True)
    return NationalReport(
        as_of=series.as_of(figures),
        totals=SpaceTotals(**series.space_totals(series.added(figures))),
        kinds=_kinds(figures),
        tenants=[_tenant(item, month) for item in figures[:SHOWN_AT_ONCE]],
        courses=courses[:SHOWN_AT_ONCE],
        days=series.days(first, last, _days(first, last)),
        month=month.of_all(),
    )


def tenants(query: NationalTenantQuery) -> Page[TenantTotals]:
    """A page of organisations by slug, those with nothing to report among them: 4 calls; filtered, up to 11."""
    page = registry.page(TenantQuery(limit=query.limit, cursor=query.cursor, q=query.q, kind=query.kind))
    slugs = [card.slug for card in page.items]
    figures, months = store.nation_of(slugs), usage.months_of(slugs)
    return Page[TenantTotals](
        items=[
            TenantTotals(
                slug=card.slug,
                name=card.name,
                kind=card.kind,
                month=months[card.slug],
                **series.space_totals(figures.get(card.slug, {})),
            )
            for card in page.items
        ],
        next=page.next,
    )


def courses(cursor: str | None, limit: int) -> Page[NationalCourseTotals]:
    """A page of national courses that anyone ever enrolled in, oldest first: 1 call for each megabyte of counters
    (8,000 of them: one for each course in each space)."""
    after = paging.decode(cursor, str)[0] if cursor else None
    found: list[NationalCourseTotals] = []
    for each in _courses(after):
        if len(found) == limit:
            return Page[NationalCourseTotals](items=found, next=paging.encode(found[-1].course))
        found.append(each)
    return Page[NationalCourseTotals](items=found)


def course(course_id: str, cursor: str | None, limit: int) -> NationalCourseReport:
    """A national course at a glance and a page of its spaces by slug: 1 call.

    Raises: NotFound when nobody ever enrolled and the centre does not offer it.
    """
    after = paging.decode(cursor, str)[0] if cursor else ""
    figures = [item for item in store.nation_course(course_id) if item.get(ENROLMENTS)]
    centre = _centre()
    if not _is_national(centre, course_id, figures):
        raise NotFound
    page = [item for item in figures if _slug(item) > after][: limit + 1]
    return NationalCourseReport(
        as_of=series.as_of(figures),
        course=course_id,
        title=_title(centre, course_id),
        totals=Totals(**series.totals(series.added(figures))),
        items=[_in_tenant(item) for item in page[:limit]],
        next=paging.encode(_slug(page[limit - 1])) if len(page) > limit else None,
    )


def _kinds(figures: Iterable[Item]) -> list[KindTotals]:
    by_kind: dict[str, list[Item]] = {}
    for item in figures:
        by_kind.setdefault(item["kind"], []).append(item)
    return [
        KindTotals.model_validate({"kind": kind, "tenants": len(items), **series.space_totals(series.added(items))})
        for kind, items in sorted(by_kind.items())
    ]


def _days(first: date, last: date) -> dict[str, dict[str, int]]:
    """The nation's figures by day: every space's month, added up."""
    numbers: dict[str, dict[str, int]] = {}
    for month in periods.months(first, last):
        for item in store.nation_month(month):
            for attribute, number in item.items():
                if attribute[0] in _BY_DAY and attribute[1:].isdigit():
                    day = numbers.setdefault(f"{month}-{attribute[1:]}", {})
                    day[attribute[0]] = day.get(attribute[0], 0) + number
    return numbers


def _courses(after: str | None) -> Iterator[NationalCourseTotals]:
    """National courses after one, their spaces added up."""
    centre = _centre()
    for course_id, group in groupby(store.nation_courses(after), key=lambda item: item["sk"].partition("#")[0]):
        figures = [item for item in group if item.get(ENROLMENTS)]
        if figures and _is_national(centre, course_id, figures):
            yield NationalCourseTotals(
                course=course_id,
                title=_title(centre, course_id),
                tenants=len(figures),
                **series.totals(series.added(figures)),
            )


def _is_national(centre: Space | None, course_id: str, figures: Iterable[Item]) -> bool:
    """A course of the centre's own is its own affair until it offers it, or another space has adopted it."""
    if any(_slug(item) != config.current().central for item in figures):
        return True
    card = _card(centre, course_id)
    return card is not None and card.offered


def _tenant(item: Item, month: usage.Month) -> TenantTotals:
    name, kind = who(item["sk"], item["kind"])
    return TenantTotals(slug=item["sk"], name=name, kind=kind, month=month.of(item["sk"]), **series.space_totals(item))


def _in_tenant(item: Item) -> CourseInTenant:
    name, kind = who(_slug(item), "organisation")
    return CourseInTenant(slug=_slug(item), name=name, kind=kind, **series.totals(item))


def who(slug: str, kind: Kind) -> tuple[str, Kind]:
    """A tenant's name and kind: 0 calls when warm. What was learned stays in the report even of one unknown by now."""
    try:
        profile = registry.profile(slug)
    except NotFound:
        return slug, kind
    return profile.name, profile.kind


def names() -> dict[str, tuple[str, Kind]]:
    """The name and kind of every tenant by its slug, at most a minute old: 0 calls when warm, else 1 for each hundred.
    For whoever tells of very many: one by one they are 3,400 calls."""
    return _NAMES.get("", _read_names)


def _read_names() -> dict[str, tuple[str, Kind]]:
    found: dict[str, tuple[str, Kind]] = {}
    cursor: str | None = None
    while True:
        page = registry.page(TenantQuery(limit=_NAMES_AT_ONCE, cursor=cursor))
        found |= {card.slug: (card.name, card.kind) for card in page.items}
        cursor = page.next
        if cursor is None:
            return found


def _slug(item: Item) -> str:
    return str(item["sk"]).partition("#")[2]


def _centre() -> Space | None:
    return spaces.directory.find(config.current().central)


def _title(centre: Space | None, course_id: str) -> str | None:
    card = _card(centre, course_id)
    return card.title if card else None


def _card(centre: Space | None, course_id: str) -> Card | None:
    """What the centre's catalogue says of a course: the one thing that a national report reads in a tenant's tables."""
    if centre is None:
        return None
    with suppress(NotFound), acting.on_behalf_of(centre.slug):
        return catalogue.card(centre, course_id)
    return None
