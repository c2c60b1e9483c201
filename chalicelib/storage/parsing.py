"""DynamoDB's answers as they are sent: JSON whose attribute values are used as they stand. Only bytes are sent
otherwise, in base64, than they are given to us."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any


def parsed(body: bytes) -> dict[str, Any]:
    """An answer's body. Raises: ValueError when it is no JSON object."""
    # Bytes may be among the values; an attribute that is called ``B`` only costs the longer way.
    hook = _bytes if b'"B"' in body or b'"BS"' in body else None
    answer = json.loads(body, object_hook=hook)
    if not isinstance(answer, dict):
        raise ValueError("an answer is an object")
    return answer


def _bytes(found: dict[str, Any]) -> dict[str, Any]:
    """An attribute value of bytes with its bytes. Of the objects that an answer holds no other has one name, ``B`` or
    ``BS``, over a text or a list: an item's attribute of that name is an object again."""
    if len(found) == 1:
        if isinstance(text := found.get("B"), str):
            return {"B": b64decode(text)}
        if isinstance(texts := found.get("BS"), list):
            return {"BS": [b64decode(each) for each in texts]}
    return found
