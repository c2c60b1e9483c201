"""Sign-ins that lead to several accounts, as they cross the boundary."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from chalicelib import ids
from chalicelib.http.models import Id, Inbound, Outbound
from chalicelib.people.identifiers import Kind

PartyKind = Literal["app", "provider", "list"]
_ONE = f"[{ids.ALPHABET}]{{{ids.LENGTH}}}"
CaseId = Annotated[str, StringConstraints(pattern=rf"^{_ONE}(-{_ONE})?$"), Field(examples=["1m868j3kq0v7x2c9d4e5fg"])]


class CameBy(Outbound):
    """By whom somebody came."""

    kind: PartyKind
    id: Id
    name: str = Field(examples=["Hue-S"])


class PointsTo(Outbound):
    """One thing that is vouched for, and whose account bears it."""

    kind: Kind
    shown: str = Field(description="Its last characters.", examples=["•••••••••ple"])
    person: Id
    name: str = Field(examples=["Nguyễn Văn An"])


class AmbiguousSignIn(Outbound):
    """Somebody whose sign-in leads to several accounts, or a list some rows of which do."""

    id: CaseId
    by: CameBy
    at: datetime = Field(description="Of the latest try.")
    person: Id | None = Field(
        description="The account that an app's person has got meanwhile; null: who was refused (`account_ambiguous`)."
    )
    name: str | None = Field(description="Of that account.", examples=["Nguyễn Văn An"])
    points: list[PointsTo] = Field(
        max_length=10,
        description="Merge these accounts when they are one person's, take from one what is not theirs, or say whose "
        "sign-in it is.",
    )
    rows: int | None = Field(
        description="Of a list: how many of its rows are for a person to decide "
        "(`GET …/rosters/{roster}/changes?outcome=conflict`, for a week)."
    )


class Settling(Inbound):
    """Whose sign-in it is."""

    person: Id = Field(description="One of the accounts that it points to.")
