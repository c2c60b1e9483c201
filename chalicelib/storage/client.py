"""The one way to DynamoDB, what each request spends on it, and how its failures read.

Every call on items, pynamodb's included, goes through :func:`call`: it asks for the consumed capacity, adds it to the
:class:`Meter` of the current request, and turns throttling and lost connections into :class:`Unavailable`. It sends by
our own :class:`Transport`; botocore's client is made for the control plane alone (tables, backups).
"""

from __future__ import annotations

import threading
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pynamodb.connection.base import Connection

from chalicelib import config
from chalicelib.errors import NotFound, Unavailable
from chalicelib.storage import acting, credentials
from chalicelib.storage.lines import LineBroken
from chalicelib.storage.transport import Transport

if TYPE_CHECKING:
    import botocore.session
    from botocore.config import Config as BotoConfig

_RETRYABLE = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "InternalServerError",
        "ServiceUnavailable",
        "TransactionInProgressException",
        "TransactionConflictException",
        "LimitExceededException",
    }
)
_READS = frozenset({"GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems"})


@dataclass(slots=True)
class Meter:
    """What one request (or one job's slice) has spent: DynamoDB calls, read and write capacity units, S3 calls,
    messages to queues, mails, parts of short messages."""

    calls: int = 0
    rcu: float = 0.0
    wcu: float = 0.0
    s3_calls: int = 0
    messages: int = 0
    mails: int = 0
    sms: int = 0
    operations: list[str] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        """What a log line says of it; metering adds these lines up."""
        told: dict[str, Any] = {"calls": self.calls, "rcu": self.rcu, "wcu": self.wcu, "s3_calls": self.s3_calls}
        if self.messages:
            told["messages"] = self.messages
        if self.mails:
            told["mails"] = self.mails
        if self.sms:
            told["sms"] = self.sms
        return told


METER: ContextVar[Meter | None] = ContextVar("meter", default=None)

_making = threading.Lock()


def client_settings() -> BotoConfig:
    """Timeouts well inside the gateway's 29 s; parameters are ours, so botocore need not validate them again."""
    from botocore.config import Config as BotoConfig

    return BotoConfig(
        region_name=config.current().region,
        connect_timeout=2,
        read_timeout=6,
        retries={"mode": "standard", "max_attempts": 3},
        max_pool_connections=64,
        parameter_validation=False,
        tcp_keepalive=True,
        user_agent="hocmo",
    )


@lru_cache(maxsize=1)
def session() -> botocore.session.Session:
    """The botocore session that all clients share, so that its data files are loaded once."""
    import botocore.session

    return botocore.session.get_session()


@lru_cache(maxsize=1)
def _dynamodb() -> Any:
    return session().create_client("dynamodb", endpoint_url=config.current().dynamodb_url, config=client_settings())


def dynamodb() -> Any:
    """The shared botocore client, for what is not about items (thread-safe once made; making one is not)."""
    with _making:
        return _dynamodb()


@lru_cache(maxsize=1)
def _transport() -> Transport:
    here = config.current()
    return Transport(here.dynamodb_url or f"https://dynamodb.{here.region}.amazonaws.com", here.region)


def transport() -> Transport:
    """The shared way to items."""
    return _transport()


def call(operation: str, request: dict[str, Any], *, resend: bool = True) -> dict[str, Any]:
    """One DynamoDB call, metered, with the keys of whom it is made for: a tenant's tables are reached only on that
    tenant's behalf, the platform's alone by the function itself. Without ``resend``, what may have had its
    effect is not sent again.

    Raises: ClientError for what the caller must decide on (a failed condition), Unavailable for what passes with time,
    NotFound for the tables of a tenant that was closed while this process still remembered it as open; NotActing and
    Foreign for defects of ours.
    """
    whose = acting.whose(operation, request)
    keys = credentials.own if whose is None else partial(credentials.of, whose)
    request["ReturnConsumedCapacity"] = "TOTAL"
    try:
        answer = transport().call(operation, request, keys, resend=resend)
    except ClientError as error:
        _count(operation, None)
        if _passes_with_time(error):
            raise Unavailable from error
        if _is_gone(error, request):
            raise NotFound from error
        raise
    except LineBroken as error:
        raise Unavailable from error
    _count(operation, answer.get("ConsumedCapacity"))
    return answer


def _is_gone(error: ClientError, request: dict[str, Any]) -> bool:
    if error.response["Error"].get("Code") != "ResourceNotFoundException":
        return False
    # Without its platform table a deployment is broken, and must say so.
    return not str(request.get("TableName", "")).endswith("-platform")


def _passes_with_time(error: ClientError) -> bool:
    if error.response["Error"].get("Code") in _RETRYABLE:
        return True
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
        return True
    # A cancelled transaction is worth a retry when no condition failed: a conflict with another, or throttling.
    reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
    return bool(reasons) and not reasons & {
        "ConditionalCheckFailed",
        "ValidationError",
        "ItemCollectionSizeLimitExceeded",
    }


def _count(operation: str, consumed: Any) -> None:
    meter = METER.get()
    if meter is None:
        return
    meter.calls += 1
    meter.operations.append(operation)
    if not consumed:
        return
    units = sum(part.get("CapacityUnits", 0) for part in (consumed if isinstance(consumed, list) else [consumed]))
    if operation in _READS:
        meter.rcu += units
    else:
        meter.wcu += units


class SharedConnection(Connection):
    """pynamodb's connection over our one way out: a client for each model would cost 75 ms and 10 MB apiece."""

    def _make_api_call(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        # pynamodb turns a ClientError into its own errors one level up, in Connection.update_item and its siblings; for
        # single writes it has no way to ask for the item that a condition found.
        if "ConditionExpression" in operation_kwargs:
            operation_kwargs["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return call(operation_name, operation_kwargs)


def reset() -> None:
    """Forget the clients: for tests and processes that change the configuration they run under."""
    credentials.reset()
    _transport.cache_clear()
    _dynamodb.cache_clear()
    session.cache_clear()
