"""DynamoDB's own protocol (JSON over POST), as lean as our calls allow: a third of the CPU of a tuned SDK client. KMS
speaks the same one.

What goes in and comes out are the dictionaries of botocore's client, and a refusal is its ``ClientError``, so that
pynamodb and our own tables need not know. Why it exists: ``docs/decisions/own-transport.md``.
"""

from __future__ import annotations

import base64
import json
import random
import time
import uuid
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import clock
from chalicelib.storage import first_try
from chalicelib.storage.lines import LineBroken, Lines, NotSent, Reply
from chalicelib.storage.parsing import parsed
from chalicelib.storage.signing import Credentials, signed

ATTEMPTS = 3
_WAIT_S = 0.1  # at most, before the second attempt; twice that before the third
# What the SDKs' standard mode tries again, of all that DynamoDB and KMS say.
_PASSING = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "LimitExceededException",
        "TransactionInProgressException",
        "ReplicatedWriteConflictException",
        "DependencyTimeoutException",
        "KeyUnavailableException",
        "KMSInternalException",
    }
)


def _binary(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    raise TypeError(f"no DynamoDB form for {type(value).__name__}")


# As fast as the standard library does it: requests were just built, so there are no circles to look for, and text of
# one byte a character is put together quicker than Vietnamese is. A third of the encoding; items are no larger.
_ENCODER = json.JSONEncoder(ensure_ascii=True, check_circular=False, separators=(",", ":"), default=_binary)


@dataclass(frozen=True, slots=True)
class Protocol:
    """What a service's requests are signed for, and how they name its operations."""

    service: str
    target: str
    content_type: str


DYNAMODB = Protocol("dynamodb", "DynamoDB_20120810.", "application/x-amz-json-1.0")
KMS = Protocol("kms", "TrentService.", "application/x-amz-json-1.1")


class Transport:
    """A service of one region, for any number of threads."""

    def __init__(self, url: str, region: str, protocol: Protocol = DYNAMODB) -> None:
        self.url = url
        self._region = region
        self._protocol = protocol
        self._lines = Lines(url)

    def call(
        self,
        operation: str,
        request: dict[str, Any],
        credentials: Callable[[], Credentials],
        *,
        resend: bool = True,
    ) -> dict[str, Any]:
        """One operation, tried up to three times while what hinders it passes with time, as the SDKs do.

        A write may so be sent again after it took effect. One whose condition then fails because of its own first try
        is answered as done (``first_try.py``), transactions carry a token, and what neither has must be harmless twice
        or come without ``resend``: it is then tried again only while it cannot have had an effect. ``credentials`` is
        asked at signing time, for each try. Raises: ClientError, LineBroken when no try was answered.
        """
        if operation == "TransactWriteItems":
            request.setdefault("ClientRequestToken", str(uuid.uuid4()))
        body = encoded(request)
        lost = False  # an earlier try may have had its effect
        for attempt in range(1, ATTEMPTS + 1):
            try:
                reply = self._send(operation, body, credentials(), resend)
                if reply.status == 200:
                    return _answer(reply)
            except LineBroken as error:
                may_have_acted = not isinstance(error, NotSent)
                if attempt == ATTEMPTS or (may_have_acted and not resend):
                    raise
            else:
                refused = refusal(operation, reply)
                if (lost or reply.resent) and (done := _done(operation, request, refused)) is not None:
                    return done
                may_have_acted = reply.resent or reply.status >= 500
                if attempt == ATTEMPTS or not passes(reply.status, refused) or (may_have_acted and not resend):
                    raise refused
            lost = lost or may_have_acted
            time.sleep(random.uniform(0, _WAIT_S * attempt))  # noqa: S311 (it spreads retries, it hides nothing)
        raise AssertionError("the last attempt ends above")

    def close(self) -> None:
        """Hang up."""
        self._lines.close()

    def _send(self, operation: str, body: bytes, credentials: Credentials, resend: bool) -> Reply:
        spoken = self._protocol
        target = spoken.target + operation
        headers = {"content-type": spoken.content_type, "host": self._lines.host, "x-amz-target": target}
        sent = signed(headers, body, credentials, region=self._region, service=spoken.service, at_s=clock.epoch_s())
        reply = self._lines.exchange(sent, body, resend=resend)
        checksum = reply.headers.get("x-amz-crc32")
        if checksum is not None and checksum != str(zlib.crc32(reply.body)):
            raise LineBroken("the answer is not what was sent")
        return reply


def encoded(request: dict[str, Any]) -> bytes:
    """A request as it is sent: bytes in base64."""
    return _ENCODER.encode(request).encode()


def refusal(operation: str, reply: Reply) -> ClientError:
    """An answer that is none, as botocore's client tells it: with what the service says besides (``Item``,
    ``CancellationReasons``)."""
    try:
        said: dict[str, Any] = parsed(reply.body) if reply.body else {}
    except ValueError:
        said = {"message": reply.body.decode(errors="replace")}
    code = str(said.pop("__type", reply.status)).partition(":")[0].rpartition("#")[2]
    message = said.pop("message", said.pop("Message", ""))
    metadata: dict[str, Any] = {
        "RequestId": reply.headers.get("x-amzn-requestid", ""),
        "HTTPStatusCode": reply.status,
        "HTTPHeaders": reply.headers,
    }
    response: Any = {**said, "Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata}
    return ClientError(response, operation)


def _answer(reply: Reply) -> dict[str, Any]:
    try:
        return parsed(reply.body)
    except ValueError as error:
        raise LineBroken("the answer is none of DynamoDB") from error


def _done(operation: str, request: dict[str, Any], refused: ClientError) -> dict[str, Any] | None:
    """The answer to a write that was sent twice and whose condition was kept from holding by its own first try."""
    if refused.response["Error"]["Code"] != "ConditionalCheckFailedException":
        return None
    found: Any = refused.response.get("Item")
    return first_try.answer(operation, request, found)


def passes(status: int, error: ClientError) -> bool:
    """Whether a refusal is of the moment, and another try may do."""
    return status >= 500 or error.response["Error"]["Code"] in _PASSING
