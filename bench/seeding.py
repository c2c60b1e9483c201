"""Many learners at once: one is made through the API, and the rows that this left in the engine's file are multiplied.

Writing a million learners through the engine would take hours, so they go into its file, which is an SQLite database
in WAL mode that several processes may share. Every copy has an id and a login of its own and stands in the index where
the program would have put it. Left out are the entries by which people are searched: several for each learner, and no
measured operation reads them. What is measured afterwards goes through the engine alone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import world as worlds
from bench.caller import Asked, Caller
from bench.world import World, report
from chalicelib import ids
from chalicelib.learning import items

Row = tuple[Any, ...]
_PART = 100_000
_CACHE_KB = 1_500_000
_LOGIN = "hoc-vien-{}@hue.example"


@dataclass(frozen=True, slots=True)
class Template:
    """The rows of one learner in one course, by the engine's tables."""

    person: str
    login: str
    course: str
    database: Path
    rows: dict[str, list[Row]]

    def of(self, table: str, numbers: range) -> Iterator[Row]:
        """A table's rows of the learners of these numbers."""
        shard = items.index_partition(self.course, ids.shard(self.person, items.SHARDS))
        for number in numbers:
            person, login = person_of(number), _LOGIN.format(f"{number:07d}")
            own_shard = items.index_partition(self.course, ids.shard(person, items.SHARDS))
            for row in self.rows[table]:
                yield tuple(
                    cell.replace(self.person, person).replace(self.login, login).replace(shard, own_shard)
                    if isinstance(cell, str)
                    else cell
                    for cell in row
                )


def person_of(number: int) -> str:
    """The id of the learner of that number."""
    return ids.derived("bench", str(number))


def template(world: World, course: str) -> Template:
    """A learner who registered, enrolled in ``course`` and did two lessons of it."""
    login = _LOGIN.format("0mau000")
    body = {"name": "Nguyễn Văn An", "login": login, "password": worlds.PASSWORD}
    reply = Caller().asks(Asked("POST", world.at("/people"), body, headers=(("idempotency-key", ids.new()),)))
    person = str(json.loads(reply["body"])["id"])
    learner = Caller(worlds.token(world.slug, "learner", person))
    learner.call("PUT", world.at(f"/me/enrolments/{course}"))
    for lesson in "12":
        report(learner, world, course, lesson)
    database = world.account.database
    return Template(person, login, course, database, _written(database, world.slug, person, login))


def _written(database: Path, slug: str, person: str, login: str) -> dict[str, list[Row]]:
    found = {}
    with closing(sqlite3.connect(database)) as engine:
        names = engine.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for (name,) in names:
            if name.startswith(f"hocmo-local-{slug}-"):
                rows = engine.execute(f'SELECT * FROM "{name}"')  # noqa: S608 (the engine's own names)
                found[name] = [row for row in rows if _is_of(row, person, login)]
    return {name: rows for name, rows in found.items() if rows}


def _is_of(row: Row, person: str, login: str) -> bool:
    keys = " ".join(map(str, row[:4] if len(row) == 5 else row[:2]))
    return (person in keys or login in keys) and "S:listed#" not in keys


def fill(made: Template, first: int, last: int) -> None:
    """Write the learners numbered from ``first`` to before ``last``, a part at a time in the order of their keys."""
    with closing(sqlite3.connect(made.database, timeout=60)) as engine:
        engine.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        engine.execute("PRAGMA synchronous = OFF")  # what a crash would lose is made anew
        for start in range(first, last, _PART):
            with engine:
                for table in made.rows:
                    columns = ", ".join("?" * (5 if _is_index(table) else 6))
                    rows = sorted(made.of(table, range(start, min(start + _PART, last))))
                    engine.executemany(f'INSERT INTO "{table}" VALUES ({columns})', rows)  # noqa: S608


def _is_index(table: str) -> bool:
    return "::gsi::" in table
