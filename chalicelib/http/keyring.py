"""The keys that sign access tokens: one item of the platform table, read again by every container once a minute.

A new key is published before it signs, so every container (and whoever reads the JWK Set) knows it by then; the one
before it stays until the last token that it can have signed has expired. Rotating therefore signs nobody out. A key
that has leaked is dropped at once instead: its tokens are worth nothing within a minute, and clients get new ones by
their refresh tokens, which no key signs.

The private part is sealed (``storage/secrets.py``) and opened when a process first signs with it; the public part
stands beside it in clear, so that verifying needs nobody.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from chalicelib import clock, ids
from chalicelib.errors import Conflict
from chalicelib.storage import secrets
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import platform
from chalicelib.storage.table import ConditionFailed

TOKEN_LIFETIME_S = 15 * 60
FRESH_S = 60
PUBLISHED_S = 5 * 60  # how long a key is known before it signs; the JWK Set may be cached for as long
_LOOK_AGAIN_S = 5
_PLACE = ("keyring", "signing")
_PURPOSE = "signing-key"


class RotationPending(Conflict):
    """The key made last does not sign yet."""

    code = "rotation_pending"
    vi = "Khoá mới vừa được tạo và chưa bắt đầu ký. Hãy đợi năm phút rồi đổi tiếp."
    en = "A new key has just been made and does not sign yet. Wait five minutes before the next."


@dataclass(frozen=True, slots=True)
class Key:
    """One signing key: ``since`` (epoch seconds) is when it begins to sign."""

    id: str
    since: int
    public: Any  # joserfc's ECKey, without its private part
    kept: Item  # as it is stored

    def private(self) -> Any:
        """The key to sign with: 1 call to KMS, once in a process. Raises: Unavailable."""
        from joserfc.jwk import ECKey

        opened = _opened.get(self.id)
        if opened is None:
            opened = _opened[self.id] = ECKey.import_key(json.loads(_open(self.id, self.kept)))
        return opened


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
_opened: dict[str, Any] = {}  # private parts by key id, as long as the key is in the ring


def current() -> Keyring:
    """The keys, at most a minute old: 0 calls when warm, else one GetItem."""
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

    2 calls, and 1 to KMS. What an earlier release left in clear is sealed by the way. Raises: RotationPending,
    Unavailable.
    """
    global _kept
    table = platform().table("people")
    item = table.get(*_PLACE, consistent=True)
    kept = {} if at_once or item is None else _still_needed(item["keys"])
    fresh = _new(clock.epoch_s() if at_once or item is None else clock.epoch_s() + PUBLISHED_S)
    if item is None:
        table.create(_item({}, fresh, 1))
    else:
        kept = {key_id: _resealed(key_id, each) for key_id, each in kept.items()}
        try:
            table.put(_item(kept, fresh, item["v"] + 1), condition="v = :v", values={":v": item["v"]})
        except ConditionFailed:
            raise RotationPending from None
    _kept = None
    return fresh


def forget() -> None:
    """Read the keys again next time: for tests."""
    global _kept
    _kept = None
    _opened.clear()


def _still_needed(keys: dict[str, Item]) -> dict[str, Item]:
    """The keys that sign, will sign, or may have signed a token that is alive (a container may lag by its memory)."""
    now = clock.epoch_s()
    by_start = sorted(keys, key=lambda key_id: int(keys[key_id]["since"]))
    if keys[by_start[-1]]["since"] > now:
        raise RotationPending
    needed = {by_start[-1]: keys[by_start[-1]]}
    for key_id, successor in pairwise(by_start):
        if keys[successor]["since"] + FRESH_S + TOKEN_LIFETIME_S >= now:
            needed[key_id] = keys[key_id]
    return needed


def _read(*, looked_at: int) -> Keyring:
    """One GetItem; the first process of a new deployment makes the first key, and a race for it has one winner."""
    global _kept
    table = platform().table("people")
    item = table.get(*_PLACE, consistent=True)
    if item is None:
        item = _item({}, _new(clock.epoch_s()), 1)
        try:
            table.create(item)
        except ConditionFailed as lost:
            item = lost.item or item
    _kept = Keyring(_keys(item), clock.epoch_s(), looked_at)
    for gone in _opened.keys() - item["keys"].keys():
        _opened.pop(gone, None)
    return _kept


def _keys(item: Item) -> tuple[Key, ...]:
    stored: dict[str, Item] = item["keys"]
    keys = [Key(key_id, each["since"], _public(each), each) for key_id, each in stored.items()]
    return tuple(sorted(keys, key=lambda key: (key.since, key.id)))


def _public(kept: Item) -> Any:
    from joserfc.jwk import ECKey

    whole = json.loads(kept["public"] if "public" in kept else kept["jwk"])
    return ECKey.import_key({name: value for name, value in whole.items() if name != "d"})


def _new(since: int) -> Key:
    from joserfc.jwk import ECKey

    key_id = ids.new()
    jwk = ECKey.generate_key("P-256", {"kid": key_id})
    kept = {"since": since, "public": json.dumps(jwk.as_dict(private=False))}
    kept |= _closed(key_id, json.dumps(jwk.as_dict(private=True)))
    return Key(key_id, since, _public(kept), kept)


def _item(kept: dict[str, Item], fresh: Key, version: int) -> Item:
    return {"pk": _PLACE[0], "sk": _PLACE[1], "v": version, "keys": {**kept, fresh.id: fresh.kept}}


def _closed(key_id: str, jwk: str) -> Item:
    """The private part as it is stored: sealed, or in clear on one machine. Raises: NoKey, Unavailable."""
    sealed = secrets.seal(jwk.encode(), _PURPOSE, key_id)
    return {"jwk": jwk} if sealed is None else {"sealed": sealed}


def _open(key_id: str, kept: Item) -> str:
    if "sealed" in kept:
        return secrets.unseal(kept["sealed"], _PURPOSE, key_id).decode()
    return str(kept["jwk"])


def _resealed(key_id: str, kept: Item) -> Item:
    """A stored key with its private part sealed, although an earlier release kept it in clear."""
    if "sealed" in kept:
        return kept
    public = json.dumps(_public(kept).as_dict(private=False))
    return {"since": kept["since"], "public": public, **_closed(key_id, kept["jwk"])}
