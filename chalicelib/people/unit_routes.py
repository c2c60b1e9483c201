"""What the web sees of organisational units. Lists of people make units as they name them."""

from __future__ import annotations

from chalicelib.errors import PreconditionFailed
from chalicelib.http import paging
from chalicelib.http.endpoint import Budget, Feature
from chalicelib.http.models import Page
from chalicelib.http.permissions import MANAGE_PEOPLE, SIGNED_IN
from chalicelib.people import units
from chalicelib.people.unit_models import NewUnit, Unit, UnitEdit, UnitQuery
from chalicelib.people.units import UnitExists, UnitTooDeep
from chalicelib.storage.spaces import Space

organisation = Feature("units")


@organisation.get("/spaces/{space}/units", may=SIGNED_IN, budget=Budget(calls=2, rcu=60), raises=[paging.BadCursor])
def list_units(space: Space, query: UnitQuery) -> Page[Unit]:
    """The tree of units, each right before those under it."""
    found, more = units.page(space, query.under, query.cursor, query.limit)
    names = units.named(space, [each.path for each in found])
    return Page[Unit](items=[Unit.of(each, names.get(each.path, [each.name])) for each in found], next=more)


@organisation.post("/spaces/{space}/units", may=MANAGE_PEOPLE, status=201, raises=[UnitExists, UnitTooDeep])
def create_unit(space: Space, body: NewUnit) -> Unit:
    """Make a unit, at the top or under another."""
    made = units.create(space, body.parent, body.name)
    return Unit.of(made, units.names_of(space, made.path))


@organisation.patch("/spaces/{space}/units", may=MANAGE_PEOPLE, raises=[UnitExists, PreconditionFailed])
def rename_unit(space: Space, body: UnitEdit) -> Unit:
    """Give a unit another name. Whoever is in it stays; lists find it under both names."""
    renamed = units.rename(space, body.path, body.name, body.was)
    return Unit.of(renamed, units.names_of(space, renamed.path))
