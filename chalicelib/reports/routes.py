"""What the web sees of reports."""

from __future__ import annotations

from chalicelib import cells
from chalicelib.audiences.models import AudienceId
from chalicelib.courses import catalogue
from chalicelib.http.endpoint import Answer, Budget, Feature, Raw
from chalicelib.http.models import Id, Page, PageQuery
from chalicelib.http.permissions import OPERATE, READ_LEARNERS
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.reports import by_audience, exports, nation, overview, skill_maps, skill_sheets, spreadsheets
from chalicelib.reports import reactions as reactions  # declares what reports do when a learning table changes
from chalicelib.reports.exports import TooManyRows
from chalicelib.reports.models import (
    AudienceReport,
    AudiencesReport,
    CourseAudiences,
    CourseReport,
    CourseSeries,
    CourseTotals,
    Export,
    ExportQuery,
    LearnerQuery,
    NationalAudiences,
    NationalCourseReport,
    NationalCourseTotals,
    NationalReport,
    NationalTenantQuery,
    NewExport,
    Period,
    SpaceReport,
    TenantTotals,
)
from chalicelib.reports.skill_models import (
    NationalSkillsMap,
    SkillsMap,
    SkillsQuery,
    TenantSkills,
    TenantSkillsQuery,
)
from chalicelib.storage.spaces import Space

reports = Feature("reports")


def _file(content: str, name: str) -> Raw:
    """A CSV file that a browser saves under that name."""
    return Raw(content, cells.CSV, headers=cells.saved_as(name))


@reports.get("/spaces/{space}/reports/summary", may=READ_LEARNERS, budget=Budget(calls=3, rcu=20))
def read_space_report(space: Space, query: Period) -> SpaceReport:
    """A space at a glance: totals, the courses with the most enrolments, and day by day."""
    return overview.summary(space, query)


@reports.get("/spaces/{space}/reports/courses", may=READ_LEARNERS, budget=Budget(calls=1, rcu=2))
def list_course_reports(space: Space, query: PageQuery) -> Page[CourseTotals]:
    """The courses that anyone ever enrolled in, with their totals, oldest first."""
    return overview.courses(space, query.cursor, query.limit)


@reports.get("/spaces/{space}/reports/courses/{course}", may=READ_LEARNERS, budget=Budget(calls=19, rcu=110))
def read_course_report(space: Space, course: Id, query: LearnerQuery) -> CourseReport:
    """A course at a glance, and a page of its learners, in no order that matters: with state, percent, last activity.

    The totals are counted; a learner who enrolled, left or completed within the last seconds may not be in them yet.
    """
    return overview.course(space, course, query)


@reports.get("/spaces/{space}/reports/courses/{course}/days", may=READ_LEARNERS, budget=Budget(calls=1, rcu=6))
def read_course_days(space: Space, course: Id, query: Period) -> CourseSeries:
    """A course day by day."""
    return overview.course_days(space, course, query)


@reports.get("/spaces/{space}/reports/audiences", may=READ_LEARNERS, budget=Budget(calls=2, rcu=20))
def read_audiences_report(space: Space, circumstances: Circumstances) -> AudiencesReport:
    """A space by audiences: how many people are in each now, and what became of all that these ever enrolled in."""
    return by_audience.summary(space, circumstances.language)


@reports.get("/spaces/{space}/reports/audiences/{audience}", may=READ_LEARNERS, budget=Budget(calls=3, rcu=12))
def read_audience_report(
    space: Space, circumstances: Circumstances, audience: AudienceId, query: PageQuery
) -> AudienceReport:
    """An audience at a glance, and a page of the courses that the people who are in it now enrolled in, before or
    since they came into it."""
    return by_audience.audience(space, audience, circumstances.language, query.cursor, query.limit)


@reports.get("/spaces/{space}/reports/courses/{course}/audiences", may=READ_LEARNERS, budget=Budget(calls=2, rcu=38))
def read_course_audiences(space: Space, circumstances: Circumstances, course: Id) -> CourseAudiences:
    """A course by the audiences of the space: of those who are in each now, who enrolled, completed and left."""
    return by_audience.course(space, course, circumstances.language)


@reports.get(
    "/spaces/{space}/reports/courses/{course}/learners.csv",
    may=READ_LEARNERS,
    audited=True,  # personal data of many leaves the space at once
    raises=[TooManyRows],
    media="text/csv",
)
def download_course_report(space: Space, course: Id, query: ExportQuery) -> Raw:
    """A course's learners as a file that spreadsheets open, up to a thousand of them; of more, have one written."""
    content = exports.at_once(space, course, query.state)
    return _file(content, spreadsheets.file_name(catalogue.card(space, course).title))


@reports.post(
    "/spaces/{space}/reports/courses/{course}/exports",
    may=READ_LEARNERS,
    status=202,
    creates=True,
    while_suspended=True,
)
def start_export(
    space: Space, actor: Actor, circumstances: Circumstances, course: Id, body: NewExport
) -> Answer[Export]:
    """Have a course's learners written into a file that spreadsheets open, however many they are. A job does it."""
    export = exports.start(space, course, body.state, job_id=circumstances.new_id(course), actor=actor.person_id)
    return Answer(export, location=f"/v1/spaces/{space.slug}/reports/exports/{export.job}")


@reports.get(
    "/spaces/{space}/reports/exports/{job}", may=READ_LEARNERS, audited=True, budget=Budget(calls=3, rcu=2, wcu=1)
)
def read_export(space: Space, job: Id) -> Export:
    """How far a file is; once it is done, an address to read it from, good for a quarter of an hour."""
    return exports.follow(space, job)


@reports.get("/spaces/{space}/reports/skills", may=READ_LEARNERS, budget=Budget(calls=3, rcu=90))
def read_skills_report(space: Space, circumstances: Circumstances, query: SkillsQuery) -> SkillsMap:
    """How far a space's people are, by audience and area of a framework, at their newest measurements. Nothing is told
    of fewer than ten people, nor can it be worked out from the rest."""
    return skill_maps.of_space(space, query.framework, circumstances.language)


@reports.get(
    "/spaces/{space}/reports/skills.csv", may=READ_LEARNERS, budget=Budget(calls=3, rcu=90), media="text/csv"
)  # fmt: skip
def download_skills_report(space: Space, query: SkillsQuery) -> Raw:
    """The same as a file that spreadsheets open, a line for each audience and area."""
    found = skill_maps.of_space(space, query.framework, "vi")
    return _file(skill_sheets.of_space(found), skill_sheets.file_name(found.framework))


@reports.get("/reports/national", may=OPERATE, crosses="centre", budget=Budget(calls=8, rcu=250))
def read_national_report(query: Period) -> NationalReport:
    """The nation at a glance: totals, by kind of organisation, the organisations and national courses with the most
    enrolments, by day (at most 92 days), and what all used this month."""
    return nation.report(query)


@reports.get("/reports/national/tenants", may=OPERATE, budget=Budget(calls=4, rcu=200))
def list_national_tenants(query: NationalTenantQuery) -> Page[TenantTotals]:
    """Every organisation with what its space has reached, and what it used this month, by slug."""
    return nation.tenants(query)


@reports.get("/reports/national/audiences", may=OPERATE, budget=Budget(calls=2, rcu=200))
def read_national_audiences(circumstances: Circumstances) -> NationalAudiences:
    """The nation by the audiences that every space has (decision 757/QD-BKHCN), as each space draws their lines."""
    return by_audience.nation(circumstances.language)


@reports.get("/reports/national/skills", may=OPERATE, budget=Budget(calls=8, rcu=900))
def read_national_skills(circumstances: Circumstances, query: SkillsQuery) -> NationalSkillsMap:
    """How far the nation's people are, by audience and area of a framework, and by kind of organisation. Nothing is
    told of fewer than ten people, nor can it be worked out from the rest."""
    return skill_maps.of_nation(query.framework, circumstances.language)


@reports.get("/reports/national/skills/tenants", may=OPERATE, budget=Budget(calls=40, rcu=700))
def list_national_skills(query: TenantSkillsQuery) -> Page[TenantSkills]:
    """How far the people of each organisation are, by slug: of those organisations of which something may be told."""
    return skill_maps.tenants(query)


@reports.get("/reports/national/skills.csv", may=OPERATE, budget=Budget(calls=48, rcu=1_600), media="text/csv")
def download_national_skills(query: SkillsQuery) -> Raw:
    """Skills of the nation by audience, by kind of organisation and by organisation, as a file for spreadsheets."""
    found = skill_maps.of_nation(query.framework, "vi")
    content = skill_sheets.of_nation(found, skill_maps.every_tenant(query.framework))
    return _file(content, skill_sheets.file_name(found.framework))


@reports.get("/reports/national-courses", may=OPERATE, crosses="centre", budget=Budget(calls=1, rcu=50))
def list_national_course_reports(query: PageQuery) -> Page[NationalCourseTotals]:
    """Every national course that anyone ever enrolled in, all spaces together, oldest first."""
    return nation.courses(query.cursor, query.limit)


@reports.get("/reports/national-courses/{course}", may=OPERATE, crosses="centre", budget=Budget(calls=1, rcu=50))
def read_national_course_report(course: Id, query: PageQuery) -> NationalCourseReport:
    """A national course in all spaces together, and a page of the spaces, by slug."""
    return nation.course(course, query.cursor, query.limit)
