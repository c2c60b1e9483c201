"""Somebody is told of something, as the features do it; and the mornings on which letters are written."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from chalicelib import clock
from chalicelib.notifications import telling
from chalicelib.notifications.kinds import KindId
from chalicelib.people.person import Person
from chalicelib.storage import acting
from tests import rights
from tests.api import Api
from tests.assignments.people import person
from tests.emulated import Cloud, Context
from tests.factories import OpenedSpace, token_for

PARAMS: dict[KindId, dict[str, str]] = {
    "thread.replied": {"name": "Trần Văn Bình", "title": "Mã OTP là gì?"},
    "assignment.due": {"title": "An toàn trên mạng", "due": "31/12/2026"},
    "credential.issued": {"title": "An toàn trên mạng"},
}


def tell(space: OpenedSpace, people: list[str], key: str = "r1", kind: KindId = "thread.replied", **other: Any) -> None:
    """Tell them that their question was answered, unless told otherwise; a minute ago, unless told otherwise."""
    facts: dict[str, Any] = {"at": clock.epoch_s() - 60, "link": "/threads/1", "params": PARAMS[kind]} | other
    with acting.on_behalf_of(space.slug):
        telling.tell(space.space, people, kind, key, **facts)


def somebody(space: OpenedSpace, name: str, **facts: Any) -> Person:
    """A learner with an address."""
    return person(space, name, **{"email": f"{name}@{space.slug}.example", **facts})


def signed_in(space: OpenedSpace, who: Person) -> Api:
    """The API as that learner."""
    return token_for(space, ["learner"], who.id)


def inbox(space: OpenedSpace, who: Person, **query: Any) -> list[dict[str, Any]]:
    """A page of what that person was told."""
    items: list[dict[str, Any]] = signed_in(space, who).get(space.at("/me/notifications"), query=query).ok()["items"]
    return items


def on(day: date, hour: int = 8, minute: int = 3) -> float:
    """That moment in Vietnam, in seconds since 1970."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.VIETNAM).timestamp()


def show(moment: float) -> None:
    """Let it be that moment."""
    clock.set_source(lambda: moment)


def a_morning(aws: Cloud, day: date) -> None:
    """The clock's first minutes of seven o'clock, and what follows."""
    import app

    for minute in (0, 1, 9):
        show(on(day, 7, minute))
        with rights.running_as("tick"):
            app.tick({}, Context())
    aws.drain()
