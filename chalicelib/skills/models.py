"""What crosses the boundary about what assessments measure, and what was measured of people."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from chalicelib.courses.competences import FrameworkId
from chalicelib.http.models import Inbound, Outbound
from chalicelib.skills.framework_models import AudienceId, Names, State


class NewMeasure(Inbound):
    """What an assessment is to measure."""

    framework: FrameworkId


class MeasuredArea(Outbound):
    """An area, and what the assessment asks of it."""

    area: str = Field(examples=["4"])
    name: Names
    questions: int = Field(description="How many every paper surely has.")
    enough: bool = Field(description="Whether its level is told to everybody who takes it.")


class MeasureWarning(Outbound):
    """What keeps an assessment from measuring."""

    code: str = Field(examples=["few_questions"])
    area: str | None
    message: str


class Measure(Outbound):
    """What an assessment measures. Its items' competences are codes of the framework, their difficulty is the place on
    its levels."""

    framework: str = Field(examples=["digcomp-2.2"])
    title: Names
    version: int | None = Field(description="The published version that this is said of; null before the first.")
    ended_at: datetime | None = Field(description="Since when it measures no more; null: it does.")
    areas: list[MeasuredArea]
    warnings: list[MeasureWarning]
    job: str | None = Field(description="The job that measures what was taken before, if one has just begun.")


class LevelReached(Outbound):
    """What one sitting measured of an area."""

    level: int = Field(examples=[3])
    low: int = Field(description="The level is in this interval with a chance of 80 %.")
    high: int
    questions: int
    assessment: str
    number: int = Field(description="Of the sitting.")
    at: datetime


class AreaSkill(Outbound):
    """What somebody can do in an area. All of it is null where it was not measured."""

    area: str = Field(examples=["4"])
    name: Names
    level: int | None = Field(description="The newest.")
    first: int | None = Field(description="The level that was measured first.")
    growth: int | None = Field(description="Levels gained since.")
    low: int | None = Field(description="The newest level is in this interval with a chance of 80 %.")
    high: int | None
    measured_at: datetime | None
    target: int | None = Field(description="What the framework aims at for one's audience; null: nothing is said.")
    history: list[LevelReached] = Field(description="The oldest first.")


class TaughtArea(Outbound):
    """What a course teaches of an area."""

    area: str
    level: int


class RecommendedCourse(Outbound):
    """A course that leads further."""

    course: str
    title: str
    cover: str | None
    minutes: int
    teaches: list[TaughtArea] = Field(description="Areas in which it leads further, and the level that it leads to.")
    enrolled: bool


class SkillAssessment(Outbound):
    """An assessment by which one can be measured."""

    assessment: str
    title: str
    questions: int
    time_limit_minutes: int | None
    course: str | None


class FrameworkSkills(Outbound):
    """What somebody can do, by one framework."""

    framework: str = Field(examples=["digcomp-2.2"])
    title: Names
    edition: str
    state: State = Field(description="`draft`: the framework is not the official text.")
    levels: int
    audience: AudienceId | None = Field(description="Whose targets these are.")
    measured_at: datetime | None
    areas: list[AreaSkill]
    courses: list[RecommendedCourse] = Field(description="The nearest level above one's own first.")
    assessments: list[SkillAssessment] = Field(description="By which one can be measured, or measured again.")


class SkillsPassport(Outbound):
    """What somebody can do: by each framework in which they were measured, or can be."""

    frameworks: list[FrameworkSkills]
