"""A record of the audit trail as it is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from chalicelib.http.models import Id, Outbound, PageQuery
from chalicelib.http.permissions import Role


class AuditQuery(PageQuery):
    """Which month of the trail to read."""

    month: str | None = Field(
        default=None,
        pattern=r"^20\d{2}-(0[1-9]|1[0-2])$",
        description="In UTC; the present month when absent.",
        examples=["2026-11"],
    )


class AuditActor(Outbound):
    """Who acted. The name is today's; it is absent when the person is no longer there."""

    id: Id
    name: str | None = Field(default=None, examples=["Nguyễn Thị Hoa"])
    roles: list[Role] = Field(description="Those held at the time.")


class AuditRecord(Outbound):
    """One action: who did what, to what, when and from where, and how it ended."""

    at: datetime
    actor: AuditActor
    operation: str = Field(description="Its `operationId` in this document.", examples=["suspend_tenant"])
    target: dict[str, str] = Field(description="What the address named.", examples=[{"slug": "hue"}])
    made: str | None = Field(default=None, description="The identifier of what the action created.")
    fields: list[str] | None = Field(
        default=None, description="The fields that were sent; their values are not kept.", examples=[["brand"]]
    )
    given: dict[str, Any] | None = Field(
        default=None, description="The values of those few fields that say what was acted on."
    )
    address: str = Field(description="The network address that the request came from.", examples=["203.0.113.7"])
    request_id: str = Field(description="As in the answer and in the logs.")
    outcome: str = Field(
        description="`done`, the code of the refusal, or `failed` when it broke.", examples=["done", "stale"]
    )
