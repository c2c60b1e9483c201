"""A changed rule brought to everyone of a space, and a rule tried: people for each second of our processor.

The jobs run in this process as Lambda runs them. The time that containers take to forget earlier rules is passed over
by the clock. What the engine spends is not counted: it is another process.
"""

from __future__ import annotations

import itertools
import resource
import time
from collections.abc import Iterator
from typing import Any

from bench import account, results, world
from bench.caller import Caller
from bench.world import World
from chalicelib import clock
from chalicelib.audiences import membership, regrouping
from chalicelib.jobs import queue
from chalicelib.people import loading, persons, profile
from chalicelib.people.identifiers import Identifier
from chalicelib.people.loading import Change
from chalicelib.people.person import Person
from chalicelib.storage import acting, spaces
from chalicelib.storage.spaces import Space

SIZES = {"small": 2_000, "full": 100_000}
_AT_ONCE = 100
_OCCUPATIONS = ("civil_servant", "pupil", "worker", "farmer")
# Half of all people, by conditions of several kinds.
_RULE = {
    "op": "all",
    "rules": [
        {"op": "between", "field": "birth_year", "first": 1960, "last": 2010},
        {"op": "in", "field": "occupation", "values": ["pupil", "farmer"]},
        {"op": "not", "rule": {"op": "contains", "field": "position", "words": ["giám đốc"]}},
    ],
}


def main(scale: str) -> None:
    """Measure, print and keep."""
    found = run(SIZES[scale])
    results.keep("audiences", found)
    results.show(tables(found))


def run(people: int) -> dict[str, Any]:
    """Fill a space, make an audience of half of it, and let the job go over everyone twice; try the rule once more."""
    with account.opened() as here:
        space = world.make(here, courses=0)
        admin = world.active_admin(space.slug)
        account.say(f"  {people} people")
        fill(space.slug, people)
        admin.call("POST", space.at("/audiences"), {"name": "Một nửa", "rule": _RULE})
        job = str(admin.call("GET", space.at("/audiences"))["job"])
        first = _worked(space, job, people)
        now = clock.epoch_ms() / 1000
        clock.set_source(lambda: now + membership.FRESH_S + 20)
        second = _worked(space, job, people)
        clock.set_source(None)
        result = admin.call("GET", space.at(f"/jobs/{job}"))["result"]
        return {"people": people, "result": result, "first": first, "second": second, "preview": _tried(admin, space)}


def fill(slug: str, people: int) -> None:
    """So many people of a space, in the audiences that suit them."""
    space = spaces.find(slug)
    with acting.on_behalf_of(slug):
        numbers = iter(range(people))
        while some := [Change(None, _person(space, number)) for number in itertools.islice(numbers, _AT_ONCE)]:
            loading.store_all(space, some, "roster")


def _person(space: Space, number: int) -> Person:
    told = {"birth": str(1960 + number % 50), "occupation": _OCCUPATIONS[number % 4], "position": "Chuyên viên"}
    email = Identifier("email", f"p{number}@hue.example")
    facts = profile.merged({}, told, "roster")
    new = persons.new(f"Nguyễn Văn {number % 999}", [email], ["learner"], by="roster", status="invited", profile=facts)
    return membership.regrouped(space, new)


def _worked(space: World, job: str, people: int) -> dict[str, Any]:
    """One round of the job over everyone."""
    account.say(f"  {regrouping.REGROUP}")
    cpu, wall = time.process_time(), time.perf_counter()
    queue.run(space.slug, job)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return _spent(cpu, wall, people)


def _tried(admin: Caller, space: World) -> dict[str, Any]:
    """A rule tried, by a job where people are many."""
    cpu, wall = time.process_time(), time.perf_counter()
    found = admin.call("POST", space.at("/audiences/previews"), {"rule": _RULE})
    while found["state"] in ("queued", "running"):
        queue.run(space.slug, found["job"])
        found = admin.call("GET", space.at(f"/audiences/previews/{found['job']}"))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {**_spent(cpu, wall, found["people"]), "matching": found["matching"]}


def _spent(cpu: float, wall: float, people: int) -> dict[str, Any]:
    return {
        "cpu_s": round(cpu, 2),
        "s": round(wall, 2),
        "people_per_cpu_s": round(people / cpu),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def tables(found: dict[str, Any]) -> list[results.Table]:
    """One row for each look at everyone."""
    names = {"first": "a new rule, half of them move", "second": "second round", "preview": "a rule tried"}
    rows = [[name, *_row(found[key])] for key, name in names.items()]
    columns = ["over everyone", "people per CPU second", "CPU s", "s", "peak MB"]
    return [results.Table(f"Audiences of {found['people']:,} people", columns, rows, "")]


def _row(spent: dict[str, Any]) -> Iterator[object]:
    yield f"{spent['people_per_cpu_s']:,}"
    yield from (spent[key] for key in ("cpu_s", "s", "peak_mb"))
