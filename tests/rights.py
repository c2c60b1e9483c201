"""What IAM would say of the platform's table: the template's own statements, judged for the function that runs.

The engines of these tests ask nobody for rights, and the emulated account does not look at ``dynamodb:LeadingKeys``. So
each request that a function sends in a test by its own right is held against its role here, where it leaves the
process: what any test has a function do, that function may do in the cloud.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from chalicelib.storage import names
from chalicelib.storage.lines import Reply
from infra.cloud import roles
from infra.cloud.cloudformation import Json

TABLE, INDEX = "platform", "platform/index/listed"
_LEADING = "dynamodb:LeadingKeys"
_BY_NUMBER = {"ForAllValues:StringLike": all, "ForAnyValue:StringEquals": any}
_PARTITION = re.compile(r"#\w+ = (:\w+)")
_running: ContextVar[str | None] = ContextVar("running", default=None)


@contextmanager
def running_as(function: str) -> Iterator[None]:
    """Run the block as this function: what its role does not allow is refused."""
    before = _running.set(function)
    try:
        yield
    finally:
        _running.reset(before)


def may(function: str, action: str, partitions: Sequence[str], resource: str = TABLE) -> bool:
    """Whether a function may do this to these partitions of the platform's table, or of its index."""
    effects = {
        statement["Effect"] for statement in _statements(function) if _is_about(statement, action, partitions, resource)
    }
    return effects == {"Allow"}


@lru_cache(maxsize=16)
def _statements(function: str) -> list[Json]:
    (policy,) = roles.resources()[roles.role(function)]["Properties"]["Policies"]
    found: list[Json] = policy["PolicyDocument"]["Statement"]
    return found


def _is_about(statement: Json, action: str, partitions: Sequence[str], resource: str) -> bool:
    resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
    named = [str(each.get("Fn::Sub", "")) for each in resources if isinstance(each, dict)]
    return (
        f"dynamodb:{action}" in statement["Action"]
        and any(each.endswith(f":table/hocmo-${{Stage}}-{resource}") for each in named)
        and all(_holds(operator, keys, partitions) for operator, keys in statement.get("Condition", {}).items())
    )


def _holds(operator: str, keys: Json, partitions: Sequence[str]) -> bool:
    patterns = keys[_LEADING]
    return _BY_NUMBER[operator](any(fnmatchcase(each, pattern) for pattern in patterns) for each in partitions)


def refusal(target: str, body: bytes) -> Reply | None:
    """DynamoDB's answer to what the role of the function that runs does not allow."""
    function, operation = _running.get(), target.rpartition(".")[2]
    if function is None or b'-platform"' not in body:
        return None
    for action, partitions, resource in _asked(operation, json.loads(body)):
        if not may(function, action, partitions, resource):
            said = {"__type": "AccessDeniedException", "message": f"{function}: {action} {partitions} of {resource}"}
            return Reply(400, {}, json.dumps(said).encode())
    return None


def _asked(operation: str, request: Json) -> Iterator[tuple[str, list[str], str]]:
    """What a request does to the platform's table by the function's own right: action, partitions, table or index."""
    parts = [(how, part) for each in request.get("TransactItems", ()) for how, part in each.items()]
    tables = {part["TableName"] for _, part in parts} | set(request.get("RequestItems", ()))
    if tables | {request.get("TableName")} - {None} != {names.platform_table()}:
        return  # a space's own, and what is written with it: its session's
    for how, part in parts:
        yield f"{how}Item" if how != "ConditionCheck" else "ConditionCheckItem", [_partition(part)], TABLE
    for asked in request.get("RequestItems", {}).values():
        each = asked["Keys"] if isinstance(asked, dict) else [part for one in asked for part in one.values()]
        yield (
            operation,
            [_partition(part if "Key" in part or "Item" in part else {"Key": part}) for part in each],
            TABLE,
        )
    if operation == "Query":
        place = _PARTITION.search(request["KeyConditionExpression"])
        assert place
        partition = request["ExpressionAttributeValues"][place[1]]["S"]
        yield operation, [partition], INDEX if "IndexName" in request else TABLE
    elif "TableName" in request:
        yield operation, [_partition(request)], TABLE


def _partition(part: Json) -> str:
    named: dict[str, Any] = part.get("Key") or part["Item"]
    return str(named["pk"]["S"])
