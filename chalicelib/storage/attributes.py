"""Attribute types that pynamodb lacks: known words, whole numbers, maps kept whole, attributes that may be absent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar, cast

from pynamodb.attributes import Attribute

from chalicelib.storage.items import Item, from_value, to_value

T = TypeVar("T")
W = TypeVar("W", bound=str)


class Word(Attribute[W], Generic[W]):
    """One of a few known texts: ``state: Word[State] = Word()`` with a Literal."""

    attr_type = "S"


class Whole(Attribute[int]):
    """A whole number (pynamodb's own are floats to a reader of types)."""

    attr_type = "N"

    def serialize(self, value: int) -> str:
        """As DynamoDB takes it."""
        return str(value)

    def deserialize(self, value: str) -> int:
        """As Python has it."""
        return int(value)


class Facts(Attribute[Item]):
    """A map of plain values, stored as one. Unlike a map of declared fields it gives out what a newer release put into
    it, so that a change that writes it back loses nothing."""

    attr_type = "M"

    def serialize(self, value: Mapping[str, Any]) -> Any:
        """As DynamoDB takes it."""
        return to_value(value)["M"]

    def deserialize(self, value: Mapping[str, Any]) -> Item:
        """As Python has it."""
        return cast(Item, from_value({"M": value}))


def optional(attribute: Attribute[T]) -> Attribute[T | None]:
    """An attribute that an item may lack; it then reads as ``None``, also to the type checker."""
    attribute.null = True
    return cast("Attribute[T | None]", attribute)
