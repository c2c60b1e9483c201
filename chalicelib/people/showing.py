"""People as their staff sees them, with the names of their units."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.people import units
from chalicelib.people.models import PersonProfile
from chalicelib.people.person import Person
from chalicelib.storage.spaces import Space


def shown(space: Space, people: Sequence[Person], *, full: bool) -> list[PersonProfile]:
    """These people; ``full`` for who may manage people. 1 call, or 0 when the names of all their units are known."""
    names = units.named(space, {each.unit for each in people if each.unit})
    return [PersonProfile.of(each, names.get(each.unit or "", ()), identifiers=full) for each in people]


def one(space: Space, person: Person, *, full: bool) -> PersonProfile:
    """:func:`shown`, of one."""
    return shown(space, [person], full=full)[0]
