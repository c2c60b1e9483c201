"""What the web sees of frameworks of competences, of what assessments measure, and of people's skills."""

from __future__ import annotations

from chalicelib.courses.competences import FrameworkId
from chalicelib.errors import InvalidInput, PreconditionFailed, refuse_field
from chalicelib.http import paging
from chalicelib.http.endpoint import Answer, Budget, Feature, Raw
from chalicelib.http.models import Id, Page, PageQuery
from chalicelib.http.permissions import ANYONE, EDIT_COURSES, LEARN, OPERATE, READ_DRAFTS, READ_LEARNERS
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.people import persons
from chalicelib.skills import (
    declaring,
    importing,
    measuring,  # noqa: F401 (it reacts)
    passport,
    reference,
)
from chalicelib.skills.declaring import MeasuredOtherwise
from chalicelib.skills.framework_models import (
    Framework,
    FrameworkCard,
    FrameworkContent,
    FrameworkImport,
    FrameworkSheet,
    ImportQuery,
)
from chalicelib.skills.models import Measure, NewMeasure, SkillsPassport
from chalicelib.skills.reference import TooManyFrameworks
from chalicelib.storage.spaces import Space

skills = Feature("skills")
_A_MINUTE = "public, max-age=60"


@skills.get("/frameworks", may=ANYONE, budget=Budget(calls=0), cache=_A_MINUTE, raises=[paging.BadCursor])
def list_frameworks(query: PageQuery) -> Page[FrameworkCard]:
    """The frameworks of competences by which skills are measured, by title: the same for all spaces, and few."""
    return reference.page(query)


@skills.get("/frameworks/{framework}", may=ANYONE, budget=Budget(calls=0), cache=_A_MINUTE)
def read_framework(framework: FrameworkId) -> Answer[Framework]:
    """One framework: its areas, competences and levels, what it aims at for whom, and what its codes stand for."""
    known = reference.find(framework)
    return Answer(known.shown(), etag=known.etag)


@skills.put(
    "/frameworks/{framework}", may=OPERATE, audits=["state", "edition"],
    raises=[InvalidInput, TooManyFrameworks, PreconditionFailed],
)  # fmt: skip
def import_framework(
    framework: FrameworkId, body: FrameworkContent, query: ImportQuery, circumstances: Circumstances
) -> FrameworkImport:
    """Have a framework as it is sent, for all spaces; `dry_run` only says whether it would be taken.

    One that is published keeps its areas and the number of its levels: another scale is another framework.
    """
    if body.id != framework:
        vi, en = "Mã khung trong nội dung khác với địa chỉ.", "The id in the body is not that of the address."
        raise refuse_field("id", "other_id", vi, en)
    return importing.content(body, circumstances, dry_run=query.dry_run)


@skills.get(
    "/frameworks/{framework}/sheet", may=ANYONE, budget=Budget(calls=0), cache=_A_MINUTE, media="text/csv"
)  # fmt: skip
def read_framework_sheet(framework: FrameworkId) -> Raw:
    """The framework as a CSV file for spreadsheets: what `PUT` takes, and so the template for another one."""
    return importing.sheet(framework)


@skills.put(
    "/frameworks/{framework}/sheet", may=OPERATE, raises=[TooManyFrameworks, PreconditionFailed]
)  # fmt: skip
def import_framework_sheet(
    framework: FrameworkId, body: FrameworkSheet, circumstances: Circumstances
) -> FrameworkImport:
    """Read a framework from a spreadsheet, and keep it unless it is a dry run or has faults: each is named with its row
    and column, and how it is mended."""
    return importing.from_sheet(framework, body, circumstances)


@skills.get("/spaces/{space}/assessments/{assessment}/measure", may=READ_DRAFTS, budget=Budget(calls=2, rcu=10))
def read_measure(space: Space, assessment: Id, circumstances: Circumstances) -> Measure:
    """Which framework an assessment measures, what it surely asks of each area, and what keeps it from measuring."""
    return declaring.read(space, assessment, circumstances.language)


@skills.put(
    "/spaces/{space}/assessments/{assessment}/measure", may=EDIT_COURSES, audits=["framework"],
    raises=[InvalidInput, MeasuredOtherwise],
)  # fmt: skip
def declare_measure(space: Space, assessment: Id, body: NewMeasure, circumstances: Circumstances) -> Measure:
    """Let an assessment measure a framework: whoever takes it gets a level for each area. What was taken before is
    measured by a job.

    Once sittings have been submitted, the framework is not changed for another."""
    return declaring.declare(space, assessment, body.framework, circumstances)


@skills.delete("/spaces/{space}/assessments/{assessment}/measure", may=EDIT_COURSES)
def end_measure(space: Space, assessment: Id) -> None:
    """Let an assessment measure no more. What it has measured stays."""
    declaring.end(space, assessment)


@skills.get("/spaces/{space}/me/skills", may=LEARN, budget=Budget(calls=2, rcu=60))
def read_my_skills(space: Space, actor: Actor) -> SkillsPassport:
    """One's levels by area, first and newest, what is aimed at, which courses lead further, and by which assessments
    one can be measured. A level comes within seconds after a sitting is submitted."""
    return passport.of(space, actor.person_id)


@skills.get("/spaces/{space}/people/{person}/skills", may=READ_LEARNERS, budget=Budget(calls=3, rcu=61))
def read_skills(space: Space, person: Id) -> SkillsPassport:
    """A learner's levels, as they see them."""
    return passport.of(space, persons.get(space, person).id)
