"""A person as items: their own, and the copy that stands at each login. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib import clock
from chalicelib.people import entries, profile
from chalicelib.people.identifiers import stored
from chalicelib.people.person import Person
from chalicelib.storage.items import Item


def person_of(item: Mapping[str, Any]) -> Person:
    """The person of their own item."""
    return Person(
        id=item["id"],
        name=item["name"],
        roles=frozenset(item["roles"]),
        status=item["status"],
        identifiers=tuple(stored(value) for value in item["identifiers"]),
        locale=item["locale"],
        epoch=item["epoch"],
        version=item["version"],
        created_at=item["created_at"],
        joined_at=item.get("joined_at"),
        name_by=item.get("name_by", "self"),
        profile=profile.of_stored(item.get("profile")),
        audiences=item.get("audiences", {}),
        rules=item.get("rules", 0),
        activation=item.get("activation", 0),
        merged_into=item.get("merged_into", ""),
        unproven=item.get("unproven", False),
        roster=item.get("roster"),
    )


def whole(person: Person) -> Item:
    """The attributes of a person's own item, without its key."""
    partition, place = entries.main(person)
    return {
        "id": person.id,
        "name": person.name,
        "roles": person.roles,
        "status": person.status,
        "identifiers": [each.text for each in person.identifiers],
        "locale": person.locale,
        "epoch": person.epoch,
        "version": person.version,
        "created_at": person.created_at,
        "joined_at": person.joined_at,
        "name_by": person.name_by,
        "profile": profile.stored(person.profile),
        "audiences": dict(person.audiences),
        "rules": person.rules,
        "activation": person.activation,
        "merged_into": person.merged_into,
        "unproven": person.unproven,
        "roster": person.roster,
        "updated_at": clock.timestamp(),
        "l": partition,
        "ls": place,
    }


def copy(person: Person) -> Item:
    """What signing in needs to know, so that it reads one item."""
    return {
        "person": person.id,
        "name": person.name,
        "roles": person.roles,
        "status": person.status,
        "locale": person.locale,
        "epoch": person.epoch,
        "audiences": sorted(person.audiences),
        "unproven": person.unproven,
    }
