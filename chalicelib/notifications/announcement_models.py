"""Announcements, as they cross the boundary."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from chalicelib.errors import rule
from chalicelib.http.models import Id, Inbound, Outbound, line, prose
from chalicelib.notifications.addressees import AddresseesKind

AnnouncementState = Literal["running", "done", "cancelled", "failed"]
_EXAMPLE: dict[str, Any] = {
    "title": "Tuần lễ kỹ năng số",
    "text": "Từ thứ Hai, mọi người học khoá An toàn trên mạng.",
    "to": {"kind": "audience", "id": "students"},
}


class Addressed(Inbound):
    """For whom an announcement is."""

    kind: AddresseesKind
    id: str | None = Field(
        default=None, pattern=r"^[a-z0-9-]{1,64}$", description="Of the audience or the course; none for everyone."
    )

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.id is None) != (self.kind == "everyone"):
            raise rule(
                "addressees_unclear",
                "Hãy nêu mã của nhóm đối tượng hoặc khoá học; gửi cho mọi người thì để trống.",
                "Name the audience or the course; for everyone, name nothing.",
                field="id",
            )
        return self


class NewAnnouncement(Inbound):
    """What is to be announced, and to whom. Both texts are plain: whoever reads them sees them as they are."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    title: Annotated[str, line(120)]
    text: Annotated[str, prose(4_000, 1)]
    to: Addressed


class AnnouncementPreview(Outbound):
    """About how many people an announcement would tell."""

    people: int
    more: bool = Field(description="Whether there are more: the count ends early.")


class PreviewRequest(Inbound):
    """For whom an announcement would be."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"to": {"kind": "everyone"}}]})

    to: Addressed


class AddressedTo(Outbound):
    """For whom an announcement is."""

    kind: AddresseesKind
    id: str | None


class Announcement(Outbound):
    """An announcement as its makers see it. While it runs, its job (of the same id) tells how far it is."""

    id: Id
    title: str
    text: str
    to: AddressedTo
    by: Id
    state: AnnouncementState
    told: int | None = Field(description="How many people were told, once it is done.")
    created_at: datetime


class MyAnnouncement(Outbound):
    """An announcement as those see it whom it was for: both texts plain."""

    id: Id
    title: str
    text: str
    announced_at: datetime
