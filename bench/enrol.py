"""One course with a million enrolments: how they spread over partitions, and what a page of its report takes.

DynamoDB takes 1,000 write units a second for one partition key. The rate that this allows is worked out from the keys
that the program writes and from the units that the engine says each write takes, key by key.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from typing import Any

from bench import account, floor, operations, results, seeding, spent, world
from bench.caller import answer, expect_success
from bench.recording import recorded
from bench.world import World
from chalicelib import ids
from chalicelib.http import quotas
from chalicelib.learning import items

SIZES = {"small": (1_000, 10_000), "full": (1_000, 100_000, 1_000_000)}
LIMIT_WCU = 1_000  # a second and partition key (DynamoDB, "Designing partition keys")
PAGES = 40


def main(scale: str) -> None:
    """Measure, print and keep."""
    found = run(SIZES[scale])
    results.keep("enrol", found)
    results.show(tables(found))


def run(sizes: tuple[int, ...]) -> dict[str, Any]:
    """Fill one course, looking at its report at each size."""
    pages: dict[str, Any] = {}
    with account.opened() as here:
        space = world.make(here)
        made, there = seeding.template(space, space.courses[0]), 0
        taken = units(space, here.database_url)
        for size in sizes:
            seeding.fill(made, there, size)
            account.say(f"  {size:,} enrolments")
            pages[str(size)], there = _page(space), size
    return {"units": taken, **spread(sizes[-1], taken), "report_page": pages}


def units(space: World, url: str) -> dict[str, float]:
    """Write units of one enrolment, by the key that they fall on: the learner's, and the index's shard."""
    client = floor.client(url)
    space.learner(1)  # the course is known from then on, and enrolling is one call
    with recorded(client) as recording:
        space.newcomer().call("PUT", space.at(f"/me/enrolments/{space.courses[0]}"))
    recording.restore()
    ((method, request),) = recording.prepared()
    consumed = method(**request | {"ReturnConsumedCapacity": "INDEXES"})["ConsumedCapacity"]
    index = consumed["GlobalSecondaryIndexes"]["by-course"]["CapacityUnits"]
    return {"learner": consumed["Table"]["CapacityUnits"], "by-course": index}


def spread(learners: int, units: dict[str, float]) -> dict[str, Any]:
    """How a course's index entries fall on its shards, and the enrolments a second until the fullest shard is at its
    limit."""
    shards = Counter(ids.shard(seeding.person_of(number), items.SHARDS) for number in range(learners))
    fullest = max(shards.values()) / learners
    return {
        "learners": learners,
        "shards": items.SHARDS,
        "fullest_shard": round(fullest, 5),
        "emptiest_shard": round(min(shards.values()) / learners, 5),
        "enrolments_per_s": int(LIMIT_WCU / units["by-course"] / fullest),
        "without_shards": int(LIMIT_WCU / units["by-course"]),
    }


def _page(space: World) -> dict[str, Any]:
    """What a full page of the report spends, with the median of its CPU and time."""
    asked = operations.course_report(space, space.courses[0])
    expect_success(asked, answer(asked.event()))  # what is remembered for a minute was forgotten while learners came
    told = spent.by(asked)
    cpu, wall = [], []
    for _ in range(PAGES):
        event = asked.event()
        quotas.forget()
        worked, began = time.process_time(), time.perf_counter()
        answered = answer(event)
        cpu.append(time.process_time() - worked)
        wall.append(time.perf_counter() - began)
        expect_success(asked, answered)
    times = {"cpu_ms": statistics.median(cpu) * 1e3, "ms": statistics.median(wall) * 1e3}
    return {**told, **{name: round(taken, 2) for name, taken in times.items()}}


def tables(found: dict[str, Any]) -> list[results.Table]:
    """Spread and pages."""
    rows = [
        [
            "write units of an enrolment: learner / index",
            f"{found['units']['learner']} / {found['units']['by-course']}",
        ],
        ["shards of the index", found["shards"]],
        ["fullest / emptiest shard", f"{found['fullest_shard']:.3%} / {found['emptiest_shard']:.3%}"],
        ["enrolments/s that no partition limits", found["enrolments_per_s"]],
        ["the same without shards", found["without_shards"]],
    ]
    spread = results.Table(f"One course with {found['learners']:,} enrolments", ["what", "figure"], rows)
    columns = ["enrolments", "calls", "RCU", "bytes", "CPU ms", "ms"]
    pages = [
        [f"{int(size):,}", *[each[name] for name in ("calls", "rcu", "bytes", "cpu_ms", "ms")]]
        for size, each in found["report_page"].items()
    ]
    return [spread, results.Table("A page of its report (100 learners)", columns, pages)]
