"""Nonsense to every operation: whatever comes, the answer is the client's mistake told as a problem, never a defect.

The same nonsense at every run, so that a failure can be repeated; raise ``ROUNDS`` to look further.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import app  # noqa: F401 (building the app declares every operation)
from chalicelib.http.endpoint import OPERATIONS, Operation
from chalicelib.storage.spaces import PLATFORM
from tests.api import Api, Reply
from tests.emulated import Cloud
from tests.http.asking import ask, example_body
from tests.http.contract import breaches, described
from tests.http.world import Tenant, caller, furnish, operator
from tests.walks import walking

ROUNDS = 12
# Operations that would throw away what the others need: the key that signs every token.
SPARED = {"rotate_signing_keys"}
FUZZED = [operation for operation in OPERATIONS if operation.name not in SPARED]

characters = st.characters(exclude_categories=["Cs"])
words = st.text(characters, max_size=30) | st.sampled_from(
    [
        "",
        " ",
        "\u0000",
        "..",
        "../x",
        "%2e",
        "null",
        "-1",
        "0",
        "1e9",
        "9" * 400,
        "x" * 5_000,
        "Điện",
        "\u202e",
        "'--",
        "#",
        "$ne",
        "a\nb",
    ]
)
segments = words.filter(lambda text: text not in ("", ".", "..") and len(text) < 2_000)
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | words
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4), max_leaves=12
)
header_words = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> Tenant:
    return furnish(aws, "hue", "Huế")


def _caller(operation: Operation, hue: Tenant) -> Api:
    """The one who may do most there, so that nonsense gets as far as it can."""
    return (
        caller("admin", hue.slug, hue.people["admin"])
        if operation.of_space
        else caller("operator", PLATFORM, operator())
    )


@pytest.mark.parametrize("operation", FUZZED, ids=lambda operation: operation.name)
def test_nonsense_is_refused(operation: Operation, hue: Tenant) -> None:
    who = _caller(operation, hue)

    @settings(
        max_examples=ROUNDS, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.data())
    def try_it(data: st.DataObject) -> None:
        reply = _nonsense(operation, who, hue, data)
        assert reply.status < 500, reply.text
        assert breaches(operation, reply) == []
        if reply.status >= 400:
            assert reply.headers["content-type"] == "application/problem+json"

    try_it()


def _nonsense(operation: Operation, who: Api, hue: Tenant, data: st.DataObject) -> Reply:
    """One request with something wrong in it: in the address, the query, the headers or the body."""
    things = dict(hue.things)
    query: dict[str, Any] = {}
    headers: dict[str, str] = {}
    body: Any = None
    places = ["query", "headers"] + ["path"] * bool(operation.parameters) + ["body"] * 3 * bool(operation.body_reader)
    place = data.draw(st.sampled_from(places))
    if place == "path":
        things[data.draw(st.sampled_from(sorted(operation.parameters)))] = data.draw(segments)
    elif place == "query":
        query = data.draw(
            st.dictionaries(st.sampled_from(_parameters(operation)) | words, words, min_size=1, max_size=3)
        )
    elif place == "headers":
        names = st.sampled_from(
            ["if-match", "if-none-match", "idempotency-key", "accept-language", "accept", "content-type"]
        )
        headers = data.draw(st.dictionaries(names, header_words, min_size=1, max_size=3))
    else:
        body = data.draw(_bent(example_body(operation)) | values.filter(lambda value: value is not None))
    return ask(operation, who, hue.slug, things, body=body, headers=headers, query=query)


def _parameters(operation: Operation) -> list[str]:
    return [each["name"] for each in described(operation)["parameters"] if each.get("in") == "query"] or ["x"]


def _bent(example: Any) -> st.SearchStrategy[Any]:
    """A good body with one part of it replaced, left out, or added to."""
    places = list(_places(example))

    @st.composite
    def bend(draw: st.DrawFn) -> Any:
        bent = copy.deepcopy(example)
        where = draw(st.sampled_from(places))
        holder = bent
        for step in where[:-1]:
            holder = holder[step]
        if isinstance(holder, dict) and draw(st.booleans()) and draw(st.booleans()):
            del holder[where[-1]]
        else:
            holder[where[-1]] = draw(values)
        return bent

    return bend() if places else values


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every part of a JSON value."""
    found = [path] if path else []
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in parts:
        found += _places(part, (*path, step))
    return found


@pytest.mark.parametrize(
    "raw", [b"[]", b"null", b'"x"', b"5", b"{}", b'{"":{}}', b"\xff", b"{" * 500, b'{"a":1,"a":2}', b"x" * 100_000]
)
def test_a_body_that_is_none_is_refused(raw: bytes, hue: Tenant) -> None:
    with walking() as step:
        for operation in FUZZED:
            if operation.body_reader:
                with step(operation.name):
                    _send(operation, raw, hue)


def _send(operation: Operation, raw: bytes, hue: Tenant) -> None:
    values = {name: hue.things.get(name, "khong-co") for name in operation.parameters}
    path = operation.path.format(space=hue.slug, **values)
    reply = _caller(operation, hue).call(operation.method, path, raw=raw, headers={"if-match": "*"})
    assert reply.status < 500, reply.text
    assert breaches(operation, reply) == []
