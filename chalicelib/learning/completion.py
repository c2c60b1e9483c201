"""When a course is complete: its required lessons are done, and a quiz is done only by passing it. Once, for ever."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.courses.outline import Outline
from chalicelib.learning import items, store
from chalicelib.learning.merging import Enrolment
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed


def settle(space: Space, enrolment: Enrolment, outline: Outline) -> Enrolment:
    """Complete the enrolment if it is due, and give it as it then is; ``outline`` is of its version.

    0 calls unless it is due; then one UpdateItem, 3 WCU, which of all racing reports, retries and the stream's reaction
    exactly one performs.
    """
    if enrolment.completed_at is not None or not enrolment.active or not outline.is_complete(enrolment.done):
        return enrolment
    try:
        return store.finish(space, enrolment, clock.epoch_s())
    except ConditionFailed as found:
        # Completed by another, left, or moved to another version: whoever did that settles what follows from it.
        return items.found(found) or enrolment
