"""Facts that a client keeps for us for a while: sealed under the space's key, readable by nobody, changed by nobody.

A sign-in that is under way and a consent that is being asked for need no item in the database: a stranger who begins a
thousand of them writes nothing.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from os import urandom
from typing import Any

from chalicelib import clock, ids
from chalicelib.errors import Refusal
from chalicelib.federation import store
from chalicelib.people import space_key
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

MOST_CHARACTERS = 8_192
_NONCE = 12  # bytes: AES-GCM's own (SP 800-38D, 5.2.1.1)


class TicketInvalid(Refusal):
    """Not made here, for something else, or cut off."""

    code = "ticket_invalid"
    vi = "Yêu cầu này không hợp lệ. Hãy bắt đầu lại từ đầu."
    en = "This request is not valid. Begin again."


class TicketExpired(Refusal):
    """Too late."""

    status = 410
    code = "ticket_expired"
    vi = "Yêu cầu này đã quá hạn. Hãy bắt đầu lại từ đầu."
    en = "This request has expired. Begin again."


@dataclass(frozen=True, slots=True)
class Opened:
    """What was sealed, and until when the ticket is good (epoch seconds)."""

    facts: dict[str, Any]
    until: int


def seal(space: Space, purpose: str, facts: dict[str, Any], until: int) -> str:
    """These facts (JSON) as a ticket that opens for this purpose, in this space, until that time (epoch seconds). 0
    calls when warm."""
    content = json.dumps({"until": until, "facts": facts}, separators=(",", ":"))
    nonce = urandom(_NONCE)
    sealed = _cipher(space, purpose).encrypt(nonce, content.encode(), purpose.encode())
    return _text(nonce + sealed)


def opened(space: Space, purpose: str, ticket: str) -> Opened:
    """What was sealed. 0 calls when warm. Raises: TicketInvalid, TicketExpired."""
    from cryptography.exceptions import InvalidTag

    if len(ticket) > MOST_CHARACTERS or not ticket.isascii():
        raise TicketInvalid
    try:
        raw = urlsafe_b64decode(ticket + "=" * (-len(ticket) % 4))
        if _text(raw) != ticket:
            raise TicketInvalid  # another spelling of the same bytes would be another ticket to who counts uses
        found: dict[str, Any] = json.loads(
            _cipher(space, purpose).decrypt(raw[:_NONCE], raw[_NONCE:], purpose.encode())
        )
    except (InvalidTag, ValueError):
        raise TicketInvalid from None
    if found["until"] <= clock.epoch_s():
        raise TicketExpired
    return Opened(found["facts"], found["until"])


def use(space: Space, whose: str, what: str, until: int) -> bool:
    """Use up what is good once, whoever made it (``whose``: a party's id, or a ticket's purpose): 1 call. It is
    remembered until that time (epoch seconds). Gives whether this was the first use."""
    try:
        store.mark_used(space, whose, ids.fingerprint(what), until)
    except ConditionFailed:
        return False
    return True


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _cipher(space: Space, purpose: str) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(space_key.mac(space, "ticket", purpose))
