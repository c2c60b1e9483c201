"""What the OpenAPI document promises of an operation, held against an answer that came."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from chalicelib.http import openapi
from chalicelib.http.endpoint import OPERATIONS, Operation
from tests.api import Reply

Json = dict[str, Any]


def described(operation: Operation) -> Json:
    """The operation as the document has it."""
    found: Json = openapi.document()["paths"][operation.path][operation.method.lower()]
    return found


def faults(schema: Json, value: object) -> list[str]:
    """What of a value the schema does not allow."""
    found = _validator(json.dumps(schema)).iter_errors(value)
    return [f"{list(error.absolute_path)}: {error.message[:300]}" for error in found]


def operation_at(method: str, resource: str) -> Operation | None:
    """The operation of that method at that address with its parameters in braces."""
    return _operations(len(OPERATIONS)).get(("GET" if method == "HEAD" else method, resource))


@cache
def _operations(count: int) -> dict[tuple[str, str], Operation]:
    return {(operation.method, operation.path): operation for operation in OPERATIONS}


def breaches(operation: Operation, reply: Reply) -> list[str]:
    """What of an answer the document does not promise: its status, media type, body, headers."""
    responses = described(operation)["responses"]
    promised = responses.get(str(reply.status))
    if promised is None:
        return [
            f"{operation.name} answers {reply.status} {reply.text[:300]!r}, and the document knows {list(responses)}"
        ]
    if "$ref" in promised:
        promised = openapi.document()["components"]["responses"][promised["$ref"].rpartition("/")[2]]
    return [
        f"{operation.name} {reply.status}: {each}" for each in [*_headers(promised, reply), *_body(promised, reply)]
    ]


def _headers(promised: Json, reply: Reply) -> list[str]:
    named = {name.lower() for name in promised.get("headers", {})}
    watched = {"etag", "location", "retry-after", "www-authenticate", "idempotent-replayed"}
    return [f"the header {name} is not promised" for name in watched & reply.headers.keys() - named]


def _body(promised: Json, reply: Reply) -> list[str]:
    if "content" not in promised or not reply.text:
        return [f"no body is promised, but {reply.text[:100]!r}"] if reply.text else []
    media_type = reply.headers.get("content-type", "").partition(";")[0]
    if media_type not in promised["content"]:
        return [f"{media_type} is not promised"]
    if not media_type.endswith("json"):
        return []
    return faults(promised["content"][media_type]["schema"], reply.json)


@cache
def _validator(schema: str) -> Draft202012Validator:
    whole = {**json.loads(schema), "components": openapi.document()["components"]}
    return Draft202012Validator(whole, format_checker=FormatChecker())
