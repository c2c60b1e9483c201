"""Reading an object of the bucket without the SDK's client, which costs a container 160 ms of CPU and 15 MB to make.

A learner's first request in a cold container reads an outline: this is what it waits for. All else that is done with
files is rare, and the SDK's (``files.py``).
"""

from __future__ import annotations

import hashlib
import random
import re
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from urllib.parse import quote

from botocore.exceptions import ClientError

from chalicelib import clock, config
from chalicelib.storage.lines import LineBroken, Lines, Reply
from chalicelib.storage.signing import Credentials, signed

_TRIES = 3
_WAIT_S = 0.1  # at most, before the second try; twice that before the third
_NOTHING = hashlib.sha256(b"").hexdigest()
_CODE = re.compile(rb"<Code>([^<]+)</Code>")


def read(name: str, asking: Mapping[str, str], credentials: Callable[[], Credentials]) -> bytes:
    """The object's bytes; ``asking`` are headers (``range``, ``if-match``). Tried up to three times while what hinders
    it passes; credentials are asked for at each. Raises: ClientError with S3's code, LineBroken."""
    for attempt in range(1, _TRIES + 1):
        try:
            reply = _ask(name, asking, credentials())
        except LineBroken:
            if attempt == _TRIES:
                raise
        else:
            if reply.status in (200, 206):
                return reply.body
            if attempt == _TRIES or reply.status < 500:
                raise _refusal(reply)
        time.sleep(random.uniform(0, _WAIT_S * attempt))  # noqa: S311 (it spreads retries, it hides nothing)
    raise AssertionError("the last attempt ends above")


def _ask(name: str, asking: Mapping[str, str], credentials: Credentials) -> Reply:
    here, lines = config.current(), _lines()
    path = quote(f"/{here.bucket}/{name}" if here.aws_url else f"/{name}")
    headers = {**asking, "host": lines.host, "x-amz-content-sha256": _NOTHING}
    sent = signed(
        headers, b"", credentials, region=here.region, service="s3", at_s=clock.epoch_s(), method="GET", path=path
    )
    return lines.exchange(sent, b"", method="GET", path=path)


@lru_cache(maxsize=1)
def _lines() -> Lines:
    here = config.current()
    return Lines(here.aws_url or f"https://{here.bucket}.s3.{here.region}.amazonaws.com")


def _refusal(reply: Reply) -> ClientError:
    found = _CODE.search(reply.body)
    code = found[1].decode() if found else str(reply.status)
    return ClientError(
        {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": reply.status}},
        "GetObject",
    )


def reset() -> None:
    """Forget where the bucket is: for tests."""
    _lines.cache_clear()
