"""Secrets at rest, sealed by KMS: only who may use the deployment's key, for this very secret, can make or open one.

The encryption context binds a sealed secret to the deployment, its purpose and its name: one that is moved elsewhere,
or renamed, does not open, and CloudTrail tells which secret was opened by whom. What opens is therefore not only
secret but ours: nobody else can have sealed it.

KMS is asked on our own lines (``transport.py``): a process that verifies its first token waits for the call alone, not
for the SDK's first client.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

from botocore.exceptions import ClientError

from chalicelib import config
from chalicelib.errors import Unavailable
from chalicelib.storage import credentials
from chalicelib.storage.lines import LineBroken
from chalicelib.storage.transport import KMS, Transport, passes

Purpose = Literal["signing-key", "space-key", "client-secret", "webhook-secret", "credential-key"]
# What is sealed for a space: a job may open it as a request may.
OF_SPACES: tuple[Purpose, ...] = ("space-key", "client-secret", "webhook-secret")
OF_ISSUERS: Purpose = "credential-key"  # also for what follows a space's changes, and for nothing else
MOST_BYTES = 4_096  # what KMS encrypts by itself
_NOT_OURS = frozenset({"IncorrectKeyException", "InvalidCiphertextException"})


class NoKey(RuntimeError):
    """A deployment in the cloud has no key to seal a secret with: it then keeps none at all, rather than in clear."""


class NotOurs(Exception):
    """It was not sealed by this deployment, with this key, for this purpose and under this name."""


def kept_in_clear() -> bool:
    """Whether this is one machine, which has no key to seal with."""
    return config.current().local and config.current().key_arn is None


def seal(secret: bytes, purpose: Purpose, name: str) -> bytes:
    """A secret of at most :data:`MOST_BYTES` as it may be stored. Raises: NoKey, Unavailable."""
    answer = _call("Encrypt", {"Plaintext": secret}, purpose, name)
    return b64decode(answer["CiphertextBlob"])


def unseal(sealed: bytes, purpose: Purpose, name: str) -> bytes:
    """What was sealed under that purpose and name. Raises: NotOurs, NoKey, Unavailable."""
    try:
        answer = _call("Decrypt", {"CiphertextBlob": sealed}, purpose, name)
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOT_OURS:
            raise NotOurs from error
        raise
    return b64decode(answer["Plaintext"])


def shut(text: str, purpose: Purpose, name: str) -> dict[str, str | bytes]:
    """A text as it may stand in an item: sealed, or on one machine, which has no key, in clear. Raises: Unavailable."""
    if kept_in_clear():
        return {"clear": text}
    return {"sealed": seal(text.encode(), purpose, name)}


def open_shut(kept: Mapping[str, Any], purpose: Purpose, name: str) -> str:
    """The text of what :func:`shut` gave. Raises: NotOurs, Unavailable."""
    if "clear" in kept:
        if not kept_in_clear():
            raise NotOurs
        return str(kept["clear"])
    return unseal(kept["sealed"], purpose, name).decode()


def _call(operation: str, request: dict[str, Any], purpose: Purpose, name: str) -> dict[str, Any]:
    here = config.current()
    if here.key_arn is None:
        raise NoKey
    context = {"app": config.APP, "stage": here.stage, "purpose": purpose, "name": name}
    request |= {"KeyId": here.key_arn, "EncryptionContext": context}
    try:
        return _transport().call(operation, request, credentials.own)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if passes(status, error):
            raise Unavailable from error
        raise
    except LineBroken as error:
        raise Unavailable from error


@lru_cache(maxsize=1)
def _transport() -> Transport:
    here = config.current()
    return Transport(here.aws_url or f"https://kms.{here.region}.amazonaws.com", here.region, KMS)


def reset() -> None:
    """Forget the lines: for tests."""
    _transport.cache_clear()
