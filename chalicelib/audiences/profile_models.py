"""Profiles as they cross the boundary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Self, cast

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from chalicelib.http.models import Distinct, Inbound, Outbound
from chalicelib.people import places, profile
from chalicelib.people.profile import FIELDS, Fact, FieldName, Gender, Need, Occupation, Source

_Text = Annotated[str, StringConstraints(max_length=profile.TEXT_LENGTH)]


class ProfileField(Outbound):
    """Something that may be asked of a person, what for, and what answers there are."""

    name: FieldName
    label_vi: str = Field(examples=["Năm sinh"])
    label_en: str = Field(examples=["Year of birth"])
    purpose_vi: str = Field(examples=["Gợi ý khoá học phù hợp với bạn."])
    purpose_en: str = Field(examples=["To recommend the courses that suit you."])
    choices: list[str] = Field(description="The values there are; empty: free text.")
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
            choices=list(field.choices),
            sensitive=field.sensitive,
            asked=asked,
            **more,
        )


class ProfileFact(ProfileField):
    """A field, and what is known of it: who told it, and on which day."""

    value: str | None = Field(examples=["1996-07-03"])
    shown: str | None = Field(description="The value as people read it: names of units and provinces for their codes.")
    source: Source | None
    told_on: date | None

    @classmethod
    def known(cls, field: profile.Field, fact: Fact | None, unit: Sequence[str], *, asked: bool) -> Self:
        """A field with its fact; ``unit`` are the names of the unit and its elders."""
        return cls.of(
            field,
            asked=asked,
            value=fact.value if fact else None,
            shown=_shown(field.name, fact.value, unit) if fact else None,
            source=fact.by if fact else None,
            told_on=date.fromisoformat(fact.on) if fact else None,
        )


def _shown(name: str, value: str, unit: Sequence[str]) -> str:
    if name == "unit":
        return " / ".join(unit) or value
    return places.PROVINCES.get(value, value) if name == "province" else value


class Profile(Outbound):
    """What the space may know of a person beside name and identifiers."""

    facts: list[ProfileFact]


class ProfileEdit(Inbound):
    """What somebody tells of a person; what is absent stays, ``null`` removes."""

    birth: _Text | None = Field(default=None, examples=["1996", "1996-07-03"])
    gender: Gender | None = None
    occupation: Occupation | None = None
    province: _Text | None = Field(default=None, examples=["46"], description="A code, or a name however it is spelt.")
    ward: _Text | None = Field(default=None, examples=["Phường Thuận Hoá"])
    unit: _Text | None = Field(default=None, examples=["4q2xw7ha"], description="The path of a unit.")
    position: _Text | None = Field(default=None, examples=["Chuyên viên"])
    disability: Need | None = None

    @field_validator("birth", "province", "ward", "unit", "position")
    @classmethod
    def _as_stored(cls, value: str | None, about: ValidationInfo) -> str | None:
        return None if value is None else profile.parse(str(about.field_name), value)

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
