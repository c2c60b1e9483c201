"""People as they cross the boundary."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from chalicelib import vietnamese
from chalicelib.errors import Language, rule
from chalicelib.http.models import Distinct, Id, Inbound, Outbound, PageQuery, line
from chalicelib.http.permissions import Role
from chalicelib.people import person
from chalicelib.people.identifiers import Kind
from chalicelib.people.person import PersonStatus

NAME_LENGTH = 100
SpaceRole = Literal["admin", "author", "tutor", "learner"]
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

    @classmethod
    def of(cls, subject: person.Person, *, identifiers: bool = True) -> PersonProfile:
        """What staff who may (or may not) see identifiers get to see."""
        return cls(
            id=subject.id,
            name=subject.name,
            roles=sorted(subject.roles),
            status=subject.status,
            identifiers=_identifiers(subject) if identifiers else None,
            locale=subject.locale,
            created_at=datetime.fromisoformat(subject.created_at),
            joined_at=datetime.fromisoformat(subject.joined_at) if subject.joined_at else None,
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


class PeopleQuery(PageQuery):
    """Which people to list."""

    q: line(NAME_LENGTH, 0) = Field(  # type: ignore[valid-type]
        default="",
        examples=["van an"],
        description="The beginning of any word of the name and what follows it, without diacritics; for those who may "
        "manage people also of an e-mail address or phone number.",
    )
    role: SpaceRole | None = None
    status: PersonStatus | None = None


def _identifiers(subject: person.Person) -> list[PersonIdentifier]:
    return [PersonIdentifier(kind=each.kind, value=each.shown) for each in subject.identifiers]
