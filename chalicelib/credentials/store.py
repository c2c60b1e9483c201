"""Credentials: keys, and one function per access pattern.

What anyone may ask about for ever is the register, in the platform's table: it outlives a space's own tables, which a
restore replaces and a closing drops (``docs/decisions/credentials-register.md``). Whose a credential is, and what a
space has chosen, stands in the space's own tables.

| item | pk, sk | holds |
|---|---|---|
| credential | ``credential#<slug>.<id>``, ``credential`` (platform) | what was signed, its state, its bit |
| keys | ``issuer#<slug>``, ``keys`` (platform) | the issuer's keys, sealed |
| places | ``issuer#<slug>``, ``places`` (platform) | how many bits are given away, and what permutes them |
| list part | ``issuer#<slug>``, ``list#<n>#<part>`` (platform) | the revoked bits of a sixteenth of a status list |
| held | ``learner#<person>``, ``credential#<id>`` (learning) | that a person was issued it; index by achievement |
| pointer | ``credential#<id>``, ``credential`` (learning) | whose it is; index of all |
| missing | ``learner#<person>``, ``uncertified#<kind>#<about>`` (learning) | why it was not issued; index of all |
| settings | ``credentials``, ``settings`` (courses) | which courses are certified |
| rule | ``credentials``, ``rule#<about>`` (courses) | whether this one is, and by which template |
| template | ``credentials``, ``template#<id>`` (courses) | texts and signatories |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalicelib.credentials import addresses
from chalicelib.credentials.status import Entry
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space, platform
from chalicelib.storage.table import Key, Rows, Table, TransactionFailed, transact

HELD = "credential#"
MISSING = "uncertified"
_CREDENTIAL = "credential"
_POLICY = "credentials"
_TEMPLATE, _RULE, _SETTINGS = "template#", "rule#", "settings"
_INDEX = "by-course"


def register(slug: str, credential_id: str, facts: Mapping[str, Any]) -> None:
    """A new entry of the register: 1 PutItem, 1 WCU for each KB, some 3. Raises: ConditionFailed, with the entry that
    is there."""
    pk, sk = _credential(addresses.number(slug, credential_id))
    _platform().create({"pk": pk, "sk": sk, **facts})


def registered(credential: str) -> Item | None:
    """An entry of the register, as of now: 1 GetItem, 1 RCU."""
    return _platform().get(*_credential(credential), consistent=True)


def many_registered(slug: str, credential_ids: Iterable[str]) -> dict[str, Item]:
    """These entries of the register, by the credentials' ids: 1 BatchGetItem a hundred, 0.5 RCU apiece."""
    keys = {_credential(addresses.number(slug, each)): each for each in credential_ids}
    return {keys[key]: item for key, item in _platform().batch_get(list(keys)).items()}


def settle(credential: str, entry: Entry, facts: Mapping[str, Any]) -> bool:
    """What was valid is so no more since ``facts["changed"]``, and its bit says it: 1 transaction, 8 WCU or so.
    ``False`` when that was done."""
    slug, _ = addresses.parts(credential)
    sets = ", ".join(f"#{name} = :{name}" for name in facts)
    changing = _platform().updating(
        *_credential(credential),
        f"SET {sets}",
        {**{f":{name}": value for name, value in facts.items()}, ":valid": "valid"},
        names={f"#{name}": name for name in {*facts, "state"}},
        condition="#state = :valid",
    )
    bit: dict[str, Any] = {":at": facts["changed"], ":bit": {entry.bit}}
    flipping = _platform().updating(*_part(slug, entry), "SET #at = :at ADD revoked :bit", bit, names={"#at": "at"})
    try:
        transact([changing, flipping])
    except TransactionFailed:
        return False
    return True


def keep_signed(credential: str, packed: bytes, before: bytes) -> None:
    """Put what was signed anew in the place of what was signed ``before``: 1 UpdateItem, 3 WCU or so. Raises:
    ConditionFailed when that is there no more."""
    values = {":doc": packed, ":before": before}
    _platform().update(*_credential(credential), "SET doc = :doc", values, condition="doc = :before", returns="NONE")


def erase(credential: str) -> None:
    """Delete what was signed: 1 UpdateItem, 3 WCU or so. Raises: ConditionFailed when there is no such entry."""
    _platform().update(*_credential(credential), "REMOVE doc", condition="attribute_exists(pk)", returns="NONE")


def take_places(slug: str, count: int, fresh: bytes, at: int) -> tuple[int, bytes]:
    """Give away so many bits: the first one's place, and what permutes them (``fresh``, if nothing does yet).
    1 UpdateItem, 1 WCU. Places taken by what then died are never given away again."""
    names = {"#n": "n", "#seed": "seed", "#at": "at"}
    expression = "SET #seed = if_not_exists(#seed, :fresh), #at = if_not_exists(#at, :at) ADD #n :count"
    item = _platform().update(
        *_places(slug), expression, {":fresh": fresh, ":at": at, ":count": count}, names=names, resend=False
    )
    return int(item["n"]) - count, bytes(item["seed"])


def places(slug: str) -> Item | None:
    """How many bits are given away (``n``) and since when (``at``): 1 GetItem, 0.5 RCU."""
    return _platform().get(*_places(slug))


def revoked(slug: str, number: int) -> list[Item]:
    """The parts of a status list that have revoked bits: 1 Query, 0.5 RCU for each 4 KB, 64 if all are revoked."""
    return _platform().query_all(_issuer(slug), begins_with=f"list#{number:05d}#")


def keys(slug: str) -> Item | None:
    """An issuer's keys, as of now: 1 GetItem, 1 RCU."""
    return _platform().get(_issuer(slug), "keys", consistent=True)


def keep_keys(slug: str, kept: Mapping[str, Any], before: int | None) -> None:
    """Put keys in the place of those of the state ``before``: 1 PutItem, 1 WCU a KB. Raises: ConditionFailed."""
    item = {"pk": _issuer(slug), "sk": "keys", "keys": dict(kept), "v": (before or 0) + 1}
    if before is None:
        _platform().create(item)
    else:
        _platform().put(item, condition="v = :v", values={":v": before})


def hold(space: Space, person_id: str, credential_id: str, facts: Mapping[str, Any]) -> bool:
    """Note whose a credential is: 2 items and their places in the index, 4 WCU. Noting it again changes nothing (and
    gives ``False``): what has become of it meanwhile stays."""
    place = f"{facts['at']:010d}#{credential_id}"
    pointer = {"pk": f"{HELD}{credential_id}", "sk": _CREDENTIAL, "person": person_id, "c": _POLICY, "cs": place}
    facts = {**facts, "space": space.slug}
    about = f"{_POLICY}#{facts['about']}"
    held = {"pk": _learner(person_id), "sk": f"{HELD}{credential_id}", **facts, "c": about, "cs": place}
    table = _learning(space)
    try:
        transact([table.creating(pointer), table.creating(held)])
    except TransactionFailed:
        return False
    return True


def owner(space: Space, credential_id: str) -> str | None:
    """Whose a credential is: 1 GetItem, 1 RCU."""
    item = _learning(space).get(f"{HELD}{credential_id}", _CREDENTIAL, consistent=True)
    return None if item is None else str(item["person"])


def owners(space: Space, credential_ids: Iterable[str]) -> dict[str, str]:
    """Whose these credentials are: 1 BatchGetItem a hundred, 0.5 RCU apiece."""
    found = _learning(space).batch_get([(f"{HELD}{each}", _CREDENTIAL) for each in credential_ids])
    return {pk.removeprefix(HELD): item["person"] for (pk, _), item in found.items()}


def held(space: Space, person_id: str) -> list[Item]:
    """All that a person was issued, as of now: 1 Query, 1 RCU for 10 or so."""
    return _learning(space).query_all(_learner(person_id), begins_with=HELD, consistent=True)


def page_held(space: Space, person_id: str, after: str | None, limit: int) -> Rows:
    """A page of what a person was issued: 1 Query."""
    pk = _learner(person_id)
    start = {"pk": pk, "sk": after} if after else None
    return _learning(space).query(pk, begins_with=HELD, after=start, limit=limit)


def listed(space: Space, about: str | None, after: Item | None, limit: int) -> Rows:
    """Keys of what a space has issued (for one achievement), newest first: 1 Query of the index."""
    partition = f"{_POLICY}#{about}" if about else _POLICY
    return _learning(space).query(partition, index=_INDEX, after=after, limit=limit, descending=True)


def listed_after(about: str | None, person_id: str, place: str) -> Item:
    """The key after which a page of :func:`listed` begins; ``person_id`` is needed with ``about`` alone."""
    credential_id = place.partition("#")[2]
    if about:
        return {"pk": _learner(person_id), "sk": HELD + credential_id, "c": f"{_POLICY}#{about}", "cs": place}
    return {"pk": HELD + credential_id, "sk": _CREDENTIAL, "c": _POLICY, "cs": place}


def issued_after(space: Space, place: str | None, limit: int) -> Rows:
    """Keys of what a space has issued, the oldest first, after the place ``cs`` of one: 1 Query of the index."""
    after = listed_after(None, "", place) if place else None
    return _learning(space).query(_POLICY, index=_INDEX, after=after, limit=limit)


def ask_to_sign(space: Space, person_id: str, credential_id: str, at: int) -> None:
    """Have a credential signed anew, by the stream: 1 UpdateItem, 1 WCU. Raises: ConditionFailed when the person does
    not hold it."""
    _ask(space, person_id, credential_id, "sign", at)


def ask_to_settle(space: Space, person_id: str, credential_id: str, at: int) -> None:
    """Have what a credential is for looked at anew, by the stream: 1 UpdateItem, 1 WCU. Raises: ConditionFailed when
    the person does not hold it."""
    _ask(space, person_id, credential_id, "look", at)


def _ask(space: Space, person_id: str, credential_id: str, what: str, at: int) -> None:
    _learning(space).update(
        _learner(person_id),
        f"{HELD}{credential_id}",
        f"SET {what} = :at",
        {":at": at},
        condition="attribute_exists(pk)",
        returns="NONE",
    )


def intend(space: Space, person_id: str, credential_id: str, change: Mapping[str, Any]) -> Item:
    """Note what is to become of a credential, unless something has: 1 UpdateItem, 1 WCU. Gives what stands. The stream
    sees to it even if nobody else does. Raises: ConditionFailed when the person does not hold it."""
    item = _learning(space).update(
        _learner(person_id),
        f"{HELD}{credential_id}",
        "SET #rev = if_not_exists(#rev, :rev)",
        {":rev": dict(change)},
        names={"#rev": "rev"},
        condition="attribute_exists(pk)",
    )
    found: Item = item["rev"]
    return found


def note_missing(space: Space, person_id: str, kind: str, about: str, facts: Mapping[str, Any]) -> None:
    """Note that somebody was not issued what they achieved, and why (``why``, ``at``): 1 UpdateItem, 1 WCU and the
    index. What is asked for by ``again`` the stream tries again."""
    names = {f"#{name}": name for name in (*facts, "c", "cs")}
    sets = ", ".join(f"#{name} = :{name}" for name in (*facts, "c", "cs"))
    values = {**facts, "c": MISSING, "cs": f"{kind}#{about}#{person_id}"}
    _learning(space).update(
        *_missing(person_id, kind, about),
        f"SET {sets}",
        {f":{name}": value for name, value in values.items()},
        names=names,
        returns="NONE",
    )


def forget_missing(space: Space, person_id: str, kind: str, about: str) -> None:
    """1 DeleteItem, 1 WCU and the index."""
    _learning(space).delete(*_missing(person_id, kind, about))


def missing(space: Space, after: str | None, limit: int) -> tuple[list[Item], str | None]:
    """A page of what was not issued, and the place after which the next begins: 1 Query of the index, 1 BatchGetItem
    a hundred."""
    start = None
    if after:
        kind, about, person_id = after.split("#")
        pk, sk = _missing(person_id, kind, about)
        start = {"pk": pk, "sk": sk, "c": MISSING, "cs": after}
    rows = _learning(space).query(MISSING, index=_INDEX, after=start, limit=limit)
    keys = [(each["pk"], each["sk"]) for each in rows.items]
    found = _learning(space).batch_get(keys) if keys else {}
    return [found[key] for key in keys if key in found], rows.after["cs"] if rows.after else None


def move(space: Space, held_item: Item, to_person: str, came_from: Sequence[str]) -> None:
    """Let a credential be another account's: 2 puts, then a delete; done again after a kill between, the same. That it
    moved stays noted, also at home: there it is no news."""
    credential_id = held_item["sk"].removeprefix(HELD)
    table = _learning(space)
    table.put({**held_item, "pk": _learner(to_person), "from": list(came_from)})
    table.update(
        HELD + credential_id, _CREDENTIAL, "SET person = :person", {":person": to_person}, returns="NONE",
        condition="attribute_exists(pk)",
    )  # fmt: skip
    table.delete(held_item["pk"], held_item["sk"])


def policy(space: Space, abouts: Sequence[str]) -> dict[str, Item]:
    """A space's settings (as ``settings``) and its rules for these achievements: 1 BatchGetItem a hundred, 0.5 RCU
    apiece."""
    keys: list[Key] = [(_POLICY, _SETTINGS), *((_POLICY, f"{_RULE}{each}") for each in abouts)]
    found = _courses(space).batch_get(keys, consistent=True)
    return {sk.removeprefix(_RULE): item for (_, sk), item in found.items()}


def keep_settings(space: Space, facts: Mapping[str, Any]) -> None:
    """1 PutItem, 1 WCU."""
    _courses(space).put({"pk": _POLICY, "sk": _SETTINGS, **facts})


def rules(space: Space, after: str | None, limit: int) -> Rows:
    """A page of the rules: 1 Query."""
    start = {"pk": _POLICY, "sk": f"{_RULE}{after}"} if after else None
    return _courses(space).query(_POLICY, begins_with=_RULE, after=start, limit=limit)


def keep_rule(space: Space, about: str, facts: Mapping[str, Any]) -> None:
    """1 PutItem, 1 WCU."""
    _courses(space).put({"pk": _POLICY, "sk": f"{_RULE}{about}", **facts})


def drop_rule(space: Space, about: str) -> None:
    """1 DeleteItem, 1 WCU."""
    _courses(space).delete(_POLICY, f"{_RULE}{about}")


def templates(space: Space) -> list[Item]:
    """All of a space's templates, a hundred at most: 1 Query, 0.5 RCU for 2 or so."""
    return _courses(space).query_all(_POLICY, begins_with=_TEMPLATE)


def some_templates(space: Space, template_ids: Iterable[str]) -> dict[str, Item]:
    """These templates, those that exist: 1 BatchGetItem, 1 RCU or so apiece."""
    keys = [(_POLICY, f"{_TEMPLATE}{each}") for each in template_ids]
    found = _courses(space).batch_get(keys, consistent=True) if keys else {}
    return {sk.removeprefix(_TEMPLATE): item for (_, sk), item in found.items()}


def create_template(space: Space, template_id: str, facts: Mapping[str, Any]) -> None:
    """1 PutItem, 2 WCU or so. Raises: ConditionFailed when it is there."""
    _courses(space).create({"pk": _POLICY, "sk": f"{_TEMPLATE}{template_id}", **facts, "v": 1})


def keep_template(space: Space, template_id: str, facts: Mapping[str, Any], before: int) -> None:
    """Put a template in the place of the state ``before``: 1 PutItem, 2 WCU or so. Raises: ConditionFailed."""
    item = {"pk": _POLICY, "sk": f"{_TEMPLATE}{template_id}", **facts, "v": before + 1}
    _courses(space).put(item, condition="v = :v", values={":v": before})


def drop_template(space: Space, template_id: str) -> None:
    """1 DeleteItem, 2 WCU or so."""
    _courses(space).delete(_POLICY, f"{_TEMPLATE}{template_id}")


def _learner(person_id: str) -> str:
    return f"learner#{person_id}"


def _missing(person_id: str, kind: str, about: str) -> Key:
    return _learner(person_id), f"{MISSING}#{kind}#{about}"


def _credential(credential: str) -> Key:
    return f"credential#{credential}", _CREDENTIAL


def _issuer(slug: str) -> str:
    return f"issuer#{slug}"


def _places(slug: str) -> Key:
    return _issuer(slug), "places"


def _part(slug: str, entry: Entry) -> Key:
    return _issuer(slug), f"list#{entry.list:05d}#{entry.part:02d}"


def _platform() -> Table:
    return platform().table("people")


def _learning(space: Space) -> Table:
    return space.table("learning")


def _courses(space: Space) -> Table:
    return space.table("courses")
