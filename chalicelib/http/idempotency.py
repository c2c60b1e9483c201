"""``Idempotency-Key`` on POSTs that create: the first answer is kept for a day and given again to every repetition.

A crash between the claim and the answer is finished by the retry: the claim is taken over after its lease, and the verb
finds what the first try made, because identifiers derive from the key (``Circumstances.new_id``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from chalice.app import Response

from chalicelib import clock, ids
from chalicelib.errors import Conflict, InvalidInput, Refusal
from chalicelib.http.requests import Circumstances
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

KEPT_S = 24 * 3600
LEASE_S = 30
_MAX_KEY = 255
_MAX_KEPT_BODY = 200_000


class KeyReused(InvalidInput):
    """The same key with another body."""

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


def once(space: Space, circumstances: Circumstances, body: bytes, run: Callable[[], Response]) -> Response:
    """Run the request once for its key; 2 further writes. Raises: KeyReused, StillRunning, BadKey."""
    key = circumstances.idempotency_key or ""
    if len(key) > _MAX_KEY or not key.isascii() or not key.isprintable():
        raise BadKey
    pk = "idempotency#" + ids.fingerprint("\x1f".join((circumstances.operation, circumstances.actor_id, key)))
    kept = _claim(space, pk, hashlib.sha256(body).hexdigest())
    if kept is not None:
        return kept
    try:
        response = run()
    except BaseException:
        # A refusal is not kept: the person mends the request and may send it again under the same key.
        space.table("people").delete(pk, "answer")
        raise
    _keep(space, pk, response)
    return response


def _claim(space: Space, pk: str, fingerprint: str) -> Response | None:
    now = clock.epoch_s()
    claim = {"pk": pk, "sk": "answer", "fingerprint": fingerprint, "lease": now + LEASE_S, "ttl": now + KEPT_S}
    try:
        space.table("people").put(
            claim,
            condition=(
                "attribute_not_exists(pk) OR #t < :now"
                " OR (attribute_not_exists(#st) AND lease < :now AND fingerprint = :f)"
            ),
            values={":now": now, ":f": fingerprint},
            names={"#t": "ttl", "#st": "status"},
        )
    except ConditionFailed as found:
        return _replay(found.item or {}, fingerprint)
    return None


def _replay(item: dict[str, Any], fingerprint: str) -> Response:
    if item.get("fingerprint") != fingerprint:
        raise KeyReused
    if "status" not in item:
        raise StillRunning(retry_after_s=2)
    headers = {**json.loads(item["headers"]), "Idempotent-Replayed": "true"}
    return Response(body=item["body"], status_code=item["status"], headers=headers)


def _keep(space: Space, pk: str, response: Response) -> None:
    body = response.body if isinstance(response.body, str) else ""
    if len(body) > _MAX_KEPT_BODY:
        space.table("people").delete(pk, "answer")
        return
    space.table("people").update(
        pk,
        "answer",
        "SET #st = :s, headers = :h, body = :b",
        {":s": response.status_code, ":h": json.dumps(dict(response.headers)), ":b": body},
        names={"#st": "status"},
        returns="NONE",
    )
