"""Opening tenants, through the API and the job that makes what a space needs: calls, capacity and time of one, and
whether the thousandth takes what the first took.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench import account, results, spent, world
from bench.account import Account
from bench.caller import Caller

TENANTS = {"small": 20, "full": 1_000}
AT_MOST_S = {"small": 60, "full": 1_200}
_EDGE = 0.1  # the first and the last tenth are compared


def main(scale: str) -> None:
    """Measure, print and keep."""
    found = run(TENANTS[scale], AT_MOST_S[scale])
    results.keep("tenants", found)
    results.show(tables(found))


def run(wanted: int, at_most_s: float) -> dict[str, Any]:
    """Open one tenant after the other, as many as the time allows."""
    with account.opened() as here:
        platform = world.operator()
        _open(here, platform, "don-vi-dau")  # imports what opening needs
        with _control_calls() as control:
            one = _open(here, platform, "don-vi-mot")
        one["control_calls"] = dict(control)
        began, taken = time.monotonic(), []
        for number in range(wanted):
            taken.append(_open(here, platform, f"don-vi-{number}"))
            if time.monotonic() - began > at_most_s:
                break
        seconds = time.monotonic() - began
    return {"one": one, "wanted": wanted, "opened": len(taken), "seconds": round(seconds, 1), **_growth(taken)}


def _growth(taken: list[dict[str, Any]]) -> dict[str, Any]:
    edge = max(1, int(len(taken) * _EDGE))
    parts = {"first_tenth": taken[:edge], "last_tenth": taken[-edge:]}
    return {
        name: {figure: round(statistics.median(each[figure] for each in part), 3) for figure in ("calls", "cpu_s", "s")}
        for name, part in parts.items()
    }


def _open(here: Account, platform: Caller, slug: str) -> dict[str, Any]:
    """Ask for a tenant and do its jobs; what the request and the jobs spent."""
    began, worked = time.perf_counter(), time.process_time()
    with spent.lines() as heard:
        platform.call("POST", "/tenants", world.tenant(slug, "commune"))
        while here.run_jobs():
            pass
    told = [each for each in heard if "calls" in each]
    return {
        **{figure: sum(each.get(figure, 0) for each in told) for figure in spent.FIGURES},
        "messages": sum(each.get("messages", 0) for each in told),
        "cpu_s": round(time.process_time() - worked, 3),
        "s": round(time.perf_counter() - began, 3),
    }


@contextmanager
def _control_calls() -> Iterator[Counter[str]]:
    """Calls of DynamoDB's control plane: tables, their time to live, their backups."""
    from chalicelib.storage import client

    counted: Counter[str] = Counter()
    events = client.dynamodb().meta.events

    def count(model: Any, **_more: Any) -> None:
        counted[model.name] += 1

    events.register("before-call.dynamodb", count)
    try:
        yield counted
    finally:
        events.unregister("before-call.dynamodb", count)


def tables(found: dict[str, Any]) -> list[results.Table]:
    """One, and many."""
    one = found["one"]
    rows = [[name, one[name]] for name in (*spent.FIGURES, "messages", "cpu_s", "s")]
    rows += [[f"control plane: {name}", number] for name, number in sorted(one["control_calls"].items())]
    first = results.Table("Opening one tenant: the request and its job", ["what", "figure"], rows)
    rows = [[name.replace("_", " "), *found[name].values()] for name in ("first_tenth", "last_tenth")]
    title = f"Opening {found['opened']:,} of {found['wanted']:,} tenants one after the other: {found['seconds']} s"
    return [first, results.Table(title, ["each of the", "calls", "CPU s", "s"], rows)]
