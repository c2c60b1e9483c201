"""Profiles as people and their admins keep them. Whatever changes in one, the person's audiences follow at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalicelib.audiences import membership, store
from chalicelib.audiences.membership import regrouped
from chalicelib.audiences.profile_models import Profile, ProfileFact, ProfileField, ProfileFields
from chalicelib.errors import Fault, InvalidInput, PreconditionFailed
from chalicelib.http.caching import etag as validator
from chalicelib.http.requests import Circumstances
from chalicelib.people import administration, persons, profile, units
from chalicelib.people.person import Person
from chalicelib.people.profile import FIELDS, Source
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

# What an organisation says of its people, they do not say otherwise: courses are assigned by it.
_THE_ORGANISATIONS = ("unit", "position")
_USUAL = tuple(name for name, field in FIELDS.items() if not field.sensitive)

_NOT_ASKED = ("field_not_asked", "Đơn vị không thu thập thông tin này.", "This space does not ask for this.")
_TOLD = (
    "told_by_organisation",
    "Thông tin này do đơn vị của bạn cung cấp. Nếu chưa đúng, hãy báo quản trị của đơn vị.",
    "Your organisation has told this. If it is not right, tell its administrator.",
)
_NO_UNIT = ("unit_unknown", "Không có đơn vị này.", "There is no such unit.")


def asked(space: Space) -> tuple[str, ...]:
    """The fields that this space asks for, in their usual order: all but the sensitive ones until it says otherwise.
    0 calls when warm, else 1."""
    chosen = membership.known(space).asked
    return _USUAL if chosen is None else tuple(name for name in FIELDS if name in chosen)


def fields(space: Space) -> tuple[ProfileFields, str]:
    """All fields, which of them are asked for, and the validator of that choice: 1 call."""
    chosen = membership.latest(space).asked
    wanted = _USUAL if chosen is None else chosen
    shown = [ProfileField.of(field, asked=name in wanted) for name, field in FIELDS.items()]
    return ProfileFields(fields=shown), validator(" ".join(sorted(wanted)))


def choose(space: Space, wanted: list[str], circumstances: Circumstances) -> tuple[ProfileFields, str]:
    """Ask for these fields from now on; what is known of others stays with the person. 3 calls.

    Raises: PreconditionRequired, PreconditionFailed.
    """
    old = membership.latest(space).asked
    circumstances.require_match(validator(" ".join(sorted(_USUAL if old is None else old))))
    try:
        store.keep_asked(space, wanted, old)
    except ConditionFailed:
        raise PreconditionFailed from None
    return fields(space)


def shown(space: Space, person: Person) -> Profile:
    """A person's profile as they and who manages people see it: 0 calls when warm, 1 for a unit seen first."""
    unit = units.named(space, [person.unit]).get(person.unit, []) if person.unit else []
    wanted = asked(space)
    facts = [
        ProfileFact.known(field, person.profile.get(name), unit, asked=name in wanted)
        for name, field in FIELDS.items()
        if name in wanted or name in person.profile
    ]
    return Profile(facts=facts)


def edit_own(space: Space, person_id: str, told: Mapping[str, str | None]) -> Person:
    """Take over what people tell of themselves: 2 calls. Raises: NotFound, InvalidInput."""
    _require_unit(space, told)
    wanted = asked(space)

    def become(person: Person) -> Person:
        _require(told, lambda name: _own_fault(person, name, wanted))
        return _described(space, person, told, "self")

    return administration.on_latest(space, person_id, become)


def edit(space: Space, person_id: str, told: Mapping[str, str | None], circumstances: Circumstances) -> Person:
    """Take over what an admin tells of a person, in the state that the admin has seen: 2 calls.

    Raises: NotFound, MergedAway, PreconditionRequired, PreconditionFailed, InvalidInput.
    """
    _require_unit(space, told)
    person = administration.standing(space, person_id)
    circumstances.require_match(person.etag)
    return persons.change(space, person, _described(space, person, told, "admin"))


def _described(space: Space, person: Person, told: Mapping[str, str | None], by: Source) -> Person:
    kept = {name: fact for name, fact in person.profile.items() if name not in told or told[name] is not None}
    values = {name: value for name, value in told.items() if value is not None}
    return regrouped(space, person.described(profile.merged(kept, values, by)))


def _own_fault(person: Person, name: str, wanted: tuple[str, ...]) -> tuple[str, str, str] | None:
    fact = person.profile.get(name)
    if fact is None and name not in wanted:
        return _NOT_ASKED
    return _TOLD if fact and fact.by != "self" and name in _THE_ORGANISATIONS else None


def _require(told: Mapping[str, str | None], fault_of: Callable[[str], tuple[str, str, str] | None]) -> None:
    faults = [Fault(name, *fault) for name in told if (fault := fault_of(name))]
    if faults:
        raise InvalidInput(faults=faults)


def _require_unit(space: Space, told: Mapping[str, str | None]) -> None:
    unit = told.get("unit")
    there = unit is None or unit in units.named(space, [unit])
    _require(told, lambda name: None if there or name != "unit" else _NO_UNIT)
