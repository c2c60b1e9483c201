"""Log lines as they reach the function that meters, and what was counted of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import app
from chalicelib.metering import store
from chalicelib.metering.counts import Counts, of_item
from infra.local.log_events import Line, event
from tests.emulated import Context

NOON = 1_796_014_800_000  # 2026-11-30T05:00Z: noon of the last of November in Vietnam
DAY, MONTH = "2026-11-30", "2026-11"
ANSWERED: dict[str, Any] = {"event": "request.answered", "status": 200, "ms": 4.2, "mb": 1024, "rcu": 0.5, "wcu": 1}


def line(tenant: str = "hue", *, at_ms: int = NOON, id: str = "1", **facts: Any) -> Line:
    """A request's line, unless ``facts`` say otherwise."""
    return Line(id, at_ms, json.dumps({**ANSWERED, "tenant": tenant, **facts}))


def metered(lines: Sequence[Line], *, stream: str = "a") -> dict[str, int]:
    """What the function says of a batch."""
    answer: dict[str, int] = app.meter(event("/aws/lambda/hocmo-test-api", stream, lines), Context())
    return answer


def day_of(slug: str, day: str = DAY) -> Counts:
    """A tenant's figures of a day."""
    found = store.days(slug, day, day)
    return of_item(found[0]) if found else Counts()


def month_of(slug: str, month: str = MONTH) -> Counts:
    """A tenant's figures of a month."""
    found = store.month_of(month, [slug])
    return of_item(found[slug]) if found else Counts()
