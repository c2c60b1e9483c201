"""Moving learners to another version of their course, keeping what they did in lessons that still exist."""

from __future__ import annotations

from typing import Any

from chalicelib.courses.outline import LessonEntry, Outline
from chalicelib.errors import Unavailable
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.learning import completion, items, store, versions
from chalicelib.learning.merging import Enrolment
from chalicelib.storage import spaces
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

MIGRATE = "learning.migrate"
_SLICE = 100
_TRIES = 5


def gone(old: Outline, new: Outline) -> frozenset[str]:
    """Lessons whose progress a move from ``old`` to ``new`` drops: those that no longer exist, and those that became a
    quiz, since a quiz is done only by passing it."""
    before, after = old.structure.lessons, new.structure.lessons
    return frozenset(lesson for lesson, entry in before.items() if not _carries(entry, after.get(lesson)))


def _carries(before: LessonEntry, after: LessonEntry | None) -> bool:
    return after is not None and (after.kind != "quiz" or before.kind == "quiz")


def move(space: Space, enrolment: Enrolment, to: Outline) -> Enrolment:
    """Pin the enrolment to a newer version and complete it if that is now due; one that is completed, left, or as new
    already stays as it is. 1 call, 1 WCU; repeating it changes nothing. Live progress may race: nothing of it is lost.
    """
    for _ in range(_TRIES):
        if not enrolment.active or enrolment.completed_at is not None or enrolment.version > to.version:
            return enrolment
        if enrolment.version == to.version:
            return completion.settle(space, enrolment, to)
        old = versions.pinned(space, enrolment.course_id, enrolment.version)
        try:
            enrolment = store.move(space, enrolment, to.version, gone(old, to))
        except ConditionFailed as found:
            enrolment = items.found(found) or enrolment
    raise Unavailable


def start(space: Space, course_id: str, version: int, *, job_id: str, actor: str) -> str:
    """Enqueue the move of everyone in mid-course to that version; gives the job's id."""
    return queue.enqueue(MIGRATE, space.slug, {"course": course_id, "version": version}, job_id=job_id, actor=actor)


@queue.handles(MIGRATE)
def migrate(job: Job, run: Run) -> None:
    """Move a course's active learners, a hundred at a time, shard by shard of the index.

    Each checkpoint names the hundred that come next: whoever of them completes on the way leaves that part of the
    index, and would not be found, nor counted, by a retry that asked again. Who was moved already is passed over.
    """
    space, course_id = spaces.find(job.tenant), str(job.payload["course"])
    to = versions.pinned(space, course_id, int(job.payload["version"]))
    at = job.checkpoint or {"people": [], "shard": 0, "after": None, "on_version": 0}
    while at["people"] or at["shard"] < items.SHARDS:
        moved = [move(space, enrolment, to) for enrolment in store.batch(space, course_id, at["people"])]
        on_version = at["on_version"] + sum(each.version == to.version for each in moved)
        at = {"on_version": on_version, **_next(space, course_id, at["shard"], at["after"])}
        run.progress(at["shard"], items.SHARDS, at)
        run.go_on_if_late()
    run.result = {"on_version": at["on_version"]}


def _next(space: Space, course_id: str, shard: int, after: str | None) -> dict[str, Any]:
    """The next active learners, and where those after them begin: a Query for each shard that has none."""
    people: list[str] = []
    while not people and shard < items.SHARDS:
        people, after = store.learners_of(space, course_id, shard, "active", after, _SLICE)
        if after is None:
            shard += 1
    return {"people": people, "shard": shard, "after": after}
