"""Whom rows are about: any identifier that somebody has finds them. Read for many rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from chalicelib.people import persons, space_key
from chalicelib.people.identifiers import Identifier, Kind
from chalicelib.people.person import Person
from chalicelib.rosters.reading import Row
from chalicelib.storage.spaces import Space

# What lists tell of a person.
ListedKind = Literal["staff_code", "national_id", "email", "phone"]
KINDS: tuple[ListedKind, ...] = ListedKind.__args__  # type: ignore[attr-defined]
# What is nobody else's: a telephone or a mailbox may be an office's.
OWN: frozenset[Kind] = frozenset(("staff_code", "national_id"))


@dataclass(frozen=True, slots=True)
class Match:
    """A row with its identifiers as they are stored, and who has which of them. ``person`` is whose account id the row
    bears."""

    row: Row
    identifiers: dict[Kind, Identifier]
    owners: dict[Kind, Person]
    person: Person | None

    @property
    def people(self) -> list[Person]:
        """Everyone whom the row points to: one, if it is well."""
        found = {each.id: each for each in self.owners.values()}
        if self.person:
            found[self.person.id] = self.person
        return list(found.values())


def find(space: Space, rows: Sequence[Row]) -> list[Match]:
    """Whom these rows are about: 1 call for each hundred identifiers, and 1 for each hundred people found."""
    known = [_identifiers(space, row) for row in rows]
    owners = persons.owners(space, (each for identifiers in known for each in identifiers.values()))
    people = persons.many(space, dict.fromkeys([*owners.values(), *_told(rows)]), consistent=True)
    return [
        Match(
            row,
            identifiers,
            {kind: people[owner] for kind, each in identifiers.items() if (owner := owners.get(each, "")) in people},
            people.get(row.values.get("person", "")),
        )
        for row, identifiers in zip(rows, known, strict=True)
    ]


def _identifiers(space: Space, row: Row) -> dict[Kind, Identifier]:
    found: dict[Kind, Identifier] = {}
    for kind in KINDS:
        value = row.values.get(kind)
        if value:
            found[kind] = space_key.national_id(space, value) if kind == "national_id" else Identifier(kind, value)
    return found


def _told(rows: Iterable[Row]) -> list[str]:
    return [row.values["person"] for row in rows if "person" in row.values]
