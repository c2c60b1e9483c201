"""``Idempotency-Key`` on POSTs that create: the first answer is kept for a day and given again to every repetition.

A crash between the claim and the answer is finished by the retry: the claim is taken over after its lease, and the verb
finds what the first try made, because identifiers derive from the key (``Circumstances.new_id``).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from typing import Any

from chalice.app import Response

from chalicelib import clock, ids, logs
from chalicelib.errors import Conflict, InvalidInput, Refusal, Unavailable
from chalicelib.http.requests import Circumstances
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

KEPT_S = 24 * 3600
LEASE_S = 30  # the gateway has hung up after 29
_MAX_KEY = 255
_MAX_KEPT_BYTES = 300_000  # DynamoDB's item may have 400 KB


class KeyReused(InvalidInput):
    """The same key for something else."""

    code = "idempotency_key_reused"
    vi = "Idempotency-Key này đã dùng cho một yêu cầu khác."
    en = "This Idempotency-Key was used for a different request."


class StillRunning(Conflict):
    """The first request of this key has not been answered yet."""

    code = "still_running"
    vi = "Yêu cầu trước với cùng Idempotency-Key đang được xử lý."
    en = "The first request with this Idempotency-Key is still running."


class BadKey(Refusal):
    """A key that is too long or not printable."""

    code = "bad_idempotency_key"
    vi = "Idempotency-Key phải dài 1–255 ký tự ASCII."
    en = "An Idempotency-Key has 1 to 255 ASCII characters."


REFUSALS: tuple[type[Refusal], ...] = (KeyReused, StillRunning, BadKey)


def fingerprint(key: str, address: str, body: bytes) -> str:
    """What is asked under a key, without saying it. Raises: BadKey.

    Bodies hold passwords, and a plain hash of one could be guessed offline; the key is the secret of this one, and it
    is not stored.
    """
    if len(key) > _MAX_KEY or not key.isascii() or not key.isprintable():
        raise BadKey
    return hmac.new(key.encode(), address.encode() + b"\0" + body, hashlib.sha256).hexdigest()


def once(space: Space, circumstances: Circumstances, run: Callable[[], Response]) -> Response:
    """Run the request once for its key; 2 further writes. Raises: KeyReused, StillRunning."""
    pk = "idempotency#" + ids.fingerprint(
        "\x1f".join((circumstances.operation, circumstances.actor_id, circumstances.idempotency_key or ""))
    )
    holder = ids.new()
    kept = _claim(space, pk, holder, circumstances.fingerprint)
    if kept is not None:
        return kept
    try:
        response = run()
    except BaseException:
        # A refusal is not kept: the person mends the request and may send it again under the same key.
        _release(space, pk, holder)
        raise
    _keep(space, pk, holder, response)
    return response


def _claim(space: Space, pk: str, holder: str, asked: str) -> Response | None:
    now = clock.epoch_s()
    claim = {
        "pk": pk,
        "sk": "answer",
        "holder": holder,
        "fingerprint": asked,
        "lease": now + LEASE_S,
        "ttl": now + KEPT_S,
    }
    try:
        space.table("people").put(
            claim,
            condition=(
                "attribute_not_exists(pk) OR #t < :now"
                " OR (attribute_not_exists(#st) AND lease < :now AND fingerprint = :f)"
            ),
            values={":now": now, ":f": asked},
            names={"#t": "ttl", "#st": "status"},
        )
    except ConditionFailed as found:
        return _replay(found.item or {}, asked)
    return None


def _replay(item: dict[str, Any], asked: str) -> Response:
    if item.get("fingerprint") != asked:
        raise KeyReused
    if "status" not in item:
        raise StillRunning(retry_after_s=2)
    headers = {**json.loads(item["headers"]), "Idempotent-Replayed": "true"}
    return Response(body=item["body"], status_code=item["status"], headers=headers)


def _keep(space: Space, pk: str, holder: str, response: Response) -> None:
    """Keep the answer, if the claim is still ours; when that fails, the work is done and its answer leaves all the
    same."""
    body = response.body if isinstance(response.body, str) else ""
    if len(body.encode()) > _MAX_KEPT_BYTES:
        _release(space, pk, holder)
        return
    try:
        space.table("people").update(
            pk,
            "answer",
            "SET #st = :s, headers = :h, body = :b",
            {":s": response.status_code, ":h": json.dumps(dict(response.headers)), ":b": body, ":holder": holder},
            names={"#st": "status"},
            condition="holder = :holder",
            returns="NONE",
        )
    except (ConditionFailed, Unavailable) as error:
        logs.event("answer.not_kept", level=logging.WARNING, error=error, tenant=space.slug)


def _release(space: Space, pk: str, holder: str) -> None:
    """Give the claim back, unless another has taken it over; otherwise its lease gives it back."""
    try:
        space.table("people").delete(pk, "answer", condition="holder = :holder", values={":holder": holder})
    except (ConditionFailed, Unavailable) as error:
        logs.event("claim.not_released", level=logging.WARNING, error=error, tenant=space.slug)
