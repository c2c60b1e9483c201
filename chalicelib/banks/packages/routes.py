"""Packages of questions: taken into a bank, written from one."""

from __future__ import annotations

from chalicelib.banks.banking import ArchivedBank
from chalicelib.banks.packages import remarks, transfers
from chalicelib.banks.packages.models import NewQuestionExport, NewQuestionImport, QuestionEntry, QuestionTransfer
from chalicelib.http.endpoint import Answer, Budget, Feature
from chalicelib.http.models import Id, Page, PageQuery
from chalicelib.http.permissions import EDIT_COURSES, READ_DRAFTS
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.storage.spaces import Space

banks = Feature("banks")


@banks.post("/spaces/{space}/banks/{bank}/imports", may=EDIT_COURSES, status=202, creates=True, raises=[ArchivedBank])
def import_questions(
    space: Space, actor: Actor, circumstances: Circumstances, bank: Id, body: NewQuestionImport
) -> Answer[QuestionTransfer]:
    """Take an uploaded package's questions into a bank, all or none of them unless `only_valid`. A job does it."""
    job_id = circumstances.new_id(space.slug, bank)
    return _begun(space, transfers.start_import(space, bank, body, job_id=job_id, actor=actor.person_id))


@banks.post("/spaces/{space}/banks/{bank}/exports", may=EDIT_COURSES, status=202, creates=True, raises=[ArchivedBank])
def export_questions(
    space: Space, actor: Actor, circumstances: Circumstances, bank: Id, body: NewQuestionExport
) -> Answer[QuestionTransfer]:
    """Have a bank's questions written into a file, keys and all, in their newest versions. A job does it."""
    job_id = circumstances.new_id(space.slug, bank)
    return _begun(space, transfers.start_export(space, bank, body.format, job_id=job_id, actor=actor.person_id))


@banks.get("/spaces/{space}/banks/{bank}/transfers/{job}", may=READ_DRAFTS, budget=Budget(calls=1, rcu=1))
def read_transfer(space: Space, bank: Id, job: Id) -> QuestionTransfer:
    """How far an import or an export is, and what came of it; of an export that is done, where to read its file."""
    return transfers.follow(space, bank, job)


@banks.get("/spaces/{space}/banks/{bank}/transfers/{job}/questions", may=READ_DRAFTS, budget=Budget(calls=1, rcu=1))
def list_transfer_questions(
    space: Space, bank: Id, job: Id, query: PageQuery, circumstances: Circumstances
) -> Page[QuestionEntry]:
    """The questions of a package in its order, with what is wrong with them or left behind; of an export those of which
    there is something to say. Kept for a week."""
    transfers.require(space, bank, job)
    found, after = remarks.page(space, job, query, circumstances.language)
    return Page[QuestionEntry](items=found, next=after)


def _begun(space: Space, begun: QuestionTransfer) -> Answer[QuestionTransfer]:
    return Answer(begun, location=f"/v1/spaces/{space.slug}/banks/{begun.bank}/transfers/{begun.id}")
