"""What crosses the boundary about banks and their items."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.banks.store import MOST_ITEMS
from chalicelib.http.models import Distinct, Id, Inbound, Outbound, PageQuery, line, prose
from chalicelib.questions.models import Question

MOST_TAGS = 20
MOST_ITEM_BYTES = 100_000
OF_COMPETENCE = "This competence or one beneath it: `4` is met by what is tagged `4`, `4.2` or `4.2.1`, not by `40`."

Sharing = Literal["none", "copying", "shared"]
QuestionKind = Literal[
    "single", "multiple", "true_false", "matching", "ordering", "numeric", "short_answer", "fill_in", "hot_spot"
]
BankTitle = Annotated[str, line(200), Field(examples=["An toàn thông tin cơ bản"])]
BankDescription = Annotated[str, prose(2_000), Field(examples=["Câu hỏi cho bài kiểm tra cuối khoá An toàn số."])]
Tag = Annotated[str, line(60)]
Competences = Annotated[
    list[Tag], Distinct, Field(max_length=MOST_TAGS, examples=[["4.2"]], description="Codes of a framework.")
]
Tags = Annotated[list[Tag], Distinct, Field(max_length=MOST_TAGS, examples=[["OTP"]], description="Free words.")]
Difficulty = Annotated[int, Field(ge=1, le=5, description="1: easy, 5: hard.", examples=[2])]
VersionNumber = Annotated[int, Field(ge=1, le=999_999)]
KeyNumber = Annotated[int, Field(ge=0, le=9_999, description="How often its key was corrected; 0: as first written.")]


class NewBank(Inbound):
    """What a bank is called, and what it is for."""

    title: BankTitle
    description: BankDescription = ""


class Bank(Outbound):
    """A bank of questions."""

    id: str
    title: str
    description: str
    items: int = Field(description=f"Archived ones among them; {MOST_ITEMS:,} at most.")
    archived_at: datetime | None
    sharing: Sharing = Field(description="Whether all spaces find it: the central space's banks alone may be shared.")
    created_at: datetime
    updated_at: datetime


class BankQuery(PageQuery):
    """Which banks to list."""

    archived: bool = Field(default=False, description="Archived banks, rather than those in use.")


class NationalBank(Outbound):
    """A bank that the centre shares."""

    id: str
    title: str
    description: str
    items: int
    shared_at: datetime


class ItemContent(Inbound):
    """A whole item: the question, and what it is found by."""

    question: Question
    competences: Competences = []  # noqa: RUF012 (pydantic copies defaults)
    difficulty: Difficulty | None = None
    tags: Tags = []  # noqa: RUF012


class KeyCorrection(Inbound):
    """The same question with another key; what it asks must be the same."""

    question: Question
    reason: Annotated[str, prose(1_000, 1)] = Field(
        examples=["Đáp án b cũng đúng theo Luật Giao dịch điện tử số 20/2023/QH15."]
    )


class ItemFilter(PageQuery):
    """Which items to list. All that is given must hold."""

    q: Annotated[str, line(200, 0)] = Field(
        default="", description="Words of the prompt or of the tags, without diacritics."
    )
    competence: Tag | None = Field(default=None, description=OF_COMPETENCE, examples=["4"])
    tag: Tag | None = None
    difficulty: Difficulty | None = None
    kind: QuestionKind | None = None
    archived: bool = Field(default=False, description="Archived items, rather than those in use.")


class ItemCard(Outbound):
    """An item in a list. A page that is filtered may have fewer than were asked for, and still go on."""

    id: str
    version: int = Field(description="The newest version.")
    key: int = Field(description="How often that version's key was corrected.")
    kind: QuestionKind
    prompt: str = Field(description="Its beginning.")
    points: int
    competences: list[str]
    difficulty: int | None
    tags: list[str]
    archived_at: datetime | None
    updated_at: datetime


class BankItem(Outbound):
    """An item with its question: of its newest version unless another was asked for."""

    id: str
    bank: str
    version: int
    key: int
    newest: bool = Field(description="Whether there is no newer version, nor a newer key.")
    question: Question
    pictures: dict[str, str] = Field(description="For each file that it shows, an address that lasts 15 minutes.")
    competences: list[str]
    difficulty: int | None
    tags: list[str]
    archived_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Revision(Outbound):
    """A version of an item, or a correction of a version's key."""

    version: int
    key: int
    at: datetime
    by: Id | None = Field(description="Who wrote it; null for a national item.")
    reason: str | None = Field(description="Why the key was corrected; null for a version as first written.")
