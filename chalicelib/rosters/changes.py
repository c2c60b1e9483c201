"""What a row changes, told field by field as it was and as it is to be: as our own lists write it, and safe to show. No
I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from chalicelib.people.person import Person
from chalicelib.rosters.matching import KINDS, ListedKind
from chalicelib.rosters.planning import FACTS, Plan
from chalicelib.rosters.reading import Field, cells
from chalicelib.rosters.states import FieldChange, RowChange

Names = Mapping[str, Sequence[str]]  # of units and those above them, by path


def of(plan: Plan, units: Names) -> RowChange:
    """What a plan is to change, or has just changed. ``units`` has at least those that people were in."""
    row = plan.match.row
    fields: Iterator[FieldChange] = iter(())
    if plan.outcome == "created" and plan.old is None:
        fields = _told(plan)
    elif plan.outcome == "changed" and plan.old and plan.new:
        fields = _differing(plan, plan.old, plan.new, units)
    name = row.values.get("name") or (plan.old.name if plan.old else "")
    return RowChange(row.number, plan.outcome, plan.person or "", cells.shown(name), list(fields))


def units_left(plans: Sequence[Plan]) -> set[str]:
    """The paths of the units that people are in whom these plans move to others."""
    moved = [plan.old.unit for plan in plans if plan.old and plan.new and plan.old.unit != plan.new.unit]
    return {path for path in moved if path}


def _told(plan: Plan) -> Iterator[FieldChange]:
    """All that a row says of somebody new."""
    values = plan.match.row.values
    for field in ("name", *KINDS, *FACTS):
        if field in values:
            yield FieldChange(field, "", _shown(field, values[field]))
    if plan.match.row.units:
        yield FieldChange("unit", "", _joined(plan.match.row.units))


def _differing(plan: Plan, old: Person, new: Person, units: Names) -> Iterator[FieldChange]:
    if old.name != new.name:
        yield FieldChange("name", cells.shown(old.name), cells.shown(new.name))
    if old.identifiers != new.identifiers:
        for kind in KINDS:
            before, after = _known(old, kind), _known(new, kind)
            if before != after:
                yield FieldChange(kind, before, after)
    for field in FACTS:
        was, now = old.profile.get(field), new.profile.get(field)
        if now and (was is None or was.value != now.value):
            yield FieldChange(field, _shown(field, was.value) if was else "", _shown(field, now.value))
    if old.unit != new.unit:
        yield FieldChange("unit", _joined(units.get(old.unit or "", ())), _joined(plan.match.row.units))


def _known(person: Person, kind: ListedKind) -> str:
    return ", ".join(_shown(kind, each.value) for each in person.identifiers if each.kind == kind)


def _shown(field: Field, value: str) -> str:
    """A stored value as it may be shown; an identity number is stored so that it ends in its own last digits."""
    return cells.shown(cells.outgoing(field, value))


def _joined(names: Sequence[str]) -> str:
    """A unit under those above it. A name is what an office wrote: it is cut as any cell is."""
    return " / ".join(map(cells.shown, names))
