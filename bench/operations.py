"""The operations that are measured, each as requests that can be sent any number of times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.caller import Asked, Caller, answer, expect_success
from bench.world import LESSONS, PASSWORD, RIGHT, World
from chalicelib import ids

LOGIN = "an@hue.example"
LEARNERS_OF_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Measured:
    """An operation: ``ask`` gives the next request, prepared so that nothing but the request itself is left to do."""

    name: str
    ask: Callable[[], Asked]
    hot: bool = False  # of the four that have a goal of their own


@dataclass(slots=True)
class _Progress:
    """Someone who watches a lesson: each report is newer than the one before."""

    position_s: int = 0

    def next(self) -> dict[str, object]:
        self.position_s = self.position_s % 3_000 + 5
        return {"status": "started", "position_s": self.position_s}


def catalogue_of(world: World) -> list[Measured]:
    """Every operation of the comparison, over a world whose report has a full page of learners."""
    learner = world.learner()
    course = world.courses[0]
    mine = f"/me/enrolments/{course}"
    progress = _Progress()
    register(world)

    def asked(method: str, path: str, body: object = None, caller: Caller = learner) -> Asked:
        return Asked(method, world.at(path), body, token=caller.token)

    def enrolling() -> Asked:
        newcomer = world.newcomer()
        newcomer.call("GET", world.at("/me/enrolments"))  # the token has been seen, as after the page before this one
        return asked("PUT", mine, caller=newcomer)

    def refreshing() -> Asked:
        signed_in = Caller().call("POST", world.at("/sessions"), {"login": LOGIN, "password": PASSWORD})
        return asked("POST", "/sessions/refresh", {"refresh_token": signed_in["refresh_token"]}, Caller())

    return [
        Measured("brand", lambda: Asked("GET", world.at())),
        Measured("catalogue", lambda: asked("GET", "/courses")),
        Measured("outline", lambda: asked("GET", f"/courses/{course}/outline"), hot=True),
        Measured("my learning", lambda: asked("GET", "/me/enrolments"), hot=True),
        Measured("progress", lambda: asked("PUT", f"{mine}/progress/{LESSONS[6]}", progress.next()), hot=True),
        Measured("enrol", enrolling, hot=True),
        Measured("quiz attempt", lambda: asked("POST", f"{mine}/attempts", {"lesson": LESSONS[4], "answers": RIGHT})),
        Measured("sign in", lambda: Asked("POST", world.at("/sessions"), {"login": LOGIN, "password": PASSWORD})),
        Measured("refresh", refreshing),
        Measured("course report page", lambda: course_report(world, course)),
    ]


def course_report(world: World, course: str) -> Asked:
    """A full page of a course's report, as its admin asks for it."""
    query = {"limit": LEARNERS_OF_A_PAGE}
    return Asked("GET", world.at(f"/reports/courses/{course}"), query=query, token=world.admin.token)


def register(world: World, login: str = LOGIN) -> None:
    """Somebody who signs in by password."""
    body = {"name": "Nguyễn Văn An", "login": login, "password": PASSWORD}
    Caller().asks(Asked("POST", world.at("/people"), body, headers=(("idempotency-key", ids.new()),)))


def send(asked: Sequence[Asked]) -> None:
    """Send requests that must succeed, one after the other."""
    for each in asked:
        expect_success(each, answer(each.event()))
