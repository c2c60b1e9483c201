"""The keys that an issuer signs with: one pair at a time signs, all that ever signed stay published. One that fell into
others' hands is withdrawn: from then on nothing is believed that it signed, whatever date it bears.

They stand in the register, not in the space's tables: a restore of the space to a point in time must not lose the key
of what was signed after it, and what a closed space has issued goes on verifying. What is stored is the secret part,
sealed for this space, this key and the time since when it signs (``storage/secrets.py``); the public part is derived
from what was opened, so whoever may write the register but not seal cannot add a key to it.
"""

from __future__ import annotations

import logging
import secrets as random
from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import dataclass, replace

from chalicelib import clock, ids, logs
from chalicelib.credentials import addresses, signing, store
from chalicelib.credentials.canonical import Json
from chalicelib.credentials.signing import SigningKey
from chalicelib.errors import Conflict, NotFound, TooManyRequests, Unavailable
from chalicelib.http.caching import Remembered
from chalicelib.storage import secrets
from chalicelib.storage.items import Item
from chalicelib.storage.table import ConditionFailed

PUBLISHED_S = 300  # how long a new key is published before it signs; the DID document may be cached as long
MOST = 100
_FRESH_S = 60
_PURPOSE = secrets.OF_ISSUERS
_BYTES = 32
_TRIES = 5
_DAY_S = 24 * 3600


class KeyPending(Conflict):
    """The key made last does not sign yet."""

    code = "credential_key_pending"
    vi = "Khoá mới vừa được tạo và chưa bắt đầu ký. Hãy đợi năm phút rồi đổi tiếp."
    en = "A new key has just been made and does not sign yet. Wait five minutes before the next."


class TooManyKeys(Conflict):
    """Old keys stay published for ever, so there is an end to them."""

    code = "too_many_credential_keys"
    vi = "Không gian này đã có {most} khoá ký chứng nhận. Hãy liên hệ cơ quan trung ương."
    en = "This space has {most} keys that sign credentials. Ask the central ministry."


class TooManyWithdrawals(TooManyRequests):
    """Each withdrawal has all that was signed signed anew, and leaves a key for ever."""

    code = "too_many_withdrawals"
    vi = "Không gian này đã thu hồi {most} khoá trong một ngày. Hãy đợi {hours} giờ, hoặc nhờ cơ quan trung ương."
    en = "This space has withdrawn {most} keys within a day. Try again in {hours} hours, or ask the central ministry."


@dataclass(frozen=True, slots=True)
class Allowance:
    """Who withdraws may leave an issuer ``most`` keys, and withdraw so many within 24 hours (``None``: as many as need
    be)."""

    most: int
    a_day: int | None


ADMINS = Allowance(most=2 * MOST, a_day=3)
# Whatever a space's admins did, there is room left for the centre; an item holds some 1,200 keys.
OPERATORS = Allowance(most=10 * MOST, a_day=None)


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """One key of an issuer: ``since`` (epoch seconds) is when it begins to sign; ``withdrawn`` since when nobody is to
    believe what it signed, if it ever leaked."""

    id: str
    since: int
    secret: bytes
    public: bytes
    withdrawn: int | None = None

    def signing(self, slug: str) -> SigningKey:
        """As what signs an embedded proof."""
        return SigningKey(f"{addresses.did(slug)}#{self.id}", self.secret)

    def signing_tokens(self, slug: str) -> SigningKey:
        """As what signs a token: the same key under the address where it stands as a JSON Web Key."""
        return SigningKey(f"{addresses.did(slug)}#{self.id}-jwk", self.secret)


_kept: Remembered[str, Item] = Remembered(1_000, fresh_s=_FRESH_S)
# What was made of each stored key: nothing, where it is none of ours.
_opened: Remembered[tuple[str, str, int, str], IssuerKey | None] = Remembered(5_000)


def every(slug: str) -> tuple[IssuerKey, ...]:
    """An issuer's keys by ``since``, at most a minute old; none before it has issued anything. 0 calls when warm, else
    1, and 1 to KMS for each key that this process has not met. Raises: Unavailable."""
    return _of_item(slug, _stored(slug))


def withdrawn(slug: str) -> frozenset[str]:
    """The ids of an issuer's keys that were withdrawn, at most a minute old: 0 calls when warm, else 1."""
    return frozenset(key_id for key_id, kept in _stored(slug).items() if "gone" in kept)


def look_again(slug: str) -> None:
    """Read the keys anew next time."""
    _kept.forget(slug)


def current(slug: str) -> IssuerKey:
    """The key that signs now; the first is made when it is first needed, and a race for it has one winner.

    Raises: Unavailable.
    """
    found = [key for key in every(slug) or _first(slug) if key.withdrawn is None]
    if not found:
        raise Unavailable
    begun = [key for key in found if key.since <= clock.epoch_s()]
    return begun[-1] if begun else found[0]


def rotate(slug: str) -> str:
    """Make a new key, which signs in five minutes, and give its id: 2 calls, and 1 to KMS. Raises: KeyPending,
    TooManyKeys, Unavailable."""
    item = store.keys(slug)
    if item is None:
        return current(slug).id
    kept = item["keys"]
    if max(each["since"] for each in kept.values()) > clock.epoch_s():
        raise KeyPending
    if len(kept) >= MOST:
        raise TooManyKeys(most=MOST)
    key_id, fresh = _new(slug, clock.epoch_s() + PUBLISHED_S)
    try:
        store.keep_keys(slug, {**kept, key_id: fresh}, item["v"])
    except ConditionFailed:
        raise KeyPending from None
    look_again(slug)
    return key_id


def withdraw(slug: str, key_id: str, since: int, allowance: Allowance) -> int:
    """Believe nothing more that this key signed, from ``since`` (epoch seconds) on, and have another sign at once: 2
    calls, and 1 to KMS. Gives since when, at the earliest when it began to sign; withdrawing it again changes nothing.

    Raises: NotFound, TooManyWithdrawals, TooManyKeys, Unavailable.
    """
    for _ in range(_TRIES):
        item = store.keys(slug)
        if item is None or key_id not in item["keys"]:
            raise NotFound
        kept = dict(item["keys"])
        if "gone" in kept[key_id]:
            return int(kept[key_id]["gone"])
        _pace(kept, allowance.a_day)
        gone = max(since, int(kept[key_id]["since"]))
        kept[key_id] = {**kept[key_id], "gone": gone, "told": clock.epoch_s()}
        with suppress(ConditionFailed):  # somebody changed the keys at this moment: once more, with theirs
            store.keep_keys(slug, kept | _successor(slug, kept, allowance.most), item["v"])
            look_again(slug)
            logs.event("credential_key.withdrawn", level=logging.WARNING, tenant=slug, key=key_id)
            return gone
    raise Unavailable


def _pace(kept: Item, most: int | None) -> None:
    """What is counted stands in what is written on a condition, so two at once are counted one after the other. Raises:
    TooManyWithdrawals."""
    if most is None:
        return
    now = clock.epoch_s()
    told = sorted(int(each["told"]) for each in kept.values() if "told" in each)
    lately = [at for at in told if at > now - _DAY_S]
    if len(lately) >= most:
        left = lately[-most] + _DAY_S - now
        raise TooManyWithdrawals(retry_after_s=left, most=most, hours=-(-left // 3600))


def _successor(slug: str, kept: Item, most: int) -> Item:
    """A key that signs at once, where none does any more. Raises: TooManyKeys, Unavailable."""
    now = clock.epoch_s()
    if any("gone" not in each and each["since"] <= now for each in kept.values()):
        return {}
    if len(kept) >= most:
        raise TooManyKeys(most=most)
    key_id, fresh = _new(slug, now)
    return {key_id: fresh}


def document(slug: str) -> Json:
    """The issuer's DID document (did:web): every key in both of the forms that verifiers look for.

    One that was withdrawn is ``revoked`` (W3C, Controlled Identifiers 1.0, 2.2) and asserts nothing. It stands there in
    one form alone: who verifies tokens often looks for the key's name and no further.
    """
    did = addresses.did(slug)
    found = every(slug)
    methods: list[Json] = []
    for key in found:
        multikey = {
            "id": f"{did}#{key.id}",
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": signing.multikey(key.public),
        }
        if key.withdrawn is not None:
            methods.append({**multikey, "revoked": clock.told(key.withdrawn)})
            continue
        jwk = {"id": f"{did}#{key.id}-jwk", "type": "JsonWebKey", "controller": did}
        methods += [multikey, {**jwk, "publicKeyJwk": signing.jwk(key.public)}]
    return {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/multikey/v1",
            "https://w3id.org/security/jwk/v1",
        ],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods if "revoked" not in method],
        "service": [{"id": f"{did}#issuer", "type": "Profile", "serviceEndpoint": addresses.profile(slug)}],
    }


def _first(slug: str) -> tuple[IssuerKey, ...]:
    key_id, fresh = _new(slug, clock.epoch_s())
    made = {key_id: fresh}
    try:
        store.keep_keys(slug, made, None)
    except ConditionFailed as lost:
        made = lost.item["keys"] if lost.item else {}
    _kept.keep(slug, made)
    return _of_item(slug, made)


def _new(slug: str, since: int) -> tuple[str, Item]:
    key_id, secret = ids.new(), random.token_bytes(_BYTES)
    return key_id, {"since": since, **secrets.shut(b64encode(secret).decode(), _PURPOSE, _name(slug, key_id, since))}


def _stored(slug: str) -> Item:
    """What is kept of each key, by their ids."""

    def read() -> Item:
        item = store.keys(slug)
        return dict(item["keys"]) if item else {}

    return _kept.get(slug, read)


def _of_item(slug: str, ring: Item) -> tuple[IssuerKey, ...]:
    found = [key for key_id, kept in ring.items() if (key := _open(slug, key_id, kept))]
    return tuple(sorted(found, key=lambda key: (key.since, key.id)))


def _open(slug: str, key_id: str, kept: Item) -> IssuerKey | None:
    """``None`` for what somebody else put there: it is no key of the issuer's, and told of in the log. Raises:
    Unavailable."""
    since = int(kept["since"])
    sealed = kept.get("sealed")
    place = (slug, key_id, since, ids.fingerprint(str(sealed or kept.get("clear"))))

    def opened() -> IssuerKey | None:
        try:
            secret = b64decode(secrets.open_shut(kept, _PURPOSE, _name(slug, key_id, since)))
        except secrets.NotOurs as error:
            logs.event("credential_key.refused", level=logging.ERROR, error=error, tenant=slug, key=key_id)
            return None
        return IssuerKey(key_id, since, secret, signing.public_of(secret))

    found = _opened.get(place, opened)
    return replace(found, withdrawn=int(kept["gone"])) if found and "gone" in kept else found


def _name(slug: str, key_id: str, since: int) -> str:
    """What a key is sealed for: another space's, or with another beginning, it does not open."""
    return f"{slug}/{key_id}@{since}"
