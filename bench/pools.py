"""An assessment that draws from a large pool: what publishing it costs, and what beginning a sitting of it does.

A hundred items are written as authors write them and copied in the tables, then everything is asked for as people ask.
Requests and jobs run in this process as the functions run them. Memory is what Python holds at its height, measured by
itself, since that slows what it measures.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from typing import Any, TypeVar

from bench import account, results, spent, world
from bench.caller import Asked, Caller
from bench.world import World
from chalicelib import config, ids
from chalicelib.banks import refs, writing
from chalicelib.banks.models import ItemContent
from chalicelib.banks.writing import NewItem
from chalicelib.http import caching
from chalicelib.jobs import queue
from chalicelib.storage import acting, spaces
from chalicelib.storage.spaces import Space

SIZES = {"small": 1_000, "full": 10_000}
_ASKED = 40
_WRITTEN = 100  # items that are written as authors write them
_STARTS = 50
T = TypeVar("T")
_FIGURES = ("calls", "rcu", "wcu")


def main(scale: str) -> None:
    """Measure, print and keep."""
    found = run(SIZES[scale])
    results.keep("pools", found)
    results.show(tables(found))


def run(items: int) -> dict[str, Any]:
    """Publish assessments over a bank of the space's own and over one of the centre's, and begin them."""
    with account.opened(on_disk=False) as here:  # calls and processor are measured, not the disk
        space, centre = world.make(here, courses=0), world.make(here, config.current().central, courses=0)
        own, national = _bank(space, items), _bank(centre, items)
        centre.author.call("POST", centre.at(f"/banks/{national}/offer"))
        while here.run_jobs():
            pass
        drawn, taken = _assessment(space, own), _assessment(space, national)
        found = {"own": _publish(space, drawn)[1]}
        job, found["asked"] = _publish(space, taken)
        found |= {
            "job": _job(space, job),
            "again": _publish(space, taken)[1],
            "cold": _begun(space, taken, 1, cold=True),
            "warm": _begun(space, taken, _STARTS, cold=False),
        }
        another = _assessment(space, national)
        found["own"]["peak_mb"], _ = _peak_mb(lambda: _publish(space, drawn))
        found["asked"]["peak_mb"], (job, _) = _peak_mb(lambda: _publish(space, another))
        found["job"]["peak_mb"], _ = _peak_mb(lambda: _job(space, job))
        found["cold"]["peak_mb"], _ = _peak_mb(lambda: _begun(space, taken, 1, cold=True))
        return {"items": items, **found}


def _bank(space: World, items: int) -> str:
    bank: str = space.author.call("POST", space.at("/banks"), {"title": "An toàn thông tin"})["id"]
    account.say(f"  {items:,} items for {space.slug}")
    with acting.on_behalf_of(space.slug):
        tenant = spaces.find(space.slug)
        new = [NewItem(_id(number), _content(number)) for number in range(_WRITTEN)]
        writing.add_all(tenant, bank, new, "bench")
        _copy(tenant, bank, items)
    return bank


def _copy(space: Space, bank: str, items: int) -> None:
    """The items that were written, over again under other ids, until there are so many, without entries of tags."""
    table, places = space.table("courses"), {_id(number): number for number in range(_WRITTEN)}
    rows = [each for each in table.query_all(refs.partition(bank)) if not each["sk"].startswith("tag#")]
    for start in range(_WRITTEN, items, _WRITTEN):
        table.put_all(
            {**row, "sk": row["sk"].replace(item, _id(start + places[item]))}
            for row in rows
            for item in [row["sk"].split("#")[1]]
        )
    table.update("banks", bank, "SET #items = :n", {":n": items}, names={"#items": "items"})


def _id(number: int) -> str:
    return ids.derived("pool", str(number))


def _content(number: int) -> ItemContent:
    words = "Có người tự xưng là nhân viên ngân hàng gọi điện và hỏi mã OTP. Bạn làm gì?"
    choices = [
        {"text": text, "correct": place == 0, "feedback": "Ngân hàng không bao giờ hỏi mã OTP."}
        for place, text in enumerate(("Tắt máy", "Đọc mã", "Hỏi lại tên người gọi", "Đợi tin nhắn"))
    ]
    question = {"kind": "single", "prompt": f"Câu {number}. {words}", "choices": choices, "shuffle": True}
    tags = {"competences": [f"{number % 5 + 1}.{number % 4 + 1}"], "difficulty": number % 5 + 1, "tags": ["OTP"]}
    return ItemContent.model_validate({"question": question, **tags})


def _assessment(space: World, bank: str) -> str:
    part = {"kind": "drawn", "bank": bank, "count": _ASKED}
    body = {"title": "Đánh giá cuối khoá", "attempts_allowed": None, "parts": [part]}
    return str(space.author.call("POST", space.at("/assessments"), body)["id"])


def _publish(space: World, assessment: str) -> tuple[str, dict[str, Any]]:
    """The job that it is left to, if any, and what the request took."""
    at, headers = space.at(f"/assessments/{assessment}/versions"), (("if-match", "*"),)
    cpu, wall = time.process_time(), time.perf_counter()
    with spent.lines() as heard:
        made = space.author.call("POST", at, headers=headers)
    return str(made["job"]), _timed(cpu, wall) | _spent(heard, "request.answered")


def _job(space: World, job: str) -> dict[str, Any]:
    cpu, wall = time.process_time(), time.perf_counter()
    with spent.lines() as heard:
        queue.run(space.slug, job)
    if space.author.call("GET", space.at(f"/jobs/{job}"))["state"] != "done":
        raise RuntimeError("the job is not done")
    return _timed(cpu, wall) | _spent(heard, "job.ended")


def _spent(heard: list[dict[str, Any]], event: str) -> dict[str, Any]:
    facts = next(each for each in heard if each["event"] == event)
    return {name: facts[name] for name in _FIGURES}


def _begun(space: World, assessment: str, times: int, *, cold: bool) -> dict[str, Any]:
    """What one of so many sittings takes that are begun, each by somebody else."""
    at = space.at(f"/me/assessments/{assessment}/sittings")
    people = [Caller(world.token(space.slug, "learner")) for _ in range(times + 1)]
    if cold:
        caching.forget_everything()
    else:
        people.pop().call("POST", at, {})
    asked = [Asked("POST", at, {}, token=each.token) for each in people[:times]]
    cpu, wall = time.process_time(), time.perf_counter()
    figures = [spent.by(each) for each in asked]
    timed = _timed(cpu, wall, times)
    return timed | {name: round(sum(each[name] for each in figures) / times, 1) for name in _FIGURES}


def _timed(cpu: float, wall: float, times: int = 1) -> dict[str, Any]:
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {"cpu_ms": round(cpu / times * 1000, 1), "ms": round(wall / times * 1000, 1)}


def _peak_mb(do: Callable[[], T]) -> tuple[float, T]:
    tracemalloc.start()
    try:
        made = do()
        return round(tracemalloc.get_traced_memory()[1] / 2**20, 1), made
    finally:
        tracemalloc.stop()


_ROWS = {
    "own": "published from a bank of one's own",
    "asked": "asked for from a national bank",
    "job": "its job: taken over, published",
    "again": "published again, all of it had",
    "cold": "a sitting begun, nothing remembered",
    "warm": "a sitting begun, warm",
}


def tables(found: dict[str, Any]) -> list[results.Table]:
    """One row for each thing that people do."""
    keys = ("cpu_ms", *_FIGURES, "peak_mb")
    rows = [[name, *(found[key].get(each, "") for each in keys)] for key, name in _ROWS.items()]
    columns = ["what", "CPU ms", "calls", "RCU", "WCU", "memory at its height MB"]
    note = f"{_ASKED} questions are drawn for each sitting; memory is what the request or the job holds itself."
    return [results.Table(f"A pool of {found['items']:,} items", columns, rows, note)]
