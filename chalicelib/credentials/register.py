"""The register of what was issued: entries as the rest of the feature sees them, and what they become.

An entry is written once, by whoever is first; from then on only its state changes, from ``valid`` to ``revoked`` or
``superseded``, and never back.
"""

from __future__ import annotations

import gzip
import json
import secrets as random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from chalicelib import clock
from chalicelib.credentials import addresses, documents, keys, signing, store
from chalicelib.credentials.canonical import Json
from chalicelib.credentials.models import AboutKind, Reason, State
from chalicelib.credentials.status import Entry, entry
from chalicelib.errors import NotFound
from chalicelib.storage.items import Item
from chalicelib.storage.table import ConditionFailed

_SEED_BYTES = 32


@dataclass(frozen=True, slots=True)
class Issued:
    """An entry of the register. Times are epoch seconds; ``signed`` and ``printed`` are empty where the holder asked
    that it be deleted."""

    number: str
    kept: Literal["valid", "revoked", "superseded"]
    kind: AboutKind
    about: str
    at: int
    achieved_at: int
    until: int | None
    entry: Entry
    score: int | None
    minutes: int
    course: str | None
    signed: Json
    token: str
    printed: Json
    changed_at: int | None
    reason: Reason | None
    next: str | None
    previous: str | None
    reissued: int  # how often the name was corrected before

    @property
    def state(self) -> State:
        """What it is now."""
        if self.kept == "valid" and self.until is not None and self.until < clock.epoch_s():
            return "expired"
        return self.kept

    @property
    def name(self) -> str | None:
        """Whom it was issued to."""
        return documents.name_of(self.signed) if self.signed else None


def find(number: str) -> Issued:
    """What was issued under a number: 1 call. Raises: NotFound."""
    item = store.registered(number)
    if item is None:
        raise NotFound
    return of_item(item)


def find_signed(number: str) -> Issued:
    """The same with a signature that is worth something: 1 call, and what :func:`signed_anew` costs, once, for what a
    key signed that was withdrawn. Raises: NotFound, Unavailable."""
    item = store.registered(number)
    if item is None:
        raise NotFound
    return signed_anew(number, item)


def of_item(item: Item) -> Issued:
    """An entry's item as it is read."""
    content = json.loads(gzip.decompress(item["doc"])) if "doc" in item else {}
    return Issued(
        number=item["pk"].removeprefix("credential#"),
        kept=item["state"],
        kind=item["kind"],
        about=item["about"],
        at=item["at"],
        achieved_at=item["achieved"],
        until=item.get("until"),
        entry=Entry(item["list"], item["bit"]),
        score=item.get("score"),
        minutes=item["minutes"],
        course=item.get("course"),
        signed=content.get("signed", {}),
        token=content.get("token", ""),
        printed=content.get("printed", {}),
        changed_at=item.get("changed"),
        reason=item.get("reason"),
        next=item.get("next"),
        previous=item.get("previous"),
        reissued=item.get("reissued", 0),
    )


def bits(slug: str, count: int) -> Iterator[Entry]:
    """So many bits that no other credential of the space has or will have: 1 call."""
    first, seed = store.take_places(slug, count, random.token_bytes(_SEED_BYTES), clock.epoch_s())
    return (entry(place, seed) for place in range(first, first + count))


def sign(slug: str, document: Json) -> tuple[Json, str]:
    """A credential with its proof, and as a token: some 10 ms. Raises: Unavailable."""
    key = keys.current(slug)
    signed = signing.embedded(document, key.signing(slug), clock.told(clock.epoch_s()))
    return signed, signing.enveloped(documents.claims(document), key.signing_tokens(slug))


def signed_anew(number: str, item: Item) -> Issued:
    """An entry whose signature is worth something: where the key that signed it was withdrawn it is signed by the one
    that signs now, under the same number: some 20 ms and 1 call. Raises: Unavailable."""
    found, slug = of_item(item), addresses.parts(number)[0]
    if not needs_signing(slug, found):
        return found
    unsigned = {name: value for name, value in found.signed.items() if name != "proof"}
    signed, token = sign(slug, unsigned)
    # Whoever else signed it meanwhile, or deleted it, was right.
    with suppress(ConditionFailed):
        store.keep_signed(number, _packed(signed, token, found.printed), item["doc"])
    return find(number)


def needs_signing(slug: str, found: Issued) -> bool:
    """Whether an entry was signed by a key that was withdrawn since: 0 calls when warm."""
    return bool(found.signed) and signing.key_of(found.signed) in keys.withdrawn(slug)


def add(slug: str, credential_id: str, facts: Item, signed: Json, token: str, printed: Json) -> bool:
    """A new entry: 1 call. ``False`` when there is one of that number, which stays as it is."""
    present = {name: value for name, value in facts.items() if value is not None}
    content = {"state": "valid", "doc": _packed(signed, token, printed)}
    try:
        store.register(slug, credential_id, {**present, **content})
    except ConditionFailed:
        return False
    return True


def end(number: str, change: Item) -> bool:
    """Let a credential hold no more, as ``change`` says (``at``, ``why``, perhaps ``next``): 2 calls. ``False`` when it
    had ended, or is unknown here."""
    item = store.registered(number)
    if item is None or item["state"] != "valid":
        return False
    ended: Item = {
        "state": "superseded" if change["why"] == "superseded" else "revoked",
        "changed": change["at"],
        "reason": change["why"],
    }
    if change.get("next"):
        ended["next"] = change["next"]
    where = Entry(item["list"], item["bit"])
    return store.settle(number, where, ended)


def erase(number: str) -> None:
    """Delete what was signed under a number, and under those that it replaced: 2 calls for each. That it was issued,
    when, and that it holds no more stays. Raises: NotFound."""
    chain, before = [number], find(number).previous
    while before is not None:
        chain.append(before)
        before = find(before).previous
    for each in reversed(chain):
        store.erase(each)


def _packed(signed: Json, token: str, printed: Json) -> bytes:
    content = {"signed": signed, "token": token, "printed": printed}
    return gzip.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), mtime=0)


def several(slug: str, credential_ids: list[str]) -> dict[str, Issued]:
    """These entries, by the credentials' ids: 1 call a hundred."""
    return {each: of_item(item) for each, item in store.many_registered(slug, credential_ids).items()}
