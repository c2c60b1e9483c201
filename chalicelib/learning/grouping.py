"""The audiences that enrolments count for: those that their learner is in now. Why: ``figures-by-audience.md``.

An enrolment keeps a copy of them (``g``), so that figures are sums over items; so do other items of learners that are
counted for audiences (:data:`COUNTED`). Whoever enrols brings it in a token or a
job that may be minutes old, and whoever moves to other audiences leaves it behind: both are put right from the learning
table's stream, where each change is seen once at least. Doing it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from chalicelib.learning import enrolments, items
from chalicelib.people.keys import AUDIENCES, LEARNER
from chalicelib.storage.changes import Change
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, Table

# What the sort keys of such items begin with; whoever keeps others adds theirs.
COUNTED: list[str] = [items.PREFIX]


def follow(space: Space, changes: Sequence[Change]) -> None:
    """Let the enrolments of whoever has moved, or has just enrolled, count for the audiences that they are in.

    0 calls for changes of other things. 2 Queries for each learner who has moved and 1 UpdateItem for each of their
    enrolments (and other items that count); 1 BatchGetItem for each hundred who enrolled, and the same for those of
    them who brought old audiences.
    """
    new = {change.pk for change in changes if change.sk == LEARNER and change.old is None}
    moved = [change.pk for change in changes if change.sk == AUDIENCES and change.pk not in new and _is_move(change)]
    brought = [(change.pk, _brought(change)) for change in changes if _is_grouped_anew(change)]
    table = space.table("learning")
    for pk in dict.fromkeys([*moved, *_strayed(table, brought)]):
        _follow(table, pk)


def _is_move(change: Change) -> bool:
    """Whether somebody has come into an audience or left one. (Who is new comes with the item ``learner`` in the same
    transaction, and has no enrolments yet.)"""
    old, new = change.old or {}, change.new
    return new is not None and set(old.get("since", ())) != set(new.get("since", ()))


def _is_grouped_anew(change: Change) -> bool:
    if change.new is None or not change.sk.startswith(tuple(COUNTED)):
        return False
    return change.old is None or change.old.get("g") != change.new.get("g")


def _brought(change: Change) -> str:
    return str(change.new.get("g", "")) if change.new else ""


def _strayed(table: Table, brought: Iterable[tuple[str, str]]) -> list[str]:
    """Whose enrolments count for other audiences than they are in: 1 BatchGetItem a hundred, 1 RCU apiece."""
    pairs = [*brought]
    found = table.batch_get([(pk, AUDIENCES) for pk, _ in pairs], consistent=True) if pairs else {}
    return [pk for pk, mark in pairs if (item := found.get((pk, AUDIENCES))) and _mark(item) != mark]


def _follow(table: Table, pk: str) -> None:
    """1 consistent Query for each kind of item, and 1 UpdateItem (1 WCU) for each item that counts for others."""
    rows = table.query_all(pk, begins_with=items.HOME, consistent=True)
    if not rows or rows[0]["sk"] != AUDIENCES:
        return
    mark = _mark(rows[0])
    for begins in COUNTED[1:]:
        rows += table.query_all(pk, begins_with=begins, consistent=True)
    for row in rows[1:]:
        if row.get("g", "") != mark:
            with suppress(ConditionFailed):  # it has gone to another account meanwhile
                _count_for(table, row, mark)


def _count_for(table: Table, row: Item, mark: str) -> None:
    expression, values = ("SET g = :g", {":g": mark}) if mark else ("REMOVE g", {})
    table.update(row["pk"], row["sk"], expression, values, condition="attribute_exists(pk)", returns="NONE")


def _mark(audiences: Mapping[str, object]) -> str:
    since = audiences.get("since")
    return " ".join(enrolments.kept([*since] if isinstance(since, Mapping) else []))
