"""HTTP requests as the events that API Gateway (REST, Lambda proxy) makes of them, with its limits."""

import base64
import time
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from chalicelib.http import bodies

# The app takes no larger body. API Gateway itself would take 10 MB, of which Lambda takes no more than fits its event.
MAX_BODY = bodies.MAX_BYTES
MAX_HEAD = 10_240  # request line and headers together
STAGE = "api"


class Unreadable(Exception):
    """A path or a body that is not UTF-8: it cannot be put into an event's JSON."""


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


@dataclass(frozen=True)
class Route:
    """The resource that a path belongs to, and its parameters, decoded."""

    resource: str
    parameters: dict[str, str]


class Routes:
    """The resources of an API; a path's fixed parts are looked for before its parameters."""

    def __init__(self, resources: Iterable[str]) -> None:
        self._parted = [(resource, resource.split("/")) for resource in sorted(resources)]

    def find(self, path: str) -> Route | None:
        """The resource for a raw `path`. Raises: Unreadable.

        It is parted before it is decoded: a `%2F` stays inside its parameter, and an empty part (`//`) fits nothing.
        """
        parts = path.removesuffix("/").split("/") if path != "/" else ["", ""]
        for resource, names in self._parted:
            if len(names) == len(parts) and all(map(_fits, names, parts)):
                pairs = zip(names, parts, strict=True)
                return Route(resource, {name[1:-1]: decoded(part) for name, part in pairs if name.startswith("{")})
        return None


def _fits(name: str, part: str) -> bool:
    return part != "" if name.startswith("{") else name == part


def decoded(part: str) -> str:
    """A path's part without its percent-encoding. Raises: Unreadable."""
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError:
        raise Unreadable from None


def event(request: Request, route: Route, method: str, binary_types: Collection[str]) -> dict[str, Any]:
    """The Lambda proxy event. `method` is the one to be handled: GET for a HEAD. Raises: Unreadable."""
    query = parse_qs(request.query, keep_blank_values=True)
    many: dict[str, list[str]] = {}
    for name, value in request.headers:
        many.setdefault(name, []).append(value)
    is_binary = request.header("content-type").partition(";")[0].strip().lower() in binary_types
    return {
        "resource": route.resource,
        "path": request.path,
        "httpMethod": method,
        "headers": {name: values[-1] for name, values in many.items()},
        "multiValueHeaders": many,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": route.parameters or None,
        "stageVariables": None,
        "requestContext": _context(request, route, method),
        "body": _body(request.body, is_binary),
        "isBase64Encoded": is_binary,
    }


def _context(request: Request, route: Route, method: str) -> Mapping[str, Any]:
    return {
        "resourcePath": route.resource,
        "httpMethod": method,
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
