"""Reactions to what changed in a tenant's learning table. A reaction must be repeatable: a failed batch comes whole
again.

What feeds them has a tumbling window, for the sake of the shard's name alone. Lambda therefore also calls when a window
closes, with no records, and takes an answer without a ``state`` for a failure.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib import logs
from chalicelib.storage import changes, spaces
from chalicelib.storage.changes import Batch
from chalicelib.storage.client import METER, Meter
from chalicelib.storage.spaces import Space

Reaction = Callable[[Space, Batch], None]
REACTIONS: list[Reaction] = []


def reacts(reaction: Reaction) -> Reaction:
    """Declare a reaction to changes of the learning tables; reactions run in the order of their declaration."""
    REACTIONS.append(reaction)
    return reaction


def apply(event: Mapping[str, Any]) -> dict[str, Any]:
    """Hand one batch to every reaction; when one fails, the batch is asked for again from its first change."""
    if not event.get("Records"):
        return _answer()
    batch = changes.read(event)
    meter = Meter()
    remembered = METER.set(meter)
    try:
        _react(batch)
    except Exception as error:
        logs.event("changes.failed", level=logging.ERROR, error=error, tenant=batch.space, shard=batch.shard)
        return _answer(batch.changes[0].sequence)
    finally:
        METER.reset(remembered)
    logs.event(
        "changes.applied", tenant=batch.space, changes=len(batch.changes),
        calls=meter.calls, rcu=meter.rcu, wcu=meter.wcu,
    )  # fmt: skip
    return _answer()


def _answer(*failures: str) -> dict[str, Any]:
    return {"state": {}, "batchItemFailures": [{"itemIdentifier": sequence} for sequence in failures]}


def _react(batch: Batch) -> None:
    space = spaces.directory.find(batch.space)
    if space is None:
        # The space was closed while its last changes were under way: there is nobody left to count for.
        logs.event("changes.orphaned", level=logging.WARNING, tenant=batch.space, changes=len(batch.changes))
        return
    for reaction in REACTIONS:
        reaction(space, batch)
