"""People who ask and answer, as the API and its stores know them, and how time passes for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib import clock
from chalicelib.http.permissions import Role
from chalicelib.people import persons
from tests import rights
from tests.api import Api
from tests.emulated import Cloud, Context
from tests.factories import CourseRef, OpenedSpace, open_space, published_course, token_for

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=clock.VIETNAM).timestamp()
HOUR = 3_600


def show(moment: float) -> None:
    """Let it be that moment."""
    clock.set_source(lambda: moment)


@dataclass(frozen=True)
class Somebody:
    """A person of the space, signed in."""

    space: OpenedSpace
    id: str
    roles: tuple[Role, ...]

    @property
    def api(self) -> Api:
        """The API as this person, with a token of this moment."""
        return token_for(self.space, list(self.roles), self.id)

    def told(self) -> list[dict[str, Any]]:
        """What they were told, newest first."""
        items: list[dict[str, Any]] = self.api.get(self.space.at("/me/notifications")).ok()["items"]
        return items

    def kinds(self) -> list[str]:
        """Of what kinds that was, in the order of the alphabet."""
        return sorted(each["kind"] for each in self.told())


@dataclass(frozen=True)
class Forum:
    """A space with a course, somebody who asks, others, tutors and an admin."""

    aws: Cloud
    space: OpenedSpace
    course: CourseRef
    asker: Somebody
    other: Somebody
    tutor: Somebody
    admin: Somebody

    def at(self, path: str = "") -> str:
        """An address of the space."""
        return self.space.at(path)

    def ask(self, title: str = "Làm sao đổi mật khẩu?", who: Somebody | None = None, **more: Any) -> dict[str, Any]:
        """A question on the course, as the API gives it."""
        body = {"title": title, "body": "Em quên mật khẩu cũ.", "course": self.course.id} | more
        asked: dict[str, Any] = (who or self.asker).api.post(self.at("/threads"), body).ok(201)
        return asked

    def reply(self, who: Somebody, thread: str, body: str = "Bạn chọn Quên mật khẩu.", **more: Any) -> dict[str, Any]:
        """A reply, as the API gives it."""
        made: dict[str, Any] = who.api.post(self.at(f"/threads/{thread}/replies"), {"body": body} | more).ok(201)
        return made

    def read(self, thread: str, who: Somebody | None = None) -> dict[str, Any]:
        """The question as it stands."""
        found: dict[str, Any] = (who or self.asker).api.get(self.at(f"/threads/{thread}")).ok()
        return found

    def queue(self, who: Somebody, of: str = "me") -> list[str]:
        """What somebody sees waiting."""
        found = who.api.get(self.at("/thread-queue"), query={"of": of}).ok()["items"]
        return [each["id"] for each in found]


def somebody(space: OpenedSpace, name: str, roles: Sequence[Role] = ("learner",)) -> Somebody:
    """A person with these roles."""
    person = persons.add(space.space, persons.new(name, [], roles))
    return Somebody(space, person.id, tuple(roles))


def open_forum(aws: Cloud, **settings: Any) -> Forum:
    """A space of its own, at nine o'clock on a Monday."""
    show(MONDAY)
    space = open_space()
    admin = somebody(space, "Lê Thị Quản", ["admin"])
    if settings:
        admin.api.put(space.at("/thread-settings"), settings).ok()
    return Forum(
        aws,
        space,
        published_course(space),
        somebody(space, "Nguyễn Văn An"),
        somebody(space, "Phạm Thị Bích Ngọc"),
        somebody(space, "Trần Văn Bình", ["tutor"]),
        admin,
    )


def tick(aws: Cloud, moment: float) -> None:
    """The clock's tick at that moment, and what follows."""
    import app

    show(moment)
    with rights.running_as("tick"):
        app.tick({}, Context())
    aws.drain()
