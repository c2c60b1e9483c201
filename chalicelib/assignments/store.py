"""Courses asked of audiences in a space's courses table, orders to enrol and whom they are about, the days on which
enrolments are due, and in the platform table on which days whom of the spaces somebody is to be reminded.

| item | pk, sk | holds |
|---|---|---|
| assignment | ``assignments``, ``<course>#<audience>`` | what a course is to an audience, and until when |
| order | ``orders``, ``<job>`` | an order to enrol: course, whom, until when, how it stands, what came of it |
| people | ``order#<job>``, ``<00001>`` | those of one slice of an order that were not undone, and of who was how many |
| deadline | ``deadlines``, ``<2026-12-31>#<course>`` | that enrolments in it are due then, and when to remind of it |
| reminded | ``person#<id>``, ``reminded#<course>#<day>#<n>`` (people table) | that this was sent; forgotten in time |
| due | ``due#<2026-12-24>``, ``<slug>`` (platform table) | that the space has something to look at on that day |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib import clock
from chalicelib.assignments.rules import Assignment
from chalicelib.people.keys import person_pk
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space, platform
from chalicelib.storage.table import ConditionFailed, Table, TransactionFailed, Write, transact

_ASSIGNMENTS, _DEADLINES, _ORDERS = "assignments", "deadlines", "orders"
_STANDS = "attribute_not_exists(st) OR st = :running"
_KEPT_S = 90 * 24 * 3600
_MOST_DEADLINES = 500  # looked at on one day


def every(space: Space) -> list[Assignment]:
    """All that is asked of the space's audiences: 1 Query, 0.5 RCU for 30 or so."""
    return [_of_item(item) for item in _table(space).query_all(_ASSIGNMENTS)]


def put(space: Space, assignment: Assignment) -> Assignment:
    """Ask a course of an audience, or ask it otherwise, keeping since when: 1 UpdateItem, 1 WCU. Gives what stands."""
    facts: Item = {
        "kind": assignment.kind,
        "due_on": assignment.due_on.isoformat() if assignment.due_on else None,
        "due_in_days": assignment.due_in_days,
        "remind_days": assignment.remind_days,
        "remind_sms": assignment.remind_sms,
    }
    told = {name: value for name, value in facts.items() if value is not None}
    gone = [f"#{name}" for name in facts if name not in told]
    sets = [f"#{name} = :{name}" for name in told]
    expression = f"SET {', '.join(sets)}, #at = if_not_exists(#at, :at)"
    item = _table(space).update(
        *_key(assignment.course_id, assignment.audience),
        expression + (f" REMOVE {', '.join(gone)}" if gone else ""),
        {":at": assignment.at, **{f":{name}": value for name, value in told.items()}},
        names={"#at": "at", **{f"#{name}": name for name in facts}},
    )
    return _of_item(item)


def delete(space: Space, course_id: str, audience: str) -> bool:
    """Ask it no more: 1 DeleteItem, 1 WCU. Gives whether it was asked."""
    return _table(space).delete(*_key(course_id, audience)) is not None


def note_order(space: Space, order: str, facts: Item, due: date | None) -> None:
    """Note an order that is to be carried out, unless it is noted: 1 UpdateItem, 1 WCU. It is kept for 90 days, and so
    long after what is due."""
    known = {**facts, "st": "running", "at": clock.timestamp(), "due": due.isoformat() if due else None}
    known["ttl"] = _order_ttl(due)
    told = {name: value for name, value in known.items() if value is not None}
    sets = ", ".join(f"#{name} = if_not_exists(#{name}, :{name})" for name in told)
    values, names = {f":{name}": value for name, value in told.items()}, {f"#{name}": name for name in told}
    _table(space).update(_ORDERS, order, f"SET {sets}", values, names=names, returns="NONE")


def order(space: Space, order_id: str) -> Item | None:
    """An order as it stands: 1 GetItem, read consistently, 1 RCU."""
    return _table(space).get(_ORDERS, order_id, consistent=True)


def orders(space: Space, after: str | None, limit: int) -> tuple[list[Item], str | None]:
    """A space's orders, newest first, and after which to go on: 1 Query, 0.5 RCU for ten or so."""
    start = {"pk": _ORDERS, "sk": after} if after else None
    rows = _table(space).query(_ORDERS, after=start, limit=limit, descending=True)
    return rows.items, rows.after["sk"] if rows.after else None


def move_order(space: Space, order_id: str, state: str, since: Sequence[str], **facts: object) -> Item:
    """Bring an order from one of these states into another: 1 UpdateItem, 1 WCU; gives it as it stands then.

    Raises: ConditionFailed.
    """
    held = {f":was{place}": each for place, each in enumerate(since)}
    sets = "".join(f", #{name} = :{name}" for name in facts)
    return _table(space).update(
        _ORDERS,
        order_id,
        f"SET st = :state{sets}",
        {":state": state, **held, **{f":{name}": value for name, value in facts.items()}},
        names={f"#{name}": name for name in facts} or None,
        condition=f"st IN ({', '.join(held)})",
    )


def end_order(space: Space, order_id: str, counts: Mapping[str, int]) -> None:
    """Note what came of an order, which is done, or was called off before: at most 2 UpdateItems, 1 WCU each."""
    try:
        move_order(space, order_id, "done", ["running"], counts=dict(counts))
    except ConditionFailed:
        with suppress(ConditionFailed):  # begun before orders were noted
            _table(space).update(
                _ORDERS,
                order_id,
                "SET counts = :counts",
                {":counts": dict(counts)},
                condition="attribute_exists(st)",
                returns="NONE",
            )


def standing(space: Space, order_id: str) -> Write:
    """The condition inside a transaction that an order still stands: 2 RCU."""
    return _table(space).checking(_ORDERS, order_id, _STANDS, {":running": "running"})


def note_people(space: Space, order_id: str, slice_: int, people: Sequence[str], due: date | None) -> bool:
    """Note whom a slice of an order is about, before any of them is enrolled; gives whether the order still stands.

    A slice that is done again adds whoever is in it now. 1 transaction, 6 WCU a hundred people and 2 RCU.
    """
    adding = _table(space).updating(
        *_slice_key(order_id, slice_),
        "ADD people :people SET #ttl = :ttl",
        {":people": {*people}, ":ttl": _order_ttl(due)},
        names={"#ttl": "ttl"},
    )
    try:
        transact([standing(space, order_id), adding])
    except TransactionFailed:
        return False
    return True


@dataclass(frozen=True, slots=True)
class OrderSlice:
    """Whom a slice of an order is about, as far as it is not undone, and what undoing it has come to so far."""

    place: str
    people: list[str]
    undone: Mapping[str, int]


def slices(space: Space, order_id: str, after: str, limit: int) -> tuple[list[OrderSlice], str | None]:
    """The next slices of an order after a place (empty: from the start), and after which to go on: 1 Query, read
    consistently, 1 RCU for some two hundred people."""
    pk = _slice_key(order_id, 0)[0]
    start = {"pk": pk, "sk": after} if after else None
    rows = _table(space).query(pk, after=start, limit=limit, consistent=True)
    found = [
        OrderSlice(item["sk"], sorted(item.get("people", ())), {name: item[name] for name in _UNDONE if name in item})
        for item in rows.items
    ]
    return found, rows.after["sk"] if rows.after else None


_UNDONE = ("removed", "released", "unchanged")


def noting_undone(space: Space, order_id: str, place: str, people: Sequence[str], undone: Mapping[str, int]) -> Write:
    """Note inside a transaction that an order is undone for these people of a slice: 6 WCU a hundred."""
    counted = {name: number for name, number in undone.items() if number}
    return _table(space).updating(
        _slice_key(order_id, 0)[0],
        place,
        "DELETE people :people ADD " + ", ".join(f"{name} :{name}" for name in counted),
        {":people": {*people}, **{f":{name}": number for name, number in counted.items()}},
        condition="attribute_exists(pk)",
    )


def _slice_key(order_id: str, slice_: int) -> tuple[str, str]:
    return f"order#{order_id}", f"{slice_:05}"


def _order_ttl(due: date | None) -> int:
    to_come = max((due - clock.vietnam_day()).days, 0) if due else 0
    return clock.epoch_s() + to_come * 24 * 3600 + _KEPT_S


def note_deadline(space: Space, course_id: str, due: str, remind_days: int, *, sms: bool) -> None:
    """Note that enrolments in a course are due on a day, and when to remind of it: 1 UpdateItem, 1 WCU."""
    values: Item = {":days": {remind_days}, **({":sms": True} if sms else {})}
    expression = ("SET sms = :sms " if sms else "") + "ADD remind_days :days"
    _table(space).update(_DEADLINES, f"{due}#{course_id}", expression, values, returns="NONE")


def deadlines(space: Space, first: date, last: date) -> list[Item]:
    """The days between these two, both included, on which enrolments are due, at most 500: ``due``, ``course``,
    ``remind_days``, ``sms``. 1 Query."""
    until = (last + timedelta(days=1)).isoformat()
    rows = _table(space).query(_DEADLINES, between=(first.isoformat(), until), limit=_MOST_DEADLINES)
    found = []
    for item in rows.items:
        due, _, course = item["sk"].partition("#")
        found.append({"due": due, "course": course, "remind_days": item["remind_days"], "sms": item.get("sms", False)})
    return found


def reminded(space: Space, marks: Iterable[tuple[str, str]]) -> set[str]:
    """Who of these (persons' ids with what they are to be reminded of) was so already: 1 BatchGetItem a hundred, 0.5
    RCU apiece."""
    keys = [(person_pk(person_id), f"reminded#{what}") for person_id, what in marks]
    found = space.table("people").batch_get(keys)
    return {pk.removeprefix(person_pk("")) for pk, _ in found}


def mark_reminded(space: Space, person_id: str, what: str) -> None:
    """Note that somebody was reminded: 1 PutItem, 1 WCU."""
    mark = {"pk": person_pk(person_id), "sk": f"reminded#{what}", "ttl": clock.epoch_s() + _KEPT_S}
    space.table("people").put(mark)


def plan(space: Space, day: date) -> None:
    """Have the space looked at on that day: 1 PutItem of the platform's table, 1 WCU. Planning it again changes
    nothing."""
    ttl = clock.epoch_s() + max((day - clock.vietnam_day()).days, 0) * 24 * 3600 + _KEPT_S
    platform().table("people").put({"pk": f"due#{day.isoformat()}", "sk": space.slug, "ttl": ttl})


def planned(day: date) -> list[str]:
    """The spaces that are to be looked at on that day: 1 Query for each megabyte, some 10,000 spaces."""
    return [item["sk"] for item in platform().table("people").query_all(f"due#{day.isoformat()}")]


def _of_item(item: Item) -> Assignment:
    course_id, _, audience = item["sk"].partition("#")
    due_on = item.get("due_on")
    return Assignment(
        course_id=course_id,
        audience=audience,
        kind=item["kind"],
        due_on=date.fromisoformat(due_on) if due_on else None,
        due_in_days=item.get("due_in_days"),
        remind_days=item.get("remind_days"),
        remind_sms=bool(item.get("remind_sms")),
        at=item["at"],
    )


def _key(course_id: str, audience: str) -> tuple[str, str]:
    return _ASSIGNMENTS, f"{course_id}#{audience}"


def _table(space: Space) -> Table:
    return space.table("courses")
