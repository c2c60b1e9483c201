"""What goes out of skills by audience and area: nothing of fewer than ten people."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from chalicelib.audiences.models import AudienceId
from chalicelib.courses.competences import MOST_LEVEL, FrameworkId
from chalicelib.http.models import Outbound, PageQuery, Query
from chalicelib.reports.disclosure import LEAST, LEAST_FOR_SHARES, SHARE_STEP
from chalicelib.reports.models import AS_OF
from chalicelib.skills.keys import MOST_AREAS
from chalicelib.tenants.models import Kind

DEFAULT = "digcomp-2.2"
_FRAMEWORK = Field(default=DEFAULT, description="By which framework; `GET /v1/frameworks` lists them.")


class SkillsQuery(Query):
    """By which framework skills are asked for."""

    framework: FrameworkId = _FRAMEWORK


class TenantSkillsQuery(PageQuery):
    """By which framework skills are asked for, and which page."""

    framework: FrameworkId = _FRAMEWORK


class Labelled(Outbound):
    """An area or a level of a framework."""

    code: str = Field(examples=["4"])
    name: str = Field(examples=["An toàn"])


class Scale(Outbound):
    """The framework by which skills were measured: its areas and its levels, the lowest first."""

    id: str = Field(examples=[DEFAULT])
    title: str
    areas: list[Labelled] = Field(max_length=MOST_AREAS)
    levels: list[Labelled] = Field(max_length=MOST_LEVEL)


class AreaLevel(Outbound):
    """How far the people of a group are in one area, at their newest measurements. Of fewer than ten people nothing is
    told, and sometimes of more, where it would tell of a few others: all is null then, which is not nought."""

    area: str = Field(description="Its code.", examples=["4"])
    people: int | None = Field(
        description=f"Who were measured, in whole tens: there are up to nine more. null: hidden, since they are below "
        f"{LEAST} or others beside them are.",
        examples=[120],
    )
    average: float | None = Field(description="Their average level, about.", examples=[3.4])


class AreaSkills(AreaLevel):
    """How far the people of a group are in one area, and how they spread over its levels."""

    shares: list[int] | None = Field(
        max_length=MOST_LEVEL,
        description=f"How many percent of them are at each level, the lowest first, in steps of {SHARE_STEP}: they "
        f"need not add up to 100. null below {LEAST_FOR_SHARES} people.",
        examples=[[0, 10, 40, 35, 15, 0, 0, 0]],
    )


class AudienceSkills(Outbound):
    """The skills of everyone, or of those who are in an audience now."""

    audience: AudienceId | None = Field(description="null: everyone who was measured.")
    name: str | None = Field(description="null for everyone.", examples=["Người dân"])
    areas: list[AreaSkills] = Field(max_length=MOST_AREAS, description="Every area of the framework, in its order.")


class SkillsMap(Outbound):
    """Skills by audience and area."""

    as_of: datetime | None = Field(description=AS_OF)
    framework: Scale
    items: list[AudienceSkills] = Field(
        max_length=101, description="Everyone, then the audiences that all spaces have, then the space's own."
    )


class KindSkills(Outbound):
    """The skills of those who learn with one kind of organisation."""

    kind: Kind
    areas: list[AreaSkills] = Field(max_length=MOST_AREAS)


class NationalSkillsMap(SkillsMap):
    """Skills of the nation by audience and area, and by kind of organisation."""

    kinds: list[KindSkills] = Field(max_length=4, description="Those of which something may be told.")


class TenantSkills(Outbound):
    """The skills of those who learn with one organisation."""

    slug: str = Field(examples=["hue"])
    name: str = Field(examples=["Uỷ ban nhân dân thành phố Huế"])
    kind: Kind
    areas: list[AreaLevel] = Field(max_length=MOST_AREAS)
