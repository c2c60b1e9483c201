"""Credentials for everyone who has completed a course, as the stream issues them: CPU for each, and what it writes.

The reaction runs in this process on batches of a hundred completions, as Lambda runs it. What the engine spends is not
counted: it is another process. Then one status list is signed, and one credential is read by a stranger.
"""

from __future__ import annotations

import itertools
import resource
import time
from typing import Any

from bench import account, results, world
from bench.caller import Caller
from bench.world import World
from chalicelib import clock
from chalicelib.credentials import settling, views
from chalicelib.people import loading, persons
from chalicelib.people.identifiers import Identifier
from chalicelib.people.loading import Change as PersonChange
from chalicelib.storage import acting, spaces
from chalicelib.storage.changes import Batch, Change
from chalicelib.storage.client import METER, Meter
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

SIZES = {"small": 500, "full": 20_000}
_AT_ONCE = 100


def main(scale: str) -> None:
    """Measure, print and keep."""
    found = run(SIZES[scale])
    results.keep("credentials", found)
    results.show(tables(found))


def run(people: int) -> dict[str, Any]:
    """Let so many people complete a course that their space certifies."""
    with account.opened() as here:
        space = world.make(here, courses=1)
        world.active_admin(space.slug).call("PUT", space.at("/credential-settings"), {"courses": "all"})
        account.say(f"  {people} people")
        ids = _fill(space.slug, people)
        issued = _issued(space, ids)
        return {"people": people, "issued": issued, **_read(space)}


def _fill(slug: str, people: int) -> list[str]:
    space, made = spaces.find(slug), []
    with acting.on_behalf_of(slug):
        numbers = iter(range(people))
        while some := list(itertools.islice(numbers, _AT_ONCE)):
            found = [
                persons.new(f"Nguyễn Thị Bích {number}", [Identifier("email", f"p{number}@hue.example")], ["learner"])
                for number in some
            ]
            loading.store_all(space, [PersonChange(None, each) for each in found], "roster")
            made += [each.id for each in found]
    return made


def _issued(space: World, people: list[str]) -> dict[str, Any]:
    tenant = spaces.find(space.slug)
    _batch(tenant, [_completion(space.courses[0], people[0])])  # what a container does once
    meter = Meter()
    remembered = METER.set(meter)
    cpu, wall = time.process_time(), time.perf_counter()
    for start in range(1, len(people), _AT_ONCE):
        _batch(tenant, [_completion(space.courses[0], each) for each in people[start : start + _AT_ONCE]])
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    METER.reset(remembered)
    each = len(people) - 1
    return {
        "cpu_ms": round(cpu / each * 1000, 2),
        "cpu_s": round(cpu, 1),
        "s": round(wall, 1),
        "calls": round(meter.calls / each, 2),
        "wcu": round(meter.wcu / each, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _completion(course: str, person_id: str) -> Change:
    now = clock.epoch_s()
    pk, sk = f"learner#{person_id}", f"enrolment#{course}"
    enrolment: Item = {
        "pk": pk, "sk": sk, "v": 1, "st": "active", "at": now, "seen": now * 1000, "b_4": {80, 100},
    }  # fmt: skip
    return Change(pk, sk, enrolment, {**enrolment, "fin": now}, "1")


def _batch(space: Space, changes: list[Change]) -> None:
    with acting.on_behalf_of(space.slug):
        settling.follow(space, Batch(space.slug, "bench", changes))


def _read(space: World) -> dict[str, Any]:
    started = time.process_time()
    text = views.status_list(space.slug, 0)
    listed = time.process_time() - started
    newest = space.admin.call("GET", space.at("/credentials"))["items"][0]
    started = time.process_time()
    for _ in range(50):
        Caller().call("GET", f"/credentials/{newest['id']}")
    return {
        "list_ms": round(listed * 1000, 1),
        "list_bytes": len(text),
        "page_ms": round((time.process_time() - started) / 50 * 1000, 2),
    }


def tables(found: dict[str, Any]) -> list[results.Table]:
    """One row for issuing, one for what is read."""
    issued = found["issued"]
    columns = ["CPU ms each", "calls each", "WCU each", "CPU s", "s", "peak MB"]
    row = [issued[key] for key in ("cpu_ms", "calls", "wcu", "cpu_s", "s", "peak_mb")]
    note = (
        f"A status list is signed in {found['list_ms']} ms of CPU and has {found['list_bytes']:,} bytes; a page takes "
        f"{found['page_ms']} ms."
    )
    return [results.Table(f"{found['people']:,} credentials", columns, [row], note)]
