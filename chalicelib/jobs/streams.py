"""Reactions to what changed in a tenant's learning table. A reaction must be repeatable: a failed batch comes again,
whole or in halves.

What feeds them has a tumbling window, for the sake of the shard's name alone. Lambda therefore also calls when a window
closes, with no records, and takes an answer without a ``state`` for a failure.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib import logs
from chalicelib.storage import acting, changes, spaces
from chalicelib.storage.changes import Batch
from chalicelib.storage.client import METER, Meter
from chalicelib.storage.spaces import Space

_DONE: dict[str, Any] = {"state": {}, "batchItemFailures": []}


class BatchFailed(Exception):
    """A reaction failed; which change is to blame is not known. Lambda parts the batch in two and tries both again,
    down to the one change; an answer that named the first would bring the whole batch again and again."""


Reaction = Callable[[Space, Batch], None]
REACTIONS: list[Reaction] = []


def reacts(reaction: Reaction) -> Reaction:
    """Declare a reaction to changes of the learning tables; reactions run in the order of their declaration."""
    REACTIONS.append(reaction)
    return reaction


def apply(event: Mapping[str, Any]) -> dict[str, Any]:
    """Hand one batch to every reaction. Raises: BatchFailed, without what was raised: that may quote a person."""
    if not event.get("Records"):
        return _DONE
    batch = changes.read(event)
    started = time.perf_counter()
    meter = Meter()
    remembered = METER.set(meter)
    try:
        _react(batch)
    except Exception as error:
        logs.event("changes.failed", level=logging.ERROR, error=error, tenant=batch.space, shard=batch.shard)
        raise BatchFailed from None
    finally:
        METER.reset(remembered)
    logs.event(
        "changes.applied",
        tenant=batch.space,
        changes=len(batch.changes),
        ms=round((time.perf_counter() - started) * 1000, 1),
        mb=logs.MEMORY_MB,
        **meter.facts(),
    )
    return _DONE


def _react(batch: Batch) -> None:
    space = spaces.directory.find(batch.space)
    if space is None:
        # The space was closed while its last changes were under way: there is nobody left to count for.
        logs.event("changes.orphaned", level=logging.WARNING, tenant=batch.space, changes=len(batch.changes))
        return
    with acting.on_behalf_of(space.slug):
        for reaction in REACTIONS:
            reaction(space, batch)
