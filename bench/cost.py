"""What a learner's course and a visit use, measured: ``make bench PART=cost`` writes
``bench/results/cost.json`` and the tables of ``docs/cost.md``.

A learner walks a course of ten lessons through the API, over a real engine; the lines that requests, jobs and batches
of changes write are added up by the very rule that meters tenants. Calls, capacity and bytes are exact. Durations are
of this machine, so they are turned into Lambda's by :data:`SLOWER` and :data:`AWAY_MS`.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from bench import account, results, world
from bench.behind import Behind
from bench.caller import Caller
from bench.world import World
from chalicelib import ids, logs
from chalicelib.metering import counts
from chalicelib.metering.counts import Sums
from chalicelib.metering.prices import Usage
from infra.local.logs import METERED

RESULT = Path(__file__).parent / "results" / "cost.json"
LEARNERS = 25
LESSONS = 10
# At 1,024 MB a function has 0.58 of a processor, of a slower kind than this one; and each call to DynamoDB goes over a
# network, where here it stays on the machine.
SLOWER, AWAY_MS = 2.0, 4.0
# What this machine cannot see: a lesson's pictures and document, read from the file store, and a client's first load.
LESSON_FILES_BYTES, CLIENT_BYTES, CLIENT_FILES = 1_500_000, 80_000, 8
# A learner's items: the person with logins and lists, three sessions, an enrolment, marks of days; kept for a year.
ITEM_BYTES, KEPT_DAYS = 6_000, 365
ASSUMED = {
    "slower": SLOWER,
    "away_ms": AWAY_MS,
    "lesson_files_bytes": LESSON_FILES_BYTES,
    "client_bytes": CLIENT_BYTES,
    "client_files": CLIENT_FILES,
    "item_bytes": ITEM_BYTES,
    "kept_days": KEPT_DAYS,
}
PASSWORD = "chim-sáo-qua-sông"  # noqa: S105 (of people who live as long as this measure)
_PARAGRAPH = (
    "Mã OTP là mã dùng một lần mà ngân hàng gửi cho bạn để xác nhận một giao dịch. Không ai, kể cả nhân viên ngân hàng"
    " hay công an, có quyền hỏi mã này. Hãy dừng lại, kiểm tra và gọi số điện thoại chính thức trước khi làm theo. "
)


@dataclass
class Walk:
    """A learner in a course, in as many sessions as they like."""

    space: World
    course: str
    number: int
    api: Caller = field(default_factory=Caller)

    @property
    def login(self) -> str:
        """What they sign in with."""
        return f"hv{self.number}@x.example"

    @property
    def address(self) -> str:
        """Where they are on the network."""
        return f"192.0.2.{self.number}"

    @property
    def mine(self) -> str:
        """The address of their enrolment."""
        return self.space.at(f"/me/enrolments/{self.course}")

    def _of_course(self, path: str = "") -> str:
        return self.space.at(f"/courses/{self.course}{path}")

    def register(self) -> None:
        """Look around, register, sign in, enrol."""
        nobody = Caller(address=self.address)
        nobody.call("GET", self.space.at())
        nobody.call("GET", self.space.at("/courses"))
        nobody.call("GET", self._of_course())
        person = {"name": "Nguyễn Thị Học", "login": self.login, "password": PASSWORD}
        nobody.call("POST", self.space.at("/people"), person)
        self.sign_in()
        self.api.call("PUT", self.mine)

    def sign_in(self) -> None:
        """A session of its own, as on another day."""
        given = {"login": self.login, "password": PASSWORD}
        answer = Caller(address=self.address).call("POST", self.space.at("/sessions"), given)
        self.api = Caller(answer["access_token"], self.address)

    def come_back(self) -> None:
        """The dashboard, and on from where one stopped."""
        Caller(address=self.address).call("GET", self.space.at())
        self.sign_in()
        self.api.call("GET", self.space.at("/me"))
        self.api.call("GET", self.space.at("/me/enrolments"))
        self.api.call("GET", self._of_course("/outline"))

    def read(self, lesson: int) -> None:
        """A lesson, with a report at its beginning, on the way and at its end."""
        self.api.call("GET", self._of_course(f"/versions/1/lessons/{lesson}"))
        for status, position in (("started", 0), ("started", 120), ("done", 300)):
            self.api.call("PUT", f"{self.mine}/progress/{lesson}", {"status": status, "position_s": position})

    def pass_quiz(self, lesson: int) -> None:
        """The quiz, at the second attempt."""
        self.api.call("GET", self._of_course(f"/versions/1/lessons/{lesson}"))
        for answers in (world.WRONG, world.RIGHT):
            body = {"lesson": str(lesson), "answers": answers}
            self.api.call("POST", f"{self.mine}/attempts", body, headers=(("idempotency-key", ids.new()),))


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.sums = Sums()

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() in METERED:
            facts = json.loads(logs.JsonLine().format(record))
            facts["ms"] = facts["ms"] * SLOWER + facts.get("calls", 0) * AWAY_MS
            self.sums.take(json.dumps(facts), int(time.time() * 1000))


@contextmanager
def measured() -> Iterator[list[Usage]]:
    """What the block's requests, jobs and changes used, at its end, as the one entry of a list."""
    lines, found = _Lines(), list[Usage]()
    logs.log.addHandler(lines)
    try:
        yield found
    finally:
        logs.log.removeHandler(lines)
    found.append(counts.total(lines.sums.by_day.values()).usage)


def a_course(space: World, behind: Behind) -> Usage:
    """One learner from registering to completing ten lessons in three sessions, of which changes are counted."""
    course = _published(space)
    with measured() as found:
        for number in range(LEARNERS):
            walk = Walk(space, course, number)
            walk.register()
            for lesson in range(1, 5):
                walk.read(lesson)
            behind.drain()
            for lessons in (range(5, 8), range(8, LESSONS)):
                walk.come_back()
                for lesson in lessons:
                    walk.read(lesson)
                behind.drain()
            walk.pass_quiz(LESSONS)
            walk.api.call("GET", space.at("/me/enrolments"))
            behind.drain()
    files = LESSONS * LESSON_FILES_BYTES
    used = _with_client(found[0].times(1 / LEARNERS), visits=3)
    return replace(used, file_bytes_out=files, items_byte_days=ITEM_BYTES * KEPT_DAYS)


def a_visit(space: World, behind: Behind) -> Usage:
    """One visit of somebody who learns: the dashboard, two lessons, and what that changes."""
    course = _published(space)
    walks = [Walk(space, course, LEARNERS + number) for number in range(LEARNERS)]
    for walk in walks:
        walk.register()
    behind.drain()
    with measured() as found:
        for walk in walks:
            walk.come_back()
            for lesson in (1, 2):
                walk.read(lesson)
            behind.drain()
    return replace(_with_client(found[0].times(1 / LEARNERS), visits=1), file_bytes_out=2 * LESSON_FILES_BYTES)


def _published(space: World) -> str:
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": _PARAGRAPH * 2}]}
    body = {"type": "doc", "content": [paragraph] * 8}
    lessons = [
        {"id": str(number), "kind": "text", "title": f"Bài {number}", "minutes": 5, "body": body}
        for number in range(1, LESSONS)
    ]
    section = {"id": "a", "title": "Chương 1", "lessons": [*lessons, world.quiz(str(LESSONS))]}
    return world.publish(space.author, space.slug, "An toàn trên mạng", [section])


def _with_client(usage: Usage, *, visits: int) -> Usage:
    """The web client comes from the edge; a browser keeps it, so each visit is taken for a first one to be safe."""
    return replace(
        usage,
        edge_requests=usage.edge_requests + visits * CLIENT_FILES,
        bytes_out=usage.bytes_out + visits * CLIENT_BYTES,
    )


def main(_scale: str = "full") -> None:
    """Measure (it takes half a minute at any scale), keep what was found, and write the page of costs from it."""
    with account.opened() as here:
        space, behind = world.make(here, courses=0), Behind(here)
        found: dict[str, Any] = {
            "course": asdict(a_course(space, behind)),
            "visit": asdict(a_visit(space, behind)),
            "assumed": ASSUMED,
        }
    results.keep("cost", found)
    from bench import cost_page

    cost_page.main()
    print(cost_page.estimates())
