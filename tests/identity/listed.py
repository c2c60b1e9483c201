"""People as a list makes them: invited, with an activation code of their own, never mailed."""

from __future__ import annotations

from chalicelib.identity import activation
from chalicelib.people import identifiers, persons, profile, space_key, units
from chalicelib.people.identifiers import Identifier, Kind, Parse
from chalicelib.people.person import Person
from tests.factories import OpenedSpace

NAME = "Lê Thị Bình"


def listed(
    hue: OpenedSpace,
    staff_code: str | None = None,
    *,
    email: str | None = None,
    phone: str | None = None,
    national_id: str | None = None,
    name: str = NAME,
    unit: tuple[str, ...] = (),
) -> Person:
    """A person of the space whom a list made."""
    typed: tuple[tuple[Kind, Parse, str | None], ...] = (
        ("staff_code", identifiers.staff_code, staff_code),
        ("email", identifiers.email, email),
        ("phone", identifiers.phone, phone),
    )
    known = [Identifier(kind, parse(text)) for kind, parse, text in typed if text]
    if national_id:
        known.append(space_key.national_id(hue.space, national_id))
    told = {"unit": profile.Fact.told(units.ensure(hue.space, unit), "roster")} if unit else {}
    person = persons.new(name, known, ["learner"], status="invited", by="roster", profile=told).with_new_code()
    return persons.add(hue.space, person, via="roster")


def code_of(hue: OpenedSpace, person: Person) -> str:
    """The code on this person's slip."""
    code = activation.code_of(hue.space, person)
    assert code
    return activation.shown(code)
