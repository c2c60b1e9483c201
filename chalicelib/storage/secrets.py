"""Secrets at rest, sealed by KMS: only who may use the deployment's key, for this very secret, can open one.

The encryption context binds a sealed secret to the deployment, its purpose and its name: one that is moved elsewhere,
or renamed, does not open, and CloudTrail tells which secret was opened by whom.
"""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from chalicelib import config
from chalicelib.errors import Unavailable
from chalicelib.storage import client

MOST_BYTES = 4_096  # what KMS encrypts by itself
_PASSES_WITH_TIME = frozenset(
    {
        "DependencyTimeoutException",
        "KeyUnavailableException",
        "KMSInternalException",
        "LimitExceededException",
        "ThrottlingException",
    }
)
_making = Lock()


class NoKey(RuntimeError):
    """A deployment in the cloud has no key to seal a secret with: it then keeps none at all, rather than in clear."""


def seal(secret: bytes, purpose: str, name: str) -> bytes | None:
    """A secret of at most :data:`MOST_BYTES` as it may be stored, or ``None`` on one machine, which has no key.

    Raises: NoKey, Unavailable.
    """
    here = config.current()
    if here.key_arn is None:
        if not here.local:
            raise NoKey
        return None
    sealed = _call("encrypt", KeyId=here.key_arn, Plaintext=secret, EncryptionContext=_context(purpose, name))
    return bytes(sealed["CiphertextBlob"])


def unseal(sealed: bytes, purpose: str, name: str) -> bytes:
    """What was sealed under that purpose and name. Raises: NoKey, Unavailable; ClientError when this is not it."""
    key, context = config.current().key_arn, _context(purpose, name)
    if key is None:
        raise NoKey
    return bytes(_call("decrypt", KeyId=key, CiphertextBlob=sealed, EncryptionContext=context)["Plaintext"])


def _context(purpose: str, name: str) -> dict[str, str]:
    return {"app": config.APP, "stage": config.current().stage, "purpose": purpose, "name": name}


def _call(operation: str, **parameters: Any) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = getattr(kms(), operation)(**parameters)
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if error.response["Error"].get("Code") in _PASSES_WITH_TIME or status >= 500:
            raise Unavailable from error
        raise
    except (ConnectionError, HTTPClientError) as error:
        raise Unavailable from error
    return answer


@lru_cache(maxsize=1)
def _kms() -> Any:
    return client.session().create_client("kms", endpoint_url=config.current().aws_url, config=client.client_settings())


def kms() -> Any:
    """The shared client of KMS, made when a secret is first sealed or opened: most processes never need it."""
    with _making:
        return _kms()


def reset() -> None:
    """Forget the client: for tests."""
    _kms.cache_clear()
