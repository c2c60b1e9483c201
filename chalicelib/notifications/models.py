"""Notifications and what a person wishes of them, as they cross the boundary."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints

from chalicelib import ids
from chalicelib.errors import rule
from chalicelib.http.models import Id, Inbound, Outbound, PageQuery
from chalicelib.notifications.kinds import KindId
from chalicelib.notifications.wishes import Channel

UnsubscribeToken = Annotated[
    str,
    StringConstraints(pattern=rf"^[{ids.ALPHABET}]{{{ids.LENGTH}}}\.[0-9a-f]{{32}}$"),
    Field(examples=["1m868j3kq0v7x2c9d4e5fg.5f1d3c0a9b8e7f6d5c4b3a2918070605"]),
]


class NotificationQuery(PageQuery):
    """Which notifications to list."""

    unread: bool = Field(default=False, description="Only what was not read; a page may then be short.")


class Notification(Outbound):
    """Something that a person was told. Texts are plain, written by people in part: show them as text."""

    id: Id
    kind: KindId
    title: str
    text: str
    link: str = Field(description="The page that it is about.", examples=["https://hoc.gov.example/s/hue/questions/1"])
    happened_at: datetime
    told_at: datetime = Field(description="When it came into the inbox; send the newest as `until` to mark all read.")
    read: bool


class Unread(Outbound):
    """How many notifications are unread, among the newest fifty."""

    unread: int
    more: bool = Field(description="Whether there may be more than that.")


class ReadAll(Inbound):
    """Until when all is read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"until": "2026-11-24T08:30:00.000Z"}]})

    until: AwareDatetime = Field(description="`told_at` of the newest that was seen: what comes later stays unread.")


class KindPreference(Outbound):
    """Whether somebody is told of a kind of thing, by each way."""

    kind: KindId
    name_vi: str
    name_en: str
    inbox: bool
    digest: bool | None = Field(description="Null: it has a letter of its own, or none.")
    push: bool


class NotificationPreferences(Outbound):
    """What somebody is told of, by which way."""

    digest: bool = Field(description="Whether the daily letter is sent at all.")
    kinds: list[KindPreference]


class PreferenceChange(Inbound):
    """One choice."""

    kind: KindId
    channel: Channel
    on: bool


def _one_each(changes: list[PreferenceChange]) -> list[PreferenceChange]:
    if len({(each.kind, each.channel) for each in changes}) != len(changes):
        raise rule("repeated", "Danh sách có mục bị lặp lại.", "The list repeats an entry.")
    return changes


class NotificationPreferencesEdit(Inbound):
    """What is to be chosen otherwise; what is not named stays."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"digest": True, "changes": [{"kind": "announcement", "channel": "push", "on": False}]}]
        }
    )

    digest: bool | None = None
    changes: Annotated[list[PreferenceChange], AfterValidator(_one_each)] = Field(default=[], max_length=100)


class Letters(Outbound):
    """Whether letters are sent to whoever got a link."""

    digest: bool
