"""What crosses the boundary of results sent back to apps."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from chalicelib.http.models import Id, Outbound, PageQuery


class DeliveryQuery(PageQuery):
    """Which deliveries to list."""

    state: Literal["waiting", "delivered", "parked"] = Field(
        default="parked", description="`parked`: three days of tries were in vain, or the app answered 410."
    )


class DeliveryAnswer(Outbound):
    """What came of the last try."""

    at: datetime
    status: int | None = Field(description="HTTP status; null when there was no answer.", examples=[503])
    error: str | None = Field(
        description="null when it was taken; else e.g. `refused` (another status than 2xx), `redirected`, "
        "`gone` (410), `unreachable`, `name_unknown`, `address_refused`, `secret_missing`.",
        examples=["refused"],
    )
    took_ms: int | None
    text: str = Field(description="How the answer began.", max_length=300, examples=["Service Unavailable"])


class Delivery(Outbound):
    """One result on its way to an app, or there."""

    id: Id = Field(description="`webhook-id` is this with `msg_` before it, the same at every try.")
    kind: str = Field(examples=["course.completed"])
    person: Id
    course: Id | None = Field(description="Null for what was reached in none.")
    happened_at: datetime
    state: Literal["waiting", "delivered", "parked"]
    tries: int
    next_try_at: datetime | None = Field(description="While it waits.")
    last_answer: DeliveryAnswer | None


class Resent(Outbound):
    """What is under way again."""

    resent: int = Field(description="So many deliveries, the newest first.", examples=[50])
    more: bool = Field(description="Whether others are parked still: ask again.")


class WebhookSecret(Outbound):
    """A secret just made."""

    secret: str = Field(
        description="Signs what is sent (Standard Webhooks, `v1`). Shown this once: keep it at the app's server.",
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="],
    )
    old_until: datetime | None = Field(description="Until then the one before it signs as well; null: there was none.")


class WebhookTest(Outbound):
    """What an app's server made of a message of the kind `webhook.tested`, which tells of nobody."""

    ok: bool
    answer: DeliveryAnswer
