"""Persons and their logins in the people table: keys, and one function per access pattern.

| item | pk, sk | holds |
|---|---|---|
| person | ``person#<id>``, ``person`` | all but the password; in the index under ``people#<shard>`` |
| login | ``login#<kind>#<value>``, ``login`` | the password's hash, and what signing in needs to know of the person |
| entry | ``person#<id>``, ``listed#<list>#<term>`` | one further place of the person in the index (``entries.py``) |
| keepers | ``keepers#<role>``, ``keepers`` | who holds the role that a space must never be without |
| learner | ``learner#<id>``, ``learner`` (learning table) | since when; its insertion counts a registration |
| groups | ``learner#<id>``, ``enrol#audiences`` (learning table) | the audiences, where a learner's home reads them |

Every copy is written by :func:`adding` or :func:`changing`, in one transaction with the person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalicelib import clock
from chalicelib.people import entries, items
from chalicelib.people.identifiers import TYPED, Identifier
from chalicelib.people.keys import AUDIENCES, LEARNER, PERSON, keepers_key, login_key, person_pk
from chalicelib.people.person import GUARDED, Person, voids_password
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Rows, Write

_INDEX = "listed"
_VOID = ""  # in place of a password's hash: opens nothing
_LAST = "\U0010ffff"  # sorts after every text

# A part of a transaction and what it is about, so that a refusal can be put into words.
Labelled = tuple[str, Write]


def get(space: Space, person_id: str, *, consistent: bool = False) -> Person | None:
    """One person: one GetItem, 0.5 RCU (1 when ``consistent``)."""
    item = space.table("people").get(person_pk(person_id), PERSON, consistent=consistent)
    return items.person_of(item) if item else None


def get_many(space: Space, person_ids: Iterable[str], *, consistent: bool = False) -> dict[str, Person]:
    """Persons by id, those that exist: one BatchGetItem for each hundred, 0.5 RCU apiece (1 when ``consistent``)."""
    keys = [(person_pk(each), PERSON) for each in person_ids]
    found = space.table("people").batch_get(keys, consistent=consistent)
    return {item["id"]: items.person_of(item) for item in found.values()}


def get_login(space: Space, identifier: Identifier) -> Item | None:
    """What an identifier leads to, read consistently: one GetItem, 1 RCU."""
    return space.table("people").get(*login_key(identifier), consistent=True)


def get_logins(space: Space, identifiers: Iterable[Identifier]) -> dict[Identifier, Item]:
    """What these identifiers lead to, read consistently: one BatchGetItem for each hundred, 1 RCU apiece."""
    keys = {login_key(each): each for each in identifiers}
    return {keys[key]: item for key, item in space.table("people").batch_get([*keys], consistent=True).items()}


def owners(space: Space, identifiers: Iterable[Identifier]) -> dict[Identifier, str]:
    """Whose these identifiers are, of those that anybody has: :func:`get_logins` for lists, which ask nothing else."""
    keys = {login_key(each): each for each in identifiers}
    found = space.table("people").batch_get([*keys], consistent=True, attributes=["person"])
    return {keys[key]: item["person"] for key, item in found.items()}


def keepers(space: Space, role: str) -> set[str]:
    """Who holds a guarded role and may sign in: one GetItem, 1 RCU."""
    item = space.table("people").get(*keepers_key(role), consistent=True)
    return set(item.get("ids", ())) if item else set()


def listed(space: Space, partition: str, prefix: str, after: str, limit: int) -> Rows:
    """Entries of one list that begin with ``prefix`` and come after the position ``after``: one Query of the index.

    Persons in ``people#<shard>`` come whole; other lists give keys and places only.
    """
    low = max(prefix, f"{after}\u0001") if after else prefix or "\u0001"
    return space.table("people").query(partition, index=_INDEX, between=(low, prefix + _LAST), limit=limit)


def adding(space: Space, person: Person, password_hash: str | None, via: str) -> list[Labelled]:
    """The writes of a new person: nobody may have this id, and nobody these identifiers."""
    table = space.table("people")
    writes: list[Labelled] = [
        ("person", table.creating({"pk": person_pk(person.id), "sk": PERSON, **items.whole(person)}))
    ]
    for identifier in person.identifiers:
        writes.append(("login", _new_login(space, identifier, person, password_hash)))
    return writes + _around(space, None, person, via)


def changing(
    space: Space, old: Person, new: Person, password_hash: str | None = None, kept_hash: str | None = None
) -> list[Labelled]:
    """The writes that turn ``old`` into ``new`` (same id), if nobody has changed it meanwhile.

    ``kept_hash`` is the hash that they sign in with, for identifiers that ``new`` has gained; it must still be that.
    """
    table = space.table("people")
    changes = _update(items.whole(new))
    changes["values"][":old"] = old.version
    writes: list[Labelled] = [
        ("person", table.updating(person_pk(old.id), PERSON, condition="version = :old", **changes))
    ]
    if voids_password(old, new) and password_hash is None:
        password_hash = _VOID
    gained, lost = set(new.identifiers) - set(old.identifiers), set(old.identifiers) - set(new.identifiers)
    for identifier in old.identifiers:
        if identifier in lost:
            write = table.deleting(*login_key(identifier), condition="person = :owner", values={":owner": old.id})
        else:
            still = kept_hash if gained else None
            write = _login_update(space, identifier, new, password_hash, still)
        writes.append(("login", write))
    for identifier in sorted(gained):
        writes.append(("gained", _new_login(space, identifier, new, password_hash or kept_hash)))
    return writes + _around(space, old, new, "admin")


def joining(
    space: Space,
    kept: tuple[Person, Person],
    other: tuple[Person, Person],
    password_hash: str | None,
    *,
    staying_hash: str | None,
) -> list[Labelled]:
    """The writes by which one person's account goes up in another's, or comes out of it: each as they were and as they
    are to be, on the condition that neither was changed meanwhile.

    Identifiers that leave one for the other open that one's door from then on, with ``password_hash``; those that stay
    keep their password, or get ``staying_hash``.
    """
    table = space.table("people")
    before = {identifier: old.id for old, _ in (kept, other) for identifier in old.identifiers}
    after = {identifier: new for _, new in (kept, other) for identifier in new.identifiers}
    writes: list[Labelled] = []
    for old, new in (kept, other):
        changes = _update(items.whole(new))
        changes["values"][":old"] = old.version
        writes.append(("person", table.updating(person_pk(old.id), PERSON, condition="version = :old", **changes)))
        writes += _around(space, old, new, "admin")
    for identifier in sorted({*before, *after}):
        owner, holder = before.get(identifier), after.get(identifier)
        if holder is None:
            write = table.deleting(*login_key(identifier), condition="person = :owner", values={":owner": owner})
        elif holder.id == owner:
            write = _login_update(space, identifier, holder, staying_hash, None)
        else:
            write = _moved_login(space, identifier, owner, holder, password_hash)
        writes.append(("login", write))
    return writes


def _moved_login(
    space: Space, identifier: Identifier, owner: str | None, holder: Person, password_hash: str | None
) -> Write:
    if owner is None:
        return _new_login(space, identifier, holder, password_hash)
    pk, sk = login_key(identifier)
    kept = password_hash if identifier.kind in TYPED else None
    login = {"pk": pk, "sk": sk, **items.copy(holder), "password_hash": kept}
    return space.table("people").putting(login, condition="person = :owner", values={":owner": owner})


def _new_login(space: Space, identifier: Identifier, person: Person, password_hash: str | None) -> Write:
    pk, sk = login_key(identifier)
    kept = password_hash if identifier.kind in TYPED else None
    return space.table("people").creating({"pk": pk, "sk": sk, **items.copy(person), "password_hash": kept})


def _login_update(
    space: Space, identifier: Identifier, person: Person, password_hash: str | None, still: str | None
) -> Write:
    typed = identifier.kind in TYPED
    copy = items.copy(person) | ({"password_hash": password_hash} if password_hash is not None and typed else {})
    changes = _update(copy)
    changes["values"][":owner"] = person.id
    condition = "person = :owner"
    if still and typed:
        changes["values"][":still"], condition = still, "person = :owner AND password_hash = :still"
    return space.table("people").updating(*login_key(identifier), condition=condition, **changes)


def rehashing(space: Space, person: Person, old_hash: str, new_hash: str) -> list[Write]:
    """The writes that store the same password under newer parameters, unless it has been changed meanwhile."""
    return [
        space.table("people").updating(
            *login_key(identifier),
            "SET password_hash = :new",
            {":new": new_hash, ":old": old_hash},
            condition="password_hash = :old",
        )
        for identifier in person.logins
    ]


def _around(space: Space, old: Person | None, new: Person, via: str) -> list[Labelled]:
    """What follows from a person's change elsewhere: places in lists, guarded roles, the learner."""
    before = entries.of(old) if old else frozenset()
    after = entries.of(new)
    table, pk = space.table("people"), person_pk(new.id)
    writes: list[Labelled] = [("entry", table.deleting(pk, entry.sk)) for entry in sorted(before - after)]
    gained = [{"pk": pk, "sk": entry.sk, "l": entry.partition, "ls": entry.place} for entry in sorted(after - before)]
    # Deleting comes first but DynamoDB takes one write an item: an entry that only moves is a put alone.
    moved = {item["sk"] for item in gained}
    writes = [each for each in writes if each[1].request["Delete"]["Key"]["sk"]["S"] not in moved]
    writes += [("entry", table.putting(item)) for item in gained]
    return writes + _guarding(space, old, new) + _learning(space, old, new, via)


def _guarding(space: Space, old: Person | None, new: Person) -> list[Labelled]:
    writes: list[Labelled] = []
    table = space.table("people")
    for role in GUARDED:
        had, has = bool(old and old.keeps(role)), new.keeps(role)
        if has and not had:
            writes.append(("keepers", table.updating(*keepers_key(role), "ADD ids :ids", {":ids": {new.id}})))
        if had and not has:
            # Two who give up the role at once: the second finds itself alone and is refused.
            writes.append(
                (
                    "keepers",
                    table.updating(
                        *keepers_key(role),
                        "DELETE ids :ids",
                        {":ids": {new.id}, ":one": 1},
                        condition="size(ids) > :one",
                    ),
                )
            )
    return writes


def _learning(space: Space, old: Person | None, new: Person, via: str) -> list[Labelled]:
    if space.is_platform:
        return []
    writes: list[Labelled] = []
    table, pk = space.table("learning"), f"learner#{new.id}"
    if "learner" in new.roles and not (old and "learner" in old.roles):
        values = {":at": clock.epoch_s(), ":via": via}
        # Whoever becomes a learner again has been counted before.
        expression = "SET #at = if_not_exists(#at, :at), via = if_not_exists(via, :via)"
        writes.append(("learner", table.updating(pk, LEARNER, expression, values, names={"#at": "at"})))
    if dict(new.audiences) != dict(old.audiences if old else {}):
        writes.append(("groups", table.putting({"pk": pk, "sk": AUDIENCES, "since": dict(new.audiences)})))
    return writes


def _update(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Expression, values and names that set these attributes; those that are ``None`` are left as they are."""
    present: Sequence[str] = [name for name, value in attributes.items() if value is not None]
    return {
        "expression": "SET " + ", ".join(f"#{name} = :{name}" for name in present),
        "values": {f":{name}": attributes[name] for name in present},
        "names": {f"#{name}": name for name in present},
    }
