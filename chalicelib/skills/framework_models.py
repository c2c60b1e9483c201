"""Frameworks of competences as they come in, are kept and go out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from chalicelib.audiences.ready_made import READY_MADE
from chalicelib.courses.competences import CODE_PATTERN, MOST_LEVEL, FrameworkId
from chalicelib.errors import rule
from chalicelib.http.models import Inbound, Outbound, Query, line, prose, several
from chalicelib.skills.keys import MOST_AREAS

MOST_COMPETENCES = 30  # of one area
MOST_CONTENT_BYTES = 200_000  # of a framework's JSON: one item keeps it
MOST_SHEET_BYTES = 1_000_000  # of a spreadsheet, as text in base64

_EXAMPLE: dict[str, Any] = {
    "id": "so-tttt",
    "title": {"vi": "Khung kỹ năng số của Sở", "en": "Digital skills of the department"},
    "edition": "1.0",
    "source": "Quyết định số 12/QĐ-STTTT",
    "state": "draft",
    "levels": [
        {"number": 1, "name": {"vi": "Cơ bản", "en": "Basic"}, "group": {"vi": "Cơ bản", "en": "Basic"}},
        {"number": 2, "name": {"vi": "Nâng cao", "en": "Advanced"}, "group": {"vi": "Nâng cao", "en": "Advanced"}},
    ],
    "areas": [{"code": "4", "name": {"vi": "An toàn", "en": "Safety"}, "competences": []}],
}

State = Literal["draft", "published"]
AudienceId = Literal["public-sector", "students", "workers", "citizens"]
AreaCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,6}$"), Field(examples=["4"])]
Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN), Field(examples=["4.2"])]
LevelNumber = Annotated[int, Field(ge=1, le=MOST_LEVEL, examples=[3])]
Found = tuple[tuple[str | int, ...], Any]


class Names(Inbound):
    """A name in both languages."""

    vi: Annotated[str, line(300)] = Field(examples=["An toàn"])
    en: Annotated[str, line(300)] = Field(examples=["Safety"])


class Texts(Inbound):
    """A text in both languages."""

    vi: Annotated[str, prose(2_000)] = ""
    en: Annotated[str, prose(2_000)] = ""


class Level(Inbound):
    """A level, and the group of levels that it belongs to."""

    number: LevelNumber
    name: Names
    group: Names


class Competence(Inbound):
    """A competence of an area: its code begins with the area's, so that either can be told from it."""

    code: Code
    name: Names
    about: Texts = Texts()


class Area(Inbound):
    """An area of competences: skills are measured by areas."""

    code: AreaCode
    name: Names
    competences: list[Competence] = Field(max_length=MOST_COMPETENCES)


class Profile(Inbound):
    """What is aimed at for one of the audiences that all spaces have. No targets: none are known."""

    audience: AudienceId
    name: Names
    targets: dict[Code, LevelNumber] = Field(
        max_length=100, description="Level by area or competence.", examples=[{"1": 3, "4": 4}]
    )


class CodeMapping(Inbound):
    """Which codes of another framework a code of this one stands for."""

    framework: FrameworkId
    code: Code
    to: list[Code] = Field(min_length=1, max_length=30)


class FrameworkContent(Inbound):
    """A framework as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: FrameworkId
    title: Names
    edition: Annotated[str, line(40)] = Field(examples=["2.2"])
    source: Annotated[str, line(500)] = Field(description="The publication that it is entered from.")
    state: State = Field(description="`draft`: not the official text; whoever sees it is told.")
    note: Texts = Texts()
    levels: list[Level] = Field(min_length=2, max_length=MOST_LEVEL)
    areas: list[Area] = Field(min_length=1, max_length=MOST_AREAS)
    profiles: list[Profile] = Field(default=[], max_length=len(READY_MADE))
    mappings: list[CodeMapping] = Field(default=[], max_length=500)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        found = [*_levels(self), *_codes(self), *_profiles(self), *_mappings(self)]
        if found:
            raise several(found)
        return self

    @property
    def scale(self) -> int:
        """How many levels there are."""
        return len(self.levels)

    def area(self, code: str) -> Area | None:
        """The area of that code."""
        return next((each for each in self.areas if each.code == code), None)

    def area_of(self, code: str) -> str | None:
        """The area that a code counts for: a competence's, or an area's own; ``None`` for a code of another kind."""
        area = self.area(code.partition(".")[0])
        if area is None or (code != area.code and code not in {each.code for each in area.competences}):
            return None
        return area.code

    def targets(self, audience: str) -> dict[str, int]:
        """Which level is aimed at in each area for an audience: the area's, or the highest of its competences'."""
        profile = next((each for each in self.profiles if each.audience == audience), None)
        aims: dict[str, int] = {}
        for code, level in profile.targets.items() if profile else ():
            area = self.area_of(code) or ""
            aims[area] = max(level, aims.get(area, 0))
        return aims | ({code: level for code, level in profile.targets.items() if code in aims} if profile else {})


class FrameworkCard(Outbound):
    """A framework in a list."""

    id: str = Field(examples=["digcomp-2.2"])
    title: Names
    edition: str
    state: State
    levels: int
    areas: int
    audiences: list[AudienceId] = Field(description="Whom it has a profile for.")
    version: int = Field(description="How often it was imported; 0: as it comes with the platform.")


class Framework(Outbound):
    """A framework as it is now."""

    id: str
    title: Names
    edition: str
    source: str
    state: State
    note: Texts
    levels: list[Level]
    areas: list[Area]
    profiles: list[Profile]
    mappings: list[CodeMapping]
    version: int = Field(description="How often it was imported; 0: as it comes with the platform.")
    imported_at: datetime | None


class ImportQuery(Query):
    """Whether a framework is only looked at."""

    dry_run: bool = Field(default=False, description="Say what would become of it, and keep nothing.")


class FrameworkSheet(Inbound):
    """A framework as a spreadsheet."""

    content: Annotated[str, StringConstraints(min_length=4, max_length=MOST_SHEET_BYTES)] = Field(
        description="An .xlsx workbook or a CSV file, in base64. Its columns are those of the framework's own sheet.",
        examples=["TG/huqFpLE3DoyxUw6puLOKApg=="],
    )
    dry_run: bool = Field(default=True, description="Read it and say what is wrong, and keep nothing.")


class SheetFault(Outbound):
    """What is wrong in a spreadsheet, where, and how it is mended."""

    row: int | None = Field(description="As spreadsheets number it; null: of the sheet as a whole.", examples=[7])
    column: str | None = Field(description="Its heading.", examples=["Mã"])
    code: str
    message: str = Field(description="What is wrong, and what to write instead.")


class FrameworkImport(Outbound):
    """What became of an import."""

    kept: bool = Field(description="Whether it was taken; a dry run keeps nothing, nor does a sheet with faults.")
    version: int | None = Field(description="The version that it is now, if it was taken.")
    faults: list[SheetFault] = Field(description="In order of rows; at most 100.")
    framework: FrameworkContent | None = Field(description="As it was read; null when there are faults.")


def _levels(content: FrameworkContent) -> Iterator[Found]:
    numbers = [each.number for each in content.levels]
    if numbers != list(range(1, len(numbers) + 1)):
        vi = "Các mức phải được đánh số liên tục từ 1."
        yield ("levels",), rule("levels_not_in_order", vi, "Levels must be numbered from 1 without a gap.")


def _codes(content: FrameworkContent) -> Iterator[Found]:
    codes = Counter(code for area in content.areas for code in (area.code, *(each.code for each in area.competences)))
    for at, area in enumerate(content.areas):
        if codes[area.code] > 1:
            yield ("areas", at, "code"), _twice(area.code)
        for place, each in enumerate(area.competences):
            where = ("areas", at, "competences", place, "code")
            if codes[each.code] > 1:
                yield where, _twice(each.code)
            if not each.code.startswith(f"{area.code}."):
                vi = f"Mã năng lực phải bắt đầu bằng mã của miền: {area.code}.1, {area.code}.2, …"
                en = f"A competence's code begins with its area's: {area.code}.1, {area.code}.2, …"
                yield where, rule("code_of_another_area", vi, en)


def _twice(code: str) -> Any:
    vi, en = f"Mã {code} có hơn một lần. Mỗi mã chỉ dùng một lần.", f"The code {code} is there twice. Use each once."
    return rule("code_repeated", vi, en)


def _profiles(content: FrameworkContent) -> Iterator[Found]:
    audiences = Counter(each.audience for each in content.profiles)
    for at, profile in enumerate(content.profiles):
        if audiences[profile.audience] > 1:
            vi, en = "Mỗi nhóm đối tượng có một hồ sơ.", "An audience has one profile."
            yield ("profiles", at, "audience"), rule("audience_repeated", vi, en)
        for code, level in profile.targets.items():
            where = ("profiles", at, "targets", code)
            if content.area_of(code) is None:
                yield where, _unknown(code)
            if level > content.scale:
                vi, en = f"Khung chỉ có {content.scale} mức.", f"There are only {content.scale} levels."
                yield where, rule("level_unknown", vi, en)


def _mappings(content: FrameworkContent) -> Iterator[Found]:
    for at, each in enumerate(content.mappings):
        if content.area_of(each.code) is None:
            yield ("mappings", at, "code"), _unknown(each.code)


def _unknown(code: str) -> Any:
    vi = f"Khung không có miền hay năng lực mang mã {code}."
    return rule("code_unknown", vi, f"The framework has no area or competence {code}.")
