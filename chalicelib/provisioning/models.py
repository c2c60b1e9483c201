"""What operators send to open, change, suspend and close a tenant's space."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.http.models import Inbound, line, prose
from chalicelib.people.identifiers import Email
from chalicelib.people.models import Name
from chalicelib.tenants.models import Kind, NewBrand, NewSettings, QuotasEdit, SpaceEdit, TenantName
from chalicelib.tenants.slugs import NewSlug


class NewFirstAdmin(Inbound):
    """Who is invited to run the space."""

    name: Name
    email: Email


class NewTenant(Inbound):
    """An organisation that gets a space of its own."""

    slug: NewSlug
    name: TenantName
    kind: Kind
    brand: NewBrand
    first_admin: NewFirstAdmin
    settings: NewSettings = NewSettings()


class TenantEdit(SpaceEdit):
    """What an operator may change of a tenant."""

    name: TenantName | None = None
    quotas: QuotasEdit | None = None
    first_admin: NewFirstAdmin | None = Field(
        default=None, description="Another person to invite; `POST …/opening` then sends the invitation."
    )


class NewSuspension(Inbound):
    """Why a space is suspended."""

    reason: Annotated[
        str,
        prose(500, 1),
        Field(
            description="For the space's admins and for operators; learners read a general notice.",
            examples=["Đơn vị sáp nhập từ ngày 01/07, chờ bàn giao dữ liệu."],
        ),
    ]


class NewClosing(Inbound):
    """That a space is to be closed for good, said twice."""

    confirm: Annotated[
        str, line(63), Field(description="The slug of the address, repeated: there is no way back.", examples=["hue"])
    ]
    reason: Annotated[
        str,
        prose(500, 1),
        Field(description="For operators.", examples=["Đơn vị đã giải thể, dữ liệu đã bàn giao cho tỉnh."]),
    ]
