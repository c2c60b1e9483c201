"""What hands a learning table's changes to the function that applies them: an event source mapping of its stream.

A table's stream exists only once its space is opened, so provisioning attaches and detaches it, not the deployment; it
is the only one that may. Everything here may be repeated: each step looks at what is there and does what is missing.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from functools import lru_cache
from threading import Lock
from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from chalicelib import config, logs
from chalicelib.errors import Unavailable
from chalicelib.storage import acting, client, tables
from chalicelib.storage.spaces import Space

_BATCH = 500
_PASSES_WITH_TIME = frozenset(
    {"TooManyRequestsException", "ResourceInUseException", "ResourceConflictException", "ServiceException"}
)
_POLL_S = 1.0
_POLLS = 30  # making a mapping takes Lambda some seconds, now and then a minute: then the job comes back
_making = Lock()


def attach(space: Space) -> None:
    """Have the changes of a space's learning table applied, from the first one on; waits until they are.

    Where no function is configured (one machine, whose worker follows the streams by itself) there is nothing to do.
    Raises: Unavailable.
    """
    function = config.current().changes_function
    if function is None:
        logs.event("stream.left", tenant=space.slug)
        return
    stream = tables.stream(space)
    found = _first(_call("list_event_source_mappings", EventSourceArn=stream, FunctionName=function))
    if found is None:
        found = _call(
            "create_event_source_mapping",
            EventSourceArn=stream,
            FunctionName=function,
            StartingPosition="TRIM_HORIZON",
            Enabled=True,
            **_settings(),
        )
    elif _has_drifted(found):
        logs.event("stream.mended", level=logging.WARNING, tenant=space.slug)
        found = _call("update_event_source_mapping", UUID=found["UUID"], Enabled=True, **_settings())
    _wait_until_enabled(found, stream, function)


def detach(space: Space) -> None:
    """Let go of the streams of a space's learning table, those of earlier tables of that name included.

    Raises: Unavailable, Foreign when this is not the acting space.
    """
    acting.require(space.slug)
    function = config.current().changes_function
    if function is None:
        return
    table = f":table/{space.table_name('learning')}/stream/"
    for mapping in list(_all(function)):
        if table in mapping["EventSourceArn"] and mapping["State"] != "Deleting":
            _call("delete_event_source_mapping", UUID=mapping["UUID"])


def _settings() -> dict[str, Any]:
    """How Lambda reads a stream.

    The window is what makes Lambda name the shard (``docs/decisions/counted-once.md``); of counters and checkpoints,
    which stand in the same table, nothing is heard. A batch that fails is tried for six hours, in halves, so that an
    outage loses nothing and 18 hours are left to look at it while the stream (24 hours) still holds it.
    """
    pattern = {"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "learner#"}]}}}}
    settings: dict[str, Any] = {
        "BatchSize": _BATCH,
        "MaximumBatchingWindowInSeconds": 1,
        "TumblingWindowInSeconds": 5,
        "ParallelizationFactor": 1,
        "FilterCriteria": {"Filters": [{"Pattern": json.dumps(pattern, separators=(",", ":"))}]},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "BisectBatchOnFunctionError": True,
        "MaximumRetryAttempts": 1_000,
        "MaximumRecordAgeInSeconds": 6 * 3600,
    }
    if dead := config.current().changes_dead_queue_arn:
        settings["DestinationConfig"] = {"OnFailure": {"Destination": dead}}
    return settings


def _has_drifted(mapping: dict[str, Any]) -> bool:
    """Whether someone, or an earlier release, has set it otherwise."""
    if mapping["State"] in ("Disabled", "Disabling"):
        return True
    dead = (mapping.get("DestinationConfig") or {}).get("OnFailure")
    told = {**mapping, "DestinationConfig": {"OnFailure": dead}}
    return any(told.get(name) != value for name, value in _settings().items())


def _wait_until_enabled(mapping: dict[str, Any], stream: str, function: str) -> None:
    for _ in range(_POLLS):
        if mapping["State"] == "Enabled":
            return
        time.sleep(_POLL_S)
        found = _first(_call("list_event_source_mappings", EventSourceArn=stream, FunctionName=function))
        if found is None:
            break
        mapping = found
    raise Unavailable(retry_after_s=10)


def _first(listed: dict[str, Any]) -> dict[str, Any] | None:
    """One mapping of a stream to a function is all there can be; one that is going away is none."""
    return next((each for each in listed["EventSourceMappings"] if each["State"] != "Deleting"), None)


def _all(function: str) -> Iterator[dict[str, Any]]:
    page: dict[str, str] = {}
    while True:
        answer = _call("list_event_source_mappings", FunctionName=function, **page)
        yield from answer["EventSourceMappings"]
        if not answer.get("NextMarker"):
            return
        page = {"Marker": answer["NextMarker"]}


def _call(operation: str, **parameters: Any) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = getattr(lambdas(), operation)(**parameters)
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        code = error.response["Error"].get("Code")
        if operation == "delete_event_source_mapping" and code == "ResourceNotFoundException":
            return {}
        if code in _PASSES_WITH_TIME or status >= 500:
            raise Unavailable(retry_after_s=10) from error
        raise
    except (ConnectionError, HTTPClientError) as error:
        raise Unavailable(retry_after_s=10) from error
    return answer


@lru_cache(maxsize=1)
def _lambdas() -> Any:
    return client.session().create_client(
        "lambda", endpoint_url=config.current().aws_url, config=client.client_settings()
    )


def lambdas() -> Any:
    """The shared client of Lambda, made when it is first needed."""
    with _making:
        return _lambdas()


def reset() -> None:
    """Forget the client: for tests."""
    _lambdas.cache_clear()
