"""Profiles as they cross the boundary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Self, cast

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator

from chalicelib.errors import rule
from chalicelib.http.models import Distinct, Inbound, Outbound
from chalicelib.people import profile, wards, words
from chalicelib.people.profile import FIELDS, Fact, FieldName, Gender, Need, Occupation, Source

_Text = Annotated[str, StringConstraints(max_length=profile.TEXT_LENGTH)]


class Choice(Outbound):
    """One value that a field may have."""

    value: str = Field(examples=["farmer"])
    label_vi: str = Field(examples=["Nông dân"])
    label_en: str = Field(examples=["Farmer"])


class ProfileField(Outbound):
    """Something that may be asked of a person, what for, and what answers there are."""

    name: FieldName
    label_vi: str = Field(examples=["Năm sinh"])
    label_en: str = Field(examples=["Year of birth"])
    purpose_vi: str = Field(examples=["Gợi ý khoá học phù hợp với bạn."])
    purpose_en: str = Field(examples=["To recommend the courses that suit you."])
    choices: list[Choice] = Field(description="The values there are, in words; empty: free text.")
    sensitive: bool = Field(description="Of the person's health: nobody need say, and few may see.")
    asked: bool = Field(description="Whether this space asks for it.")

    @classmethod
    def of(cls, field: profile.Field, *, asked: bool, **more: Any) -> Self:
        """A field of the profile as this space has it."""
        return cls(
            name=cast(FieldName, field.name),
            label_vi=field.label_vi,
            label_en=field.label_en,
            purpose_vi=field.purpose_vi,
            purpose_en=field.purpose_en,
            choices=[
                Choice(value=value, label_vi=called.vi, label_en=called.en)
                for value, called in words.choices(field.name).items()
            ],
            sensitive=field.sensitive,
            asked=asked,
            **more,
        )


class ProfileFact(ProfileField):
    """A field, and what is known of it: who told it, and on which day."""

    value: str | None = Field(examples=["farmer"], description="As it is stored, and as it may be sent.")
    shown_vi: str | None = Field(
        examples=["Nông dân"],
        description="The value in words: of a birth the year, names of places and units for their codes.",
    )
    shown_en: str | None = Field(examples=["Farmer"])
    source: Source | None
    told_on: date | None = Field(description="The day in Vietnam.")

    @classmethod
    def known(cls, field: profile.Field, fact: Fact | None, unit: Sequence[str], *, asked: bool) -> Self:
        """A field with its fact; ``unit`` are the names of the unit and its elders."""
        called = words.of(field.name, fact.value, unit) if fact else None
        return cls.of(
            field,
            asked=asked,
            value=fact.value if fact else None,
            shown_vi=called.vi if called else None,
            shown_en=called.en if called else None,
            source=fact.by if fact else None,
            told_on=date.fromisoformat(fact.on) if fact else None,
        )


class Profile(Outbound):
    """What the space may know of a person beside name and identifiers."""

    facts: list[ProfileFact]


class ProfileEdit(Inbound):
    """What somebody tells of a person; what is absent stays, ``null`` removes."""

    birth: _Text | None = Field(default=None, examples=["1996", "1996-07-03"])
    gender: Gender | None = None
    occupation: Occupation | None = None
    province: _Text | None = Field(default=None, examples=["46"], description="A code, or a name however it is spelt.")
    ward: _Text | None = Field(
        default=None,
        examples=["19789"],
        description="A code, which says the province too; or a name, which becomes the code of the ward that is called "
        "so in the province told or known, and else stays as it is written.",
    )
    unit: _Text | None = Field(default=None, examples=["4q2xw7ha"], description="The path of a unit.")
    position: _Text | None = Field(default=None, examples=["Chuyên viên"])
    disability: Need | None = None

    @field_validator("birth", "province", "ward", "unit", "position")
    @classmethod
    def _as_stored(cls, value: str | None, about: ValidationInfo) -> str | None:
        return None if value is None else profile.parse(str(about.field_name), value)

    @model_validator(mode="after")
    def _in_one_place(self) -> Self:
        ward = wards.known(self.ward) if self.ward and self.province else None
        if ward and ward.province != self.province:
            vi, en = "Xã, phường này không thuộc tỉnh, thành phố đã chọn.", "This ward is not of the province chosen."
            raise rule("ward_elsewhere", vi, en, field="ward")
        return self

    @property
    def told(self) -> dict[str, str | None]:
        """What was told, by field; ``None`` where it is to be removed."""
        return {name: getattr(self, name) for name in FIELDS if name in self.model_fields_set}


class AskedFields(Inbound):
    """Which fields of the profile a space asks for."""

    asked: Annotated[
        list[FieldName],
        Distinct,
        Field(max_length=len(FIELDS), examples=[["birth", "occupation", "province", "ward"]]),
    ]


class ProfileFields(Outbound):
    """The fields that there are, and which of them this space asks for."""

    fields: list[ProfileField]
