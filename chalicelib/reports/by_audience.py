"""What the audiences of a space have reached: together, in one course, and those that all spaces have in the nation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.audiences import membership
from chalicelib.audiences.ready_made import READY_MADE
from chalicelib.courses import catalogue
from chalicelib.errors import Language, NotFound
from chalicelib.http import paging
from chalicelib.reports import overview, series, store
from chalicelib.reports.figures import ENROLMENTS, PEOPLE
from chalicelib.reports.models import (
    AudienceReport,
    AudiencesReport,
    AudienceTotals,
    CourseAudiences,
    InAudience,
    NationalAudience,
    NationalAudiences,
)
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

_COMPARED = 1_000
_SHOWN = 100


def summary(space: Space, language: Language) -> AudiencesReport:
    """A space by audiences: 1 call when its audiences are warm."""
    known = names(space, language)
    counted = {item["sk"]: item for item in store.audiences(space, None, _COMPARED).items}
    former = {each: None for each, item in counted.items() if each not in known and item.get(ENROLMENTS)}
    shown = [*_ranked(known, counted), *_ranked(former, counted)][:_SHOWN]
    return AudiencesReport(
        as_of=series.as_of(counted.values()),
        items=[AudienceTotals(**_totals(each, (known | former)[each], counted.get(each, {}))) for each in shown],
    )


def audience(space: Space, audience_id: str, language: Language, cursor: str | None, limit: int) -> AudienceReport:
    """An audience at a glance and a page of its courses: 2 calls. Raises: NotFound."""
    known = names(space, language)
    totals = store.audience_totals(space, audience_id)
    if audience_id not in known and not totals:
        raise NotFound
    after = paging.decode(cursor, str)[0] if cursor else None
    rows = store.audience_courses(space, audience_id, after, limit)
    return AudienceReport(
        as_of=series.as_of([totals]),
        totals=AudienceTotals(**_totals(audience_id, known.get(audience_id), totals)),
        items=[overview.course_totals(space, item) for item in rows.items if item.get(ENROLMENTS)],
        next=paging.encode(rows.after["sk"]) if rows.after else None,
    )


def course(space: Space, course_id: str, language: Language) -> CourseAudiences:
    """A course by the audiences that there are: 1 call when they are warm. Raises: NotFound."""
    title = catalogue.card(space, course_id).title
    known = names(space, language)
    counted = store.course_audiences(space, course_id, known)
    return CourseAudiences(
        as_of=series.as_of(counted.values()),
        course=course_id,
        title=title,
        items=[
            InAudience(**_in_audience(each, known[each], counted.get(each, {}))) for each in _ranked(known, counted)
        ],
    )


def nation(language: Language) -> NationalAudiences:
    """The nation by the audiences that all spaces have: 1 call for each megabyte of counters (2,000 spaces)."""
    figures: dict[str, list[Item]] = {each: [] for each in READY_MADE}
    for item in store.nation_audiences():
        figures.get(item["sk"].partition("#")[0], []).append(item)
    return NationalAudiences(
        as_of=series.as_of(item for items in figures.values() for item in items),
        items=[
            NationalAudience(
                tenants=sum(1 for item in items if item.get(PEOPLE)),
                **_totals(each, ready_made_name(each, language), series.added(items)),
            )
            for each, items in figures.items()
        ],
    )


def names(space: Space, language: Language) -> dict[str, str | None]:
    """What the audiences of a space are called, by id: 0 calls when warm, else 1."""
    known = membership.known(space)
    return {each: _name(each, known.written.get(each), language) for each in known.rules}


def ready_made_name(audience_id: str, language: Language) -> str:
    """What an audience that every space has is called."""
    made = READY_MADE[audience_id]
    return made.name_vi if language == "vi" else made.name_en


def _name(audience_id: str, written: Item | None, language: Language) -> str | None:
    if written and written.get("name"):
        return str(written["name"])
    return ready_made_name(audience_id, language) if audience_id in READY_MADE else None


def _ranked(audiences: Iterable[str], counted: Mapping[str, Item]) -> list[str]:
    return sorted(audiences, key=lambda each: (-counted.get(each, {}).get(ENROLMENTS, 0), each))


def _totals(audience_id: str, name: str | None, numbers: Mapping[str, int]) -> dict[str, Any]:
    return {"people": numbers.get(PEOPLE, 0), **_in_audience(audience_id, name, numbers)}


def _in_audience(audience_id: str, name: str | None, numbers: Mapping[str, int]) -> dict[str, Any]:
    return {"audience": audience_id, "name": name, **series.totals(numbers)}
