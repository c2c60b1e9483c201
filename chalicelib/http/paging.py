"""Opaque cursors: where a list goes on. A cursor carries a position, never a partition, so it cannot lead elsewhere.

The partition (whose list, of which tenant) is always rebuilt on the server; a forged cursor can at worst skip in a list
that its holder may read anyway. The gate binds each cursor to its list and filters (:func:`bind`), so that one of
another list is refused rather than read as a position that means nothing here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Any

from chalicelib.errors import Refusal

_MAX_PARTS = 4
_MAX_CHARACTERS = 512


class BadCursor(Refusal):
    """A cursor that this list did not make."""

    status = 400
    code = "bad_cursor"
    vi = "Con trỏ trang không hợp lệ. Hãy tải lại danh sách từ đầu."
    en = "This page cursor is not valid. Load the list from its beginning."


def encode(*position: str | int) -> str:
    """An opaque cursor for a position in a list."""
    text = json.dumps(list(position), ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, *shape: type) -> list[Any]:
    """The position that :func:`encode` wrote, its parts of these types. Raises: BadCursor."""
    try:
        position = json.loads(
            base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        )
    except (binascii.Error, ValueError, UnicodeDecodeError, RecursionError):
        raise BadCursor from None
    if not isinstance(position, list) or len(position) != len(shape) or len(position) > _MAX_PARTS:
        raise BadCursor
    for part, kind in zip(position, shape, strict=True):
        if type(part) is not kind or (isinstance(part, str) and not _printable(part)):
            raise BadCursor
        if isinstance(part, int) and not 0 <= part < 2**53:
            raise BadCursor
    return position


def bind(cursor: str, listed: str) -> str:
    """The cursor as the reader of the list named ``listed`` gets it."""
    return f"{_tag(listed)}.{cursor}"


def unbind(cursor: str, listed: str) -> str:
    """The cursor that :func:`bind` was given for this very list. Raises: BadCursor."""
    tag, _, position = cursor.partition(".")
    if tag != _tag(listed):
        raise BadCursor
    return position


def _tag(listed: str) -> str:
    return hashlib.blake2b(listed.encode(), digest_size=4).hexdigest()


def _printable(part: str) -> bool:
    # Lone surrogates cannot be sent to DynamoDB; an empty key is not one.
    return 0 < len(part) <= _MAX_CHARACTERS and not any("\ud800" <= character <= "\udfff" for character in part)
