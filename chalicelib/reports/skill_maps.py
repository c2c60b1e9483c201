"""Skills by audience and area: of a space for its staff, of the nation for operators. Of fewer than ten people nothing
is told, nor can it be worked out (``disclosure.py``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from chalicelib.audiences.ready_made import READY_MADE
from chalicelib.errors import Language
from chalicelib.http import paging
from chalicelib.http.caching import Remembered
from chalicelib.http.models import Page
from chalicelib.reports import by_audience, counters, disclosure, nation, series, store
from chalicelib.reports.disclosure import Told
from chalicelib.reports.figures import EVERYONE
from chalicelib.reports.skill_models import (
    AreaLevel,
    AreaSkills,
    AudienceSkills,
    KindSkills,
    Labelled,
    NationalSkillsMap,
    Scale,
    SkillsMap,
    TenantSkills,
    TenantSkillsQuery,
)
from chalicelib.skills import reference
from chalicelib.skills.framework_models import FrameworkContent
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import FRESH_S, Space
from chalicelib.tenants.models import Kind

Levels = dict[str, list[int]]  # how many people of a group are at each level, by area
Row = list[Told | None]  # what is told of a group, by area in the framework's order

_MAPS: Remembered[tuple[str, Language], NationalSkillsMap] = Remembered(20, fresh_s=FRESH_S)
_TENANTS: Remembered[str, list[TenantSkills]] = Remembered(10_000, fresh_s=FRESH_S, weigh=lambda each: len(each) + 1)


def of_space(space: Space, framework_id: str, language: Language) -> SkillsMap:
    """A space by audiences and areas: 1 call when framework and audiences are warm, at most 3. Raises: NotFound."""
    content = reference.find(framework_id).content
    names = by_audience.names(space, language)
    counted = store.skills(space, framework_id, [EVERYONE, *names])
    levels = {each: _levels(content, [counted.get(each, {})]) for each in (EVERYONE, *names)}
    rows = _by_audience(content, levels)
    return SkillsMap(
        as_of=series.as_of(counted.values()),
        framework=scale(content, language),
        items=[_audience(content, each, names.get(each), rows[each]) for each in (EVERYONE, *_ordered(names))],
    )


def of_nation(framework_id: str, language: Language) -> NationalSkillsMap:
    """The nation by audiences and areas, and by kind of organisation, at most a minute old. Raises: NotFound.

    0 calls when warm, else 1 for each megabyte of counters (one item for everyone and for each of four audiences in
    each space): of 3,400 spaces in all of which all levels are reached 6 calls, 607 RCU and some 5 s of a processor.
    """
    return _MAPS.get((framework_id, language), lambda: _of_nation(framework_id, language))


def _of_nation(framework_id: str, language: Language) -> NationalSkillsMap:
    content = reference.find(framework_id).content
    counted = store.nation_skills(framework_id)
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in counted:
        groups[item["sk"].partition("#")[0]].append(item)
    rows = _by_audience(content, {each: _levels(content, groups[each]) for each in counters.NATIONAL_SKILLS})
    names = {each: by_audience.ready_made_name(each, language) for each in READY_MADE}
    kinds = _tenants(content, groups[EVERYONE]).kinds
    return NationalSkillsMap(
        as_of=series.as_of(counted),
        framework=scale(content, language),
        items=[_audience(content, each, names.get(each), rows[each]) for each in counters.NATIONAL_SKILLS],
        kinds=[KindSkills(kind=kind, areas=_areas(content, row)) for kind, row in sorted(kinds.items()) if any(row)],
    )


def tenants(query: TenantSkillsQuery) -> Page[TenantSkills]:
    """A page of the organisations of which something is told, by slug: costs what :func:`every_tenant` costs. Raises:
    NotFound, BadCursor."""
    after = paging.decode(query.cursor, str)[0] if query.cursor else ""
    found = [each for each in every_tenant(query.framework) if each.slug > after][: query.limit + 1]
    page = found[: query.limit]
    return Page[TenantSkills](items=page, next=paging.encode(page[-1].slug) if len(found) > query.limit else None)


def every_tenant(framework_id: str) -> list[TenantSkills]:
    """All organisations of which something is told, by slug, at most a minute old: what may be told of one depends on
    all others. The others are not even named, or whoever is would have one person measured at least. Raises: NotFound.

    0 calls when warm, else 1 for each megabyte of counters, and of names 1 for each hundred spaces: of 3,400 spaces 36
    calls.
    """
    return _TENANTS.get(framework_id, lambda: _every_tenant(framework_id))


def _every_tenant(framework_id: str) -> list[TenantSkills]:
    content = reference.find(framework_id).content
    found = _tenants(content, store.nation_skills(framework_id, EVERYONE))
    names = nation.names()
    return [
        _tenant(content, slug, names.get(slug, (slug, found.kind_of[slug])), row)
        for slug, row in sorted(found.rows.items())
        if any(row)
    ]


def scale(content: FrameworkContent, language: Language) -> Scale:
    """A framework's areas and levels, in one language."""
    return Scale(
        id=content.id,
        title=getattr(content.title, language),
        areas=[Labelled(code=each.code, name=getattr(each.name, language)) for each in content.areas],
        levels=[Labelled(code=str(each.number), name=getattr(each.name, language)) for each in content.levels],
    )


def _ordered(audiences: Iterable[str]) -> list[str]:
    """Those that all spaces have, and then the space's own."""
    known = list(audiences)
    return [*(each for each in READY_MADE if each in known), *(each for each in known if each not in READY_MADE)]


def _levels(content: FrameworkContent, items: Iterable[Item]) -> Levels:
    """How many people these counters have at each level of each area, together."""
    many = list(items)
    return {
        area.code: [sum(each) for each in zip(*_columns(content, area.code, many), strict=True)]
        for area in content.areas
    }


def _columns(content: FrameworkContent, area: str, items: Iterable[Item]) -> list[list[int]]:
    return [[0] * content.scale, *(counters.skills(item, area, content.scale) for item in items)]


def _by_audience(content: FrameworkContent, levels: Mapping[str, Levels]) -> dict[str, Row]:
    """What is told of everyone and of each audience. Those that all spaces have share everyone out among them; a
    space's own lie across."""
    rows: dict[str, Row] = defaultdict(list)
    for area in content.areas:
        everyone = levels[EVERYONE][area.code]
        shared = {each: levels[each][area.code] for each in READY_MADE if each in levels}
        released = disclosure.release(everyone, shared)
        across = [each for each in levels if each != EVERYONE and each not in READY_MADE]
        told = {each: disclosure.apart(everyone, levels[each][area.code]) for each in across}
        for name, one in {EVERYONE: released.everyone, **released.groups, **told}.items():
            rows[name].append(one)
    return rows


@dataclass
class _Tenants:
    """What is told of each kind of organisation, and of each organisation by its slug."""

    kind_of: dict[str, Kind] = field(default_factory=dict)
    kinds: dict[Kind, Row] = field(default_factory=lambda: defaultdict(list))
    rows: dict[str, Row] = field(default_factory=lambda: defaultdict(list))


def _tenants(content: FrameworkContent, counted: Iterable[Item]) -> _Tenants:
    """Of a kind that is hidden, so are its organisations; else a kind is told of as the sum of them and of the rest."""
    found = _Tenants()
    of: dict[Kind, dict[str, Levels]] = defaultdict(dict)
    for item in counted:
        slug, kind = item["sk"].partition("#")[2], cast(Kind, item["kind"])
        found.kind_of[slug] = kind
        of[kind][slug] = _levels(content, [item])
    for area in content.areas:
        levels = {kind: {slug: each[area.code] for slug, each in spaces.items()} for kind, spaces in of.items()}
        sums: dict[str, list[int]] = {
            kind: [sum(each) for each in zip(*spaces.values(), strict=True)] for kind, spaces in levels.items()
        }
        everyone = [sum(each) for each in zip([0] * content.scale, *sums.values(), strict=True)]
        told = disclosure.release(everyone, sums).groups
        for kind, spaces in levels.items():
            released = disclosure.release(sums[kind], spaces)
            found.kinds[kind].append(released.everyone if told[kind] else None)
            for slug, one in released.groups.items():
                found.rows[slug].append(one if told[kind] else None)
    return found


def _audience(content: FrameworkContent, audience: str, name: str | None, row: Row) -> AudienceSkills:
    whose = None if audience == EVERYONE else audience
    return AudienceSkills(audience=whose, name=name, areas=_areas(content, row))


def _areas(content: FrameworkContent, row: Row) -> list[AreaSkills]:
    return [
        AreaSkills(
            area=area.code,
            people=told.people if told else None,
            average=told.average if told else None,
            shares=list(told.shares) if told and told.shares else None,
        )
        for area, told in zip(content.areas, row, strict=True)
    ]


def _tenant(content: FrameworkContent, slug: str, known: tuple[str, Kind], row: Row) -> TenantSkills:
    name, kind = known
    areas = [AreaLevel(**each.model_dump(exclude={"shares"})) for each in _areas(content, row)]
    return TenantSkills(slug=slug, name=name, kind=kind, areas=areas)
