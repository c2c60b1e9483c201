"""What the web sees of the analysis of an assessment's items."""

from __future__ import annotations

from chalicelib import cells
from chalicelib.assessment import analysis, exports
from chalicelib.assessment.analysis import NotAnalysed
from chalicelib.assessment.analysis_models import AnalysedItem, Analysis, AnalysisJob
from chalicelib.http import paging
from chalicelib.http.endpoint import Answer, Budget, Feature, Raw
from chalicelib.http.models import Id, Page, PageQuery
from chalicelib.http.permissions import EDIT_COURSES, READ_DRAFTS
from chalicelib.http.requests import Circumstances
from chalicelib.storage.spaces import Space

assessments = Feature("assessment")


@assessments.post("/spaces/{space}/assessments/{assessment}/analyses", may=EDIT_COURSES, status=202, creates=True)
def analyse_assessment(space: Space, circumstances: Circumstances, assessment: Id) -> Answer[AnalysisJob]:
    """Have all submitted sittings read for what they say of the items. What it finds replaces the analysis before."""
    job = analysis.begin(space, assessment, circumstances.new_id(space.slug, assessment), circumstances.actor_id)
    return Answer(AnalysisJob(job=job), location=f"/v1/spaces/{space.slug}/jobs/{job}")


@assessments.get(
    "/spaces/{space}/assessments/{assessment}/analysis", may=READ_DRAFTS, budget=Budget(calls=1, rcu=10),
    raises=[NotAnalysed],
)  # fmt: skip
def read_analysis(space: Space, assessment: Id) -> Analysis:
    """The newest analysis: of how many sittings, as of when, and how reliable the whole is."""
    return analysis.newest(space, assessment)


@assessments.get(
    "/spaces/{space}/assessments/{assessment}/analysis/items", may=READ_DRAFTS, budget=Budget(calls=1, rcu=10),
    raises=[NotAnalysed, paging.BadCursor],
)  # fmt: skip
def list_analysed_items(
    space: Space, circumstances: Circumstances, assessment: Id, query: PageQuery
) -> Page[AnalysedItem]:
    """The items that were asked, with what is odd about them.

    How hard each is, how well it tells who knows from who does not, which choices were taken by whom, how long it took.
    Nothing is said of any one person.
    """
    return analysis.items(space, assessment, query, circumstances.language)


@assessments.get(
    "/spaces/{space}/assessments/{assessment}/analysis/items.csv", may=READ_DRAFTS, budget=Budget(calls=2, rcu=20),
    raises=[NotAnalysed], media="text/csv",
)  # fmt: skip
def download_analysed_items(space: Space, circumstances: Circumstances, assessment: Id) -> Raw:
    """The same as a file that spreadsheets open."""
    content, name = exports.items(space, assessment, circumstances.language)
    return Raw(content, cells.CSV, headers=cells.saved_as(name))
