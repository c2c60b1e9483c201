"""AWS Signature Version 4 for the requests that we send by ourselves: headers and a body, and no query.

The algorithm is that of "Create a signed AWS API request" in the IAM user guide; a test holds it against botocore's own
signer.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Protocol

_ALGORITHM = "AWS4-HMAC-SHA256"
_SPACES = re.compile(r"[ \t]+")  # within a value they are signed as one space, around it not at all


class Credentials(Protocol):
    """Whose right it is: botocore's frozen credentials are such, too."""

    @property
    def access_key(self) -> str:
        """The public part."""

    @property
    def secret_key(self) -> str:
        """What signs; it is never sent."""

    @property
    def token(self) -> str | None:
        """Of a session of limited time."""


def signed(
    headers: Mapping[str, str],
    body: bytes,
    credentials: Credentials,
    *,
    region: str,
    service: str,
    at_s: int,
    method: str = "POST",
    path: str = "/",
) -> dict[str, str]:
    """These headers, of which ``host`` is one and all names are lower-case, with those that sign them, the body and the
    ``path`` (as it is sent) at a time in seconds since the epoch. Raises: ValueError for what holds more than one line,
    since one could then be signed as another."""
    at = _written(at_s)
    sent = {**headers, "x-amz-date": at}
    if credentials.token:
        sent["x-amz-security-token"] = credentials.token
    require_lines(method, path, sent)
    names = sorted(sent)
    lines = "".join([f"{name}:{sent[name]}\n" for name in names])
    if " " in lines or "\t" in lines:  # none of our usual headers has any
        lines = "".join(f"{name}:{_SPACES.sub(' ', sent[name].strip())}\n" for name in names)
    listed = ";".join(names)
    canonical = f"{method}\n{path}\n\n{lines}\n{listed}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{at[:8]}/{region}/{service}/aws4_request"
    to_sign = f"{_ALGORITHM}\n{at}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest(_key(credentials.secret_key, at[:8], region, service), to_sign.encode(), "sha256").hex()
    sent["authorization"] = (
        f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={listed}, Signature={signature}"
    )
    return sent


@lru_cache(maxsize=4)
def _written(at_s: int) -> str:
    """A time as it is signed; requests of the same second share it."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at_s))


def require_lines(method: str, path: str, headers: Mapping[str, str]) -> None:
    """Raises: ValueError for what would be more than one line of a request, and so more than what was meant."""
    said = "".join([method, path, *headers, *headers.values()])
    if "\n" in said or "\r" in said or "\0" in said:
        raise ValueError("a header is one line")


@lru_cache(maxsize=256)
def _key(secret: str, day: str, region: str, service: str) -> bytes:
    """The key of one day, region and service: four hashes that need not be made anew for each request."""
    key = b"AWS4" + secret.encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
