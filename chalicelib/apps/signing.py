"""How what is sent to an app's webhook is signed: Standard Webhooks, version 1 (symmetric, HMAC-SHA256).

The signature is of ``<webhook-id>.<webhook-timestamp>.<body>``; a receiver refuses timestamps that are minutes old, and
remembers ids. After a rotation both secrets sign for a day, so that the receiver changes its own in between.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets as randomness
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib import clock
from chalicelib.apps import outbox
from chalicelib.errors import Conflict
from chalicelib.learning.models import instant
from chalicelib.storage import secrets
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

OVERLAP_S = 86_400
_PREFIX = "whsec_"
_BYTES = 32


class SecretChanged(Conflict):
    """Somebody made another secret at the same moment; which of two would be good nobody could tell."""

    code = "secret_changed"
    vi = "Khoá ký vừa được người khác tạo lại. Hãy kiểm tra với họ rồi thử lại nếu cần."
    en = "Somebody else has just made another secret. Ask them, and try again if need be."


@dataclass(frozen=True, slots=True)
class MadeSecret:
    """A new secret, and until when the one before it is good as well."""

    text: str
    old_until: datetime | None


def renew(space: Space, app_id: str) -> MadeSecret:
    """Make an app's secret, the first or another: 2 calls, and 1 to KMS. Raises: SecretChanged, Unavailable."""
    seen = outbox.courier(space, app_id).get("secret")
    text = _PREFIX + b64encode(randomness.token_bytes(_BYTES)).decode()
    until = clock.epoch_s() + OVERLAP_S
    shut = secrets.shut(text, "webhook-secret", _sealed_as(space, app_id))
    try:
        outbox.keep_secret(space, app_id, shut, seen, until)
    except ConditionFailed:
        raise SecretChanged from None
    return MadeSecret(text, instant(until) if seen else None)


def secrets_of(space: Space, app_id: str, courier: Item) -> list[str]:
    """The secrets that sign now, the newest first; none before there is one: 1 or 2 calls to KMS."""
    kept = [courier["secret"]] if "secret" in courier else []
    if "old_secret" in courier and clock.epoch_s() < courier["old_until"]:
        kept.append(courier["old_secret"])
    return [secrets.open_shut(each, "webhook-secret", _sealed_as(space, app_id)) for each in kept]


def headers(made: Sequence[str], message_id: str, at: int, body: bytes) -> dict[str, str]:
    """The headers that sign a body, by each of these secrets."""
    signed = f"{message_id}.{at}.".encode() + body
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1,{_signature(each, signed)}" for each in made),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = b64decode(secret.removeprefix(_PREFIX))
    return b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _sealed_as(space: Space, app_id: str) -> str:
    return f"{space.slug}/{app_id}"
