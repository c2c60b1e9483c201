"""Whether a person belongs to an audience. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib import vietnamese
from chalicelib.audiences.rules import (
    AllRule,
    AnyRule,
    NotRule,
    RuleKind,
    ValueRule,
    WithinRule,
    WordRule,
    YearRule,
    folded,
)
from chalicelib.people import profile, units, wards
from chalicelib.people.person import Person

_RULED = ("birth", "gender", "occupation", "province", "ward", "unit", "position")
_FREE = ("ward", "position")


@dataclass(frozen=True, slots=True)
class Traits:
    """What rules may ask of a person: values of the profile's fields and their staff code, the year of birth, the
    super-apps that they came by, and who has told something of them."""

    values: Mapping[str, str]
    birth_year: int | None
    apps: frozenset[str]
    sources: frozenset[str]

    @classmethod
    def of(cls, person: Person) -> Traits:
        """The traits of this person."""
        facts = {name: fact for name in _RULED if (fact := person.profile.get(name))}
        codes = {each.kind: each.value for each in person.identifiers if each.kind == "staff_code"}
        apps = frozenset(each.value.partition(":")[0] for each in person.identifiers if each.kind == "app")
        vouched = {each.kind for each in person.identifiers if each.kind in ("app", "sso")}
        return cls(
            values={name: fact.value for name, fact in facts.items()} | codes,
            birth_year=profile.birth_year(person.profile),
            apps=apps,
            sources=frozenset({person.name_by, *vouched, *(fact.by for fact in facts.values())}),
        )


def matches(rule: RuleKind, traits: Traits) -> bool:
    """Whether the rule holds. Of what is not known no condition holds, and so *not* of it does."""
    if isinstance(rule, AllRule):
        return all(matches(each, traits) for each in rule.rules)
    if isinstance(rule, AnyRule):
        return any(matches(each, traits) for each in rule.rules)
    if isinstance(rule, NotRule):
        return not matches(rule.rule, traits)
    return _holds(rule, traits)


def _holds(rule: RuleKind, traits: Traits) -> bool:
    if isinstance(rule, ValueRule):
        return _is_in(rule, traits)
    if isinstance(rule, YearRule):
        year = traits.birth_year
        return year is not None and (rule.first or year) <= year <= (rule.last or year)
    value = traits.values.get(rule.field) if not isinstance(rule, AllRule | AnyRule | NotRule) else None
    if value is None:
        return False
    if isinstance(rule, WithinRule):
        return any(units.within(value, above) for above in rule.units)
    if isinstance(rule, WordRule):
        padded = f" {vietnamese.fold(_written(rule.field, value))} "
        return any(f" {vietnamese.fold(each)} " in padded for each in rule.words)
    return True  # it is known


def _is_in(rule: ValueRule, traits: Traits) -> bool:
    if rule.field == "app":
        return not traits.apps.isdisjoint(rule.values)
    if rule.field == "source":
        return not traits.sources.isdisjoint(rule.values)
    value = traits.values.get(rule.field)
    if value is None or rule.field not in _FREE:
        return value in rule.values
    if rule.field == "ward":
        return value in rule.values or wards.spelling(wards.shown(value)) in map(wards.spelling, rule.values)
    return folded(value) in {folded(each) for each in rule.values}


def _written(field: str, value: str) -> str:
    """A ward is a code or what was written; a rule may name it by either, and by a name that several provinces have."""
    return wards.shown(value) if field == "ward" else value
