"""Learners written straight into a learning table, in the shape that learning gives them; and their stream, cut and
delivered as a test likes it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib import ids
from chalicelib.jobs.streams import BatchFailed
from chalicelib.storage import changes, client, spaces, tables
from chalicelib.storage.changes import Batch, Change
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed
from tests import factories
from tests.emulated import Cloud, Context

NOON = 1_795_490_000  # 2026-11-24 04:33 UTC: 11:33 in Vietnam
DAY_S = 86_400
TODAY = "2026-11-24"

_numbers = itertools.count(1)


def space_of_learners(slug: str | None = None, kind: str = "province") -> Space:
    """A space that has the tables which counting, telling apps of results and certifying need, and is in the
    registry."""
    opened = factories.register(slug or f"lop-hoc-{next(_numbers)}", kind=kind)
    for each in ("learning", "people", "courses"):
        tables.create(opened.space, each)
    return opened.space


def register(space: Space, person: str, at: int = NOON) -> None:
    """As ``people`` writes a new learner."""
    space.table("learning").put({"pk": f"learner#{person}", "sk": "learner", "at": at, "via": "self"})


def enrolment(person: str, course: str, at: int = NOON, **facts: Any) -> dict[str, Any]:
    """The item of an enrolment."""
    return {
        "pk": f"learner#{person}",
        "sk": f"enrolment#{course}",
        "v": 1,
        "st": "active",
        "at": at,
        "seen": at * 1000,
        "c": f"course#{course}#{ids.shard(person, 16)}",
        "cs": f"a#{person}",
        **facts,
    }


def group(space: Space, person: str, audiences: list[str], at: int = NOON) -> None:
    """As ``people`` keeps a learner's audiences."""
    since = dict.fromkeys(audiences, at)
    space.table("learning").put({"pk": f"learner#{person}", "sk": "enrol#audiences", "since": since})


def measured(levels: Mapping[str, Any], audiences: str | None = None, person: str = "lan") -> dict[str, Any]:
    """The item of where somebody stands in a framework, as ``skills`` keeps it."""
    item = {
        "pk": f"learner#{person}",
        "sk": "skills#digcomp-2.2",
        "fw": "digcomp-2.2",
        "lv": levels,
        "first": levels,
        "at": NOON,
        "g": audiences,
    }
    return {name: value for name, value in item.items() if value is not None}


def enrol(
    space: Space, person: str, course: str, at: int = NOON, national: str | None = None, audiences: str | None = None
) -> bool:
    """As ``learning`` enrols; whether the learner had not been enrolled before."""
    item = enrolment(person, course, at) | {"nat": national, "g": audiences}
    try:
        space.table("learning").create(item)
    except ConditionFailed:
        return False
    return True


def change(space: Space, person: str, course: str, expression: str, condition: str, **values: Any) -> bool:
    """One conditional update of an enrolment; whether it was made."""
    try:
        space.table("learning").update(
            f"learner#{person}",
            f"enrolment#{course}",
            expression,
            {f":{name}": value for name, value in values.items()},
            condition=f"attribute_exists(pk) AND {condition}",
        )
    except ConditionFailed:
        return False
    return True


def learn(space: Space, person: str, course: str, at: int = NOON) -> bool:
    """Progress: the newest activity moves forward."""
    return change(space, person, course, "SET seen = :seen", "st = :a AND seen < :seen", a="active", seen=at * 1000)


def leave(space: Space, person: str, course: str) -> bool:
    """Leave a course, keeping progress."""
    return change(
        space, person, course, "SET st = :l, cs = :cs", "st = :a", l="left", a="active", cs=f"l#{person}"
    )  # fmt: skip


def come_back(space: Space, person: str, course: str) -> bool:
    """Return to a course."""
    return change(
        space, person, course, "SET st = :a, cs = :cs", "st = :l", l="left", a="active", cs=f"a#{person}"
    )  # fmt: skip


def complete(space: Space, person: str, course: str, at: int = NOON) -> bool:
    """Complete a course, once."""
    return change(
        space, person, course, "SET fin = :at, cs = :cs", "attribute_not_exists(fin) AND st = :a",
        at=at, a="active", cs=f"c#{person}",
    )  # fmt: skip


@dataclass
class Feed:
    """The stream of one learning table, dealt to as many shards as a test wants: all of an item's changes to one."""

    aws: Cloud
    space: Space
    shards: int = 1
    _records: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _read_to: int = 0

    def read(self) -> None:
        """Take over what is new in the stream."""
        table = self.space.table_name("learning")
        for event in self.aws.changes_of(table):
            for record in event["Records"]:
                sequence = int(record["dynamodb"]["SequenceNumber"])
                if sequence > self._read_to:
                    self._read_to = sequence
                    self._records.setdefault(self._shard(record), []).append(record)

    def _shard(self, record: Mapping[str, Any]) -> str:
        return f"shard-{ids.shard(record['dynamodb']['Keys']['pk']['S'], self.shards)}"

    def names(self) -> list[str]:
        """The shards that have records."""
        return sorted(self._records)

    def length(self, shard: str) -> int:
        """How many records a shard has."""
        return len(self._records.get(shard, []))

    def event(self, shard: str, start: int, stop: int) -> dict[str, Any]:
        """Records ``start`` to ``stop`` of a shard, as Lambda hands them over."""
        arn = f"arn:aws:dynamodb:x:0:table/{self.space.table_name('learning')}/stream/1"
        return {"Records": self._records[shard][start:stop], "shardId": shard, "eventSourceARN": arn}

    def deliver(self, shard: str, start: int, stop: int) -> bool:
        """Hand records over; whether all were taken."""
        import app

        try:
            app.apply_changes(self.event(shard, start, stop), Context())
        except BatchFailed:
            return False
        return True

    def deliver_all(self, size: int = 100) -> None:
        """Deliver everything in order, again and again until nothing new comes of it."""
        done: dict[str, int] = {}
        while True:
            self.read()
            rest = [(name, done.get(name, 0)) for name in self.names() if done.get(name, 0) < self.length(name)]
            if not rest:
                return
            for name, start in rest:
                done[name] = min(start + size, self.length(name))
                assert self.deliver(name, start, done[name])

    def log(self, space: Space, after: Mapping[str, str]) -> Iterator[Batch]:
        """What the stream still holds, shard by shard, as ``changes.kept`` tells it of a real one."""
        assert space.slug == self.space.slug
        self.read()
        for name in self.names():
            batch = changes.read(self.event(name, 0, self.length(name)))
            yield Batch(space.slug, name, [each for each in batch.changes if each.position > int(after.get(name, 0))])


def stored(space: Space) -> dict[str, dict[str, Any]]:
    """Every counter of a space, by table and key, without what is nought."""
    found: dict[str, dict[str, Any]] = {}
    scanned = [("learning", each) for each in everything(space.table_name("learning"))]
    scanned += [("platform", each) for each in everything(spaces.platform().table_name("people"))]
    for table, item in scanned:
        own = item["pk"].startswith("counter#") or (
            item["pk"].startswith("national-figures") and space.slug in item["sk"].split("#")
        )
        numbers = {
            name: number for name, number in item.items() if name not in ("pk", "sk", "at", "kind") and number
        }  # fmt: skip
        if own and numbers:
            found[f"{table} {item['pk']} {item['sk']}"] = numbers
    return found


def everything(table: str) -> list[dict[str, Any]]:
    """All items of a table."""
    from chalicelib.storage.items import from_item

    pages = client.dynamodb().get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [from_item(item) for page in pages for item in page["Items"]]


def a_change(old: dict[str, Any] | None, new: dict[str, Any] | None, sequence: str = "1") -> Change:
    """A change of one item."""
    item = new or old or {}
    return Change(item["pk"], item["sk"], old, new, sequence)
