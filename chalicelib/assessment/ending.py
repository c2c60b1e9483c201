"""When sittings of an assessment end at the latest. A sheet has its own end, so that keeping an answer reads nothing
else; a closing that is brought forward is brought to all sheets that are open, whatever version they are of.

An assessment's ``ends`` is the time until when a sheet may be open: it goes up with a later closing at once, and down
with an earlier one when no sheet is left that would end later. What must wait for the last of all waits for that.
"""

from __future__ import annotations

from chalicelib import clock
from chalicelib.assessment import closing, definitions, keys, store
from chalicelib.assessment.definition_models import Terms
from chalicelib.assessment.freezing import Frozen
from chalicelib.http.permissions import READ_LEARNERS
from chalicelib.jobs import queue
from chalicelib.jobs.queue import GoOn, Job, Run
from chalicelib.storage import spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

BRING_FORWARD = "assessment.bring-forward"
_SETTLED_S = 60  # what was begun under the version before is there by then, and the index shows it
_SLICE = 100


def announce(space: Space, found: Item, frozen: Frozen) -> int:
    """What ``ends`` becomes by a version that is about to be published. Where that closes earlier, a job is asked for
    first: whoever dies in between leaves a job that finds nothing. 0 or 1 call."""
    was, end = definitions.ends_at(found), _end(frozen.terms, 0)
    if was > end:
        payload = {"assessment": frozen.assessment, "version": frozen.version}
        queue.enqueue(BRING_FORWARD, space.slug, payload)
    return max(was, end)


def due_at(terms: Terms) -> int | None:
    """When it closes, in epoch seconds; ``None``: never."""
    return int(terms.closes_at.timestamp()) if terms.closes_at else None


def _end(terms: Terms, now: int) -> int:
    """When the last sheet ends that is begun under these terms; if they are published only after that, from now."""
    due = due_at(terms)
    return keys.NEVER if due is None else max(due, now) + terms.grace_seconds


@queue.handles(BRING_FORWARD, shown_to=READ_LEARNERS)
def bring_forward(job: Job, run: Run) -> None:
    """Have all open sheets end when the newest version closes: 1 call for each, and 1 for each hundred. What is done
    leaves the list. A second look after a minute finds those that were just being begun."""
    space, asked = spaces.find(job.tenant), job.payload
    found = definitions.find(space, asked["assessment"])
    live = found.get("live", {}).get("version", 0)
    if live < asked["version"]:
        return run.wait()  # it is just being published
    if live > asked["version"]:
        return None  # whatever is to be done is that version's
    terms, _ = definitions.rules(space, asked["assessment"])
    began = clock.epoch_s()
    seen, until = int(job.checkpoint.get("seen", began)), _end(terms, began)
    moved = int(job.checkpoint.get("moved", 0))
    closing.plan(space, asked["assessment"], until)
    for shard in range(keys.SHARDS):
        moved += _bring(space, asked["assessment"], shard, (until - terms.grace_seconds, until))
        run.progress(moved, moved + 1, {"seen": seen, "moved": moved})
        run.go_on_if_late()
    if began < seen + _SETTLED_S:
        raise GoOn(in_s=_SETTLED_S)
    store.lower_end(space, asked["assessment"], live, until)
    run.result = {"moved": moved}
    return None


def _bring(space: Space, assessment_id: str, shard: int, ends: tuple[int, int]) -> int:
    """The open sheets of a shard that would end later; gives how many they were."""
    moved, after = 0, None
    between = (keys.open_key(ends[1] + 1, "", 0), f"{keys.of_state(submitted=False)}~")
    while True:
        found, after = store.listed_sittings(space, assessment_id, shard, between, after, _SLICE)
        for person_id, number in map(keys.of_index_key, found):
            store.end_earlier(space, assessment_id, person_id, number, *ends)
        moved += len(found)
        if after is None:
            return moved
