"""Calls and capacity of every operation as learners and tenants grow: what is not flat is a defect.

Learners: of one space, all in one course. Tenants: each with its item in the registry, its figures in the nation's
list and its four tables.
"""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from functools import partial
from typing import Any

from bench import account, operations, results, seeding, spent, world
from bench.account import Account
from bench.caller import Asked
from bench.operations import Measured
from bench.world import World

LEARNERS = {"small": (100, 10_000), "full": (100, 10_000, 1_000_000)}
TENANTS = {"small": (1, 54), "full": (1, 54, 3_400)}
# What an operator asks of all tenants together grows with what it tells: a page of a list of them, a national sum.
SUMS = ("national report", "tenants with their figures")
PAGES = ("tenants, a page",)


def main(scale: str) -> None:
    """Measure, print and keep."""
    found = {"learners": learners(LEARNERS[scale])}
    results.keep("flat", results.read("flat") | found)  # what took minutes is kept, whatever the next part does
    found["tenants"] = tenants(TENANTS[scale])
    results.keep("flat", found)
    results.show(tables(found))


def learners(sizes: tuple[int, ...]) -> dict[str, dict[str, Any]]:
    """What each operation spends with so many learners in its course, by size."""
    found: dict[str, dict[str, Any]] = {}
    with account.opened() as here:
        space = world.make(here)
        made, measured, there = seeding.template(space, space.courses[0]), _of_a_space(space), 0
        for size in sizes:
            began = time.monotonic()
            seeding.fill(made, there, size)
            account.say(f"  {size:,} learners after {time.monotonic() - began:.0f} s")
            found[str(size)], there = {each.name: spent.warm(each) for each in measured}, size
    return found


def _of_a_space(space: World) -> list[Measured]:
    def managing(path: str) -> Measured:
        return Measured(path.lstrip("/"), lambda: Asked("GET", space.at(path), token=space.admin.token))

    return [*operations.catalogue_of(space), managing("/people"), managing("/reports/summary")]


def tenants(sizes: tuple[int, ...]) -> dict[str, dict[str, Any]]:
    """What each operation spends with so many tenants, by their number."""
    found: dict[str, dict[str, Any]] = {}
    with account.opened() as here:
        space = world.make(here)
        seeding.fill(seeding.template(space, space.courses[0]), 0, 200)
        measured, there = [*operations.catalogue_of(space), *_of_the_platform()], 1
        for size in sizes:
            began = time.monotonic()
            _open(here, range(there, size))
            account.say(f"  {size:,} tenants after {time.monotonic() - began:.0f} s")
            found[str(size)], there = {each.name: spent.warm(each) for each in measured}, size
    return found


def _of_the_platform() -> list[Measured]:
    token = world.operator().token
    asked = {
        "a tenant": "/tenants/hue",
        "tenants, a page": "/tenants",
        "national report": "/reports/national",
        "tenants with their figures": "/reports/national/tenants",
    }
    return [Measured(name, partial(Asked, "GET", path, token=token)) for name, path in asked.items()]


def _open(here: Account, numbers: range) -> None:
    """More tenants: their rows in the registry by the engine's file, as copies of the first; their tables by the
    program."""
    from chalicelib.storage import acting, tables
    from chalicelib.storage.models import TABLE_KINDS
    from chalicelib.storage.spaces import Space

    slugs = [f"dv{number:05d}" for number in numbers]
    _register(here, slugs)
    for slug in slugs:
        with acting.on_behalf_of(slug):
            for kind in TABLE_KINDS:
                tables.create(Space(slug), kind)


def _register(here: Account, slugs: list[str]) -> None:
    with closing(sqlite3.connect(here.database, timeout=60)) as engine, engine:
        for table, place in (("hocmo-local-platform", 0), ("hocmo-local-platform::gsi::listed", 2)):
            rows = engine.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608 (our own names)
            text = next(json.dumps(row) for row in rows if row[place] == "S:tenant#hue")
            copies = [json.loads(text.replace("hue", slug)) for slug in slugs]
            marks = ", ".join("?" * len(rows[0]))
            engine.executemany(f'INSERT INTO "{table}" VALUES ({marks})', copies)  # noqa: S608
        counted = [("S:national-figures", f"S:{slug}", _figures(slug), 90, None, "") for slug in slugs]
        engine.executemany('INSERT INTO "hocmo-local-platform" VALUES (?, ?, ?, ?, ?, ?)', counted)


def _figures(slug: str) -> str:
    """A tenant's totals as the changes of its learners would have counted them."""
    from chalicelib.storage.items import to_item

    counted = {"kind": "commune", "at": 1_790_000_000, "r": 1_000, "e": 1_200, "a": 500, "f": 700}
    return json.dumps(to_item({"pk": "national-figures", "sk": slug, **counted}))


def uneven(by_size: dict[str, dict[str, Any]]) -> list[str]:
    """Operations that spend more with the most than with the fewest, apart from sums over all tenants.

    A page of a list costs what is on it: it is compared from the second size on, where pages are full."""
    first, second, last = (list(by_size.values())[place] for place in (0, min(1, len(by_size) - 1), -1))
    return [
        name
        for name, most in last.items()
        if name not in SUMS
        and any(most[figure] > (second if name in PAGES else first)[name][figure] for figure in spent.FIGURES)
    ]


def tables(found: dict[str, Any]) -> list[results.Table]:
    """Both growths."""
    made = []
    for kind in ("learners", "tenants"):
        by_size = found[kind]
        rows = [
            [name, *[_told(by_size[size][name]) for size in by_size], "sum" if name in SUMS else None]
            for name in by_size[next(iter(by_size))]
        ]
        columns = ["operation", *[f"{int(size):,}" for size in by_size], ""]
        note = f"Not flat: {', '.join(uneven(by_size)) or 'none'}."
        made.append(results.Table(f"Calls / RCU / WCU by {kind}", columns, rows, note))
    return made


def _told(each: dict[str, Any]) -> str:
    return f"{each['calls']} / {each['rcu']:g} / {each['wcu']:g}"
