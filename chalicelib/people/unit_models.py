"""Organisational units as they cross the boundary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from chalicelib.http.models import Inbound, Outbound, PageQuery
from chalicelib.people import profile, units
from chalicelib.people.models import UnitPath


def _bounded(value: Any) -> Any:
    return value[: profile.TEXT_LENGTH * 4] if isinstance(value, str) else value


UnitName = Annotated[
    str,
    BeforeValidator(_bounded),
    AfterValidator(profile.line),
    Field(json_schema_extra={"minLength": 1, "maxLength": profile.TEXT_LENGTH}, examples=["Phòng Kế hoạch"]),
]


class Unit(Outbound):
    """An organisational unit."""

    path: str = Field(examples=["4q2xw7ha/m3k2d5pz"], description="Its own place and its elders'; it never changes.")
    name: str = Field(examples=["Phòng Kế hoạch"])
    parent: str | None = Field(examples=["4q2xw7ha"], description="The path of the unit above; null at the top.")
    names: list[str] = Field(examples=[["Sở Y tế", "Phòng Kế hoạch"]], description="Its name, its elders' first.")

    @classmethod
    def of(cls, unit: units.Unit, names: Sequence[str]) -> Unit:
        """A unit with its elders' names."""
        return cls(path=unit.path, name=unit.name, parent=unit.parent, names=[*names[:-1], unit.name])


class NewUnit(Inbound):
    """A unit to make."""

    name: UnitName
    parent: UnitPath | None = Field(default=None, description="The unit above; absent at the top.")


class UnitEdit(Inbound):
    """Another name for a unit."""

    path: UnitPath
    name: UnitName
    was: UnitName = Field(description="The name that you saw: if another has renamed the unit since, you are told.")


class UnitQuery(PageQuery):
    """Which units to list."""

    under: UnitPath | None = Field(default=None, description="All units under this one, at any depth.")
