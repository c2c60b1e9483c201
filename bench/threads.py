"""A course where many ask: what a page of a thread of ten thousand replies costs, and what asking and answering do.

Requests run in this process as the function runs them; what the engine spends is another process's. What the stream's
reaction does for a question, telling its tutor and noting its words, is measured by itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from bench import account, results, world
from bench.caller import Caller
from bench.world import World
from chalicelib import clock
from chalicelib.people import persons
from chalicelib.storage import acting, spaces
from chalicelib.storage.changes import Batch, Change
from chalicelib.storage.client import METER, Meter
from chalicelib.threads import following, items

SIZES = {"small": 1_000, "full": 10_000}
_TIMES = 200
_PAGE = 25


def main(scale: str) -> None:
    """Measure, print and keep."""
    found = run(SIZES[scale])
    results.keep("threads", found)
    results.show(tables(found))


def run(replies: int) -> dict[str, Any]:
    """Fill one thread with so many replies, and ask and answer beside it."""
    with account.opened() as here:
        space = world.make(here, courses=1)
        decided = {"questions_an_hour": 100, "replies_an_hour": 500}
        world.active_admin(space.slug).call("PUT", space.at("/thread-settings"), decided)
        asker, tutor = _person(space, "learner"), _person(space, "tutor")
        thread = _ask(space, asker, 0)
        account.say(f"  {replies} replies")
        _fill(space.slug, thread, replies)
        at = space.at(f"/threads/{thread}")
        waiting = [_ask(space, _person(space, "learner"), number) for number in range(_TIMES)]
        measured = {
            "question": _measured(lambda _: asker.call("GET", at)),
            "page": _measured(lambda _: asker.call("GET", f"{at}/replies", query={"limit": _PAGE})),
            "asked": _measured(lambda number: _ask(space, _person(space, "learner"), number)),
            "answered": _measured(
                lambda number: tutor.call("POST", space.at(f"/threads/{waiting[number]}/replies"), {"body": "Được ạ."})
            ),
            "followed": _followed(space, thread),
        }
        return {"replies": replies, **measured}


def _person(space: World, role: Any) -> Caller:
    with acting.on_behalf_of(space.slug):
        made = persons.add(spaces.find(space.slug), persons.new("Nguyễn Thị Bích", [], [role]))
    return Caller(world.token(space.slug, role, made.id))


def _ask(space: World, who: Caller, number: int) -> str:
    body = {"title": f"Làm sao đổi mật khẩu lần {number}?", "body": "Em quên mật khẩu cũ.", "course": space.courses[0]}
    return str(who.call("POST", space.at("/threads"), body)["id"])


def _fill(slug: str, thread: str, replies: int) -> None:
    at = clock.epoch_ms()
    written = {"body": "Em cũng gặp lỗi này, chưa biết làm sao.", "files": [], "to": []}
    with acting.on_behalf_of(slug):
        table = spaces.find(slug).table("learning")
        keys = [items.reply_key(thread, items.reply_id(at + place, f"{place:022d}")) for place in range(replies)]
        table.put_all(items.new_post(key, f"{place % 50}", at, False, written) for place, key in enumerate(keys))
        table.update(*items.thread_key(thread), "ADD n :n", {":n": replies})


def _measured(ask: Callable[[int], object]) -> dict[str, float]:
    """The processor's time of one request, of many alike."""
    cpu = time.process_time()
    for number in range(_TIMES):
        ask(number)
    return {"cpu_ms": round((time.process_time() - cpu) / _TIMES * 1000, 2)}


def _followed(space: World, thread: str) -> dict[str, float]:
    """What the reaction does for a question that is new."""
    tenant, meter = spaces.find(space.slug), Meter()
    with acting.on_behalf_of(space.slug):
        item = tenant.table("learning").get(*items.thread_key(thread)) or {}
        cpu, remembered = time.process_time(), METER.set(meter)
        for number in range(_TIMES):
            new = {**item, "due": item["due"] + number}
            following.follow(tenant, Batch(space.slug, "bench", [Change(item["pk"], item["sk"], None, new, "1")]))
        METER.reset(remembered)
    return {
        "cpu_ms": round((time.process_time() - cpu) / _TIMES * 1000, 2),
        "calls": round(meter.calls / _TIMES, 1),
        "wcu": round(meter.wcu / _TIMES, 1),
    }


_ROWS = {
    "question": "the question is opened",
    "page": "a page of its replies",
    "asked": "asked (and a person made who asks)",
    "answered": "answered",
    "followed": "told, and found by its words",
}


def tables(found: dict[str, Any]) -> list[results.Table]:
    """One row for each thing that people do."""
    rows = [[name, found[key]["cpu_ms"]] for key, name in _ROWS.items()]
    followed = found["followed"]
    note = f"Behind a question: {followed['calls']} calls and {followed['wcu']} WCU."
    return [results.Table(f"A thread of {found['replies']:,} replies", ["what", "CPU ms"], rows, note)]
