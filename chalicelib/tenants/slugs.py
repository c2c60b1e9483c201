"""The short name of a tenant, which is for ever part of its addresses, its tables' names and its files' keys."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from chalicelib.errors import rule

PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
MIN_LENGTH, MAX_LENGTH = 3, 40
_FORM = re.compile(PATTERN)

# A slug is a path segment of the API, a folder of the bucket and, later, a host name: what the platform answers at
# itself, keeps for itself, or would be taken for the authority, is nobody's.
RESERVED = frozenset(
    "platform national admin administrator operator api app apps auth www web static assets cdn media files docs help"
    " support status health local localhost mail email smtp login logout signin signup sessions spaces tenants reports"
    " credentials problems people courses learning statements public internal system root test hocmo gov".split()
)


def _well_formed(slug: str) -> str:
    if not _FORM.fullmatch(slug):
        raise rule(
            "slug_format",
            "Chỉ dùng chữ thường không dấu a–z, chữ số và dấu gạch nối giữa các từ; bắt đầu bằng chữ."
            " Ví dụ: bo-noi-vu.",
            "Use only lower-case letters a–z, digits and single hyphens between words; begin with a letter. For"
            " example: bo-noi-vu.",
        )
    if slug in RESERVED:
        raise rule(
            "slug_reserved",
            "Tên này dành riêng cho nền tảng. Hãy chọn tên khác, ví dụ tên đơn vị viết không dấu.",
            "This name is kept for the platform itself. Choose another, such as the organisation's own name.",
        )
    return slug


NewSlug = Annotated[
    str,
    Field(min_length=MIN_LENGTH, max_length=MAX_LENGTH, examples=["hue"], json_schema_extra={"pattern": PATTERN}),
    AfterValidator(_well_formed),
]
