"""The OpenAPI document: valid, whole, current, and every example in it true."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator

import app  # noqa: F401 (building the app declares every operation)
from chalicelib.http import openapi, problems, refusals
from chalicelib.http.endpoint import OPERATIONS, Operation
from chalicelib.http.idempotency import KeyReused
from chalicelib.http.permissions import ANYONE
from infra import openapi as written
from tests.api import Api
from tests.http.contract import described, faults
from tests.walks import over

Json = dict[str, Any]
each_operation = over(OPERATIONS, lambda operation: operation.name)


def test_it_is_valid() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(openapi.document()).iter_errors()] == []


def test_it_is_served_to_anyone_and_may_be_kept(api: Api) -> None:
    reply = api.get("/openapi.json")
    assert reply.ok() == openapi.document()
    assert reply.headers["cache-control"] == "public, max-age=300"
    assert api.get("/openapi.json", headers={"if-none-match": reply.headers["etag"]}).status == 304


def test_the_file_is_current() -> None:
    found = written.DOCUMENT.read_text(encoding="utf-8") if written.DOCUMENT.exists() else ""
    assert found == written.written(), "docs/openapi.json is not what the operations say: run `make openapi`"


def test_no_container_pays_for_it_when_it_starts() -> None:
    asked = "import sys, app; sys.exit(any(name.startswith('chalicelib.http.openapi') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


@each_operation
def test_an_operation_says_what_it_is_for(operation: Operation) -> None:
    shape = described(operation)
    assert shape["operationId"] == operation.name
    assert shape["summary"].endswith((".", "`"))
    assert len(shape["summary"]) <= 200


def test_names_are_unique() -> None:
    names = [operation.name for operation in OPERATIONS]
    assert sorted(set(names)) == sorted(names)


@each_operation
def test_refusals_follow_from_what_an_operation_is(operation: Operation) -> None:
    statuses = set(described(operation)["responses"])
    assert {"429", "500", "503"} <= statuses
    assert operation.may is ANYONE or {"401", "403"} <= statuses
    assert "{" not in operation.path or "404" in statuses
    assert operation.body is None or {"400", "413", "415", "422"} <= statuses
    assert operation.query is None or "422" in statuses
    assert not operation.creates or "409" in statuses
    assert {str(refusal.status) for refusal in operation.raises} <= statuses


@each_operation
def test_every_code_is_listed(operation: Operation) -> None:
    responses = openapi.document()["components"]["responses"]
    for status, classes in refusals.of(operation).items():
        name = described(operation)["responses"][str(status)]["$ref"].rpartition("/")[2]
        schema = responses[name]["content"][problems.CONTENT_TYPE]["schema"]
        assert schema["allOf"][1]["properties"]["code"]["enum"] == [each.code for each in classes]


@each_operation
def test_headers_are_documented_where_they_apply(operation: Operation) -> None:
    names = {each.get("name") or each["$ref"].rpartition("/")[2] for each in described(operation)["parameters"]}
    assert ("idempotency_key" in names) == (operation.creates or KeyReused in operation.raises)
    assert bool({"if_match", "if_match_optional"} & names) == (412 in refusals.of(operation))
    assert "accept_language" in names


@each_operation
def test_every_example_is_what_its_schema_allows(operation: Operation) -> None:
    found = [
        f"{place}: {fault}"
        for place, schema, value in _examples(operation)
        if value is not None
        for fault in faults(schema, value)
    ]
    assert found == []


@each_operation
def test_everything_has_an_example(operation: Operation) -> None:
    shape = described(operation)
    shown = {place for place, _, value in _examples(operation) if value is not None}
    needed = {each["name"] for each in shape["parameters"] if "name" in each}
    needed |= {"body"} if "requestBody" in shape else set()
    needed |= {status for status, answer in shape["responses"].items() if "examples" in str(answer.get("content", {}))}
    assert needed - shown == set(), "give the fields with a pattern `examples`"


@each_operation
def test_the_example_of_a_body_is_accepted(operation: Operation) -> None:
    """Rules that a schema cannot say hold for it too."""
    if operation.body_reader is None:
        assert "requestBody" not in described(operation)
        return
    (content,) = described(operation)["requestBody"]["content"].values()
    for shown in content["examples"].values():
        operation.body_reader.adapter.validate_json(json.dumps(shown["value"]))


def test_the_examples_of_problems_are_problems() -> None:
    for name, response in openapi.document()["components"]["responses"].items():
        content = response["content"][problems.CONTENT_TYPE]
        for shown in content["examples"].values():
            assert faults(content["schema"], shown["value"]) == [], name


@each_operation
def test_whatever_a_client_sends_is_bounded(operation: Operation) -> None:
    shape = described(operation)
    sent = [(each["name"], each["schema"]) for each in shape["parameters"] if "name" in each]
    if "requestBody" in shape:
        (content,) = shape["requestBody"]["content"].values()
        sent.append(("body", content["schema"]))
    assert [place for name, schema in sent for place in _unbounded(schema, name, frozenset())] == []


@each_operation
def test_no_secret_is_among_the_answers_that_are_kept(operation: Operation) -> None:
    """What an Idempotency-Key gives again is kept for a day, in plain text."""
    if operation.creates:
        named = set(re.findall(r'"(\w+)": \{', json.dumps(_whole(described(operation)["responses"]))))
        assert {name for name in named if re.search("token|password|secret", name)} == set()


def _whole(value: Any, seen: frozenset[str] = frozenset()) -> Any:
    """A part of the document with what it refers to in place, as far as it does not hold itself."""
    if isinstance(value, list):
        return [_whole(each, seen) for each in value]
    if not isinstance(value, dict):
        return value
    target = value.get("$ref", "")
    if target.startswith("#/components/schemas/") and target not in seen:
        return _whole(openapi.document()["components"]["schemas"][target.rpartition("/")[2]], seen | {target})
    return {name: _whole(part, seen) for name, part in value.items()}


def _examples(operation: Operation) -> Iterator[tuple[str, Json, object]]:
    shape = described(operation)
    for parameter in shape["parameters"]:
        if "name" in parameter:
            yield parameter["name"], parameter["schema"], parameter.get("example")
    contents = [("body", shape.get("requestBody", {}))]
    contents += [(status, answer) for status, answer in shape["responses"].items() if "$ref" not in answer]
    for place, holder in contents:
        for content in holder.get("content", {}).values():
            for shown in content.get("examples", {}).values():
                yield place, content["schema"], shown["value"]


def _unbounded(schema: Json, place: str, seen: frozenset[str]) -> Iterator[str]:
    """Where a schema lets a client send as much as it likes."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in seen:
            yield from _unbounded(openapi.document()["components"]["schemas"][name], place, seen | {name})
        return
    for branch in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _unbounded(branch, place, seen)
    kind = schema.get("type")
    if kind == "string" and not _bounded_text(schema):
        yield f"{place}: any number of characters"
    if kind == "array":
        if "maxItems" not in schema and not schema.get("uniqueItems"):
            yield f"{place}: any number of entries"
        yield from _unbounded(schema.get("items", {}), f"{place}[]", seen)
    for name, part in schema.get("properties", {}).items():
        yield from _unbounded(part, f"{place}.{name}", seen)
    if isinstance(schema.get("additionalProperties"), dict):
        if "maxProperties" not in schema and "propertyNames" not in schema:
            yield f"{place}: any number of names"
        yield from _unbounded(schema["additionalProperties"], f"{place}.*", seen)


def _bounded_text(schema: Json) -> bool:
    if schema.keys() & {"maxLength", "enum", "const"} or schema.get("format") in ("date", "date-time", "uuid"):
        return True
    pattern = schema.get("pattern", "")
    return pattern.startswith("^") and pattern.endswith("$") and not any(sign in pattern for sign in ("*", "+", ",}"))
