"""Made-up examples keep within their schema, whatever the schema."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import BaseModel, Field

from chalicelib.http.examples import NoExample, example
from chalicelib.http.models import Id, Slug

Json = dict[str, Any]


def _meets(schema: Json) -> bool:
    whole = Draft202012Validator(schema, format_checker=FormatChecker())
    return bool(whole.is_valid(example(schema, schema.get("$defs", {}))))


texts = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(
    lambda pair: {"type": "string", "minLength": min(pair), "maxLength": max(pair)}
)
numbers = st.tuples(st.integers(-50, 50), st.integers(0, 50)).map(
    lambda pair: {"type": "integer", "minimum": pair[0], "maximum": pair[0] + pair[1]}
)
floors = st.integers(-50, 50).map(lambda least: {"type": "number", "exclusiveMinimum": least})
ceilings = st.integers(-50, 50).map(lambda most: {"type": "integer", "maximum": most})
plain = st.sampled_from(
    [
        {"type": "boolean"},
        {"type": "null"},
        {"enum": ["b", "a"]},
        {"const": 5},
        {"type": "string", "format": "date-time"},
        {"type": "string", "format": "date"},
        {},
    ]
)
schemas = st.recursive(
    texts | numbers | floors | ceilings | plain,
    lambda inner: (
        st.tuples(inner, st.integers(0, 3)).map(lambda pair: {"type": "array", "items": pair[0], "minItems": pair[1]})
        | st.lists(inner, min_size=1, max_size=3).map(lambda each: {"anyOf": [{"type": "null"}, *each]})
        | st.tuples(st.dictionaries(st.sampled_from("abcd"), inner), st.booleans()).map(
            lambda pair: {"type": "object", "properties": pair[0], "required": list(pair[0]) if pair[1] else []}
        )
    ),
    max_leaves=12,
)


@given(schemas)
def test_an_example_keeps_within_its_schema(schema: Json) -> None:
    assert _meets(schema)


class Node(BaseModel):
    """A part of a document that holds parts of a document."""

    kind: str = Field(examples=["paragraph"])
    parts: list[Node] = Field(default_factory=list, max_length=10)


class Named(BaseModel):
    """Our own kinds of text."""

    id: Id
    slug: Slug
    note: str | None = Field(default=None, max_length=10)
    shown: str | None = Field(default=None, examples=["Huế"])


def test_a_schema_that_holds_itself_ends() -> None:
    assert _meets(Node.model_json_schema())


def test_our_own_patterns_are_met() -> None:
    schema = Named.model_json_schema()
    assert _meets(schema)
    assert example(schema, {}) == {"id": "1m868j3kq0v7x2c9d4e5fg", "slug": "hue", "shown": "Huế"}


@pytest.mark.parametrize(
    ("pattern", "shown"), [("^[0-9a-z]{1,4}$", "0"), ("^[a-f0-9]{3}$", "aaa"), ("^[a-z]{0,5}$", "a")]
)
def test_a_class_of_characters_is_repeated(pattern: str, shown: str) -> None:
    assert example({"type": "string", "pattern": pattern}, {}) == shown


@pytest.mark.parametrize("pattern", ["^[^a]{2}$", "^[\\d]{2}$"])
def test_a_class_that_says_more_asks_for_an_example(pattern: str) -> None:
    with pytest.raises(NoExample):
        example({"type": "string", "pattern": pattern}, {})


def test_an_unknown_pattern_asks_for_an_example() -> None:
    with pytest.raises(NoExample, match="kind"):
        example({"type": "string", "pattern": "^kind-[0-9]+$"}, {})
