"""The fixed parts of the OpenAPI document: what the API is like, and the parameters and headers that recur."""

from __future__ import annotations

from typing import Any

from chalicelib.http.models import SLUG_PATTERN

Json = dict[str, Any]

ABOUT = """\
The API of Hocmo: training spaces of ministries and provinces, their courses, and the people who learn in them.

* **Addresses.** `/v1/spaces/{space}/…` is one tenant's space. A token of one space is worth nothing in another. What is
missing and what belongs to another look alike (404).
* **Refusals** are `application/problem+json` (RFC 9457): `code` is stable, `detail` is for a person, in Vietnamese or,
by `Accept-Language`, in English; a 422 names every bad field at once.
* **Lists** are `{"items": […], "next": cursor or null}`; a cursor belongs to its list and filters.
* **Creations** take an `Idempotency-Key`: repeated within a day, the first answer comes again.
* **Sessions** give a refresh token that is good once. Pages of the same host send `X-Hocmo-Client: web` and have it in
a cookie (`HttpOnly`, `SameSite=Strict`) that goes to the space's `sessions` alone.
* **Edits** take `If-Match` with the `ETag` that was read; another's change in between is a 412, and nothing is lost.
* **Times** are RFC 3339 in UTC. **Bodies** are I-JSON (RFC 7493), not compressed, of at most 4 MB
(32 KB where no sign-in is needed; `x-max-bytes` says it for each operation).
"""
INFO: Json = {"title": "Hocmo", "version": "1", "summary": "Training spaces for everyone.", "description": ABOUT}
SECURITY: Json = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token (ES256, 15 minutes) from the `sessions` of that very space.",
    }
}


def _header_parameter(name: str, about: str, *, required: bool = False, **schema: Any) -> Json:
    shown = schema.pop("example")
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": about,
        "schema": {"type": "string", **schema},
        "example": shown,
    }


PARAMETERS: Json = {
    "space": {
        "name": "space",
        "in": "path",
        "required": True,
        "description": "The space's name in addresses.",
        "schema": {"type": "string", "pattern": SLUG_PATTERN},
        "example": "hue",
    },
    "accept_language": _header_parameter(
        "Accept-Language", "`vi` (unless told otherwise) or `en`: the language of messages.", example="vi"
    ),
    "if_match": _header_parameter(
        "If-Match", "The `ETag` of the state that was edited.", required=True, example='"5f0c9a31d2b84e6f"'
    ),
    "if_match_optional": _header_parameter(
        "If-Match", "The `ETag` of the state that was edited, if it matters.", example='"5f0c9a31d2b84e6f"'
    ),
    "if_none_match": _header_parameter(
        "If-None-Match",
        "The `ETag` of what the reader has: 304 if it is current.",
        example='"5f0c9a31d2b84e6f"',
    ),
    "client": _header_parameter(
        "X-Hocmo-Client",
        "`web` from the pages of this very host: the refresh token then goes and comes in a cookie that no script "
        "reads, and not in a body.",
        enum=["web"],
        example="web",
    ),
    "idempotency_key": _header_parameter(
        "Idempotency-Key",
        "Makes repeating this request harmless for a day: use a random UUID for each creation.",
        example="6f1d9a52-4f0e-4f6c-9a57-0d4f6c2a7b11",
        minLength=1,
        maxLength=255,
        pattern="^[ -~]+$",
    ),
}


def _header(about: str, kind: str = "string") -> Json:
    return {"description": about, "schema": {"type": kind}}


HEADERS: Json = {
    "Cache-Control": _header("Who may keep the answer, and for how long."),
    "Content-Language": _header("The language of the message: `vi` or `en`."),
    "ETag": _header("Names this state, for `If-Match` and `If-None-Match`."),
    "Idempotent-Replayed": _header("`true` when this is the answer of an earlier request with the same key."),
    "Location": _header("Where what was made, or what goes on, is to be found."),
    "Retry-After": _header("Seconds after which to try again.", "integer"),
    "Set-Cookie": _header("The refresh token, or its end, where `X-Hocmo-Client` is `web`."),
    "WWW-Authenticate": _header("How to authenticate (RFC 6750)."),
}
