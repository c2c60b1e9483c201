"""The secret of a space: what keys the hashes of identity numbers and gives activation codes.

An identity number has 12 digits of which few are free: a plain hash of it would be undone in minutes by whoever copies
the table. The key stands in the people table sealed by KMS (``storage/secrets.py``), is made when first needed, and is
opened once in a container.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets as random
from contextlib import suppress

from chalicelib.http.caching import Remembered
from chalicelib.people import identifiers
from chalicelib.people.identifiers import Identifier
from chalicelib.storage import secrets
from chalicelib.storage.items import Item
from chalicelib.storage.secrets import Purpose
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

_PLACE = ("space-key", "space-key")
_PURPOSE: Purpose = "space-key"
_BYTES = 32
_KEPT = 4_096
_FRESH_S = 300  # a space that was closed and opened anew has another key
_keys: Remembered[str, bytes] = Remembered(_KEPT, fresh_s=_FRESH_S)


def mac(space: Space, purpose: str, *parts: str) -> bytes:
    """HMAC-SHA-256 of these parts under the space's key: 0 calls when warm, else 1 (and 1 to KMS). Raises: Unavailable.

    ``purpose`` keeps one use's values from being another's.
    """
    key = _keys.get(space.slug, lambda: _read(space))
    return hmac.digest(key, "\x1f".join((purpose, *parts)).encode(), hashlib.sha256)


def national_id(space: Space, digits: str) -> Identifier:
    """An identity number as it is stored: a keyed hash of 130 bits and the last three digits, by which people recognise
    their own. ``digits`` as :func:`identifiers.national_id` gives them."""
    coded = base64.b32encode(mac(space, "national-id", digits))[:26].decode().lower()
    return Identifier("national_id", f"{coded}-{digits[-3:]}")


def candidates(space: Space, login: str) -> list[Identifier]:
    """What a login that somebody typed may be, likeliest first; empty when it can be nothing."""
    if "@" in login or "＠" in login:
        return _parsed("email", identifiers.email, login)
    found = _parsed("phone", identifiers.phone, login)
    with suppress(ValueError):
        found.append(national_id(space, identifiers.national_id(login)))
    return found + _parsed("staff_code", identifiers.staff_code, login)


def _parsed(kind: identifiers.Kind, parse: identifiers.Parse, text: str) -> list[Identifier]:
    try:
        return [Identifier(kind, parse(text))]
    except ValueError:
        return []


def _read(space: Space) -> bytes:
    """One GetItem; the first who need it make it, and a race for it has one winner."""
    table = space.table("people")
    item = table.get(*_PLACE, consistent=True)
    if item is None:
        item = _made(space)
        try:
            table.create(item)
        except ConditionFailed as lost:
            item = lost.item or item
    if "sealed" in item:
        return secrets.unseal(item["sealed"], _PURPOSE, space.slug)
    return bytes(item["key"])


def _made(space: Space) -> Item:
    key = random.token_bytes(_BYTES)
    pk, sk = _PLACE
    kept = {"key": key} if secrets.kept_in_clear() else {"sealed": secrets.seal(key, _PURPOSE, space.slug)}
    return {"pk": pk, "sk": sk, **kept}
