"""DynamoDB's attribute values to plain Python and back: the few types we store, without boto3's resource layer."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Item = dict[str, Any]


def to_value(value: Any) -> dict[str, Any]:
    """One Python value as an AttributeValue. Sets must not be empty (DynamoDB has no empty set)."""
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int() | Decimal():
            return {"N": str(value)}
        case float():
            return {"N": repr(value)}
        case None:
            return {"NULL": True}
        case bytes():
            return {"B": value}
        case set() | frozenset() if all(type(each) is int for each in value):
            return {"NS": [str(each) for each in sorted(value)]}
        case set() | frozenset():
            return {"SS": sorted(value)}
        case list() | tuple():
            return {"L": [to_value(each) for each in value]}
        case Mapping():
            return {"M": {key: to_value(each) for key, each in value.items()}}
    raise TypeError(f"no DynamoDB form for {type(value).__name__}")


def from_value(value: Mapping[str, Any]) -> Any:
    """One AttributeValue as Python: numbers as int where whole, sets of strings or whole numbers as set."""
    ((kind, content),) = value.items()
    match kind:
        case "S" | "BOOL":
            return content
        case "N":
            return int(content) if content.lstrip("-").isdigit() else float(content)
        case "SS":
            return set(content)
        case "NS":
            return {int(each) for each in content}
        case "NULL":
            return None
        case "L":
            return [from_value(each) for each in content]
        case "M":
            return {key: from_value(each) for key, each in content.items()}
        case "B":
            return bytes(content)
    raise TypeError(f"an attribute of type {kind} is none of ours")


def to_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """A whole item for DynamoDB; keys whose value is ``None`` are left out."""
    # Nearly all are texts: what a list brings is a hundred of them for each person.
    return {
        key: {"S": value} if type(value) is str else to_value(value) for key, value in item.items() if value is not None
    }


def from_item(item: Mapping[str, Any]) -> Item:
    """A whole item from DynamoDB."""
    return {key: value["S"] if "S" in value else from_value(value) for key, value in item.items()}
