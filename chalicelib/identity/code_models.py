"""Activation codes and one-time codes, as they cross the boundary."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from chalicelib.errors import rule
from chalicelib.http.models import Distinct, Download, Id, Inbound, Outbound
from chalicelib.identity.passwords import NewPassword
from chalicelib.jobs.routes import JobError
from chalicelib.people import profile
from chalicelib.people.identifiers import LOGIN_LENGTH

SheetFormat = Literal["pdf", "xlsx"]
MOST_PEOPLE = 100

TypedLogin = Annotated[
    str,
    StringConstraints(max_length=LOGIN_LENGTH * 2),
    Field(
        description="The e-mail address, phone number, staff code or identity number, however it is grouped.",
        examples=["CB0000001"],
    ),
]


class ActivationCode(Outbound):
    """A person's new activation code; it can be printed again until it is used."""

    person: Id
    name: str = Field(examples=["Nguyễn Văn An"])
    login: str | None = Field(description="What to type with it.", examples=["CB0000001"])
    code: str = Field(examples=["K7QPM-3XW0D"])
    address: str = Field(description="Where to type it.", examples=["https://hocmo.example.vn/s/hue/activation"])


class Activation(Inbound):
    """Coming in for the first time."""

    login: TypedLogin
    code: Annotated[str, StringConstraints(max_length=40)] = Field(
        description="The code of the slip, in any case, with or without its hyphen.", examples=["K7QPM-3XW0D"]
    )
    password: NewPassword | None = Field(
        default=None, description="Needed by whoever has no e-mail address or mobile number to get one-time codes by."
    )


class CodeRequest(Inbound):
    """Who wants a one-time code."""

    login: TypedLogin


class CodeCredentials(Inbound):
    """What a person signs in with instead of a password."""

    login: TypedLogin
    code: Annotated[str, StringConstraints(pattern=r"^ ?[0-9]{3} ?[0-9]{3} ?$")] = Field(
        description="Six digits.", examples=["482913"]
    )


class NewSheet(Inbound):
    """Whose slips to print: of one list, one unit, these people; or of everyone who has not come in yet."""

    roster: Id | None = Field(default=None, description="A list that has been taken over.")
    unit: Annotated[str, StringConstraints(max_length=80), AfterValidator(profile.unit)] | None = Field(
        default=None, examples=["k3zq7mfa/b2x9w4de"], description="The path of a unit: everyone in it and under it."
    )
    people: Annotated[list[Id], Field(min_length=1, max_length=MOST_PEOPLE), Distinct] | None = None
    format: SheetFormat = "pdf"

    @model_validator(mode="after")
    def _is_one_choice(self) -> Self:
        chosen = [name for name in ("roster", "unit", "people") if getattr(self, name) is not None]
        if len(chosen) > 1:
            raise rule(
                "sheet_ambiguous",
                "Chỉ chọn một: danh sách, đơn vị hoặc những người cụ thể.",
                "Choose one alone: a list, a unit, or these people.",
                field=chosen[-1],
            )
        return self

    @property
    def chosen(self) -> tuple[str, str | list[str] | None]:
        """The kind of choice, and which."""
        told = {"roster": self.roster, "unit": self.unit, "people": self.people}
        return next(((kind, which) for kind, which in told.items() if which is not None), ("all", None))


class SheetDownload(Download):
    """One file of slips."""

    slips: int = Field(examples=[1240])


class Sheet(Outbound):
    """Slips with activation codes, being printed or done: of those who have not come in, unit by unit."""

    job: Id
    state: Literal["queued", "running", "done", "failed", "cancelled", "expired"] = Field(
        description="`expired`: done more than a week ago; have them printed again."
    )
    format: SheetFormat
    slips: int = Field(description="So many are printed so far.", examples=[1240])
    files: list[SheetDownload] = Field(description="In order; none until all are done.", max_length=1_000)
    error: JobError | None
