"""How many people a rule would fit, and ten of them: at once in a small space, else by a job."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from chalicelib.audiences import matching, rules
from chalicelib.audiences.matching import Traits
from chalicelib.audiences.models import EXAMPLES, Example, Preview
from chalicelib.audiences.rules import RuleKind
from chalicelib.errors import NotFound
from chalicelib.http.permissions import MANAGE_PEOPLE
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.jobs.routes import JobError
from chalicelib.metering import quotas
from chalicelib.people import directory, entries, persons
from chalicelib.people.person import Person
from chalicelib.storage import spaces
from chalicelib.storage.spaces import Space

PREVIEW = "audiences.preview"
MOST_AT_ONCE = 1_000  # people: their items take 8 Query calls at most
_PIECE = 500


@dataclass
class _Tally:
    """How far a look at everyone is, and what it has found: what a job's checkpoint keeps."""

    shard: int = 0
    after: str = ""
    people: int = 0
    matching: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether everyone has been looked at."""
        return self.shard == entries.SHARDS

    def take(self, space: Space, rule: RuleKind) -> list[Person]:
        """Look at the next people: one Query. Gives those of them who are examples."""
        found, self.after = directory.walk(space, self.shard, self.after, _PIECE)
        fitting = [each for each in found if matching.matches(rule, Traits.of(each))]
        chosen = fitting[: EXAMPLES - len(self.examples)]
        self.people += len(found)
        self.matching += len(fitting)
        self.examples += [each.id for each in chosen]
        self.shard += not self.after
        return chosen


def start(space: Space, rule: RuleKind, *, job_id: str, actor: str) -> Preview:
    """Try a rule: 8 calls at most where there are no more than :data:`MOST_AT_ONCE` people, else a job's work."""
    if quotas.learners(space) <= MOST_AT_ONCE:
        tally, examples = _Tally(), list[Person]()
        while not tally.is_whole and tally.people <= MOST_AT_ONCE:
            examples += tally.take(space, rule)
        if tally.is_whole:
            return _whole(tally, examples)
    payload = {"rule": rules.stored(rule)}
    return follow(space, queue.enqueue(PREVIEW, space.slug, payload, job_id=job_id, actor=actor))


def follow(space: Space, job_id: str) -> Preview:
    """How far a job is, and what it has found so far: 2 calls. Raises: NotFound."""
    job = queue.find(space.slug, job_id)
    if job.kind != PREVIEW:
        raise NotFound
    tally = _Tally(**(job.checkpoint or {}))
    found = persons.many(space, tally.examples) if tally.examples else {}
    return Preview(
        state=job.state,
        job=job_id,
        people=tally.people,
        expected=job.total,
        matching=tally.matching,
        examples=_examples(found[each] for each in tally.examples if each in found),
        error=JobError.model_validate(job.error) if job.error else None,
    )


@queue.handles(PREVIEW, shown_to=MANAGE_PEOPLE)
def preview(job: Job, run: Run) -> None:
    """Look at everyone: 2 calls for each five hundred people."""
    space, rule = spaces.find(job.tenant), rules.of_stored(job.payload["rule"])
    tally, everyone = _Tally(**job.checkpoint), quotas.learners(space)
    while not tally.is_whole:
        tally.take(space, rule)
        run.progress(tally.people, max(everyone, tally.people), asdict(tally))
        if not tally.is_whole:
            run.go_on_if_late()
    run.result = {"people": tally.people, "matching": tally.matching}


def _whole(tally: _Tally, examples: Iterable[Person]) -> Preview:
    return Preview(
        state="done",
        job=None,
        people=tally.people,
        expected=tally.people,
        matching=tally.matching,
        examples=_examples(examples),
    )


def _examples(found: Iterable[Person]) -> list[Example]:
    return [Example.of(each) for each in found]
