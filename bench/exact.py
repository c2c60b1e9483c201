"""What is the same on every machine: calls, capacity units and sizes at a small scale. ``make bench-check`` holds each
change against the committed figures, so that none gets dearer unseen; no time is ever compared.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from bench import account, enrol, flat, results, seeding, tenants, world
from bench.caller import Caller
from bench.world import LESSONS, World, report
from infra.cloud import build
from infra.cloud.runtime import LAMBDA

LEARNERS = (100, 2_000)
TENANTS = (1, 12)


def main(_scale: str) -> None:
    """Measure, print and keep: what ``make bench-check`` compares with from then on."""
    found = measure() | {"built": built()}
    results.keep("exact", found)
    results.show(tables(found))


def measure() -> dict[str, Any]:
    """Everything that is exact, without what has to be built first."""
    return {
        "learners": flat.learners(LEARNERS),
        "tenants": flat.tenants(TENANTS),
        "opening": _opening(),
        "enrolment_units": _enrolment_units(),
        "items": _items(),
    }


def built() -> dict[str, int]:
    """Bytes of the package and of the template, if they were built."""
    paths = {
        "zip_bytes": build.BUILD / f"hocmo-{LAMBDA.architecture}.zip",
        "template_bytes": build.BUILD / "template.json",
    }
    return {name: path.stat().st_size for name, path in paths.items() if path.exists()}


def _opening() -> dict[str, Any]:
    one = tenants.run(1, 0)["one"]
    return {name: figure for name, figure in one.items() if name not in ("s", "cpu_s")}


def _enrolment_units() -> dict[str, Any]:
    with account.opened() as here:
        space = world.make(here, courses=1)
        units = enrol.units(space, here.database_url)
    return {**units, **enrol.spread(LEARNERS[-1], units)}


def _items() -> dict[str, int]:
    """Bytes of items as DynamoDB counts them, of a learner who has finished a course of ten lessons."""
    with account.opened() as here:
        space = world.make(here, courses=1)
        person = seeding.template(space, space.courses[0]).person
        learner = Caller(world.token(space.slug, "learner", person))
        for lesson in LESSONS:
            report(learner, space, space.courses[0], lesson)
        return _sizes(space, person)


def _sizes(space: World, person: str) -> dict[str, int]:
    places = {
        "enrolment": ("learning", f"learner#{person}", f"enrolment#{space.courses[0]}"),
        "attempt": ("learning", f"learner#{person}", f"attempt#{space.courses[0]}#5#0001"),
        "person": ("people", f"person#{person}", "person"),
        "course": ("courses", "catalogue", space.courses[0]),
    }
    with closing(sqlite3.connect(space.account.database)) as engine:
        return {name: _size(engine, space.slug, *place) for name, place in places.items()}


def _size(engine: sqlite3.Connection, slug: str, kind: str, pk: str, sk: str) -> int:
    query = f'SELECT item_size FROM "hocmo-local-{slug}-{kind}" WHERE pk = ? AND sk = ?'  # noqa: S608 (our own names)
    found: tuple[int] = engine.execute(query, (f"S:{pk}", f"S:{sk}")).fetchone()
    return found[0]


def tables(found: dict[str, Any]) -> list[results.Table]:
    """The sizes; the rest is told by the parts that measure it at every scale."""
    rows = [[name, size] for part in ("items", "built") for name, size in found[part].items()]
    return [results.Table("Sizes", ["of", "bytes"], rows)]
