"""What a space notes of whose a credential is. The register is the truth of what was issued; this says who holds it.

A person's credentials for one achievement are numbered: the first, and others where one came to hold no more. Whoever
issues takes the first number of theirs that they do not hold, and the register takes each number once. So whoever comes
second, at whatever moment, finds what the first one made, and takes it up as it is instead of making another.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from typing import Any

from chalicelib import ids
from chalicelib.credentials import addresses, register, store
from chalicelib.credentials.register import Issued
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

_TITLE = 200  # characters that people are told of a title


def id_of(held: Item) -> str:
    """The id of a credential that somebody holds."""
    return str(held["sk"].removeprefix(store.HELD))


def next_id(slug: str, kind: str, about: str, person_id: str, held: Collection[str] = ()) -> str:
    """The first number of a person's for an achievement that is not among those that they hold."""
    numbered = (ids.derived("credential", slug, kind, about, person_id, str(turn)) for turn in itertools.count())
    return next(each for each in numbered if each not in held)


def noted(facts: Mapping[str, Any], title: str) -> Item:
    """What is noted of an entry of the register: with what its holder and apps are told, so that neither is looked up
    in the register."""
    names = ("kind", "about", "at", "achieved", "score", "course")
    found: Item = {name: facts[name] for name in names if facts.get(name) is not None}
    if facts.get("previous"):
        found["previous"] = addresses.parts(facts["previous"])[1]
    return found | {"title": title[:_TITLE]}


def of(space: Space, kind: str, about: str, person_id: str) -> list[Item]:
    """What somebody holds for an achievement, and what was issued to them without being noted: 2 calls, and some 3 for
    each of the latter. Such is left by whoever died between the two, and by a restore of the space."""
    while True:
        held = among(store.held(space, person_id), kind, about)
        missing = next_id(space.slug, kind, about, person_id, {id_of(each) for each in held})
        if not adopt(space, person_id, missing):
            return held


def among(held: list[Item], kind: str, about: str) -> list[Item]:
    """Those for one achievement."""
    return [each for each in held if (each["kind"], each["about"]) == (kind, about)]


def scored(space: Space, held: list[Item]) -> list[Item]:
    """The same with the score that each states: once it was not noted, so the register is asked. 1 call for each such,
    else none."""
    return [each if "score" in each or "rev" in each else {**each, **_score(space, id_of(each))} for each in held]


def _score(space: Space, credential_id: str) -> Item:
    item = store.registered(addresses.number(space.slug, credential_id)) or {}
    return {"score": item["score"]} if item.get("score") is not None else {}


def adopt(space: Space, person_id: str, credential_id: str) -> bool:
    """Note whose an entry of the register is, as it stands there, and whose those are that it was replaced by: 2 calls
    for each. ``False`` when there is none, or it was noted."""
    is_new = False
    wanted: str | None = credential_id
    while wanted is not None:
        item = store.registered(addresses.number(space.slug, wanted))
        if item is None:
            break
        found = register.of_item(item)
        is_new = store.hold(space, person_id, wanted, _noted(found)) or is_new
        wanted = addresses.parts(found.next)[1] if found.next else None
    return is_new


def _noted(found: Issued) -> Item:
    facts = {
        "kind": found.kind, "about": found.about, "at": found.at, "achieved": found.achieved_at, "score": found.score,
        "course": found.course, "previous": found.previous,
    }  # fmt: skip
    known = noted(facts, str(found.signed.get("name", "")))
    return known if found.kept == "valid" else known | {"rev": ended(found)}


def ended(found: Issued) -> Item:
    """What is noted of how an entry of the register came to hold no more."""
    return {"at": found.changed_at, "why": found.reason} | ({"next": found.next} if found.next else {})
