"""What these tests send to open a tenant's space, and how they look at what came of it."""

from __future__ import annotations

import itertools
from typing import Any

from chalicelib.storage.models import TABLE_KINDS
from chalicelib.storage.spaces import Space
from tests.emulated import Cloud

_numbers = itertools.count(1)


def new_tenant(slug: str | None = None, **more: Any) -> dict[str, Any]:
    """A tenant as an operator sends it."""
    slug = slug or f"don-vi-{next(_numbers)}"
    return {
        "slug": slug,
        "name": "Uỷ ban nhân dân thành phố Huế",
        "kind": "province",
        "brand": {
            "short_name": "Huế",
            "colours": {"primary": "#0b5cad", "accent": "#8b1a1a"},
            "support": {"email": "hotro@hue.example", "phone": "1022", "url": "https://hue.example"},
        },
        "first_admin": {"name": "Trần Thị Bình", "email": f"Admin@{slug}.example"},
        **more,
    }


def protected_tables(aws: Cloud, slug: str) -> dict[str, bool]:
    """Which of a tenant's tables exist, active, guarded against deletion, with their time to live."""
    return {kind: _is_protected(aws, Space(slug).table_name(kind)) for kind in TABLE_KINDS}


def _is_protected(aws: Cloud, name: str) -> bool:
    table = aws.dynamodb.describe_table(TableName=name)["Table"]
    ttl = aws.dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    return bool(
        table["TableStatus"] == "ACTIVE"
        and table["DeletionProtectionEnabled"]
        and ttl["TimeToLiveStatus"] == "ENABLED"
        and ttl["AttributeName"] == "ttl"
    )
