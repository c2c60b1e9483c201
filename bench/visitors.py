"""The people of the load: a program of its own that asks over HTTP, so that it measures as a client would.

``python -m bench.visitors`` reads what to do from standard input and writes every answer's status and milliseconds to
standard output. Each connection is one learner, asks one thing after the other and keeps the line open.
"""

from __future__ import annotations

import http.client
import json
import random
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

# What learners do, in parts of a hundred.
MIX = {"progress": 60, "my learning": 20, "outline": 10, "catalogue": 5, "quiz attempt": 5}


@dataclass(slots=True)
class Visitor:
    """A learner at a connection, with the course that they are in."""

    port: int
    space: str
    token: str
    course: str
    lesson: str
    quiz: str
    answers: dict[str, list[str]]
    seed: int
    taken: list[tuple[str, int, float]] = field(default_factory=list)

    def learn(self, until: float) -> None:
        """Ask, one thing after the other, until that monotonic time."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        for what in self._wishes():
            if time.monotonic() >= until:
                break
            self._ask(line, what)
        line.close()

    def look(self, start: threading.Barrier) -> None:
        """Open a line, and ask once together with all others."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        line.connect()
        start.wait()
        self._ask(line, "my learning")
        line.close()

    def _wishes(self) -> Iterator[str]:
        chance = random.Random(self.seed)  # noqa: S311 (every run asks the same)
        while True:
            yield from chance.choices(list(MIX), list(MIX.values()), k=100)

    def _ask(self, line: http.client.HTTPConnection, what: str) -> None:
        method, path, body = self._request(what)
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        began = time.perf_counter()
        try:
            line.request(method, f"/v1/spaces/{self.space}{path}", body, headers)
            answer = line.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            line.close()
            status = 0
        self.taken.append((what, status, (time.perf_counter() - began) * 1000))

    def _request(self, what: str) -> tuple[str, str, str | None]:
        mine = f"/me/enrolments/{self.course}"
        if what == "progress":
            report = {"status": "started", "position_s": len(self.taken) % 290}
            return "PUT", f"{mine}/progress/{self.lesson}", json.dumps(report)
        if what == "quiz attempt":
            return "POST", f"{mine}/attempts", json.dumps({"lesson": self.quiz, "answers": self.answers})
        paths = {
            "my learning": "/me/enrolments",
            "outline": f"/courses/{self.course}/outline",
            "catalogue": "/courses",
        }
        return "GET", paths[what], None


def main() -> None:
    """Do what standard input asks for."""
    asked: dict[str, Any] = json.load(sys.stdin)
    visitors = [Visitor(**each, seed=number) for number, each in enumerate(asked["visitors"])]
    if asked["seconds"]:
        until = time.monotonic() + asked["seconds"]
        threads = [threading.Thread(target=each.learn, args=(until,)) for each in visitors]
    else:
        start = threading.Barrier(len(visitors))
        threads = [threading.Thread(target=each.look, args=(start,)) for each in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    json.dump([answer for each in visitors for answer in each.taken], sys.stdout)


if __name__ == "__main__":
    main()
