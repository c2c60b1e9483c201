"""What the web sees of assessments as staff keep them, and of the results."""

from __future__ import annotations

from chalicelib.assessment import definitions, exports, publishing, regrading, results, supervising
from chalicelib.assessment.definition_models import Assessment, AssessmentCard, AssessmentDraft, PublishedAssessment
from chalicelib.assessment.definitions import AssessmentArchived, TooManyAssessments
from chalicelib.assessment.regrading import RegradingUnready
from chalicelib.assessment.sitting_models import (
    NewSittingsExport,
    PaperAppeal,
    Regrade,
    RegradingJob,
    Release,
    SittingNumber,
    SittingQuery,
    SittingsExport,
    StaffSitting,
    SupervisorCode,
)
from chalicelib.assessment.supervising import OwnSitting
from chalicelib.banks.national import BankWithdrawn
from chalicelib.errors import InvalidInput, PreconditionFailed, PreconditionRequired
from chalicelib.http import paging
from chalicelib.http.endpoint import Answer, Budget, Feature
from chalicelib.http.models import Id, Page, PageQuery
from chalicelib.http.permissions import EDIT_COURSES, MANAGE_PEOPLE, READ_DRAFTS, READ_LEARNERS
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

assessments = Feature("assessment")
_STALE = [PreconditionRequired, PreconditionFailed]


@assessments.get(
    "/spaces/{space}/assessments", may=READ_DRAFTS, budget=Budget(calls=1, rcu=100), raises=[paging.BadCursor]
)
def list_assessments(space: Space, query: PageQuery) -> Page[AssessmentCard]:
    """A space's assessments, the newest first, archived ones among them."""
    return definitions.page(space, query)


@assessments.post(
    "/spaces/{space}/assessments", may=EDIT_COURSES, creates=True, audits=["title"], raises=[TooManyAssessments]
)
def create_assessment(space: Space, circumstances: Circumstances, body: AssessmentDraft) -> Answer[Assessment]:
    """Begin an assessment. Nobody sees it before it is published."""
    made = definitions.create(space, body, circumstances)
    return _answer(made, location=f"/v1/spaces/{space.slug}/assessments/{made['sk']}")


@assessments.get("/spaces/{space}/assessments/{assessment}", may=READ_DRAFTS, budget=Budget(calls=1, rcu=10))
def read_assessment(space: Space, assessment: Id) -> Answer[Assessment]:
    """One assessment with its draft."""
    return _answer(definitions.find(space, assessment))


@assessments.put(
    "/spaces/{space}/assessments/{assessment}", may=EDIT_COURSES, raises=[AssessmentArchived, *_STALE]
)  # fmt: skip
def save_assessment(
    space: Space, circumstances: Circumstances, assessment: Id, body: AssessmentDraft
) -> Answer[Assessment]:
    """Replace the draft that was read (`If-Match`). What was published stays until the draft is published, too."""
    return _answer(definitions.save(space, assessment, body, circumstances))


@assessments.post(
    "/spaces/{space}/assessments/{assessment}/versions", may=EDIT_COURSES, creates=True, crosses="centre",
    also={202: "A job takes questions over from national banks first, then publishes."},
    raises=[InvalidInput, AssessmentArchived, BankWithdrawn, *_STALE],
)  # fmt: skip
def publish_assessment(space: Space, circumstances: Circumstances, assessment: Id) -> Answer[PublishedAssessment]:
    """Freeze the draft that was read (`If-Match`) as the newest version: from now on sittings are begun under it.

    A draft that asks for more than its banks surely have is refused, each part with what it lacks. Of national banks
    what the centre has added or archived within the last minute may not be noticed yet where a part draws.
    """
    made = publishing.publish(space, assessment, circumstances)
    return Answer(made, status=202 if made.job else 201)


@assessments.post("/spaces/{space}/assessments/{assessment}/archive", may=EDIT_COURSES, status=200)
def archive_assessment(space: Space, assessment: Id) -> Answer[Assessment]:
    """Let nobody begin it any more. Open sittings go on; results stay."""
    return _answer(definitions.archive(space, assessment))


@assessments.get(
    "/spaces/{space}/assessments/{assessment}/sittings", may=READ_LEARNERS, raises=[paging.BadCursor]
)  # fmt: skip
def list_sittings(space: Space, assessment: Id, query: SittingQuery) -> Page[StaffSitting]:
    """Who has taken it, with their results; or whose sittings are open. The newest come last within a part of them."""
    return results.of_assessment(space, assessment, query)


@assessments.get(
    "/spaces/{space}/assessments/{assessment}/sittings/{person}/{number}", may=READ_LEARNERS, raises=[OwnSitting]
)
def read_sitting_paper(space: Space, actor: Actor, assessment: Id, person: Id, number: SittingNumber) -> PaperAppeal:
    """One sitting with its paper, for an appeal: what was drawn by which seed, what was answered, what it earned. It is
    drawn again by the seed, and whether that gives the same is told."""
    return results.appeal(space, assessment, person, number, actor.person_id)


@assessments.post(
    "/spaces/{space}/assessments/{assessment}/exports", may=READ_LEARNERS, status=202, creates=True,
    while_suspended=True,
)  # fmt: skip
def export_sittings(
    space: Space, circumstances: Circumstances, assessment: Id, body: NewSittingsExport
) -> Answer[SittingsExport]:
    """Have the sittings of an assessment with their results written into a file that spreadsheets open, however many
    they are. A job does it."""
    job_id = circumstances.new_id(space.slug, assessment)
    export = exports.start(space, assessment, body.state, job_id=job_id, actor=circumstances.actor_id)
    return Answer(export, location=f"/v1/spaces/{space.slug}/assessments/{assessment}/exports/{job_id}")


@assessments.get(
    "/spaces/{space}/assessments/{assessment}/exports/{job}", may=READ_LEARNERS, audited=True,
    budget=Budget(calls=3, rcu=2, wcu=1),
)  # fmt: skip
def read_sittings_export(space: Space, assessment: Id, job: Id) -> SittingsExport:
    """How far a file is; once it is done, an address to read it from, good for a quarter of an hour."""
    return exports.follow(space, assessment, job)


@assessments.get("/spaces/{space}/assessments/{assessment}/code", may=READ_LEARNERS)
def read_supervisor_code(space: Space, assessment: Id) -> SupervisorCode:
    """The code to tell those who sit in the room. It changes every ten minutes."""
    definitions.newest(space, assessment)
    return supervising.code(space, assessment)


@assessments.put("/spaces/{space}/assessments/{assessment}/releases/{person}", may=READ_LEARNERS, raises=[OwnSitting])
def release_person(space: Space, actor: Actor, assessment: Id, person: Id) -> Release:
    """Let a person begin the supervised assessment once, within the hour."""
    definitions.newest(space, assessment)
    return supervising.release(space, assessment, person, actor.person_id)


@assessments.post(
    "/spaces/{space}/assessments/{assessment}/regradings", may=READ_LEARNERS, status=202, creates=True
)  # fmt: skip
def try_regrading(space: Space, circumstances: Circumstances, assessment: Id) -> Answer[RegradingJob]:
    """List whom the keys that were corrected in the banks would change, and from what to what. Nothing changes yet.

    Tutors and admins ask for it, and an admin applies it. An author who has corrected a key is refused (`403`, which
    leads to the space's admins), since the list names learners and their results: whoever writes questions sees none.
    """
    job = regrading.begin(space, assessment, circumstances.new_id(space.slug), circumstances.actor_id)
    return Answer(RegradingJob(job=job), location=f"/v1/spaces/{space.slug}/jobs/{job}")


@assessments.get(
    "/spaces/{space}/assessments/{assessment}/regradings/{job}/changes", may=READ_LEARNERS,
    budget=Budget(calls=2, rcu=20), raises=[paging.BadCursor],
)  # fmt: skip
def list_regrading_changes(space: Space, assessment: Id, job: Id, query: PageQuery) -> Page[Regrade]:
    """Whose result changes, as far as the dry run has come."""
    return regrading.changes(space, assessment, job, query)


@assessments.post(
    "/spaces/{space}/assessments/{assessment}/regradings/{job}/application", may=MANAGE_PEOPLE, status=202,
    raises=[RegradingUnready],
)  # fmt: skip
def apply_regrading(space: Space, actor: Actor, assessment: Id, job: Id) -> Answer[RegradingJob]:
    """Apply what the dry run has listed, once: whose score changes is told, certificates are issued and revoked.

    Not for authors: whoever corrects a key may have sat by it.

    A sitting that was graded anew since is left alone; the job's result counts those.
    """
    made = regrading.apply(space, assessment, job, actor.person_id)
    return Answer(RegradingJob(job=made), location=f"/v1/spaces/{space.slug}/jobs/{made}")


def _answer(item: Item, location: str | None = None) -> Answer[Assessment]:
    return Answer(definitions.shown(item), etag=definitions.etag(item), location=location)
