"""People as they cross the boundary."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationInfo, field_validator

from chalicelib import clock, vietnamese
from chalicelib.errors import Language, rule
from chalicelib.http.models import Distinct, Id, Inbound, Outbound, PageQuery, line
from chalicelib.http.permissions import Role
from chalicelib.people import identifiers, person, profile, words
from chalicelib.people.identifiers import EMAIL_LENGTH, MASK, Kind
from chalicelib.people.person import PersonStatus
from chalicelib.people.profile import FieldName, Source

NAME_LENGTH = 100
UnitPath = Annotated[
    str,
    StringConstraints(max_length=80),
    AfterValidator(profile.unit),
    Field(examples=["4q2xw7ha/m3k2d5pz"], description="The path of a unit."),
]
SpaceRole = Literal["admin", "author", "tutor", "learner"]
_MASKED = re.compile(rf"{MASK}\d{{3}}")
_PARSERS = {
    "email": identifiers.email,
    "phone": identifiers.phone,
    "staff_code": identifiers.staff_code,
    "national_id": identifiers.national_id,
}
_MARKS = frozenset(" .,'’-()/&")
# Names stand in our mails, where "evil.example" would turn into a link.
_ADDRESS = re.compile(r"\.\w|www|//", re.IGNORECASE)


def _a_name(text: str) -> str:
    kinds = [unicodedata.category(each)[0] for each in text]
    fits = all(kind in "LMN" or each in _MARKS for kind, each in zip(kinds, text, strict=True))
    if not fits or "L" not in kinds or _ADDRESS.search(text):
        raise rule(
            "name_invalid",
            "Tên chỉ gồm chữ, số, dấu cách và các dấu . , ' - ( ) / &, không chứa địa chỉ web.",
            "A name has letters, digits, spaces and . , ' - ( ) / & only, and holds no web address.",
        )
    return text


def _one_line(value: Any) -> Any:
    return vietnamese.clean_line(value[: NAME_LENGTH * 4]) if isinstance(value, str) else value


Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=NAME_LENGTH),
    BeforeValidator(_one_line),
    AfterValidator(_a_name),
    Field(examples=["Nguyễn Văn An"], description="The name shown."),
]
Roles = Annotated[
    list[SpaceRole],
    Field(min_length=1, max_length=4, examples=[["learner"]], description="What the person may do in the space."),
    Distinct,
]


class PersonIdentifier(Outbound):
    """What a person signs in with."""

    kind: Kind
    value: str = Field(
        examples=["nguyenvanan@hue.example", "+84912345678", "CB0000001"],
        description="Of an identity number the last three digits.",
    )


class PersonFact(Outbound):
    """Something that the space knows of a person, and from whom."""

    field: FieldName
    value: str = Field(examples=["farmer"], description="As it is stored, and as it may be sent.")
    shown_vi: str = Field(
        examples=["Nông dân"],
        description="The value in words: of a birth the year, names of places and units for their codes.",
    )
    shown_en: str = Field(examples=["Farmer"])
    source: Source
    told_on: date


class PersonUnit(Outbound):
    """The organisational unit that a person is in."""

    path: str = Field(examples=["4q2xw7ha/m3k2d5pz"])
    names: list[str] = Field(examples=[["Sở Y tế", "Phòng Kế hoạch"]], description="Its name, its elders' first.")


class PersonAudience(Outbound):
    """An audience that a person is in."""

    id: str = Field(examples=["workers"])
    since: datetime


class PersonProfile(Outbound):
    """A person of the space, as its staff sees them."""

    id: Id
    name: str = Field(examples=["Nguyễn Văn An"])
    roles: list[Role] = Field(examples=[["author", "learner"]])
    status: PersonStatus
    identifiers: list[PersonIdentifier] | None = Field(description="Null for staff who may not manage people.")
    locale: Language
    created_at: datetime
    joined_at: datetime | None = Field(description="When they first set a password; null while invited.")
    facts: list[PersonFact] | None = Field(description="Null for staff who may not manage people.")
    unit: PersonUnit | None
    audiences: list[PersonAudience]
    sources: list[Source] = Field(description="Who has told something of them, or vouches for them.")
    merged_into: Id | None = Field(description="The account that this one has gone up in.")

    @classmethod
    def of(cls, subject: person.Person, unit: Sequence[str] = (), *, identifiers: bool = True) -> PersonProfile:
        """What staff who may (or may not) manage people get to see; ``unit`` are the names of their unit."""
        return cls(
            id=subject.id,
            name=subject.name,
            roles=sorted(subject.roles),
            status=subject.status,
            identifiers=_identifiers(subject) if identifiers else None,
            locale=subject.locale,
            created_at=datetime.fromisoformat(subject.created_at),
            joined_at=datetime.fromisoformat(subject.joined_at) if subject.joined_at else None,
            facts=_facts(subject, unit) if identifiers else None,
            unit=PersonUnit(path=subject.unit, names=list(unit)) if subject.unit else None,
            audiences=[
                PersonAudience(id=each, since=clock.from_epoch_ms(int(since) * 1000))
                for each, since in sorted(subject.audiences.items())
            ],
            sources=sorted(subject.sources),
            merged_into=subject.merged_into or None,
        )


class Me(Outbound):
    """The person who is signed in, as they see themselves."""

    id: Id
    name: str = Field(examples=["Nguyễn Văn An"])
    roles: list[Role] = Field(examples=[["learner"]])
    identifiers: list[PersonIdentifier]
    locale: Language
    created_at: datetime

    @classmethod
    def of(cls, subject: person.Person) -> Me:
        """How this person sees themselves."""
        return cls(
            id=subject.id,
            name=subject.name,
            roles=sorted(subject.roles),
            identifiers=_identifiers(subject),
            locale=subject.locale,
            created_at=datetime.fromisoformat(subject.created_at),
        )


class MeEdit(Inbound):
    """What people may change of themselves; what is absent stays."""

    name: Name | None = None
    locale: Language | None = Field(default=None, description="The language of mails.")


class PersonEdit(Inbound):
    """What an admin may change of a person; what is absent stays."""

    name: Name | None = None
    roles: Roles | None = None
    status: Literal["active", "deactivated"] | None = Field(
        default=None,
        description="`deactivated` refuses sign-in and ends all sessions; `active` lets the person in again.",
    )


class GivenIdentifier(Inbound):
    """Something that a person is known by. What apps and single sign-on call them is theirs to say."""

    kind: Literal["email", "phone", "staff_code", "national_id"]
    value: Annotated[str, StringConstraints(max_length=EMAIL_LENGTH)] = Field(
        examples=["nguyenvanan@hue.example", "0912 345 678", "CB0000001", "046096000123"],
    )

    @field_validator("value")
    @classmethod
    def _as_stored(cls, value: str, about: ValidationInfo) -> str:
        if _MASKED.fullmatch(value):
            return value
        parse = _PARSERS.get(about.data.get("kind", ""))
        return parse(value) if parse else value

    @property
    def masked(self) -> bool:
        """Whether it is an identity number as it is shown, of which nothing but the end is known."""
        return bool(_MASKED.fullmatch(self.value))


class AddedIdentifier(GivenIdentifier):
    """Something that a person is to be known by, in full."""

    @field_validator("value")
    @classmethod
    def _whole(cls, value: str) -> str:
        if _MASKED.fullmatch(value):
            raise rule("identifier_masked", "Hãy ghi đủ số định danh.", "Write the whole identity number.")
        return value


class IdentifiersEdit(Inbound):
    """What to add to, and to remove from, what a person is known by."""

    add: list[AddedIdentifier] = Field(default=[], max_length=10)
    remove: list[GivenIdentifier] = Field(
        default=[], max_length=10, description="As it is shown, or in full. All sessions of the person end."
    )


class PeopleQuery(PageQuery):
    """Which people to list."""

    q: line(NAME_LENGTH, 0) = Field(  # type: ignore[valid-type]
        default="",
        examples=["van an"],
        description="The beginning of any word of the name and what follows it, without diacritics; for those who may "
        "manage people also of an e-mail address, a phone number or a staff code, and all of an identity number.",
    )
    role: SpaceRole | None = None
    status: PersonStatus | None = None
    unit: UnitPath | None = Field(default=None, description="Whoever is in this unit, or in one under it.")
    audience: Annotated[str, line(64)] | None = Field(default=None, examples=["workers"])
    source: Source | None = Field(default=None, description="Whoever of whom this source has told something.")


def _facts(subject: person.Person, unit: Sequence[str]) -> list[PersonFact]:
    told = ((name, subject.profile[name]) for name in profile.FIELDS if name in subject.profile)
    return [_fact(name, fact, words.of(name, fact.value, unit)) for name, fact in told]


def _fact(name: str, fact: profile.Fact, called: words.Words) -> PersonFact:
    return PersonFact(
        field=cast(FieldName, name),
        value=fact.value,
        shown_vi=called.vi,
        shown_en=called.en,
        source=fact.by,
        told_on=date.fromisoformat(fact.on),
    )


def _identifiers(subject: person.Person) -> list[PersonIdentifier]:
    return [PersonIdentifier(kind=each.kind, value=each.shown) for each in subject.identifiers]
