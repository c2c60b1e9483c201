"""Sessions, one-time links and counted tries in the people table: keys, and one function per access pattern.

| item | pk, sk | holds |
|---|---|---|
| session | ``person#<id>``, ``session#<id>`` | the hash of the one refresh token that is good, until when; TTL |
| link | ``person#<id>``, ``link#<purpose>#<hash>`` | until when, whether used; TTL a month later |
| tries | ``tries#<what>#<fingerprint>``, ``<window>`` | how many in this quarter of an hour; TTL |

A session and a link carry the person's epoch: when that moves on, they are worth nothing, without being looked for.
"""

from __future__ import annotations

from chalicelib import clock
from chalicelib.identity.keys import SESSIONS, link_sk, session_sk
from chalicelib.people.keys import PERSON, person_pk
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Rows, Write

_NOT_REACHED = "attribute_not_exists(n) OR n < :limit"


def putting_session(space: Space, person_id: str, session_id: str, facts: Item) -> Write:
    """The write of a new session."""
    item = {"pk": person_pk(person_id), "sk": session_sk(session_id), "id": session_id, **facts}
    return space.table("people").putting(item)


def session_and_person(space: Space, person_id: str, session_id: str) -> tuple[Item | None, Item | None]:
    """A session and its person, read consistently: one BatchGetItem, 2 RCU."""
    pk = person_pk(person_id)
    keys = [(pk, session_sk(session_id)), (pk, PERSON)]
    found = space.table("people").batch_get(keys, consistent=True)
    return found.get(keys[0]), found.get(keys[1])


def rotate(space: Space, person_id: str, session_id: str, old_hash: str, facts: Item) -> Item:
    """Replace the refresh token that is good: one UpdateItem, 1 WCU. Raises: ConditionFailed, with what is there."""
    return space.table("people").update(
        person_pk(person_id),
        session_sk(session_id),
        "SET #hash = :hash, used_at = :used_at, #ttl = :ttl",
        {":old": old_hash, ":hash": facts["hash"], ":used_at": facts["used_at"], ":ttl": facts["ttl"]},
        names={"#hash": "hash", "#ttl": "ttl"},
        condition="#hash = :old",
    )


def moving_session(space: Space, person_id: str, session_id: str, epoch: int, new_epoch: int) -> Write:
    """The write that takes one session along when its person's epoch moves on; it must be alive."""
    return space.table("people").updating(
        person_pk(person_id),
        session_sk(session_id),
        "SET epoch = :new",
        {":old": epoch, ":new": new_epoch, ":now": clock.epoch_s()},
        names={"#ttl": "ttl"},
        condition="epoch = :old AND #ttl > :now",
    )


def end_session(space: Space, person_id: str, session_id: str) -> bool:
    """Delete a session: one DeleteItem. Gives whether there was one."""
    return space.table("people").delete(person_pk(person_id), session_sk(session_id)) is not None


def sessions_of(space: Space, person_id: str, after: str | None, limit: int) -> Rows:
    """A person's sessions, newest first: one Query."""
    pk = person_pk(person_id)
    start = {"pk": pk, "sk": session_sk(after)} if after else None
    return space.table("people").query(pk, begins_with=SESSIONS, after=start, limit=limit, descending=True)


def put_link(space: Space, person_id: str, purpose: str, fingerprint: str, facts: Item) -> None:
    """Store a new one-time link: one PutItem."""
    space.table("people").put({"pk": person_pk(person_id), "sk": link_sk(purpose, fingerprint), **facts})


def link_and_person(space: Space, person_id: str, purpose: str, fingerprint: str) -> tuple[Item | None, Item | None]:
    """A one-time link and its person, read consistently: one BatchGetItem, 2 RCU."""
    pk = person_pk(person_id)
    keys = [(pk, link_sk(purpose, fingerprint)), (pk, PERSON)]
    found = space.table("people").batch_get(keys, consistent=True)
    return found.get(keys[0]), found.get(keys[1])


def using_link(space: Space, person_id: str, purpose: str, fingerprint: str) -> Write:
    """The write that uses a link up, if it has not been used."""
    return space.table("people").updating(
        person_pk(person_id),
        link_sk(purpose, fingerprint),
        "SET used_at = :now",
        {":now": clock.timestamp()},
        condition="attribute_exists(pk) AND attribute_not_exists(used_at)",
    )


def counting(space: Space, key: tuple[str, str], limit: int, until: int) -> Write:
    """The write that counts one try, if fewer than ``limit`` have been counted."""
    return space.table("people").updating(
        *key,
        "SET #ttl = :until ADD n :one",
        {":one": 1, ":until": until, ":limit": limit},
        names={"#ttl": "ttl"},
        condition=_NOT_REACHED,
    )


def count(space: Space, key: tuple[str, str], limit: int, until: int, *, weight: int = 1) -> None:
    """Count one try (as ``weight`` many), if fewer than ``limit`` have been counted: one UpdateItem, 1 WCU.

    Raises: ConditionFailed.
    """
    space.table("people").update(
        *key,
        "SET #ttl = :until ADD n :one",
        {":one": weight, ":until": until, ":limit": limit},
        names={"#ttl": "ttl"},
        condition=_NOT_REACHED,
        returns="NONE",
    )


def giving_back(space: Space, key: tuple[str, str]) -> Write:
    """The write that takes one counted try back."""
    return space.table("people").updating(*key, "ADD n :one", {":one": -1})


def forgetting(space: Space, key: tuple[str, str]) -> Write:
    """The write that forgets all counted tries."""
    return space.table("people").deleting(*key)
