"""What a request's body must be before a model sees it: plain JSON in UTF-8, bounded, and read by everyone alike.

RFC 7493 (I-JSON) is asked for: a name given twice, a number that JavaScript cannot hold, or ``NaN`` would be read one
way by the sender and another way by us, and DynamoDB stores none of the last two.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn, Protocol
from urllib.parse import parse_qsl

from chalicelib.errors import Refusal, TooLarge

# A Lambda event has 6 MB at most, in which each quotation mark, line end and backslash of the body takes two bytes:
# JSON of short strings grows by a half. Features set tighter limits; what is larger is uploaded to S3.
MAX_BYTES = 4_000_000
# Of whoever has not signed in: logins, names and passwords need no more, and reading more costs us more than them.
MAX_STRANGERS_BYTES = 32 * 1024
MEDIA_TYPES = ("application/json", "application/merge-patch+json")
FORM = "application/x-www-form-urlencoded"  # of OAuth and OpenID Connect, where an operation says so
_MOST_FIELDS = 64
_SAFE = 2**53  # integers from here on are not exact in a client's JavaScript


class UnsupportedMediaType(Refusal):
    """A body that is not plain JSON, or is compressed."""

    status = 415
    code = "unsupported_media_type"
    vi = "Nội dung gửi lên phải là JSON không nén, với tiêu đề Content-Type: application/json."
    en = "The body must be JSON, not compressed, sent with Content-Type: application/json."


class UnreadableBody(Refusal):
    """A body that is not UTF-8."""

    status = 400
    code = "unreadable_body"
    vi = "Nội dung gửi lên không phải UTF-8."
    en = "The body is not UTF-8."


class MalformedBody(Refusal):
    """A body that is no JSON at all."""

    status = 400
    code = "malformed_body"
    vi = "Nội dung gửi lên không phải JSON hợp lệ."
    en = "The body is not valid JSON."


class AmbiguousBody(Refusal):
    """JSON that two readers would understand differently (RFC 7493, 2.2 and 2.3)."""

    status = 400
    code = "ambiguous_body"
    vi = "JSON có tên bị lặp lại, hoặc có số ngoài khoảng ±(2^53 - 1), NaN hay Infinity."
    en = "The JSON repeats a name, or has a number beyond ±(2^53 - 1), NaN or Infinity."


REFUSALS: tuple[type[Refusal], ...] = (UnsupportedMediaType, UnreadableBody, MalformedBody, AmbiguousBody, TooLarge)


class Sent(Protocol):
    """The parts of a request that make its body."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Header fields, names in any case."""

    @property
    def raw_body(self) -> bytes:
        """The bytes as they came; empty when there is no body."""


def limit(*, for_anyone: bool) -> int:
    """How many bytes the body of an operation may have: few where no sign-in is needed."""
    return MAX_STRANGERS_BYTES if for_anyone else MAX_BYTES


def read(request: Sent, most: int = MAX_BYTES, *, form: bool = False) -> bytes:
    """The body, at most ``most`` bytes, fit for a model; no body reads as an empty object, and a form, where it is
    taken, as the object of its fields.

    Raises: any of :data:`REFUSALS`.
    """
    try:
        body = request.raw_body
    except ValueError:  # base64 that is none, or surrogates that stand for no character
        raise UnreadableBody from None
    if not body:
        return b"{}"
    if len(body) > most:
        raise TooLarge
    if form and _media_type(request.headers) == FORM:
        return _of_form(body)
    _require_plain_json(request.headers)
    require_unambiguous(body)
    return body


def _of_form(body: bytes) -> bytes:
    """A form's fields as JSON; a field given twice is refused (RFC 6749, 3.2)."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except UnicodeDecodeError:
        raise UnreadableBody from None
    except ValueError:
        raise MalformedBody from None
    _distinct(pairs)
    return json.dumps(dict(pairs)).encode()


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _require_plain_json(headers: Mapping[str, str]) -> None:
    media_type = _media_type(headers)
    if media_type not in MEDIA_TYPES or headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType


def require_unambiguous(body: bytes) -> None:
    """Refuse JSON that two readers would take differently. Raises: UnreadableBody, MalformedBody, AmbiguousBody."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise UnreadableBody from None
    try:
        _READER.decode(text)
    except (ValueError, RecursionError):
        raise MalformedBody from None


def _distinct(pairs: list[tuple[str, Any]]) -> None:
    if len(pairs) > 1 and len({name for name, _ in pairs}) != len(pairs):
        raise AmbiguousBody


def _exact(digits: str) -> None:
    if len(digits) > 17 or not -_SAFE < int(digits) < _SAFE:
        raise AmbiguousBody


def _finite(digits: str) -> None:
    if not math.isfinite(float(digits)):
        raise AmbiguousBody


def _no_number(name: str) -> NoReturn:
    raise AmbiguousBody


# It only looks: what it builds is thrown away, and pydantic reads the bytes again into the model.
_READER = json.JSONDecoder(
    object_pairs_hook=_distinct, parse_int=_exact, parse_float=_finite, parse_constant=_no_number
)
