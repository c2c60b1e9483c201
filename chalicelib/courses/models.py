"""What crosses the boundary about courses as wholes: heads, drafts, versions, outlines, offers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from chalicelib import rich_text
from chalicelib.courses.catalogue import CourseStatus
from chalicelib.courses.competences import CompetenceCode, FrameworkId, TaughtCompetence, TaughtCompetences
from chalicelib.courses.lessons import (
    MAX_DRAFT_BYTES,
    AskedQuiz,
    Document,
    LessonId,
    LessonKind,
    Section,
    Sections,
    Title,
    Video,
)
from chalicelib.errors import rule
from chalicelib.http.models import (
    Distinct,
    Id,
    Inbound,
    Outbound,
    Page,
    PageQuery,
    Query,
    RichText,
    line,
    prose,
    several,
)
from chalicelib.people.profile import FIELDS, FieldName

_LESSON = {"id": "1", "kind": "text", "title": "Mã OTP", "minutes": 5, "required": True, "body": rich_text.EXAMPLE}
Audience = Literal["citizen", "civil_servant", "community_team", "business"]
LanguageTag = Annotated[
    str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$"), Field(description="BCP 47.", examples=["vi"])
]
Summary = Annotated[str, prose(2_000), Field(examples=["Nhận biết và tránh các thủ đoạn lừa đảo phổ biến trên mạng."])]
Audiences = Annotated[list[Audience], Distinct, Field(max_length=4, examples=[["citizen", "community_team"]])]
Asks = Annotated[
    list[FieldName],
    Distinct,
    Field(
        max_length=len(FIELDS),
        examples=[["birth", "occupation"]],
        description="Fields of the profile that the course needs, in the order of asking: when a learner opens it, and "
        "where the space asks for them at all.",
    ),
]
Minutes = Annotated[int, Field(ge=1, le=60_000, description="How long the whole course takes.", examples=[60])]
VersionNumber = Annotated[int, Field(ge=1, le=99_999)]


class NewCourse(Inbound):
    """A course to write (with at least a title), or a national one to adopt (with nothing but its id)."""

    title: Title | None = None
    summary: Summary = ""
    cover: Id | None = Field(default=None, description="An uploaded PNG, JPEG, WebP or GIF.")
    language: LanguageTag = "vi"
    audiences: Audiences = []  # noqa: RUF012 (pydantic copies defaults)
    asks: Asks = []  # noqa: RUF012
    competences: TaughtCompetences = []  # noqa: RUF012
    estimated_minutes: Minutes | None = None
    adopt: Id | None = Field(default=None, description="A national course, by its id in the national list.")

    @model_validator(mode="after")
    def _writes_or_adopts(self) -> Self:
        if self.adopt is not None and self.model_fields_set != {"adopt"}:
            vi = "Khi tiếp nhận khoá học quốc gia, chỉ gửi mã của khoá học đó."
            en = "To adopt a national course, send its id alone."
            raise several([(("adopt",), rule("adopt_alone", vi, en))])
        if self.adopt is None and self.title is None:
            raise several([(("title",), rule("missing", "Khoá học cần có tên.", "A course needs a title."))])
        return self


class CourseEdit(Inbound):
    """A merge patch (RFC 7396): a field that is absent stays; ``null`` removes the cover or the estimate."""

    title: Title | None = None
    summary: Summary | None = None
    cover: Id | None = None
    language: LanguageTag | None = None
    audiences: Audiences | None = None
    asks: Asks | None = None
    competences: TaughtCompetences | None = None
    estimated_minutes: Minutes | None = None

    @model_validator(mode="after")
    def _keeps_what_is_needed(self) -> Self:
        needed = self.model_fields_set - {"cover", "estimated_minutes"}
        removed = sorted(name for name in needed if getattr(self, name) is None)
        if removed:
            fault = rule("not_removable", "Mục này không thể để trống.", "This cannot be removed.")
            raise several([((name,), fault) for name in removed])
        return self


class NewCopy(Inbound):
    """A duplicate of a course."""

    title: Title | None = Field(default=None, description="Absent: the course's own title, marked as a copy.")


class National(Outbound):
    """Where an adopted course comes from."""

    course: str = Field(description="The national course's id.")
    version: int = Field(description="The version that this space shows.")
    latest: int = Field(description="The newest version that the centre offers.")


class CourseCard(Outbound):
    """A course in the catalogue."""

    id: str
    title: str = Field(examples=["An toàn trên không gian mạng"])
    summary: str
    cover: str | None = Field(description="Address of the cover; needs no token.")
    language: str
    audiences: list[Audience]
    competences: list[TaughtCompetence] = Field(description="What it teaches, by frameworks of competences.")
    status: CourseStatus
    minutes: int = Field(description="How long the course takes: its author's estimate, or all its lessons together.")
    lessons: int = Field(description="Lessons of the newest published version.")
    version: int | None = Field(description="The newest published version; null before the first.")
    published_at: datetime | None
    national: National | None = Field(description="Present when the course is adopted from the centre.")


class DraftState(Outbound):
    """Which draft there is, without its content."""

    etag: str = Field(description="What If-Match names when the draft is saved.")
    size: int = Field(description="Bytes of its JSON.")
    lessons: int
    saved_at: datetime | None = Field(description="null before the draft was first saved.")
    saved_by: str | None
    is_published: bool = Field(description="Whether the newest version is this very draft under the present title.")


class Course(CourseCard):
    """A course's head. What only the space's staff may know is null for everyone else."""

    asks: list[FieldName] = Field(description="Fields of the profile that it asks of whoever opens it.")
    estimated_minutes: int | None = None
    cover_file: str | None = None
    draft: DraftState | None = None
    editable: bool = Field(default=False, description="Whether it is written here: an adopted course is not.")
    update_available: bool = Field(default=False, description="Whether the centre has a newer version to take.")
    offered: bool = Field(default=False, description="Whether the centre offers it to all spaces.")
    created_at: datetime | None = None
    updated_at: datetime | None = None


class NationalQuery(PageQuery):
    """Which national courses a list shows."""

    q: Annotated[str, line(100, 0)] = Field(
        default="", description="Words that title or summary must all contain; diacritics do not matter."
    )
    framework: FrameworkId | None = Field(default=None, description="Courses that teach something of it.")
    competence: CompetenceCode | None = Field(
        default=None, description="Courses that teach it; an area's code stands for all of the area."
    )


class CourseQuery(NationalQuery):
    """Which courses a list shows."""

    audience: Audience | None = None
    language: LanguageTag | None = None
    national: bool | None = Field(default=None, description="The centre's courses alone, or the space's own alone.")
    most_minutes: int | None = Field(default=None, ge=1, le=100_000, description="Courses that take no longer.")
    status: Literal["published", "draft", "archived", "any"] = Field(
        default="published", description="Anything but `published` is for the space's staff."
    )


class CataloguePage(Page[CourseCard]):
    """A page of the catalogue."""

    total: int = Field(description="How many courses were found in all.")


class DraftSaving(Inbound):
    """A draft to save: its content, or the id of an uploaded JSON file with that content when it is too large for a
    request (more than about 4 MB)."""

    sections: Sections | None = Field(
        default=None,
        examples=[[{"id": "a", "title": "Giữ tài khoản an toàn", "lessons": [_LESSON]}]],
    )
    upload: Id | None = Field(
        default=None, description=f"A completed upload of type application/json, at most {MAX_DRAFT_BYTES} bytes."
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.sections is None) == (self.upload is None):
            vi, en = "Hãy gửi một trong hai: sections hoặc upload.", "Send one of the two: sections or upload."
            raise several([(("sections",), rule("content_or_upload", vi, en))])
        return self


class Draft(Outbound):
    """A draft's whole content."""

    etag: str
    sections: list[Section]


class LessonPlace(Outbound):
    """Which id a lesson of the saved draft has."""

    id: LessonId


class SectionPlace(Outbound):
    """Which ids a section of the saved draft and its lessons have, in the order that was sent."""

    id: LessonId
    lessons: list[LessonPlace]


class SavedDraft(Outbound):
    """A draft that was saved."""

    etag: str
    size: int = Field(description="Bytes of its JSON.")
    sections: list[SectionPlace] = Field(description="The ids of all sections and lessons, given ones and new ones.")


class Version(Outbound):
    """A published version."""

    version: int
    title: str
    lessons: int
    minutes: int
    published_at: datetime
    published_by: str | None = None
    current: bool = Field(description="Whether new learners get this version.")


class VersionQuery(Query):
    """Which version of a course is meant."""

    version: VersionNumber | None = Field(default=None, description="Absent: the one that new learners get.")


class ShownQuizTerms(Outbound):
    """What a quiz asks for."""

    pass_mark: int = Field(description="Percent.")
    attempts_allowed: int | None = Field(description="null: as many as one likes.")
    questions: int


class ShownLesson(Outbound):
    """A lesson in an outline."""

    id: str
    kind: LessonKind
    title: str
    minutes: int
    required: bool
    quiz: ShownQuizTerms | None = None
    bytes: int = Field(description="What opening its files takes at most, so that nobody on metered data is surprised.")


class ShownSection(Outbound):
    """A section in an outline."""

    id: str
    title: str
    lessons: list[ShownLesson]


class ShownOutline(Outbound):
    """A published version's sections and lessons."""

    course: str
    version: int
    title: str
    language: str = Field(description="In which the course is written (BCP 47).", examples=["vi"])
    national: str | None = Field(description="The national course's id, when the course is adopted.")
    minutes: int
    sections: list[ShownSection]


class _Shown(Outbound):
    id: str
    title: str
    minutes: int
    required: bool


class ShownText(_Shown):
    """A text lesson's content."""

    kind: Literal["text"] = "text"
    body: RichText


class ShownVideo(_Shown):
    """A video lesson's content; the addresses of its files are asked for apart, since they last only minutes."""

    kind: Literal["video"] = "video"
    video: Video


class ShownDocument(_Shown):
    """A document lesson's content; the addresses of its files are asked for apart."""

    kind: Literal["document"] = "document"
    document: Document


class ShownQuiz(_Shown):
    """A quiz lesson's questions, without what is right."""

    kind: Literal["quiz"] = "quiz"
    quiz: AskedQuiz


LessonContent = Annotated[ShownText | ShownVideo | ShownDocument | ShownQuiz, Field(discriminator="kind")]


class Offer(Outbound):
    """A course that the centre offers to all spaces."""

    course: str
    version: int | None = Field(description="The version offered; null while its files are still being copied.")
    state: Literal["offered", "copying", "withdrawn"]
    job: str | None = Field(default=None, description="The job that copies the files, while it does.")


class NationalCourse(Outbound):
    """A national course, as a space may adopt it."""

    id: str
    title: str
    summary: str
    cover: str | None = Field(description="A short-lived address of the cover.")
    language: str
    audiences: list[Audience]
    competences: list[TaughtCompetence] = Field(description="What it teaches, by frameworks of competences.")
    minutes: int
    lessons: int
    version: int
    offered_at: datetime
    adopted_as: str | None = Field(description="The id of the course in this space, when it was adopted.")
    adopted_version: int | None = None
