"""What crosses the boundary about a space's library."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from chalicelib.courses.lessons import LessonId
from chalicelib.courses.models import LanguageTag, VersionNumber
from chalicelib.errors import rule
from chalicelib.http.models import Distinct, Id, Inbound, Outbound, PageQuery, line, prose, several

MOST_DOCUMENTS = 2_000
MOST_COLLECTIONS = 200
MOST_VERSIONS = 200  # of one document
MOST_FOUND = 20  # of a page of what was searched for: each is read for its excerpt

LibraryStatus = Literal["draft", "published", "archived"]
LibraryKind = Literal["pdf", "image", "link"]
TextState = Literal["waiting", "whole", "part", "none", "unreadable"]
Title = Annotated[str, line(200), Field(examples=["Sổ tay an toàn thông tin"])]
Description = Annotated[str, prose(500)]
AudienceIds = Annotated[
    list[Annotated[str, StringConstraints(pattern=r"^[0-9a-z-]{1,40}$")]],
    Distinct,
    Field(max_length=20, description="Ids of audiences that it is for; none: everyone in the space."),
]
Place = Annotated[int, Field(ge=0, le=9_999, description="Smaller ones come first; alike ones by Vietnamese title.")]
Link = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^https://[!-~]+$")]
Changes = Annotated[str, prose(500), Field(description="What is new in this version.")]
Public = Annotated[
    bool, Field(description="Anyone may read it before signing in, where the space's catalogue is public.")
]


class NewLibraryVersion(Inbound):
    """A document's content: an uploaded PDF or picture, or a link."""

    file: Id | None = Field(default=None, description="A completed upload: PDF, PNG, JPEG, WebP or GIF.")
    url: Link | None = Field(default=None, examples=["https://dichvucong.example/huong-dan"])
    changes: Changes = ""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.file is None) == (self.url is None):
            vi, en = "Hãy gửi một trong hai: file hoặc url.", "Send one of the two: file or url."
            raise several([(("file",), rule("file_or_url", vi, en))])
        return self


class NewLibraryDocument(NewLibraryVersion):
    """A document for the library, with its first version."""

    title: Title
    description: Description = ""
    collection: Id | None = None
    audiences: AudienceIds = []  # noqa: RUF012 (pydantic copies defaults)
    public: Public = False
    language: LanguageTag = "vi"
    place: Place = 0
    status: Literal["draft", "published"] = "draft"


class LibraryDocumentEdit(Inbound):
    """A merge patch (RFC 7396): a field that is absent stays; ``null`` takes the document out of its collection."""

    title: Title | None = None
    description: Description | None = None
    collection: Id | None = None
    audiences: AudienceIds | None = None
    public: Public | None = None
    language: LanguageTag | None = None
    place: Place | None = None
    status: LibraryStatus | None = None

    @model_validator(mode="after")
    def _keeps_what_is_needed(self) -> Self:
        removed = sorted(n for n in self.model_fields_set - {"collection"} if getattr(self, n) is None)
        if removed:
            fault = rule("not_removable", "Mục này không thể để trống.", "This cannot be removed.")
            raise several([((name,), fault) for name in removed])
        return self


class LibraryDocument(Outbound):
    """A document of the library in its newest version. What only the staff may know is null for everyone else."""

    id: str
    title: str
    description: str
    collection: str | None = Field(description="The collection's id.")
    language: str
    kind: LibraryKind
    content_type: str | None = Field(description="null for a link.")
    size: int = Field(description="Bytes that opening it takes; 0 for a link.")
    version: int
    changes: str = Field(description="What is new in this version.")
    updated_at: datetime = Field(description="When this version was added.")
    public: bool
    status: LibraryStatus | None = None
    audiences: list[str] | None = None
    place: int | None = None
    text: TextState | None = Field(default=None, description="Whether what it says can be searched.")
    used: bool | None = Field(default=None, description="Whether lessons of published courses name it.")


class LibraryQuery(PageQuery):
    """Which documents a list shows."""

    collection: Id | None = None
    language: LanguageTag | None = None
    kind: LibraryKind | None = None
    status: Literal["published", "draft", "archived", "any"] = Field(
        default="published", description="Anything but `published` is for the space's staff."
    )
    audience: Annotated[str, StringConstraints(pattern=r"^[0-9a-z-]{1,40}$")] | None = Field(
        default=None, description="Those that people of this audience may see; for the space's staff."
    )


class LibrarySearch(PageQuery):
    """What to look for."""

    q: Annotated[str, line(100)] = Field(
        description="Words that title, description and text must all contain; diacritics do not matter. The last may "
        "be a beginning, while it is being typed.",
        examples=["an toan thong tin"],
    )
    limit: int = Field(default=10, ge=1, le=MOST_FOUND, description="At most this many items.")


class LibraryMatch(Outbound):
    """A document that has all the words."""

    document: LibraryDocument
    excerpt: str | None = Field(description="Where its text has them; null when title and description do.")
    page: int | None = Field(description="The page of the PDF that the excerpt is of.")


class LibraryVersion(Outbound):
    """A version of a document."""

    version: int
    kind: LibraryKind
    name: str = Field(description="The uploaded file's name; the address of a link.")
    content_type: str | None
    size: int = Field(description="Bytes.")
    changes: str
    added_at: datetime
    added_by: str
    current: bool
    url: str = Field(description="Where it is read; of a file, for a quarter of an hour.")


class LessonPlace(Inbound):
    """A lesson that names the document."""

    course: Id
    version: VersionNumber
    lesson: LessonId


class NewOpening(Inbound):
    """A document to be opened."""

    lesson: LessonPlace | None = Field(
        default=None, description="The lesson from which it is opened: who may read that may read what it names."
    )


class LibraryOpening(Outbound):
    """Where the newest version of a document is read."""

    title: str
    version: int
    kind: LibraryKind
    content_type: str | None
    size: int
    url: str = Field(description="To look at it; of a file, for a quarter of an hour.")
    download_url: str | None = Field(description="To keep it, under its title; null for a link.")
    expires_at: datetime | None = Field(description="null for a link.")


class MonthOfReading(Outbound):
    """Readings in one month."""

    month: str = Field(examples=["2026-11"])
    readings: int


class LibraryReadings(Outbound):
    """How often a document was read: a person counts once a day."""

    readings: int
    months: list[MonthOfReading] = Field(description="Newest first; months without any are left out.")


class CollectionToKeep(Inbound):
    """A collection as it is to be."""

    id: Id | None = Field(default=None, description="Given by the server when absent.")
    title: Annotated[str, line(100), Field(examples=["Sổ tay cho tổ công nghệ số cộng đồng"])]


class CollectionsToKeep(Inbound):
    """All collections, in the order in which they are shown."""

    collections: list[CollectionToKeep] = Field(
        max_length=MOST_COLLECTIONS, examples=[[{"title": "Sổ tay cho tổ công nghệ số cộng đồng"}]]
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        seen: set[str] = set()
        for place, each in enumerate(self.collections):
            if each.id in seen:
                fault = rule("repeated_id", "Mã này bị lặp lại.", "This id is repeated.")
                raise several([(("collections", place, "id"), fault)])
            seen |= {each.id} if each.id else set()
        return self


class LibraryCollection(Outbound):
    """A collection and how many documents of it the reader may see."""

    id: str
    title: str
    documents: int


class LibraryCollections(Outbound):
    """All collections, in their order."""

    collections: list[LibraryCollection]
