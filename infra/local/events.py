"""HTTP requests as the events that API Gateway (REST, Lambda proxy) makes of them, with its limits."""

import base64
import time
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from chalicelib.http import bodies
from chalicelib.http.paths import Found, Unreadable

# The app takes no larger body. API Gateway itself would take 10 MB, of which Lambda takes no more than fits its event.
MAX_BODY = bodies.MAX_BYTES
MAX_HEAD = 10_240  # request line and headers together
STAGE = "api"


@dataclass(frozen=True)
class Request:
    """One HTTP request as it came over the wire; path and query still percent-encoded, header names in lower case."""

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    client: str
    body: bytes
    too_large: bool = False  # then its body was not read

    def header(self, name: str) -> str:
        """The last value of a header, as API Gateway's `headers` has it; empty when there is none."""
        return next((value for key, value in reversed(self.headers) if key == name), "")

    @property
    def head_size(self) -> int:
        """Bytes of request line and headers."""
        line = len(self.method) + len(self.path) + len(self.query) + 12
        return line + sum(len(key) + len(value) + 4 for key, value in self.headers)


def event(request: Request, node: Found, binary_types: Collection[str]) -> dict[str, Any]:
    """The Lambda proxy event of a request that came in at this node. Raises: Unreadable, since it is JSON."""
    query = parse_qs(request.query, keep_blank_values=True)
    many: dict[str, list[str]] = {}
    for name, value in request.headers:
        many.setdefault(name, []).append(value)
    is_binary = request.header("content-type").partition(";")[0].strip().lower() in binary_types
    return {
        "resource": node.address,
        "path": request.path,
        "httpMethod": request.method,
        "headers": {name: values[-1] for name, values in many.items()},
        "multiValueHeaders": many,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": node.parameters or None,
        "stageVariables": None,
        "requestContext": _context(request, node),
        "body": _body(request.body, is_binary),
        "isBase64Encoded": is_binary,
    }


def _context(request: Request, node: Found) -> Mapping[str, Any]:
    return {
        "resourcePath": node.address,
        "httpMethod": request.method,
        "path": f"/{STAGE}{request.path}",
        "stage": STAGE,
        "protocol": "HTTP/1.1",
        "requestId": str(uuid.uuid4()),
        "requestTimeEpoch": int(time.time() * 1000),
        "identity": {"sourceIp": request.client, "userAgent": request.header("user-agent")},
    }


def _body(body: bytes, is_binary: bool) -> str | None:
    if not body:
        return None
    if is_binary:
        return base64.b64encode(body).decode()
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Unreadable from None
