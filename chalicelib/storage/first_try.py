"""Whether a conditional write that was sent twice met itself.

An answer may be lost although the write took effect. Sent again, the write finds its own work, its condition fails, and
whoever asked would be told that somebody else was quicker. DynamoDB says what the condition found: when that is what
the write was to leave behind, it is done. Why here: ``docs/decisions/own-transport.md``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chalicelib.storage.items import Item, from_item, from_value

_CLAUSE = re.compile(r"\b(SET|REMOVE|ADD|DELETE)\s+(.*?)(?=\s+(?:SET|REMOVE|ADD|DELETE)\s|$)", re.DOTALL)
_PLAIN = re.compile(r"(#?\w+) = (:\w+)")
_NAME = re.compile(r"#?\w+")


def answer(operation: str, request: Mapping[str, Any], found: Item | None) -> dict[str, Any] | None:
    """What DynamoDB answered to the first try, if ``found`` (``None``: nothing) is what that has left behind; else
    ``None``, as when there is no telling: an update must set something, and to plain values alone.

    That another has written the very same meanwhile is no matter, except for locks: those write down whose they are.
    """
    match operation:
        case "PutItem" if found is not None and from_item(found) == from_item(request["Item"]):
            return {}
        case "DeleteItem" if found is None:
            return {}
        case "UpdateItem" if found is not None and _shows(found, request):
            return {"Attributes": found} if request.get("ReturnValues") == "ALL_NEW" else {}
    return None


def _shows(found: Item, request: Mapping[str, Any]) -> bool:
    expected = _set(request)
    return bool(expected) and all(
        (None if name not in found else from_value(found[name])) == value for name, value in expected.items()
    )


def _set(request: Mapping[str, Any]) -> Item:
    """What an item has after the update (``None``: it is gone); nothing when a value depends on what was there."""
    names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
    expected: Item = {}
    for clause, content in _CLAUSE.findall(request["UpdateExpression"]):
        parts = [part.strip() for part in content.split(",")] if clause in ("SET", "REMOVE") else []
        for part in parts:
            if clause == "SET" and (plain := _PLAIN.fullmatch(part)):
                expected[names.get(plain[1], plain[1])] = from_value(values[plain[2]])
            elif clause == "REMOVE" and _NAME.fullmatch(part):
                expected[names.get(part, part)] = None
            else:
                return {}
    return expected if any(value is not None for value in expected.values()) else {}
