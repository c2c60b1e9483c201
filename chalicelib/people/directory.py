"""The people of a space as lists: in Vietnamese order of names, by role and status, and by search.

A page reads the one list that suits its filters best and passes over who does not suit the others, at most
``_ROUNDS`` times, wider after the first: a page may therefore hold fewer than asked for while ``next`` leads on.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from heapq import merge
from operator import itemgetter

from chalicelib.http.permissions import Role
from chalicelib.people import entries, identifiers, persons, space_key, store, units
from chalicelib.people.items import person_of
from chalicelib.people.keys import PERSON, person_pk
from chalicelib.people.person import Person, PersonStatus
from chalicelib.people.profile import Source
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

_ROUNDS = 4
_WIDE = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to list. ``identifiers``: whether the search may look into e-mail addresses and phone numbers."""

    q: str = ""
    role: Role | None = None
    status: PersonStatus | None = None
    audience: str | None = None
    unit: str | None = None  # a unit's path: everyone in it and under it
    source: Source | None = None
    identifiers: bool = False

    def suits(self, person: Person) -> bool:
        """Whether the person's role, status, audiences, unit and sources are wanted."""
        if self.source is not None and self.source not in person.sources:
            return False
        if self.audience is not None and self.audience not in person.audiences:
            return False
        if self.unit is not None and not units.within(person.unit or "", self.unit):
            return False
        return (self.role is None or self.role in person.roles) and self.status in (None, person.status)


@dataclass(frozen=True, slots=True)
class _List:
    """Where to read: the partitions of one list, and how entries begin; ``term`` is what is searched for."""

    partitions: tuple[str, ...]
    prefix: str = ""
    term: str = ""


def page(space: Space, wanted: Wanted, after: str, limit: int) -> tuple[list[Person], str]:
    """At most ``limit`` persons after a position, and the position to go on after (empty at the end).

    4 calls for the whole list, 5 for an audience, a unit or a source, 2 for a search by name or a staff role (the
    entries, then the persons), 3 for a search that looks into identifiers too, 2 for an identity number; a filter that
    few suit costs up to four times that.
    """
    exact = _by_number(space, wanted) if wanted.identifiers and not after else None
    if exact:
        return [exact] if wanted.suits(exact) else [], ""
    where = _choose(wanted)
    found: list[Person] = []
    for attempt in range(_ROUNDS):
        items, more = _read(space, where, after, max(limit, _WIDE) if attempt else limit)
        people = _persons(space, items)
        for item in items:
            after = item["ls"]
            person = people.get(item["pk"])
            if person and wanted.suits(person) and _stands_here(person, item, where, wanted):
                found.append(person)
            if len(found) == limit:
                return found, after if more or item is not items[-1] else ""
        if not more:
            return found, ""
    return found, after


def walk(space: Space, shard: int, after: str, limit: int) -> tuple[list[Person], str]:
    """Everyone of one of the main list's ``entries.SHARDS`` parts, piece by piece: the next persons after a position,
    as the index has them (a moment late), and the position to go on after (empty at the end). One Query."""
    rows = store.listed(space, f"people#{shard}", "", after, limit)
    return [person_of(item) for item in rows.items], rows.after["ls"] if rows.after else ""


def _by_number(space: Space, wanted: Wanted) -> Person | None:
    """Whoever has the identity number that is searched for, all of it: 0 calls for what can be none, else 1 or 2."""
    with suppress(ValueError):
        return persons.find(space, space_key.national_id(space, identifiers.national_id(wanted.q)))
    return None


def _choose(wanted: Wanted) -> _List:
    term = entries.query_term(wanted.q)
    if term:
        logins = (entries.login_list(term),) if wanted.identifiers else ()
        return _List((entries.search_list(term), *logins), prefix=term, term=term)
    if wanted.role and wanted.role != "learner":
        return _List((entries.role_list(wanted.role),))
    if wanted.unit:
        return _List(tuple(map(entries.unit_list, range(entries.SHARDS))), prefix=f"{wanted.unit}/")
    if wanted.audience:
        return _List(tuple(entries.audience_list(wanted.audience, shard) for shard in range(entries.SHARDS)))
    if wanted.source in entries.SOURCES:
        return _List(tuple(entries.source_list(wanted.source, shard) for shard in range(entries.SHARDS)))
    if wanted.status and wanted.status != "active":
        return _List((entries.status_list(wanted.status),))
    return _List(tuple(f"people#{shard}" for shard in range(entries.SHARDS)))


def _read(space: Space, where: _List, after: str, limit: int) -> tuple[list[Item], bool]:
    """The next entries over all partitions of the list, in order, and whether there may be more."""
    pages = [store.listed(space, each, where.prefix, after, limit + 1) for each in where.partitions]
    merged = list(merge(*(each.items for each in pages), key=itemgetter("ls")))
    more = len(merged) > limit or any(each.after for each in pages)
    return merged[:limit], more


def _persons(space: Space, items: list[Item]) -> dict[str, Person]:
    """The persons of these entries by partition key; persons that came whole are not read again."""
    whole = {item["pk"]: person_of(item) for item in items if item["sk"] == PERSON}
    missing = dict.fromkeys(item["pk"] for item in items if item["pk"] not in whole)
    if missing:
        found = store.get_many(space, (pk.removeprefix(person_pk("")) for pk in missing))
        whole |= {person_pk(person.id): person for person in found.values()}
    return whole


def _stands_here(person: Person, item: Item, where: _List, wanted: Wanted) -> bool:
    """Whether this entry is up to date (an index lags behind), and the one where the person is to be shown."""
    if item["sk"] == PERSON:
        return True
    entry = next((each for each in entries.of(person) if each.sk == item["sk"]), None)
    if entry is None or entry.place != item["ls"]:
        return False
    return not where.term or entry.term == entries.first_match(person, where.term, identifiers=wanted.identifiers)
