"""Usage in the platform table: figures by day, by month, and what is stored.

| item | pk, sk | holds |
|---|---|---|
| a day | ``usage#<slug>``, ``<yyyy-mm-dd>`` | what was used on a day in Vietnam; kept for two years |
| a month | ``usage-month#<yyyy-mm>``, ``<slug>`` | the same for the month: a nation's month is one Query |
| stored | ``usage-stored``, ``<slug>`` | bytes of items and files when last measured, and files confirmed since |
| marker | ``metered#<batch>``, ``<part>`` | that this part of a batch of log lines is counted; kept for 15 days |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib import clock
from chalicelib.metering.counts import Counts
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import platform
from chalicelib.storage.table import ConditionFailed, Table, TransactionFailed, Write, transact

# Two items each, and the marker: 91 writes of the hundred that a transaction takes.
TENANTS_AT_ONCE = 45
# Longer than a batch that was given up can be handed over again (``infra/cloud/queues.py``).
_MARKED_S = 15 * 24 * 3600
_DAYS_KEPT_S = 2 * 366 * 24 * 3600
_STORED = "usage-stored"
# Where reports count each space's learners, and by which name (``reports/counters.py``, ``reports/figures.py``).
OF_NATION, REGISTRATIONS = "national-figures", "r"


def _table() -> Table:
    return platform().table("people")


def add(batch: str, sums: Mapping[tuple[str, str], Counts], newest_ms: int) -> None:
    """Add a batch's figures, each part of it once however often it comes. One TransactWriteItems for each 45 tenants'
    days, 2 WCU for each item.

    Raises: Unavailable.
    """
    in_order = sorted(sums)
    for start in range(0, len(in_order), TENANTS_AT_ONCE):
        marker = {"pk": f"metered#{batch}", "sk": str(start), "ttl": clock.epoch_s() + _MARKED_S}
        part = {key: sums[key] for key in in_order[start : start + TENANTS_AT_ONCE]}
        try:
            transact([_table().creating(marker), *_additions(part, newest_ms)])
        except TransactionFailed:
            continue  # its marker is there: counted before


def _additions(sums: Mapping[tuple[str, str], Counts], newest_ms: int) -> list[Write]:
    """A write for each day and for each month; two days of a month in one batch are one write to it."""
    months: dict[tuple[str, str], Counts] = {}
    writes = []
    for (slug, day), counts in sums.items():
        months.setdefault((day[:7], slug), Counts()).add(counts)
        kept = {"ttl": clock.epoch_s() + _DAYS_KEPT_S}
        writes.append(_adding(f"usage#{slug}", day, counts.numbers(), newest_ms, kept))
    for (month_, slug), counts in months.items():
        writes.append(_adding(f"usage-month#{month_}", slug, counts.numbers(), newest_ms, {}))
    return writes


def _adding(pk: str, sk: str, numbers: Mapping[str, float], at_ms: int, more: Item) -> Write:
    facts = {"at": at_ms, **more}
    names = {f"#{name}": name for name in (*numbers, *facts)}
    adds = ", ".join(f"#{name} :{name}" for name in numbers)
    sets = ", ".join(f"#{name} = :{name}" for name in facts)
    values: dict[str, Any] = {f":{name}": value for name, value in (*numbers.items(), *facts.items())}
    return _table().updating(pk, sk, f"ADD {adds} SET {sets}", values, names=names)


def days(slug: str, first: str, last: str) -> list[Item]:
    """A tenant's days on which anything was used. One Query; 92 days are 4 RCU."""
    return _table().query(f"usage#{slug}", between=(first, last)).items


def month(month_: str) -> list[Item]:
    """What every tenant used in a month (``2026-11``). One Query for each megabyte, which holds about 2,500 tenants."""
    return _table().query_all(f"usage-month#{month_}")


def month_of(month_: str, slugs: Iterable[str]) -> dict[str, Item]:
    """What some tenants used in a month. One BatchGetItem for 100."""
    found = _table().batch_get([(f"usage-month#{month_}", slug) for slug in slugs])
    return {slug: item for (_, slug), item in found.items()}


def stored(slug: str) -> Item | None:
    """What a tenant stores, as measured last. One GetItem, 0.5 RCU."""
    return _table().get(_STORED, slug)


def all_stored() -> list[Item]:
    """What every tenant stores. One Query for each megabyte, which holds about 5,000 tenants."""
    return _table().query_all(_STORED)


def stored_of(slugs: Iterable[str]) -> dict[str, Item]:
    """What some tenants store. One BatchGetItem for 100."""
    return {slug: item for (_, slug), item in _table().batch_get([(_STORED, slug) for slug in slugs]).items()}


def measured(
    slug: str, items_bytes: int, files_bytes: int, files: int, since_ms: int, counted: tuple[int, int]
) -> None:
    """What was measured, begun at ``since_ms``: it stands for all that was confirmed before, which were ``counted``
    bytes and files; those confirmed since stay beside it until the next measure. One UpdateItem, 1 WCU. An older
    measure never replaces a newer, and the same one counts once."""
    facts = {"items_bytes": items_bytes, "files_bytes": files_bytes, "files": files, "at": since_ms}
    added = {"added_bytes": -counted[0], "added_files": -counted[1]}
    sets = ", ".join(f"#{name} = :{name}" for name in facts)
    adds = ", ".join(f"#{name} :{name}" for name in added)
    try:
        _table().update(
            _STORED,
            slug,
            f"SET {sets} ADD {adds}",
            {f":{name}": value for name, value in {**facts, **added}.items()},
            names={f"#{name}": name for name in (*facts, *added)},
            condition="attribute_not_exists(#at) OR #at < :at",
            returns="NONE",
        )
    except ConditionFailed:
        return


def confirmed(slug: str, size: int) -> None:
    """A file was uploaded since the last measure, counted once. One transaction, 2 WCU."""
    _table().update_once(_STORED, slug, "ADD added_bytes :size, added_files :one", {":size": size, ":one": 1})


def forget_stored(slug: str) -> None:
    """Nothing of a tenant is stored any more. One DeleteItem, 1 WCU."""
    _table().delete(_STORED, slug)


def learners(slug: str) -> int:
    """How many learners registered in a space, as counted from its stream. One GetItem, 0.5 RCU."""
    item = _table().get(OF_NATION, slug)
    return int(item.get(REGISTRATIONS, 0)) if item else 0
