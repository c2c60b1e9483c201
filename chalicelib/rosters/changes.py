"""What a row changes: of somebody new all that it tells, of somebody known what is another than before. No I/O.

Values are noted as they are stored, but for identity numbers, of which the last digits are; how they look, whoever
lists them finds out (``telling.py``): a list has a hundred thousand rows, and a page a hundred.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.people.person import Person
from chalicelib.rosters.matching import KINDS, ListedKind
from chalicelib.rosters.planning import FACTS, Plan
from chalicelib.rosters.reading import Row, cells
from chalicelib.rosters.states import PART, RowChange, Values

Names = Mapping[str, Sequence[str]]  # of units and those above them, by path


def of(plan: Plan, units: Names) -> RowChange:
    """What a plan is to change. ``units`` has at least those that people were in."""
    row = plan.match.row
    was, now = Values(), Values()
    if plan.outcome == "created" and plan.old is None:
        now = _told(row)
    elif plan.outcome == "changed" and plan.old and plan.new:
        was = _known(plan.old, units.get(plan.old.unit or "", ()))
        now = _known(plan.new, row.units if plan.new.unit != plan.old.unit else units.get(plan.new.unit or "", ()))
        now = {field: value for field, value in now.items() if was.get(field) != value}
        was = {field: was[field] for field in now if field in was}
    name = row.values.get("name") or (plan.old.name if plan.old else "")
    return RowChange(row.number, plan.outcome, plan.person or "", name, was, now)


def units_left(plans: Sequence[Plan]) -> set[str]:
    """The paths of the units that people are in whom these plans move to others."""
    moved = [plan.old.unit for plan in plans if plan.old and plan.new and plan.old.unit != plan.new.unit]
    return {path for path in moved if path}


def _told(row: Row) -> Values:
    now: Values = {**row.values}
    now.pop("person", None)
    if "national_id" in now:
        now["national_id"] = cells.outgoing("national_id", now["national_id"])
    if row.units:
        now["unit"] = PART.join(row.units)
    return now


def _known(person: Person, unit: Sequence[str]) -> Values:
    found: Values = {"name": person.name}
    for kind in KINDS:
        values = [_identifier(kind, each.value) for each in person.identifiers if each.kind == kind]
        if values:
            found[kind] = PART.join(values)
    found |= {field: person.profile[field].value for field in FACTS if field in person.profile}
    if unit:
        found["unit"] = PART.join(unit)
    return found


def _identifier(kind: ListedKind, value: str) -> str:
    """A number of identity is stored so that it ends in its own last digits."""
    return cells.outgoing(kind, value) if kind == "national_id" else value
