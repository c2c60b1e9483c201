"""The keys that sign access tokens: one item of the platform table, read again by every container once a minute.

A new key is published before it signs, so every container (and whoever reads the JWK Set) knows it by then; the one
before it stays until the last token that it can have signed has expired. Rotating therefore signs nobody out. A key
that has leaked is dropped at once instead: its tokens are worth nothing within a minute, and clients get new ones by
their refresh tokens, which no key signs.

What is stored of a key is its private part, sealed for its id and the time from which it signs
(``storage/secrets.py``). A process opens it when it first meets the key, and derives the public part from what it
opened: whoever may write the ring but not seal, cannot add a key to it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from chalicelib import clock, ids, logs
from chalicelib.errors import Conflict, Unavailable
from chalicelib.storage import secrets
from chalicelib.storage.items import Item
from chalicelib.storage.secrets import Purpose
from chalicelib.storage.spaces import platform
from chalicelib.storage.table import ConditionFailed

TOKEN_LIFETIME_S = 15 * 60
FRESH_S = 60
PUBLISHED_S = 5 * 60  # how long a key is known before it signs; the JWK Set may be cached for as long
_LOOK_AGAIN_S = 5
_PLACE = ("keyring", "signing")
_PURPOSE: Purpose = "signing-key"


class RotationPending(Conflict):
    """The key made last does not sign yet."""

    code = "rotation_pending"
    vi = "Khoá mới vừa được tạo và chưa bắt đầu ký. Hãy đợi năm phút rồi đổi tiếp."
    en = "A new key has just been made and does not sign yet. Wait five minutes before the next."


@dataclass(frozen=True, slots=True)
class Key:
    """One signing key that is ours: ``since`` (epoch seconds) is when it begins to sign."""

    id: str
    since: int
    private: Any  # joserfc's ECKey
    public: Any  # the same without its private part
    kept: Item  # as it is stored


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys as they were read; ``looked_at`` is when an unknown id last made us read them again."""

    keys: tuple[Key, ...]  # by ``since``
    read_at: int
    looked_at: int

    @property
    def signing(self) -> Key:
        """The newest key that has begun to sign."""
        begun = [key for key in self.keys if key.since <= clock.epoch_s()]
        return begun[-1] if begun else self.keys[0]

    def find(self, key_id: str) -> Key | None:
        """The key of that id."""
        return next((key for key in self.keys if key.id == key_id), None)


_kept: Keyring | None = None
# What was made of each stored key, as long as it is in the ring: nothing, where it is none of ours.
_opened: dict[tuple[str, int, bytes], Key | None] = {}


def current() -> Keyring:
    """The keys, at most a minute old: 0 calls when warm, else one GetItem, and one call to KMS for each key that this
    process has not met. Raises: Unavailable."""
    kept = _kept
    return kept if kept and clock.epoch_s() - kept.read_at < FRESH_S else _read(looked_at=kept.looked_at if kept else 0)


def find(key_id: str) -> Key | None:
    """The key of that id. An unknown one is looked for once every few seconds: forged ids must not cost us reads."""
    ring = current()
    key = ring.find(key_id)
    if key or clock.epoch_s() - ring.looked_at < _LOOK_AGAIN_S:
        return key
    return _read(looked_at=clock.epoch_s()).find(key_id)


def public() -> list[dict[str, Any]]:
    """The public parts, as JSON Web Keys (RFC 7517)."""
    return [{**key.public.as_dict(private=False), "use": "sig", "alg": "ES256"} for key in current().keys]


def rotate(*, at_once: bool = False) -> Key:
    """Make a new key, which signs in five minutes; ``at_once`` makes it sign now and drops all others.

    2 calls, and 1 to KMS. Raises: RotationPending, Unavailable.
    """
    global _kept
    item = _stored()
    keys = () if at_once else _ours(item)
    fresh = _new(clock.epoch_s() + (PUBLISHED_S if keys else 0))
    try:
        _store((*_still_needed(keys), fresh), item)
    except ConditionFailed:
        raise RotationPending from None
    _kept = None
    return fresh


def forget() -> None:
    """Read the keys again next time: for tests."""
    global _kept
    _kept = None
    _opened.clear()


def _still_needed(keys: tuple[Key, ...]) -> list[Key]:
    """The keys that sign, will sign, or may have signed a token that is alive (a container may lag by its memory)."""
    now = clock.epoch_s()
    if keys and keys[-1].since > now:
        raise RotationPending
    alive = [key for key, successor in pairwise(keys) if successor.since + FRESH_S + TOKEN_LIFETIME_S >= now]
    return [*alive, *keys[-1:]]


def _read(*, looked_at: int) -> Keyring:
    """One GetItem; the first process of a new deployment makes the first key, and a race for it has one winner.

    Raises: Unavailable, also while there are keys and none of them is ours: none is put in their place unasked.
    """
    global _kept
    item = _stored()
    if item is None:
        try:
            item = _store([_new(clock.epoch_s())], None)
        except ConditionFailed as lost:
            item = lost.item
    keys = _ours(item, partly=True)
    if item is None or not keys:
        raise Unavailable
    in_the_ring = {_place(key_id, each) for key_id, each in item["keys"].items()}
    for gone in _opened.keys() - in_the_ring:
        _opened.pop(gone, None)
    _kept = Keyring(keys, clock.epoch_s(), looked_at)
    return _kept


def _stored() -> Item | None:
    return platform().table("people").get(*_PLACE, consistent=True)


def _store(keys: Iterable[Key], before: Item | None) -> Item:
    """Put the ring in the place of what was read ``before``. Raises: ConditionFailed when that is no longer there."""
    ring = {"pk": _PLACE[0], "sk": _PLACE[1], "keys": {key.id: key.kept for key in keys}}
    table = platform().table("people")
    if before is None:
        item = {**ring, "v": 1}
        table.create(item)
    else:
        item = {**ring, "v": before["v"] + 1}
        table.put(item, condition="v = :v", values={":v": before["v"]})
    return item


def _ours(item: Item | None, *, partly: bool = False) -> tuple[Key, ...]:
    """The keys of a stored ring that this deployment has sealed, by ``since``.

    ``partly`` leaves out until the next reading those that KMS does not open just now, unless it opens none: a process
    that knows the other keys goes on. Raises: Unavailable.
    """
    keys: list[Key] = []
    trouble = None
    for key_id, kept in (item["keys"] if item else {}).items():
        try:
            key = _met(key_id, kept)
        except Unavailable as error:
            trouble = error
        else:
            keys += [key] if key else []
    if trouble and not (partly and keys):
        raise trouble
    return tuple(sorted(keys, key=lambda key: (key.since, key.id)))


def _met(key_id: str, kept: Item) -> Key | None:
    """A stored key, opened when this process first meets it; ``None`` when it is none of ours. Raises: Unavailable."""
    place = _place(key_id, kept)
    if place not in _opened:
        _opened[place] = _open(key_id, kept)
    return _opened[place]


def _place(key_id: str, kept: Item) -> tuple[str, int, bytes]:
    return key_id, kept["since"], kept["sealed"] if "sealed" in kept else kept["jwk"].encode()


def _open(key_id: str, kept: Item) -> Key | None:
    """One call to KMS. In clear a key counts on one machine alone, where nobody else is. Raises: Unavailable."""
    if "sealed" not in kept:
        jwk = kept["jwk"] if secrets.kept_in_clear() else None
    else:
        try:
            jwk = secrets.unseal(kept["sealed"], _PURPOSE, _name(key_id, kept["since"])).decode()
        except secrets.NotOurs:
            jwk = None
    if jwk is None:
        logs.event("signing_key.refused", level=logging.ERROR, key=key_id)
        return None
    return _key(key_id, json.loads(jwk), kept)


def _key(key_id: str, jwk: dict[str, Any], kept: Item) -> Key:
    from joserfc.jwk import ECKey

    private = ECKey.import_key(jwk)
    return Key(key_id, kept["since"], private, ECKey.import_key(private.as_dict(private=False)), kept)


def _new(since: int) -> Key:
    """A key that this process need not open. Raises: NoKey, Unavailable."""
    from joserfc.jwk import ECKey

    key_id = ids.new()
    jwk = ECKey.generate_key("P-256", {"kid": key_id}).as_dict(private=True)
    text = json.dumps(jwk)
    kept: Item = {"since": since}
    if secrets.kept_in_clear():
        kept["jwk"] = text
    else:
        kept["sealed"] = secrets.seal(text.encode(), _PURPOSE, _name(key_id, since))
    key = _opened[_place(key_id, kept)] = _key(key_id, jwk, kept)
    return key


def _name(key_id: str, since: int) -> str:
    """What a key is sealed for: with another id or another beginning it does not open."""
    return f"{key_id}@{since}"
