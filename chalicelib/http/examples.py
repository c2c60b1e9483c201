"""An example for any JSON schema of ours: what a model shows by ``examples``, the rest made up within the limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chalicelib import ids
from chalicelib.http.models import SLUG_PATTERN

Schema = Mapping[str, Any]

_BY_PATTERN = {ids.PATTERN: "1m868j3kq0v7x2c9d4e5fg", SLUG_PATTERN: "hue"}
_REPEATED = re.compile(r"\^\[([^\]^\\])[^\]]*\]\{(\d+)(?:,\d*)?\}\$")  # one class of characters, as in ^[0-9a-z]{1,4}$
_BY_FORMAT = {
    "date-time": "2026-11-24T01:30:00Z",
    "date": "2026-11-24",
    "email": "an@hue.example",
    "uri": "https://hue.example/",
}
_TEXT = "Ví dụ"
_DEEPEST = 12  # a schema that contains itself (a document's nodes) ends here


class NoExample(LookupError):
    """A pattern that this module cannot meet: the field needs ``examples`` of its own."""


def example(schema: Schema, definitions: Mapping[str, Schema], depth: int = 0) -> Any:
    """A value that the schema allows. Raises: NoExample, naming the pattern."""
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    if "const" in schema:
        return schema["const"]
    if "$ref" in schema:
        return example(definitions[schema["$ref"].rpartition("/")[2]], definitions, depth + 1)
    if schema.get("default") is not None:
        return schema["default"]
    branches = schema.get("anyOf") or schema.get("oneOf")
    if branches:
        told = (each for each in branches if each.get("type") != "null")
        return example(next(told, branches[0]), definitions, depth)
    match schema.get("type"):
        case "object":
            return _object(schema, definitions, depth)
        case "array":
            return _array(schema, definitions, depth)
        case "string":
            return _text(schema)
        case "integer" | "number":
            return _number(schema)
        case "boolean":
            return True
    return None if schema.get("type") == "null" else _TEXT


def _object(schema: Schema, definitions: Mapping[str, Schema], depth: int) -> dict[str, Any]:
    required = schema.get("required", ())
    return {
        name: example(part, definitions, depth + 1)
        for name, part in schema.get("properties", {}).items()
        if name in required or (depth < _DEEPEST and _tells(part, definitions, depth))
    }


def _tells(schema: Schema, definitions: Mapping[str, Schema], depth: int) -> bool:
    """Whether an optional field has something of its own to show; one that has not is better left out."""
    if schema.get("examples") or schema.get("default") is not None:
        return True
    if "$ref" in schema:
        target = definitions[schema["$ref"].rpartition("/")[2]]
        return "enum" in target or bool(example(target, definitions, depth + 1))
    branches = schema.get("anyOf") or schema.get("oneOf")
    if branches:
        return any(_tells(each, definitions, depth) for each in branches[:1])
    return "enum" in schema or "const" in schema or schema.get("type") == "boolean"


def _array(schema: Schema, definitions: Mapping[str, Schema], depth: int) -> list[Any]:
    least = schema.get("minItems", 0)
    if depth >= _DEEPEST and not least:
        return []
    if "prefixItems" in schema:
        return [example(each, definitions, depth + 1) for each in schema["prefixItems"]]
    return [example(schema["items"], definitions, depth + 1)] * max(least, 1)


def _text(schema: Schema) -> str:
    if "pattern" in schema:
        return _matching(schema["pattern"])
    text = _BY_FORMAT.get(schema.get("format", ""), _TEXT)
    return text.ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength", len(text) + 1_000)]


def _matching(pattern: str) -> str:
    if pattern in _BY_PATTERN:
        return _BY_PATTERN[pattern]
    repeated = _REPEATED.fullmatch(pattern)
    if repeated is None:
        raise NoExample(pattern)
    return repeated[1] * max(1, int(repeated[2]))


def _number(schema: Schema) -> float:
    least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
    most = schema.get("maximum", schema.get("exclusiveMaximum", least + 2) - 1)
    number: float = min(max(1, least), most)
    return number
