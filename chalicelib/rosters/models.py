"""Lists of people as they cross the boundary."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from chalicelib.courses.uploads import UploadForm
from chalicelib.errors import rule
from chalicelib.http.models import Download, Id, Inbound, Outbound, PageQuery, line
from chalicelib.jobs.routes import JobError
from chalicelib.rosters.reading.rows import Field as ListField
from chalicelib.rosters.reading.rows import GuessedBy, HeaderBy, Severity
from chalicelib.rosters.states import Outcome, RosterState
from chalicelib.rosters.uploads import MOST_BYTES

ListFormat = Literal["csv", "xlsx"]
MOST_INLINE = 200_000
MOST_COLUMNS = 200
MOST_HEADER_ROW = 1_000


class NewRoster(Inbound):
    """A list that is to be uploaded, or that is sent along."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Danh sách cán bộ xã Phú Mậu.xlsx", "size": 182_044}]},
        defer_build=True,
    )

    name: Annotated[str, line(200)] = Field(
        examples=["Danh sách cán bộ xã Phú Mậu.xlsx"], description="The file's, with its ending."
    )
    size: int | None = Field(default=None, ge=1, le=MOST_BYTES, description="Bytes; absent with `content`.")
    content: Annotated[str, StringConstraints(min_length=1, max_length=MOST_INLINE)] | None = Field(
        default=None, description="A small list itself, as CSV; it is read at once and needs no upload."
    )

    @model_validator(mode="after")
    def _is_announced_or_sent(self) -> Self:
        if (self.size is None) == (self.content is None):
            raise rule(
                "size_or_content",
                "Hãy gửi size (để tải tệp lên) hoặc content (danh sách nhỏ), một trong hai.",
                "Send size (to upload a file) or content (a small list), one of them.",
                field="content",
            )
        return self


class NewMapping(Inbound):
    """Where the headings stand and what columns mean, where the guess is wrong; the rest is guessed."""

    header_row: int | None = Field(
        default=None,
        ge=0,
        le=MOST_HEADER_ROW,
        description="The row of the headings, as a spreadsheet numbers rows; 0: there are none; absent: to be found.",
        examples=[4],
    )
    columns: dict[Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}$")], ListField | None] = Field(
        default_factory=dict,
        max_length=MOST_COLUMNS,
        examples=[{"2": "national_id", "7": None}],
        description="Fields by the columns' places, from 0; null leaves a column aside.",
    )

    @field_validator("columns")
    @classmethod
    def _names_a_field_once(cls, columns: dict[str, ListField | None]) -> dict[str, ListField | None]:
        named = [each for each in columns.values() if each and each != "unit"]
        if len(set(named)) != len(named):
            raise rule("repeated", "Mỗi thông tin chỉ lấy từ một cột.", "A field is taken from one column only.")
        return columns


class Committing(Inbound):
    """How a list is committed."""

    overwrite_edits: bool = Field(
        default=False,
        description="Whether the list counts more than what people and admins edited by hand, and replaces what people "
        "sign in with.",
    )


class ListColumn(Outbound):
    """A column as it is understood."""

    index: int = Field(description="Its place, from 0.")
    heading: str = Field(
        description="As it stands there, safe to show; where there is none its letter: A, B, C …", examples=["Quý danh"]
    )
    field: ListField | None = Field(description="null: it is left aside.")
    guessed_by: GuessedBy


class Understood(Outbound):
    """How a list was read."""

    encoding: str = Field(examples=["utf-8", "tcvn5712", "xlsx"])
    delimiter: str | None
    sheet: str | None
    header_row: int | None = Field(description="As a spreadsheet numbers rows; null where there are no headings.")
    header_by: HeaderBy = Field(
        description="How that row was told: by headings that are known; because it is least like what stands below "
        "(content): then look whether it is the right one; by the mapping."
    )
    columns: list[ListColumn]


class MappedColumn(ListColumn):
    """A column as it is understood, and what stands in it."""

    samples: list[str] = Field(
        description="Some of what stands there, as it does, but short and safe to show; of long numbers the last "
        "digits. Kept for a week."
    )


class RosterMapping(Understood):
    """How a list was read, with what whoever tells it better has to see."""

    columns: list[MappedColumn]  # type: ignore[assignment]


class RowCounts(Outbound):
    """What becomes, or has become, of the rows."""

    created: int
    changed: int
    unchanged: int
    conflicts: int = Field(description="For a person to decide: nobody is made or merged.")
    refused: int = Field(description="Rows that cannot be used as they stand.")
    new_units: int = Field(description="Units that the list names and that were not there: many may be misspelt.")
    problems: int = Field(description="All that is said about the list, warnings among them.")


class RosterProgress(Outbound):
    """How far the work on a list is."""

    rows: int
    rows_expected: int | None = Field(description="At most so many there will be.")
    rows_per_s: float | None
    seconds_left: int | None


class Roster(Outbound):
    """A list of people."""

    id: Id
    name: str
    size: int = Field(description="Bytes.")
    state: RosterState
    overwrite_edits: bool
    understood: Understood | None = Field(description="Once reading has begun.")
    counts: RowCounts | None = Field(
        description="Up to `checked`: what would become of the rows; from `committing` on: what did."
    )
    progress: RosterProgress | None = Field(description="While it is read or loaded.")
    has_remarks: bool = Field(description="Whether the list can be downloaded with a column of remarks.")
    error: JobError | None
    upload: UploadForm | None = Field(description="While it is announced: where to send the file.")
    job: Id | None = Field(description="The work that was begun last.")
    created_at: datetime
    updated_at: datetime
    kept_until: datetime | None = Field(description="When the uploaded file is deleted; it cannot be committed after.")


class RosterProblem(Outbound):
    """Something about a row, a column or the whole list."""

    row: int = Field(description="As a spreadsheet numbers rows, from 1.")
    column: int | None = Field(description="From 0; null: about the whole row.")
    heading: str
    code: str
    value: str = Field(
        description="What stands there, safe to show: short, no markup, no formula; of an identity "
        "number the last digits."
    )
    vi: str
    en: str
    mend_vi: str
    mend_en: str
    severity: Severity = Field(description="`error`: the row is left out; `warning`: it is taken.")


class ChangeQuery(PageQuery):
    """Which rows to list."""

    outcome: Outcome | None = Field(default=None, description="Only rows of which this becomes.")


class ChangedField(Outbound):
    """What a list changes of a person: as our own lists write it, safe to show; of an identity number the last
    digits."""

    field: ListField
    old: str | None = Field(description="null: nothing is known.", examples=["Chuyên viên"])
    new: str = Field(examples=["Trưởng phòng"])


class RosterChange(Outbound):
    """What becomes, or has become, of whom by a row."""

    row: int = Field(description="As a spreadsheet numbers rows, from 1.")
    outcome: Outcome = Field(
        description="`conflict`: it is for a person to decide; `refused`: the row cannot be used. Its problems say why."
    )
    person: Id | None = Field(description="Whom it is about; null: nobody yet, or not one person.")
    name: str
    fields: list[ChangedField] = Field(
        description="Of somebody new, all that is told; of somebody known, what is another than before. Empty where "
        "nothing changes, or an earlier commit of this list has done it."
    )


class NewUnit(Outbound):
    """A unit that the list names and that was not there."""

    path: str = Field(examples=["k3v7q2na/m5x2d6pb"])
    names: list[str] = Field(
        description="Its own at the end, before it those above it.", examples=[["Sở Y tế", "Văn phòng"]]
    )


class NewPeopleExport(Inbound):
    """How a list of the space's people is written."""

    format: ListFormat = "xlsx"


class PeopleExport(Outbound):
    """A list of the space's people that is being written, or is there to be read."""

    job: Id
    state: Literal["queued", "running", "done", "failed", "cancelled", "expired"] = Field(
        description="`expired`: the list was done and is no longer kept; export anew."
    )
    rows: int = Field(description="Written so far.")
    error: JobError | None
    download: Download | None = Field(description="Once done: ask again for a fresh address when it has expired.")
