"""What reading a list gives: columns as understood, rows with what they say of a person, and problems as data."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from chalicelib.sheet_extent import letters_of

Field = Literal[
    "person", "name", "family_name", "given_name", "staff_code", "national_id", "email", "phone", "birth", "gender",
    "unit", "position", "province", "ward", "occupation",
]  # fmt: skip
FIELDS: tuple[Field, ...] = Field.__args__  # type: ignore[attr-defined]
# By what a row says whom it is about; ``person`` is the account's own id, which lists that we export bear.
IDENTIFYING: tuple[Field, ...] = ("person", "staff_code", "national_id", "email", "phone")
Severity = Literal["error", "warning"]
GuessedBy = Literal["heading", "content", "mapping", "nothing"]
HeaderBy = Literal["heading", "content", "mapping", "nothing"]


class Record(NamedTuple):
    """A row as it stands in the file: its number from 1, its cells, which of them a formula computes, and whether the
    line was damaged."""

    number: int
    cells: list[str]
    computed: frozenset[int] = frozenset()
    damaged: bool = False


class Source(Protocol):
    """A file that is a list: text or a workbook."""

    @property
    def encoding(self) -> str: ...
    @property
    def delimiter(self) -> str | None: ...
    @property
    def sheet(self) -> str | None: ...
    @property
    def total(self) -> int: ...

    def records(self) -> Generator[Record, None, None]:
        """Every row, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list: its place from 0, its heading as it stands there, what it is taken for and why.

    Several columns may be ``unit``: the unit above stands further left.
    """

    index: int
    heading: str
    field: Field | None
    guessed_by: GuessedBy

    @property
    def called(self) -> str:
        """Its heading, or where it has none its letter in a spreadsheet."""
        return self.heading if self.heading.strip() else letters_of(self.index)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about a row or a column, for whoever mends the list.

    ``error``: the row is left out. ``warning``: the row is taken; the message says whether this value is left out or
    how it was read. ``row`` is the number that a spreadsheet shows, from 1; ``column`` counts from 0, None for the
    whole row. ``value`` is safe to show: short, without markup, not a formula, of an identity number the last digits.
    """

    row: int
    column: int | None
    heading: str
    code: str
    value: str
    vi: str
    en: str
    mend_vi: str
    mend_en: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the headings.

    ``values`` holds what the row says, each in the form in which it is stored (e-mail address in lower case, number in
    E.164, ``1996-07-03``, code of a province, ``female``); an identity number as its digits. What is not there was
    empty, masked as in an export of ours, or is the subject of a problem. ``family_name`` and ``given_name`` have
    become ``name``. ``units``: names of the unit, the one above first. ``raw``: the cells as they stand in the list.
    """

    number: int
    values: dict[Field, str]
    units: tuple[str, ...]
    problems: tuple[Problem, ...]
    raw: tuple[str, ...]

    @property
    def is_usable(self) -> bool:
        """Whether an account may be made or changed by this row."""
        return not any(problem.severity == "error" for problem in self.problems)
