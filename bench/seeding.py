"""Many learners at once: one is made through the API, and the rows that this left in the engine's file are multiplied.

Writing a million learners through the engine would take hours, so they go into its file, which is an SQLite database
in WAL mode that several processes may share. Every copy has an id and a login of its own and stands in the index where
the program would have put it. Left out are the entries by which people are searched: several for each learner, and no
measured operation reads them. What is measured afterwards goes through the engine alone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench import world as worlds
from bench.caller import Asked, Caller
from bench.world import World, report
from chalicelib import ids
from chalicelib.learning import items

_LOGIN = "hoc-vien-{}@hue.example"


@dataclass(frozen=True, slots=True)
class Template:
    """The rows of one learner in one course, by the engine's tables, each as JSON."""

    person: str
    login: str
    course: str
    database: Path
    rows: dict[str, list[str]]

    def of(self, table: str, numbers: range) -> Iterator[list[object]]:
        """A table's rows of the learners of these numbers."""
        shard = items.index_partition(self.course, ids.shard(self.person, items.SHARDS))
        for number in numbers:
            person, login = person_of(number), _LOGIN.format(f"{number:07d}")
            own_shard = items.index_partition(self.course, ids.shard(person, items.SHARDS))
            for text in self.rows[table]:
                copied = text.replace(self.person, person).replace(self.login, login).replace(shard, own_shard)
                yield json.loads(copied)


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


def _written(database: Path, slug: str, person: str, login: str) -> dict[str, list[str]]:
    found = {}
    with closing(sqlite3.connect(database)) as engine:
        names = engine.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for (name,) in names:
            if name.startswith(f"hocmo-local-{slug}-"):
                rows = engine.execute(f'SELECT * FROM "{name}"')  # noqa: S608 (the engine's own names)
                found[name] = [json.dumps(row, ensure_ascii=False) for row in rows if _is_of(row, person, login)]
    return {name: texts for name, texts in found.items() if texts}


def _is_of(row: Sequence[object], person: str, login: str) -> bool:
    keys = " ".join(map(str, row[:4] if len(row) == 5 else row[:2]))
    return (person in keys or login in keys) and "S:listed#" not in keys


def fill(made: Template, first: int, last: int) -> None:
    """Write the learners numbered from ``first`` to before ``last``."""
    with closing(sqlite3.connect(made.database, timeout=60)) as engine, engine:
        for table in made.rows:
            columns = ", ".join("?" * (5 if _is_index(table) else 6))
            rows = made.of(table, range(first, last))
            engine.executemany(f'INSERT INTO "{table}" VALUES ({columns})', rows)  # noqa: S608


def _is_index(table: str) -> bool:
    return "::gsi::" in table
