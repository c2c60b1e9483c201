"""A changed rule, brought to everyone of a space by a job.

The job goes over all people twice: containers remember the rules for a minute, so that whoever was changed by one that
still knew the earlier rules is put right by the second round. Of two changes the later one's job does the work for
both: the earlier ends where it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from chalicelib import clock, ids
from chalicelib.audiences import membership, store
from chalicelib.audiences.membership import Audiences
from chalicelib.jobs import queue
from chalicelib.jobs.queue import GoOn, Job, Run
from chalicelib.metering import quotas
from chalicelib.people import administration, directory, entries, loading
from chalicelib.people.loading import Change
from chalicelib.people.person import Person
from chalicelib.storage import spaces
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Write, transact

REGROUP = "audiences.regroup"
SLICE = 100
_ROUNDS = ("regrouping", "checking")
_SETTLING_S = membership.FRESH_S + 15  # and how long a request that began with the old rules may take
_ORPHANED_S = 60


@dataclass
class _Walk:
    """Where a job is among the people, as its checkpoint keeps it."""

    round: int = 0
    shard: int = 0
    after: str = ""
    done: int = 0
    moved: int = 0
    not_before: int = 0  # epoch seconds

    def passed(self, people: int, after: str) -> None:
        """So many more are done, and the walk goes on after that position (empty: in the next part)."""
        self.done, self.after = self.done + people, after
        if not after:
            self.shard += 1
        if self.shard == entries.SHARDS:
            self.round, self.shard, self.done = self.round + 1, 0, 0
            self.not_before = clock.epoch_s() + _SETTLING_S


def begin(space: Space, write: Write | None, number: int, actor: str) -> str:
    """Make a change of the rules that had this number, together with the job that brings it to everyone: 2 calls.

    The job is written down first: one whose change was not made ends without work. Raises: TransactionFailed.
    """
    job_id = ids.new()
    transact([queue.enqueuing(REGROUP, space.slug, {"number": number + 1}, job_id=job_id, actor=actor)])
    store.write(space, write, number, job_id)
    queue.hint(REGROUP, space.slug, job_id)
    return job_id


@queue.handles(REGROUP)
def regroup(job: Job, run: Run) -> None:
    """Put everyone into the audiences that suit them: 3 calls for each hundred people, and 1 for some ten who move."""
    space = spaces.find(job.tenant)
    audiences = membership.read(space)
    walk, everyone = _Walk(**job.checkpoint), quotas.learners(space)
    if audiences.number < job.payload["number"] and not _is_orphaned(space, job):
        raise GoOn(in_s=5)  # the change is just being made
    people = 0
    while audiences.job == job.id and walk.round < len(_ROUNDS):
        if walk.not_before > clock.epoch_s():
            raise GoOn(in_s=walk.not_before - clock.epoch_s())
        step = _ROUNDS[walk.round]
        found, after = directory.walk(space, walk.shard, walk.after, SLICE)
        walk.moved += _settle(space, audiences, found)
        people = walk.done + len(found)
        walk.passed(len(found), after)
        run.progress(people, max(everyone, people), asdict(walk), step=step)
        run.go_on_if_late()
        if store.job_of(space) != job.id:
            break
    run.result = {"people": people, "moved": walk.moved}


def _is_orphaned(space: Space, job: Job) -> bool:
    """Whether whoever wrote the job down has had time enough for the change that it was for."""
    kept = queue.find(space.slug, job.id)
    return clock.now().timestamp() > clock.from_timestamp(kept.created_at).timestamp() + _ORPHANED_S


def _settle(space: Space, audiences: Audiences, people: Iterable[Person]) -> int:
    """Move whoever of these people is not where they belong: 1 call for some ten. Gives how many there were.

    Raises: PreconditionFailed when others change one of them without end.
    """
    moves = [Change(each, moved) for each in people if (moved := audiences.grouped(each)) != each]
    for late in loading.store_all(space, moves, "admin"):  # an index is a moment late
        administration.on_latest(space, late.new.id, audiences.grouped)
    return len(moves)
