"""The questions put to counters (where they stand: ``counters.py``) and to checkpoints.

``checkpoint`` in a space's learning table holds an item for each shard of that table's stream: up to which sequence
number it is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib import clock
from chalicelib.reports.counters import (
    NATIONAL_SKILLS,
    OF_AUDIENCE,
    OF_AUDIENCES,
    OF_COURSE,
    OF_COURSES,
    OF_NATION,
    OF_NATIONAL_AUDIENCES,
    OF_NATIONAL_COURSES,
    OF_NATIONAL_SKILLS,
    OF_SKILLS,
    OF_SPACE,
    Place,
    Row,
    numbers_in,
    shown,
)
from chalicelib.reports.figures import COUNTED, TOTAL, Figures
from chalicelib.storage import acting
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space, platform
from chalicelib.storage.table import TRANSACTION_LIMIT, Rows, Table, TransactionFailed, Write, transact

# A transaction's room for counters: it also holds the checkpoint.
ROOM = TRANSACTION_LIMIT - 5

_CHECKPOINT = "checkpoint"


class Moved(Exception):
    """Someone else counted since the checkpoint was read."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a space is counted: the sequence number for each shard, and how often counters were mended."""

    shards: Mapping[str, str]
    mended: int


def checkpoint(space: Space, shard: str) -> str | None:
    """The sequence number up to which a shard is counted. One GetItem, 1 RCU."""
    item = space.table("learning").get(_CHECKPOINT, shard, consistent=True)
    return str(item["seq"]) if item else None


def reached(space: Space) -> Reached:
    """How far all shards of a space are counted. One Query; about 100 bytes a shard."""
    items = space.table("learning").query_all(_CHECKPOINT, consistent=True)
    shards = {item["sk"]: str(item["seq"]) for item in items if "seq" in item}
    return Reached(shards, next((item["n"] for item in items if item["sk"] == "mended"), 0))


def count(space: Space, shard: str, figures: Figures, after: str | None, upto: str) -> None:
    """Add figures and move the shard's checkpoint from ``after`` to ``upto``: both or neither, so each change counts
    once however often it is delivered. One TransactWriteItems, 2 WCU for each item.

    Raises: Moved when the checkpoint is no longer at ``after``, Unavailable when it conflicts with another count.
    """
    condition, values = "attribute_not_exists(seq)", {}
    if after is not None:
        condition, values = "seq = :after", {":after": after}
    moving = space.table("learning").updating(
        _CHECKPOINT,
        shard,
        "SET seq = :upto, #at = :now",
        {**values, ":upto": upto, ":now": clock.epoch_s()},
        names={"#at": "at"},
        condition=condition,
    )
    _transact(space, [moving, *_additions(space, shown(space.slug, figures))])


def mend(space: Space, differences: Mapping[Place, int], mended: int) -> None:
    """Add what is missing from counters (or take away what is too much), unless someone mended them meanwhile.

    Additions, so that batches counted in between stay counted. As many transactions as 95 items go into.
    Raises: Moved, Unavailable.
    """
    by_row: dict[Row, dict[Place, int]] = {}
    for place, number in differences.items():
        by_row.setdefault(place.row, {})[place] = number
    touched = list(by_row.values())
    for start in range(0, len(touched), ROOM):
        part = {place: number for each in touched[start : start + ROOM] for place, number in each.items()}
        marking = space.table("learning").updating(
            _CHECKPOINT,
            "mended",
            "SET n = :next, #at = :now",
            {":next": mended + 1, ":now": clock.epoch_s()} | ({":n": mended} if mended else {}),
            names={"#at": "at"},
            condition="n = :n" if mended else "attribute_not_exists(n)",
        )
        _transact(space, [marking, *_additions(space, part)])
        mended += 1


def _transact(space: Space, writes: list[Write]) -> None:
    try:
        with acting.on_behalf_of(space.slug, beside="figures"):
            transact(writes)
    except TransactionFailed:
        raise Moved from None


def _additions(space: Space, numbers: Mapping[Place, int]) -> list[Write]:
    by_row: dict[Row, dict[str, int]] = {}
    for place, number in numbers.items():
        by_row.setdefault(place.row, {})[place.attribute] = number
    return [_addition(space, row, attributes) for row, attributes in by_row.items()]


def _addition(space: Space, row: Row, attributes: Mapping[str, int]) -> Write:
    names = {f"#{place}": name for place, name in enumerate(attributes)}
    adds = ", ".join(f"#{place} :{place}" for place in range(len(attributes)))
    values: dict[str, Any] = {f":{place}": number for place, number in enumerate(attributes.values())}
    sets, names["#at"], values[":now"] = "#at = :now", "at", clock.epoch_s()
    if row.pk == OF_NATION or row.pk.startswith(OF_NATIONAL_SKILLS):
        sets, names["#kind"], values[":kind"] = sets + ", #kind = :kind", "kind", space.tenant_kind
    return _table(space, row).updating(row.pk, row.sk, f"ADD {adds} SET {sets}", values, names=names)


def _table(space: Space, row: Row) -> Table:
    return platform().table("people") if row.table == "platform" else space.table("learning")


def mark(space: Space, keys: Iterable[tuple[str, str]]) -> None:
    """Note that learners learned in a course on a day; again: no change. One BatchWriteItem for 25, 1 WCU each."""
    space.table("learning").put_all({"pk": pk, "sk": sk} for pk, sk in keys)


def totals(space: Space) -> Item:
    """A space's totals. One GetItem, 0.5 RCU."""
    return space.table("learning").get(OF_SPACE, TOTAL) or {}


def days(space: Space, first: str, last: str) -> list[Item]:
    """A space's figures of the days on which something happened. One Query; 366 days are 5 RCU."""
    return space.table("learning").query(OF_SPACE, between=(first, last)).items


def course_totals(space: Space, course: str) -> Item:
    """A course's totals. One GetItem, 0.5 RCU."""
    return space.table("learning").get(OF_COURSES, course) or {}


def course_days(space: Space, course: str, first: str, last: str) -> list[Item]:
    """A course's figures of the days on which something happened. One Query; 366 days are 5 RCU."""
    return space.table("learning").query(f"{OF_COURSE}{course}", between=(first, last)).items


def courses(space: Space, after: str | None, limit: int) -> Rows:
    """The totals of a space's courses that anyone ever enrolled in, oldest course first. One Query, 0.5 RCU for 40."""
    start = {"pk": OF_COURSES, "sk": after} if after else None
    return space.table("learning").query(OF_COURSES, after=start, limit=limit)


def audiences(space: Space, after: str | None, limit: int) -> Rows:
    """The totals of a space's audiences that anyone was ever in, by id. One Query, 0.5 RCU for 40."""
    start = {"pk": OF_AUDIENCES, "sk": after} if after else None
    return space.table("learning").query(OF_AUDIENCES, after=start, limit=limit)


def audience_totals(space: Space, audience: str) -> Item:
    """An audience's totals. One GetItem, 0.5 RCU."""
    return space.table("learning").get(OF_AUDIENCES, audience) or {}


def audience_courses(space: Space, audience: str, after: str | None, limit: int) -> Rows:
    """What an audience reached in each course that anyone of it enrolled in. One Query, 0.5 RCU for 40."""
    pk = f"{OF_AUDIENCE}{audience}"
    return space.table("learning").query(pk, after={"pk": pk, "sk": after} if after else None, limit=limit)


def course_audiences(space: Space, course: str, audiences_: Iterable[str]) -> dict[str, Item]:
    """What these audiences reached in one course. One BatchGetItem for 100, 0.5 RCU apiece."""
    found = space.table("learning").batch_get([(f"{OF_AUDIENCE}{audience}", course) for audience in audiences_])
    return {pk.removeprefix(OF_AUDIENCE): item for (pk, _), item in found.items()}


def nation() -> list[Item]:
    """Every space's totals. One Query for each megabyte, which holds those of about 8,000 spaces."""
    return platform().table("people").query_all(OF_NATION)


def nation_of(slugs: Iterable[str]) -> dict[str, Item]:
    """Some spaces' totals. One BatchGetItem for 100."""
    found = platform().table("people").batch_get([(OF_NATION, slug) for slug in slugs])
    return {slug: item for (_, slug), item in found.items()}


def nation_month(month: str) -> list[Item]:
    """Every space's days of a month (``2026-11``). One Query for each megabyte, which holds about 1,500 spaces."""
    return platform().table("people").query_all(f"{OF_NATION}#{month}")


def nation_courses(after_course: str | None) -> Iterator[Item]:
    """National courses' totals in each space, by course, then by space: one Query for each megabyte (8,000 items)."""
    # Nothing that begins with the course sorts behind this.
    after: Item | None = {"pk": OF_NATIONAL_COURSES, "sk": f"{after_course}$"} if after_course else None
    while True:
        rows = platform().table("people").query(OF_NATIONAL_COURSES, after=after)
        yield from rows.items
        after = rows.after
        if after is None:
            return


def nation_course(course: str) -> list[Item]:
    """A national course's totals in each space. One Query for each megabyte (8,000 spaces)."""
    return platform().table("people").query_all(OF_NATIONAL_COURSES, begins_with=f"{course}#")


def nation_audiences() -> list[Item]:
    """The totals, in each space, of the audiences that all spaces have. One Query for each megabyte (2,000 spaces)."""
    return platform().table("people").query_all(OF_NATIONAL_AUDIENCES)


def skills(space: Space, framework: str, whose: Iterable[str]) -> dict[str, Item]:
    """How many people are at which level, of everyone and of these audiences. One BatchGetItem for 100, 0.5 RCU apiece
    (of a framework with twelve areas)."""
    pk = f"{OF_SKILLS}{framework}"
    found = space.table("learning").batch_get([(pk, each) for each in whose])
    return {sk: item for (_, sk), item in found.items()}


def nation_skills(framework: str, whose: str = "") -> list[Item]:
    """How many people are at which level in each space, of everyone and of the audiences that all spaces have, or of
    one of these. One Query for each megabyte (2,500 items of a framework with five areas)."""
    begins = f"{whose}#" if whose else ""
    return platform().table("people").query_all(f"{OF_NATIONAL_SKILLS}{framework}", begins_with=begins)


def everything(space: Space) -> Iterator[list[Item]]:
    """What is counted of every item of a space's learning table, page by page: one Scan for each megabyte that the
    table holds. For counting anew only.
    """
    after: Item | None = None
    while True:
        page = space.table("learning").scan(("pk", "sk", *COUNTED), after=after)
        yield page.items
        after = page.after
        if after is None:
            return


def counters(space: Space, partitions: Iterable[str]) -> dict[Place, int]:
    """Every number in these partitions of counters of a space's own table: a consistent Query for each. For counting
    anew."""
    table = space.table("learning")
    numbers: dict[Place, int] = {}
    for pk in sorted(partitions):
        for item in table.query_all(pk, consistent=True):
            numbers |= numbers_in("learning", item)
    return numbers


def national_counters(slug: str, months: Iterable[str], frameworks: Iterable[str]) -> dict[Place, int]:
    """Every number in a space's counters in the platform table. A consistent GetItem for each month, a BatchGetItem for
    skills and a Query for each megabyte of national courses' and audiences' totals. For counting anew only.
    """
    table = platform().table("people")
    found = [table.get(OF_NATION, slug, consistent=True)]
    found += [table.get(f"{OF_NATION}#{month}", slug, consistent=True) for month in sorted(months)]
    of_skills = [(f"{OF_NATIONAL_SKILLS}{each}", f"{whose}#{slug}") for each in frameworks for whose in NATIONAL_SKILLS]
    found += table.batch_get(of_skills, consistent=True).values() if of_skills else ()
    for pk in (OF_NATIONAL_COURSES, OF_NATIONAL_AUDIENCES):
        after: Item | None = None
        while True:
            page = table.query(pk, after=after, consistent=True)
            found += [item for item in page.items if item["sk"].endswith(f"#{slug}")]
            after = page.after
            if after is None:
                break
    numbers: dict[Place, int] = {}
    for item in found:
        numbers |= numbers_in("platform", item) if item else {}
    return numbers
