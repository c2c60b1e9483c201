"""CPU per request in the handler, against the same DynamoDB calls by a bare tuned client in the same process.

Both are measured turn about in one run, by the CPU time of this process (``time.process_time``), which other
programs on the machine change little. The garbage collector runs as in Lambda. What a round gives is the mean of its
requests, and what is told is the median of the rounds.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from chalice.app import Chalice, Response

from bench import account, floor, operations, results, seeding, world
from bench.caller import answer, expect_success
from bench.operations import LEARNERS_OF_A_PAGE, Measured
from bench.recording import Recording, recorded
from chalicelib.http import quotas

ROUNDS = 40
_FLOOR = "/floor"
BATCH = 20  # less than a window's free requests: a calm tenant asks nobody whether it may
WARM_UP = 60
GOAL_RATIO = 1.5
GOAL_MS = 1.0
# Measured elsewhere on such a machine, milliseconds of CPU a request (from the issue).
ELSEWHERE = {
    "Kolibri": {"my learning": 36, "progress": 9, "enrol": 11},
    "LearnHouse": {"my learning": 22, "progress": 29, "enrol": 34},
    "Moodle": {"my learning": 33, "progress": 24, "enrol": 23},
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds of CPU a request, ours and the floor's, round by round."""

    ours: list[float]
    floor: list[float]

    def facts(self) -> dict[str, float]:
        ours, floor = statistics.median(self.ours), statistics.median(self.floor)
        ratios = [mine / least for mine, least in zip(self.ours, self.floor, strict=True)]
        return {
            "ratio": round(statistics.median(ratios), 2),
            "ms": round(ours / 1000, 3),
            "floor_ms": round(floor / 1000, 3),
        }


def main(scale: str) -> None:
    """Measure, print and keep; ``small`` takes a quarter of the rounds."""
    found = run(ROUNDS if scale == "full" else ROUNDS // 4)
    results.keep("cpu", found)
    results.show(tables(found))


def run(rounds: int = ROUNDS) -> dict[str, Any]:
    """Measure every operation."""
    with account.opened() as here:
        space = world.make(here)
        seeding.fill(seeding.template(space, space.courses[0]), 0, LEARNERS_OF_A_PAGE * 3)
        client = floor.client(here.database_url)
        measured = {each.name: _measured(each, client, rounds) for each in operations.catalogue_of(space)}
        hashing = _hashing(rounds)
    return {"operations": measured, "argon2_ms": hashing, "elsewhere_ms": ELSEWHERE}


def _measured(operation: Measured, client: Any, rounds: int) -> dict[str, Any]:
    rounds = rounds if operation.name not in ("sign in", "refresh") else max(rounds // 3, 5)
    for _ in range(WARM_UP if operation.name != "sign in" else 5):
        expect_success(operation, answer(operation.ask().event()))
    recordings = [_recorded(operation, client) for _ in range(BATCH)]
    least = _replaying(recordings) if recordings[0].calls else _dispatching(operation)
    least()
    taken = [(_ours(operation), least()) for _ in range(rounds)]
    cost = Cost([mine for mine, _ in taken], [bare for _, bare in taken])
    calls = [name for name, _ in recordings[0].calls]
    return {"calls": calls, "hot": operation.hot, **cost.facts()}


def _recorded(operation: Measured, client: Any) -> Recording:
    event = operation.ask().event()
    quotas.forget()
    with recorded(client) as recording:
        expect_success(operation, answer(event))
    return recording


def _ours(operation: Measured) -> float:
    events = [operation.ask().event() for _ in range(BATCH)]
    quotas.forget()
    taken = 0.0
    for event in events:
        began = time.process_time()
        answered = answer(event)
        taken += time.process_time() - began
        expect_success(operation, answered)
    return taken / BATCH * 1e6


def _replaying(recordings: Sequence[Recording]) -> Callable[[], float]:
    """The floor of what asks DynamoDB: the same calls, nothing else."""
    prepared = [recording.prepared() for recording in recordings]

    def replay() -> float:
        for recording in reversed(recordings):
            recording.restore()
        taken = 0.0
        for calls in prepared:
            began = time.process_time()
            for method, request in calls:
                method(**request)
            taken += time.process_time() - began
        return taken / BATCH * 1e6

    return replay


def _dispatching(operation: Measured) -> Callable[[], float]:
    """The floor of what asks nobody: Chalice hands the same event to a function that answers a constant."""
    asked = operation.ask()
    body = answer(asked.event())["body"]
    bare = Chalice("floor")

    def constant() -> Response:
        return Response(body, headers={"Content-Type": "application/json"})

    bare.route(_FLOOR, methods=[asked.method], name="constant")(constant)
    context = account.context()

    def dispatch() -> float:
        events = [_at_floor(operation.ask().event()) for _ in range(BATCH)]
        taken = 0.0
        for each in events:
            began = time.process_time()
            bare(each, context)
            taken += time.process_time() - began
        return taken / BATCH * 1e6

    return dispatch


def _at_floor(event: dict[str, Any]) -> dict[str, Any]:
    """Chalice alone finds nothing beneath a shared node, so it is asked at an address that needs no finding."""
    return {**event, "requestContext": {**event["requestContext"], "resourcePath": _FLOOR}}


def _hashing(rounds: int) -> float:
    """Milliseconds of CPU that one verification of a password takes: argon2id, 19 MiB, 2 passes."""
    from chalicelib.identity import passwords

    kept = passwords.hash_new(world.PASSWORD)
    taken = []
    for _ in range(max(rounds // 2, 5)):
        began = time.process_time()
        passwords.verify(kept, world.PASSWORD)
        taken.append(time.process_time() - began)
    return round(statistics.median(taken) * 1000, 2)


def tables(found: dict[str, Any]) -> list[results.Table]:
    """The comparison."""
    rows = []
    for name, each in found["operations"].items():
        elsewhere = [which[name] for which in found["elsewhere_ms"].values() if name in which]
        rows.append(
            [
                name,
                len(each["calls"]),
                each["ratio"],
                each["ms"],
                each["floor_ms"],
                " / ".join(map(str, elsewhere)) or None,
                _verdict(each) if each["hot"] else None,
            ]
        )
    columns = ["operation", "calls", "× floor", "ms", "floor ms", " / ".join(ELSEWHERE), "goal"]
    note = f"Of a sign-in, argon2 takes {found['argon2_ms']} ms. Without a call the floor is Chalice's dispatch."
    return [results.Table("CPU per request", columns, rows, note)]


def _verdict(each: dict[str, Any]) -> str:
    missed = [f"{GOAL_RATIO} ×"] * (each["ratio"] > GOAL_RATIO) + [f"{GOAL_MS} ms"] * (each["ms"] > GOAL_MS)
    return f"misses {' and '.join(missed)}" if missed else "met"
