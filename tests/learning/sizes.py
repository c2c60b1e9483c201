"""How large an item is by DynamoDB's rules (Developer Guide, "DynamoDB item sizes and formats")."""

from __future__ import annotations

from typing import Any


def item_size(item: dict[str, Any]) -> int:
    """Bytes of an item in DynamoDB's JSON: each attribute's name and value in UTF-8.

    A number is about a byte for two significant digits, and one more. What a set's elements cost besides themselves is
    not documented; here as for a list (3 bytes, and 1 for each), which is the dearest reading.
    """
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(value: dict[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return _number(content)
        case "SS":
            return 3 + sum(1 + len(each.encode()) for each in content)
        case "NS":
            return 3 + sum(1 + _number(each) for each in content)
        case "BOOL" | "NULL":
            return 1
        case "L":
            return 3 + sum(1 + _value(each) for each in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _value(each) for name, each in content.items())
    raise AssertionError(kind)


def _number(digits: str) -> int:
    significant = digits.lstrip("-0").rstrip("0") or "0"
    return (len(significant) + 1) // 2 + 1 + digits.startswith("-")
