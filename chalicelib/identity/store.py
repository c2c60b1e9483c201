"""Sessions, one-time links and counted tries in the people table: keys, and one function per access pattern.

| item | pk, sk | holds |
|---|---|---|
| session | ``person#<id>``, ``session#<id>`` | hash of the one refresh token that is good, how it came; TTL |
| link | ``person#<id>``, ``link#<purpose>#<hash>`` | until when, whether used; TTL a month later |
| code | ``person#<id>``, ``code`` | what the last one-time code is derived from, how often it was tried; TTL |
| entry | ``person#<id>``, ``entry#<hash>`` | which client may redeem it, where it lands, who vouched; TTL a minute |
| origin | ``person#<id>``, ``origin#<session>`` | who vouched for a session; TTL |
| dismissed | ``dismissed``, ``<party>`` | until when what it vouched for began in vain; TTL |
| vouched | ``vouched#<party>#<fingerprint of sid>``, ``<session>`` | whose session that is; TTL |
| tries | ``tries#<what>#<fingerprint>``, ``<window>`` | how many in this quarter of an hour; TTL |

A session and a link carry the person's epoch: when that moves on, they are worth nothing, without being looked for.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib import clock
from chalicelib.identity.keys import CODE, ORIGINS, SESSIONS, entry_sk, link_sk, origin_sk, session_sk, vouched_pk
from chalicelib.people.keys import PERSON, person_pk
from chalicelib.storage.attributes import Whole, optional
from chalicelib.storage.items import Item, from_item
from chalicelib.storage.models import ItemPage, TenantItem
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, Write

_DISMISSED = "dismissed"
_NOT_REACHED = "attribute_not_exists(n) OR n < :limit"


class SessionItem(TenantItem):
    """A session; going on with a refresh token, which everyone does all day, reads and writes it raw."""

    table_kind = "people"

    id = UnicodeAttribute()
    hash = UnicodeAttribute()
    exchange = optional(UnicodeAttribute())  # digest of the token before and of the attempt that gave this one
    epoch = Whole()
    device = UnicodeAttribute()
    created_at = UnicodeAttribute()
    used_at = UnicodeAttribute()
    until = Whole()  # epoch seconds
    party = optional(UnicodeAttribute())  # that vouched for it, if one did


class LinkItem(TenantItem):
    """A one-time link."""

    table_kind = "people"

    epoch = Whole()
    expires = Whole()  # epoch seconds
    used_at = optional(UnicodeAttribute())


def _session(space: Space, person_id: str, session_id: str, **facts: Any) -> SessionItem:
    return space[SessionItem](person_pk(person_id), session_sk(session_id), **facts)


def _link(space: Space, person_id: str, purpose: str, fingerprint: str, **facts: Any) -> LinkItem:
    return space[LinkItem](person_pk(person_id), link_sk(purpose, fingerprint), **facts)


def putting_session(space: Space, person_id: str, session_id: str, facts: Item) -> Write:
    """The write of a new session."""
    return _session(space, person_id, session_id, id=session_id, **facts).putting()


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
        "SET #hash = :hash, #exchange = :exchange, used_at = :used_at, #ttl = :ttl",
        {":old": old_hash, **{f":{name}": facts[name] for name in ("hash", "exchange", "used_at", "ttl")}},
        names={"#hash": "hash", "#exchange": "exchange", "#ttl": "ttl"},
        condition="#hash = :old",
    )


def moving_session(space: Space, person_id: str, session_id: str, epoch: int, new_epoch: int) -> Write:
    """The write that takes one session along when its person's epoch moves on; it must be alive."""
    is_alive = (SessionItem.epoch == epoch) & (SessionItem.ttl > clock.epoch_s())
    return _session(space, person_id, session_id).updating([SessionItem.epoch.set(new_epoch)], is_alive)


def end_session(space: Space, person_id: str, session_id: str) -> bool:
    """Delete a session: one DeleteItem. Gives whether there was one."""
    try:
        # What was there is told by a condition: one deletion that had to be sent twice still knows that there was one.
        space.table("people").delete(person_pk(person_id), session_sk(session_id), condition="attribute_exists(pk)")
    except ConditionFailed:
        return False
    return True


def sessions_of(space: Space, person_id: str, after: str | None, limit: int) -> ItemPage[SessionItem]:
    """A person's sessions, newest first: one Query."""
    start = session_sk(after) if after else None
    return space[SessionItem].page(
        person_pk(person_id), begins_with=SESSIONS, after=start, limit=limit, descending=True
    )


def put_link(space: Space, person_id: str, purpose: str, fingerprint: str, facts: Item) -> None:
    """Store a new one-time link: one PutItem."""
    _link(space, person_id, purpose, fingerprint, **facts).put()


def link_and_person(
    space: Space, person_id: str, purpose: str, fingerprint: str
) -> tuple[LinkItem | None, Item | None]:
    """A one-time link and its person, read consistently: one BatchGetItem, 2 RCU."""
    pk = person_pk(person_id)
    link, person = (pk, link_sk(purpose, fingerprint)), (pk, PERSON)
    found = space.table("people").batch_get_raw([link, person], consistent=True)
    return space[LinkItem].of(found.get(link)), from_item(found[person]) if person in found else None


def using_link(space: Space, person_id: str, purpose: str, fingerprint: str) -> Write:
    """The write that uses a link up, if it has not been used."""
    link = _link(space, person_id, purpose, fingerprint)
    return link.updating(
        [LinkItem.used_at.set(clock.timestamp())], LinkItem.pk.exists() & LinkItem.used_at.does_not_exist()
    )


def putting_entry(space: Space, person_id: str, fingerprint: str, facts: Item) -> Write:
    """The write of a new entry code."""
    return space.table("people").putting({"pk": person_pk(person_id), "sk": entry_sk(fingerprint), **facts})


def entry_and_person(space: Space, person_id: str, fingerprint: str) -> tuple[Item | None, Item | None]:
    """An entry code and its person, read consistently: one BatchGetItem, 2 RCU."""
    pk = person_pk(person_id)
    entry, person = (pk, entry_sk(fingerprint)), (pk, PERSON)
    found = space.table("people").batch_get([entry, person], consistent=True)
    return found.get(entry), found.get(person)


def using_entry(space: Space, person_id: str, fingerprint: str) -> Write:
    """The write that uses an entry code up; it fails for all but the first who do."""
    return space.table("people").deleting(person_pk(person_id), entry_sk(fingerprint), condition="attribute_exists(pk)")


def putting_origin(
    space: Space, person_id: str, session_id: str, origin: Item, fingerprint: str | None, until: int
) -> list[Write]:
    """The writes of who vouched for a session, and of the session under the party's name for it, if it has one."""
    table = space.table("people")
    writes = [table.putting({"pk": person_pk(person_id), "sk": origin_sk(session_id), "ttl": until, **origin})]
    if fingerprint:
        named = {"pk": vouched_pk(origin["party"], fingerprint), "sk": session_id, "person": person_id, "ttl": until}
        writes.append(table.putting(named))
    return writes


def origin(space: Space, person_id: str, session_id: str) -> Item | None:
    """Who vouched for a session: one GetItem."""
    return space.table("people").get(person_pk(person_id), origin_sk(session_id))


def put_dismissed(space: Space, party: str, before: int, until: int) -> None:
    """Note that sessions are void which this party vouched for and which began before that time (epoch seconds): one
    PutItem, 1 WCU."""
    space.table("people").put({"pk": _DISMISSED, "sk": party, "before": before, "ttl": until})


def dismissed(space: Space) -> dict[str, int]:
    """Before when what a party vouched for is void, of those dismissed in the last three months: one Query."""
    found = space.table("people").query_all(_DISMISSED, consistent=True)
    return {item["sk"]: int(item["before"]) for item in found}


def vouched(space: Space, party: str, fingerprint: str, limit: int) -> list[tuple[str, str]]:
    """The sessions of one sign-in at a party, as persons' and sessions' ids: one Query."""
    rows = space.table("people").query(vouched_pk(party, fingerprint), limit=limit, consistent=True)
    return [(item["person"], item["sk"]) for item in rows.items]


def origins_of(space: Space, person_id: str, party: str, limit: int) -> list[str]:
    """A person's latest sessions that a party vouched for, by id: one Query."""
    rows = space.table("people").query(
        person_pk(person_id), begins_with=ORIGINS, limit=limit, descending=True, consistent=True
    )
    return [item["sk"].removeprefix(ORIGINS) for item in rows.items if item["party"] == party]


def put_code(space: Space, person_id: str, facts: Item) -> None:
    """Keep what a one-time code is derived from, in place of an earlier one: one PutItem, 1 WCU. A job that sends the
    same one again does not give its tries back."""
    with suppress(ConditionFailed):
        space.table("people").put(
            {"pk": person_pk(person_id), "sk": CODE, "tries": 0, **facts},
            condition="attribute_not_exists(nonce) OR nonce <> :nonce",
            values={":nonce": facts["nonce"]},
        )


def try_code(space: Space, person_id: str, most: int) -> Item | None:
    """Count a try of a person's one-time code, if it is good still: one UpdateItem, 1 WCU. A lost answer may count it
    twice, which costs a try and lets nobody in."""
    try:
        return space.table("people").update(
            person_pk(person_id),
            CODE,
            "ADD tries :one",
            {":one": 1, ":most": most, ":now": clock.epoch_s()},
            condition="expires > :now AND tries < :most",
        )
    except ConditionFailed:
        return None


def using_code(space: Space, person_id: str, nonce: str) -> Write:
    """The write that uses a one-time code up; it fails for all but the first who do."""
    return space.table("people").deleting(
        person_pk(person_id), CODE, condition="nonce = :nonce", values={":nonce": nonce}
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
    """Count one try (as ``weight`` many), if fewer than ``limit`` have been counted: one transaction, 2 WCU.

    Raises: ConditionFailed.
    """
    space.table("people").update_once(
        *key,
        "SET #ttl = :until ADD n :one",
        {":one": weight, ":until": until, ":limit": limit},
        names={"#ttl": "ttl"},
        condition=_NOT_REACHED,
    )


def giving_back(space: Space, key: tuple[str, str]) -> Write:
    """The write that takes one counted try back."""
    return space.table("people").updating(*key, "ADD n :one", {":one": -1})


def forgetting(space: Space, key: tuple[str, str]) -> Write:
    """The write that forgets all counted tries."""
    return space.table("people").deleting(*key)
