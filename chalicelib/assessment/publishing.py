"""Publishing an assessment: its draft, made fast as the newest version.

What is drawn from the centre's banks is copied into the space first. A few hundred items are copied by the request;
more by a job, which publishes the very version that the request has found to be whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from chalicelib import clock
from chalicelib.assessment import definitions, ending, freezing, gathering, store
from chalicelib.assessment.definition_models import PublishedAssessment
from chalicelib.assessment.freezing import Frozen
from chalicelib.banks import national
from chalicelib.banks.refs import Ref
from chalicelib.errors import PreconditionFailed
from chalicelib.http.requests import Circumstances
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.storage import files, spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed

PUBLISH = "assessment.publish"
AT_ONCE = 200  # items of national banks: some 14 calls
_SLICE = 500
_PACK = "application/octet-stream"


def publish(space: Space, assessment_id: str, circumstances: Circumstances) -> PublishedAssessment:
    """Freeze the draft that was read as the newest version: 2 calls, those of :func:`gathering.freeze`, and those of
    :func:`national.take_over` for items that the newest version has not; by a job where those are many.

    Raises: NotFound, AssessmentArchived, InvalidInput, PreconditionRequired, PreconditionFailed, BankWithdrawn.
    """
    found = definitions.in_use(space, assessment_id)
    circumstances.require_match(definitions.etag(found))
    version = int(found.get("live", {}).get("version", 0)) + 1
    before = _before(space, assessment_id, version)
    frozen = gathering.freeze(space, assessment_id, version, definitions.draft_of(found), before)
    new, job = _new(frozen, before), None
    if len(new) > AT_ONCE:
        job = _by_a_job(space, frozen, found["v"], circumstances)
    else:
        if new:
            national.take_over(space, new)
        _make_fast(space, found, frozen, freezing.pack(frozen))
    return PublishedAssessment(
        id=assessment_id, version=version, questions=frozen.questions, pool=frozen.pool, job=job
    )  # fmt: skip


def _before(space: Space, assessment_id: str, version: int) -> Frozen | None:
    return freezing.read(space, assessment_id, version - 1) if version > 1 else None


def _new(frozen: Frozen, before: Frozen | None) -> Sequence[Ref]:
    """What of national banks the space has not from the version before."""
    had = set(before.refs) if before else set()
    return [ref for ref in frozen.refs if ref.bank in frozen.national and ref not in had]


def _by_a_job(space: Space, frozen: Frozen, seen: int, circumstances: Circumstances) -> str:
    pack = freezing.pack(frozen)
    name = files.key(space, "publishing", f"{sha256(pack).hexdigest()}.pack")  # by what it holds: it never changes
    files.put(name, pack, _PACK, temporary=True)
    payload = {"assessment": frozen.assessment, "version": frozen.version, "seen": seen, "pack": name}
    job_id = circumstances.new_id(space.slug, frozen.assessment)
    return queue.enqueue(PUBLISH, space.slug, payload, job_id=job_id, actor=circumstances.actor_id)


@queue.handles(PUBLISH, crosses="centre")
def publish_large(job: Job, run: Run) -> None:
    """Take over what is new, then publish: 1 call for each 25 items. Repeating it changes nothing. Raises: GoOn,
    BankWithdrawn, PreconditionFailed where the assessment was changed meanwhile."""
    space, asked = spaces.find(job.tenant), job.payload
    pack = files.get(asked["pack"])
    frozen = freezing.unpack(asked["assessment"], asked["version"], pack)
    new = _new(frozen, _before(space, frozen.assessment, frozen.version))
    taken = int(job.checkpoint.get("taken", 0))
    while taken < len(new):
        national.take_over(space, new[taken : taken + _SLICE])
        taken = min(taken + _SLICE, len(new))
        run.progress(taken, len(new), {"taken": taken})
        run.go_on_if_late()
    found = definitions.find(space, frozen.assessment)
    if found["v"] == asked["seen"]:
        _make_fast(space, found, frozen, pack)
    elif store.frozen(space, frozen.assessment, frozen.version) != pack:  # else a run that died has published it
        raise PreconditionFailed
    run.result = {"version": frozen.version, "questions": frozen.questions, "pool": frozen.pool}


def _make_fast(space: Space, found: Item, frozen: Frozen, pack: bytes) -> None:
    """Raises: PreconditionFailed."""
    live = {"version": frozen.version, "questions": frozen.questions, **frozen.terms.model_dump(mode="json")}
    ends = ending.announce(space, found, frozen)
    facts = {"live": live, "updated_at": clock.timestamp(), "ends": ends}
    try:
        store.publish(space, frozen.assessment, frozen.version, pack, facts, found["v"])
    except TransactionFailed:
        raise PreconditionFailed from None
