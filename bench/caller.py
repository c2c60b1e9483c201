"""Requests as API Gateway hands them to the function, and what each of them spent."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from bench.account import context
from chalicelib.http import paths
from chalicelib.http.paths import Addresses
from infra.local import events
from infra.local.events import Request


class Failed(Exception):
    """An answer other than the one expected; the message says which request and what was answered."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its event is what the handler gets."""

    method: str
    path: str
    body: Any = None
    query: dict[str, Any] | None = None
    token: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    address: str = "10.1.2.3"

    def event(self) -> dict[str, Any]:
        """The proxy event of API Gateway's REST API."""
        sent = [("accept", "application/json"), ("user-agent", "hocmo-bench"), ("accept-language", "vi"), *self.headers]
        if self.token:
            sent.append(("authorization", f"Bearer {self.token}"))
        content = b"" if self.body is None else json.dumps(self.body).encode()
        if content:
            sent.append(("content-type", "application/json"))
        query = urlencode(self.query, doseq=True) if self.query else ""
        request = Request(self.method, f"/v1{self.path}", query, sent, self.address, content)
        node = _nodes().find(request.path)
        if node is None:
            raise Failed(f"nothing answers at {self.path}")
        return events.event(request, node, ())


@lru_cache(maxsize=1)
def _nodes() -> Addresses:
    import app

    return Addresses(paths.nodes(app.app.routes))


@dataclass(frozen=True, slots=True)
class Caller:
    """The API as one person, called in this process."""

    token: str | None = None
    address: str = "10.1.2.3"

    def asks(self, asked: Asked) -> dict[str, Any]:
        """The handler's answer to a request that must succeed. Raises: Failed."""
        return expect_success(asked, answer(replace(asked, token=self.token, address=self.address).event()))

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The JSON of a request that must succeed. Raises: Failed."""
        return json.loads(self.asks(Asked(method, path, body, **more))["body"] or "null")


def answer(event: dict[str, Any]) -> dict[str, Any]:
    """What the API's function answers to an event."""
    import app

    given: dict[str, Any] = app.app(event, context())
    return given


def expect_success(asked: object, answered: dict[str, Any]) -> dict[str, Any]:
    """The answer, if it is a success. Raises: Failed."""
    if not 200 <= answered["statusCode"] < 300:
        raise Failed(f"{asked} answered {answered['statusCode']}: {str(answered['body'])[:500]}")
    return answered


def size(answered: dict[str, Any]) -> int:
    """Bytes of an answer's body as it leaves the function."""
    body = answered["body"] or ""
    return len(base64.b64decode(body)) if answered.get("isBase64Encoded") else len(body.encode())
