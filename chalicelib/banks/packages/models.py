"""What crosses the boundary about packages of questions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chalicelib.banks.models import QuestionKind
from chalicelib.http.models import Download, Id, Inbound, Outbound
from chalicelib.jobs.routes import JobError

PackageFormat = Literal["qti-3.0", "qti-2.2", "qti-2.1", "gift", "xlsx", "csv", "template"]


class NewQuestionImport(Inbound):
    """Which uploaded package to take questions from, and how."""

    upload: Id = Field(
        description="A file that was uploaded for `questions`: QTI 3.0, 2.2 or 2.1 (a zip, or one item as XML), GIFT "
        "(text), or the filled-in template (.xlsx, .csv)."
    )
    dry_run: bool = Field(default=False, description="Only say what would be taken, and what is wrong.")
    only_valid: bool = Field(
        default=False,
        description="Take the questions that can be taken though others cannot. Else one that cannot is enough for "
        "none to be taken.",
    )


class NewQuestionExport(Inbound):
    """In which format to write a bank's questions down."""

    format: PackageFormat = Field(
        description="`template`: no question of the bank, but a workbook to fill in, with examples and how it is done."
    )


class QuestionTransfer(Outbound):
    """An import into a bank or an export from it: how far it is, and what came of it."""

    id: Id
    bank: Id
    direction: Literal["import", "export"]
    state: Literal["queued", "running", "done", "failed", "cancelled", "expired"] = Field(
        description="`expired`: it was done, and its file and its remarks are no longer kept."
    )
    dry_run: bool
    found: int = Field(description="Questions in the package, or in the bank.")
    refused: int = Field(description="Questions that cannot be taken, or not be written in this format.")
    remarked: int = Field(description="Questions of which something is left behind.")
    transferred: int = Field(
        description="Questions that are in the bank, or in the file, by now. Of an import that failed none stays."
    )
    error: JobError | None = None
    download: Download | None = Field(description="An export's file once it is done: ask again for a fresh address.")


class QuestionRemark(Outbound):
    """What is to be said of a question of a package."""

    code: str = Field(examples=["no_right_answer"])
    field: str = Field(
        description="Where in the question, if it has a place: a path as in `question`, of a spreadsheet the column.",
        examples=["choices"],
    )
    detail: str = Field(examples=["Câu hỏi không có đáp án đúng."])
    taken: bool = Field(description="Whether the question can be taken all the same.")


class QuestionEntry(Outbound):
    """A question of a package, as it was found there."""

    item: int = Field(description="Its place in the package, from 1.")
    name: str
    line: int | None = Field(description="Where it begins, in formats that have lines.")
    kind: QuestionKind | None = Field(description="null where it cannot be taken.")
    prompt: str = Field(description="Its beginning.")
    remarks: list[QuestionRemark]
