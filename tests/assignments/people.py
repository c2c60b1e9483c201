"""People in audiences and units, stored as their verbs store them; and those of a crowd, in few calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chalicelib import clock, ids
from chalicelib.people import entries, identifiers, items, keys, persons, units
from chalicelib.people.person import Person
from chalicelib.people.profile import Fact
from tests.factories import OpenedSpace


def person(
    space: OpenedSpace,
    name: str = "Nguyễn Văn An",
    *,
    audiences: Iterable[str] = (),
    unit: Sequence[str] = (),
    email: str | None = None,
    phone: str | None = None,
    deactivated: bool = False,
    locale: str = "vi",
) -> Person:
    """A person of the space: in these audiences since this moment, in the unit of these names."""
    known_by = [identifiers.parse(each) for each in (email, phone) if each]
    made = persons.new(name, known_by, ["learner"], locale="en" if locale == "en" else "vi")
    if unit:
        made = made.described({"unit": Fact(units.ensure(space.space, unit), "admin", clock.timestamp())})
    made = made.grouped(list(audiences), 1)
    return persons.add(space.space, made.deactivated() if deactivated else made)


def crowd(space: OpenedSpace, number: int, audience: str) -> list[str]:
    """So many people of an audience, written straight into the tables; gives their ids."""
    everyone = [
        persons.new(f"Học viên {place}", [], ["learner"], person_id=ids.derived(space.slug, audience, str(place)))
        for place in range(number)
    ]
    grouped = [each.grouped([audience], 1) for each in everyone]
    own = ({"pk": keys.person_pk(each.id), "sk": keys.PERSON, **items.whole(each)} for each in grouped)
    listed = (
        {"pk": keys.person_pk(each.id), "sk": entry.sk, "l": entry.partition, "ls": entry.place}
        for each in grouped
        for entry in entries.of(each)
        if entry.partition.startswith("audience#")
    )
    space.space.table("people").put_all(own)
    space.space.table("people").put_all(listed)
    return [each.id for each in grouped]
