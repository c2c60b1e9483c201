"""A plausible request for any operation, made from what it declares: by default about things that are not there."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from chalicelib import ids
from chalicelib.http.endpoint import Operation
from tests.api import Api, Reply
from tests.http.contract import described

_addresses = itertools.count(1)


def missing(name: str) -> str:
    """An identifier of the right form for a path parameter, of nothing."""
    return {
        "slug": "khong-co-don-vi",
        "lesson": "zzzz",
        "version": "9",
        "number": "9",
        "token": ids.secret(),
    }.get(name, ids.new())


def ask(
    operation: Operation,
    caller: Api,
    space: str,
    things: Mapping[str, str] | None = None,
    *,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, Any] | None = None,
) -> Reply:
    """One request, from an address of its own so that throttling by address stays out of the way."""
    known = {"space": space, **(things or {})}
    values = {name: quote(known.get(name) or missing(name), safe="") for name in operation.parameters}
    api = Api(caller.token, address=f"203.0.113.{next(_addresses) % 250}")
    sent = {"if-match": "*", **(headers or {})} if needs_match(operation) else dict(headers or {})
    return api.call(
        operation.method,
        operation.path.format(**{"space": space, **values}),
        example_body(operation) if body is None and operation.body_reader else body,
        headers=sent,
        query=dict(query) if query is not None else example_query(operation),
    )


def needs_match(operation: Operation) -> bool:
    """Whether an edit names the state that it changes."""
    return "412" in described(operation)["responses"]


def example_body(operation: Operation) -> Any:
    """The body that the document shows."""
    (content,) = described(operation)["requestBody"]["content"].values()
    return content["examples"]["example"]["value"]


def example_query(operation: Operation) -> dict[str, Any]:
    """The query parameters that must be there."""
    return {
        each["name"]: each["example"]
        for each in described(operation)["parameters"]
        if each.get("in") == "query" and each["required"]
    }
