"""An order that enrols many at once, and the undoing of it: people for each second of our processor, calls, units.

The jobs run in this process as Lambda runs them. What the engine spends is not counted: it is another process.
"""

from __future__ import annotations

import itertools
import time
from typing import Any

from bench import account, audiences, results, spent, world
from bench.caller import Caller
from bench.world import World
from chalicelib.jobs import queue

SIZES = {"small": 500, "full": 3_500}  # what ends elsewhere in a blank screen
_EVERYONE = {"op": "between", "field": "birth_year", "first": 1900, "last": 2030}


def main(scale: str) -> None:
    """Measure, print and keep."""
    found = run(SIZES[scale])
    results.keep("orders", found)
    results.show(tables(found))


def run(people: int) -> dict[str, Any]:
    """Fill an audience, enrol it into a course with a deadline, and undo that."""
    with account.opened(on_disk=False) as here:  # calls and processor are measured, not the disk
        space = world.make(here, courses=1)
        admin = world.active_admin(space.slug)
        rule = {"name": "Mọi người", "rule": _EVERYONE}
        audience = str(admin.call("POST", space.at("/audiences"), rule)["id"])
        audiences.fill(space.slug, people)
        order = {"audience": audience, "due_on": "2031-12-31"}
        job = str(admin.call("POST", space.at(f"/courses/{space.courses[0]}/enrolments"), order)["job"])
        ordered = _worked(space, admin, job, people)
        undo = str(admin.call("POST", space.at(f"/orders/{job}/undo"), {})["undo"])
        return {"people": people, "order": ordered, "undo": _worked(space, admin, undo, people)}


def _worked(space: World, admin: Caller, job: str, people: int) -> dict[str, Any]:
    """One job from its beginning to its end."""
    account.say(f"  {people} people")
    cpu, wall = time.process_time(), time.perf_counter()
    with spent.lines() as heard:
        queue.run(space.slug, job)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    found = admin.call("GET", space.at(f"/jobs/{job}"))
    facts = next(each for each in heard if each["event"] == "job.ended")
    units = {name: round(facts[name] / people, 2) for name in ("calls", "rcu", "wcu")}
    rates = {"cpu_s": round(cpu, 2), "s": round(wall, 2), "people_per_cpu_s": round(people / cpu)}
    return {"state": found["state"], "result": found["result"], **rates, **units}


def tables(found: dict[str, Any]) -> list[results.Table]:
    """One row for each job."""
    names = {"order": "enrolled with a deadline", "undo": "undone, nobody has begun"}
    keys = ("cpu_s", "s", "calls", "rcu", "wcu")
    rows = [
        list(itertools.chain([name, f"{found[key]['people_per_cpu_s']:,}"], (found[key][each] for each in keys)))
        for key, name in names.items()
    ]
    columns = ["job", "people per CPU second", "CPU s", "s", "calls a person", "RCU a person", "WCU a person"]
    return [results.Table(f"An order for {found['people']:,} people", columns, rows, "")]
