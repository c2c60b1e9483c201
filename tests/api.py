"""A client that calls the API as API Gateway calls the function: same events, same handler, no socket."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from chalice.local import LambdaContext

from chalicelib.http import paths
from chalicelib.http.dispatch import Api as Application
from chalicelib.http.paths import Addresses
from infra.local import events
from infra.local.events import Request
from infra.local.gateway import TIMEOUT_MS, thread_safe
from tests import rights

_READ_AT_MOST = 50_000  # characters of an answer that are held against its schema: more takes long


@dataclass
class Reply:
    """An answer: status, headers (lower-cased names), and the body as it came."""

    status: int
    headers: dict[str, str]
    text: str | bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)

    def ok(self, status: int | None = None) -> Any:
        """The JSON of an answer that must be a success (or have this very status)."""
        expected = self.status == status if status else 200 <= self.status < 300
        assert expected, f"{self.status}: {self.text!r}"
        return self.json if self.text else None

    def refused(self, status: int, code: str | None = None) -> Any:
        """The problem document of an answer that must be this refusal."""
        assert self.status == status, f"{self.status}: {self.text!r}"
        assert self.headers["content-type"] == "application/problem+json"
        problem = self.json
        assert problem["status"] == status
        if code:
            assert problem["code"] == code, problem
        return problem

    @property
    def bad_fields(self) -> set[str]:
        """The fields that a 422 names."""
        return {error["field"] for error in self.json.get("errors", [])}


@dataclass
class Api:
    """The API as one caller: with that caller's token, if any."""

    token: str | None = None
    address: str = "127.0.0.1"
    headers: dict[str, str] = field(default_factory=dict)

    def as_(self, token: str | None) -> Api:
        """The same API for another caller."""
        return Api(token, self.address)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Reply:
        """One request. ``path`` is below ``/v1`` unless it begins with it."""
        sent = {"accept": "application/json", **self.headers, **(headers or {})}
        if self.token:
            sent["authorization"] = f"Bearer {self.token}"
        content = raw if raw is not None else (json.dumps(body).encode() if body is not None else None)
        if content is not None:
            sent.setdefault("content-type", "application/json")
        full = path if path.startswith(("/v1", "/docs")) else f"/v1{path}"
        if query:
            full += "?" + urlencode(query, doseq=True)
        return self._send(method, full, sent, content)

    def get(self, path: str, **options: Any) -> Reply:
        """GET."""
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Reply:
        """POST."""
        return self.call("POST", path, body if body is not None else {}, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Reply:
        """PUT."""
        return self.call("PUT", path, body if body is not None else {}, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Reply:
        """PATCH."""
        return self.call("PATCH", path, body if body is not None else {}, **options)

    def delete(self, path: str, **options: Any) -> Reply:
        """DELETE."""
        return self.call("DELETE", path, **options)

    def _send(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> Reply:
        path, _, query = path.partition("?")
        request = Request(method, path, query, list(headers.items()), self.address, b"")
        application = self._application()
        node = _nodes(application, len(application.routes)).find(path)
        if node is None:
            return Reply(404, {"content-type": "application/problem+json"}, '{"status":404,"code":"no_route"}')
        # The body as its bytes, which an event's JSON cannot hold: what is no text is tried too.
        event = {**events.event(request, node, ()), "body": body}
        with rights.running_as("api"):
            answer = _thread_safe(application)(event, LambdaContext("hocmo-tests", 1024, TIMEOUT_MS))
        reply = Reply(
            answer["statusCode"],
            {name.lower(): value for name, value in answer["headers"].items()},
            answer["body"] or "",
        )
        found = application.addresses.find(path)
        if found:
            self._require_promised(method, found.address, reply)
        return reply

    def _application(self) -> Application:
        import app

        return app.app

    def _require_promised(self, method: str, address: str, reply: Reply) -> None:
        """Whatever is tested, its answers keep to what the OpenAPI document promises."""
        from tests.http import contract

        operation = contract.operation_at(method, address)
        if operation and len(reply.text) < _READ_AT_MOST:
            assert contract.breaches(operation, reply) == []


@lru_cache
def _thread_safe(application: Application) -> Application:
    """The same app, for races between threads: Chalice keeps the one request that Lambda runs at a time on it."""
    return thread_safe(application)


@lru_cache
def _nodes(application: Application, _routes: int) -> Addresses:
    """What API Gateway knows of the app, which may have more addresses than it had."""
    return Addresses(paths.nodes(application.routes))
