"""Sustained load over HTTP on one machine: the whole of ``make run``, learners at 16 connections, then a burst.

The stack has a home and a port of its own. The learners are programs of their own (``visitors.py``) on the same
processors, so a part of what the machine can do is theirs.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import results
from bench.account import say
from bench.visitors import MIX
from infra.local import ports
from infra.local.demo import client, content
from infra.local.demo.load import PASSWORD
from infra.local.places import REPOSITORY
from infra.local.settings import clean_environment

CONNECTIONS = 16
PROGRAMS = 2
SECONDS = {"small": 10, "full": 60}
WARM_UP_S = 3
IDLE_S = 10
BURST = 100
SPACE = "hue"
_STARTS_WITHIN_S = 180
_LOADED = "Demo accounts"


def main(scale: str) -> None:
    """Measure, print and keep."""
    found = run(SECONDS[scale])
    results.keep("load", found)
    results.show(tables(found))


def run(seconds: int) -> dict[str, Any]:
    """Start the stack, let learners learn, then be idle, then a burst."""
    with _stack() as port:
        visitors = _visitors(port, CONNECTIONS)
        _ask(visitors, WARM_UP_S)
        began = _cpu_s()
        answers = _ask(visitors, seconds)
        clients_cpu = _cpu_s() - began
        time.sleep(IDLE_S)
        burst = _ask([visitors[number % CONNECTIONS] for number in range(BURST)], 0, programs=1)
    return {
        "connections": CONNECTIONS,
        "seconds": seconds,
        "mix": MIX,
        "requests_per_s": round(len(answers) / seconds),
        "clients_cores": round(clients_cpu / seconds, 2),
        "all": _figures(answers),
        "by_operation": {name: _figures([each for each in answers if each[0] == name]) for name in MIX},
        "burst": _figures(burst),
    }


def _figures(answers: list[list[Any]]) -> dict[str, Any]:
    times = sorted(ms for _, _, ms in answers)
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {
        "requests": len(answers),
        "errors": sum(not 200 <= status < 300 for _, status, _ in answers),
        "p50_ms": round(cuts[49], 1),
        "p99_ms": round(cuts[98], 1),
        "most_ms": round(times[-1], 1),
    }


def _cpu_s() -> float:
    """Seconds of CPU that programs of ours took which ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def _stack() -> Iterator[int]:
    """``make run`` with its demo, until the block ends; gives its port."""
    port = ports.any_free()
    with tempfile.TemporaryDirectory(prefix="hocmo-load-") as home:
        environment = clean_environment() | {"HOCMO_HOME": home, "PORT": str(port)}
        log = Path(home) / "said"
        with log.open("wb") as said:
            command = [sys.executable, "-m", "infra.local.run"]
            stack = subprocess.Popen(command, env=environment, stdout=said, stderr=said, cwd=REPOSITORY)
        try:
            client.wait_for("the demo", lambda: _is_loaded(stack, log), patience_s=_STARTS_WITHIN_S)
            say(f"  the stack runs at port {port}")
            yield port
        finally:
            stack.send_signal(signal.SIGINT)
            stack.wait(60)


def _is_loaded(stack: subprocess.Popen[bytes], log: Path) -> bool:
    said = log.read_text(encoding="utf-8", errors="replace")
    if stack.poll() is not None:
        raise client.Failed(f"the stack ended: {said[-1000:]}")
    return _LOADED in said


def _visitors(port: int, number: int) -> list[dict[str, Any]]:
    """Learners of the demo, signed in and enrolled in one course with a quiz that may be repeated."""
    url = f"http://127.0.0.1:{port}"
    course, quiz = next(
        (course, lesson)
        for course in content.courses()
        for lesson in course.lessons()
        if lesson["kind"] == "quiz" and lesson["quiz"]["attempts_allowed"] is None
    )
    lesson = next(each["id"] for each in course.lessons() if each["kind"] != "quiz")
    return [_visitor(url, port, each, course, lesson, quiz["id"]) for each in range(number)]


def _visitor(url: str, port: int, number: int, course: content.DemoCourse, lesson: str, quiz: str) -> dict[str, Any]:
    learner = client.register(url, SPACE, "Nguyễn Văn Tải", f"tai{number}@hue.example", PASSWORD)
    cards = learner.get(f"/spaces/{SPACE}/courses?limit=100")["items"]
    known = next(each["id"] for each in cards if each["title"] == course.head["title"])
    learner.put(f"/spaces/{SPACE}/me/enrolments/{known}")
    answers = course.right_answers(quiz)
    at = {"port": port, "space": SPACE, "token": learner.token}
    return {**at, "course": known, "lesson": lesson, "quiz": quiz, "answers": answers}


def _ask(visitors: list[dict[str, Any]], seconds: int, programs: int = PROGRAMS) -> list[list[Any]]:
    """Let programs of visitors ask; gives every answer: what was asked, its status, milliseconds."""
    command = [sys.executable, "-m", "bench.visitors"]
    running = []
    for number in range(programs):
        asked = json.dumps({"visitors": visitors[number::programs], "seconds": seconds})
        program = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY, env=os.environ.copy()
        )
        if program.stdin:
            program.stdin.write(asked)
            program.stdin.close()
        running.append(program)
    return [answer for each in running if each.stdout for answer in _read(each)]


def _read(program: subprocess.Popen[str]) -> list[list[Any]]:
    answers: list[list[Any]] = json.loads(program.stdout.read() if program.stdout else "[]")
    program.wait()
    return answers


def tables(found: dict[str, Any]) -> list[results.Table]:
    """The load, and the burst."""
    title = f"Load: {found['connections']} connections, {found['seconds']} s, {found['requests_per_s']} requests/s"
    names = ("requests", "errors", "p50_ms", "p99_ms", "most_ms")
    rows = [[name, *[each[figure] for figure in names]] for name, each in found["by_operation"].items()]
    rows.append(["all", *[found["all"][figure] for figure in names]])
    rows.append([f"burst of {BURST} after idle", *[found["burst"][figure] for figure in names]])
    note = f"Of the processors, the asking programs took {found['clients_cores']}."
    columns = ["operation", "requests", "errors", "p50 ms", "p99 ms", "most ms"]
    return [results.Table(title, columns, rows, note)]
