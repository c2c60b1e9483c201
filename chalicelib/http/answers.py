"""What a function returned, as an HTTP response: body, validator, caching, and the headers of every answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalice.app import Response
from pydantic import BaseModel

from chalicelib.http.caching import etag, matches
from chalicelib.http.endpoint import Answer, OfSession, Operation, Raw
from chalicelib.http.models import Page
from chalicelib.http.paging import bind
from chalicelib.http.permissions import ANYONE
from chalicelib.http.requests import Circumstances
from chalicelib.http.session_cookie import WebClient

_JSON = "application/json"
# An API's answer is never a document to be shown or framed; a page of ours sets a policy of its own.
SECURITY: dict[str, str | list[str]] = {
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


def render(operation: Operation, result: Any, circumstances: Circumstances, listed: str) -> Response:
    """The response for what an operation's function returned; ``listed`` names the list that a cursor belongs to."""
    answer = result if isinstance(result, Answer | Raw) else Answer(result)
    if isinstance(answer, Raw):
        content = answer.content.decode() if isinstance(answer.content, bytes) else answer.content
        return _respond(operation.status, content, answer.content_type, answer, operation, circumstances)
    if operation.session and circumstances.web:
        answer = _parted(answer, operation.session, circumstances.web)
    status = answer.status or operation.status
    if answer.body is None:
        return _respond(status, "", "", answer, operation, circumstances)
    return _respond(status, _json(answer.body, listed), _JSON, answer, operation, circumstances)


def _parted(answer: Answer[Any], effect: OfSession, web: WebClient) -> Answer[Any]:
    """An answer whose refresh token goes into the cookie instead of the body; the end of a session takes the cookie
    along."""
    if effect == "ends":
        return replace(answer, headers={**answer.headers, "Set-Cookie": web.forgetting()})
    token = answer.body.refresh_token
    if token is None:
        return answer  # a link, or a question, instead of tokens
    body = answer.body.model_copy(update={"refresh_token": None})
    return replace(answer, body=body, headers={**answer.headers, "Set-Cookie": web.keeping(token)})


def _json(body: Any, listed: str) -> str:
    if not isinstance(body, BaseModel):
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if not (isinstance(body, Page) and body.next is not None):
        return body.model_dump_json()
    bound: Page[Any] = body.model_copy(update={"next": bind(body.next, listed)})
    return bound.model_dump_json()


def _respond(
    status: int,
    content: str,
    content_type: str,
    answer: Answer[Any] | Raw,
    operation: Operation,
    circumstances: Circumstances,
) -> Response:
    cache = _cache(operation, answer.cache or operation.cache or "no-store")
    reads = operation.method == "GET" and status == 200  # a redirect has nothing of its own to compare
    headers: dict[str, str | list[str]] = {"Cache-Control": cache, **answer.headers}
    validator = answer.etag or (etag(content) if reads and cache != "no-store" else None)
    if validator:
        headers["ETag"] = validator
    varies = _varies(operation, cache)
    if varies:
        headers["Vary"] = varies
    if isinstance(answer, Answer) and answer.location:
        headers["Location"] = answer.location
    _require_plain(headers)
    asked = circumstances.if_none_match
    if reads and validator and asked and matches(asked, validator):
        return Response(body="", status_code=304, headers=headers)
    if content_type:
        headers["Content-Type"] = content_type
    return Response(body=content, status_code=status, headers=headers)


def _cache(operation: Operation, cache: str) -> str:
    """What only some may read must never be ``public``: that would allow a shared cache to keep an answer to a request
    with ``Authorization`` (RFC 9111, 3.5)."""
    return cache if operation.may is ANYONE else cache.replace("public", "private")


def _varies(operation: Operation, cache: str) -> str:
    if cache == "no-store":
        return ""
    parts = [] if "public" in cache else ["Authorization"]
    if "circumstances" in operation.takes:
        parts.append("Accept-Language")
    return ", ".join(parts)


def _require_plain(headers: Mapping[str, str | list[str]]) -> None:
    """A line break or a letter beyond ASCII in a header is a defect of ours: it would split the response."""
    for name, value in headers.items():
        if not (isinstance(value, str) and value.isascii() and value.isprintable()):
            raise ValueError(f"the header {name} is not plain")
