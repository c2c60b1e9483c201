"""Audiences as they cross the boundary."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator

from chalicelib.audiences import rules
from chalicelib.audiences.rules import WholeRule
from chalicelib.errors import rule
from chalicelib.http.models import Id, Inbound, Outbound, line, prose
from chalicelib.jobs.routes import JobError
from chalicelib.people.person import Person, PersonStatus

MOST = 50  # audiences of a space's own
EXAMPLES = 10
AudienceId = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-z-]{5,22}$"),
    Field(examples=["public-sector"], description="Of the four ready-made ones their English name."),
]
AudienceName = Annotated[str, line(80), Field(examples=["Lãnh đạo cấp xã"])]
About = Annotated[str, prose(500), Field(examples=["Chủ tịch, phó chủ tịch uỷ ban nhân dân xã, phường."])]
GivenRule = Annotated[WholeRule, Field(examples=[rules.EXAMPLE])]


class NewAudience(Inbound):
    """An audience to make."""

    name: AudienceName
    about: About = ""
    rule: GivenRule


class AudienceEdit(Inbound):
    """Changes of an audience; what is absent stays. A new rule is brought to everyone by a job."""

    name: AudienceName | None = None
    about: About | None = None
    rule: GivenRule | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _keeps_what_is_needed(cls, value: object) -> object:
        if value is None:
            raise rule("not_removable", "Mục này không thể để trống.", "This cannot be removed.")
        return value


class Audience(Outbound):
    """An audience: people chosen by a rule."""

    id: AudienceId
    name: str = Field(examples=["Cán bộ, công chức, viên chức"])
    about: str
    rule: rules.Rule = Field(examples=[rules.EXAMPLE])
    ready_made: bool = Field(description="One of the four of decision 757/QĐ-BKHCN: it can be edited, not removed.")
    draft: bool = Field(description="Ready-made, and nobody of the space has looked at its rule yet.")


class Audiences(Outbound):
    """All audiences of a space: the ready-made ones first, then its own by name."""

    items: list[Audience]
    most: int = Field(default=MOST, description="So many of its own a space may have.")
    job: Id | None = Field(description="The job that brings (or has brought) the last change of a rule to everyone.")


class Regrouping(Outbound):
    """A job that puts everyone into the audiences that suit them."""

    job: Id


class NewPreview(Inbound):
    """A rule to try."""

    rule: GivenRule


class Example(Outbound):
    """A person whom a rule fits."""

    id: Id
    name: str = Field(examples=["Nguyễn Văn An"])
    status: PersonStatus

    @classmethod
    def of(cls, person: Person) -> Self:
        """This person as an example."""
        return cls(id=person.id, name=person.name, status=person.status)


class Preview(Outbound):
    """How many people a rule fits, and some of them. While a job is still looking, what it has found so far."""

    state: Literal["queued", "running", "done", "failed", "cancelled"]
    job: Id | None = Field(description="Null where the answer is whole at once.")
    people: int = Field(description="People looked at.")
    expected: int | None = Field(description="About how many there are to look at.")
    matching: int = Field(description="People whom the rule fits.")
    examples: list[Example] = Field(description=f"At most {EXAMPLES} of them.")
    error: JobError | None = None
