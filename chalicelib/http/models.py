"""The bases of what crosses the boundary, and the few types that every feature shares. All text is bounded and in
NFC."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from chalicelib import ids, vietnamese
from chalicelib.errors import rule

T = TypeVar("T")


class Inbound(BaseModel):
    """What comes in. Unknown fields are refused: a misspelt one would otherwise be lost without a word."""

    model_config = ConfigDict(extra="forbid", frozen=True, regex_engine="rust-regex", hide_input_in_errors=True)


class Query(BaseModel):
    """A list's query parameters. Unknown ones are refused too, so that a misspelt filter does not show everything."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Outbound(BaseModel):
    """What goes out: a closed list of public fields."""

    model_config = ConfigDict(frozen=True)


def _clean(value: Any) -> Any:
    return vietnamese.clean(value) if isinstance(value, str) else value


def _clean_line(value: Any) -> Any:
    return vietnamese.clean_line(value) if isinstance(value, str) else value


def line(max_length: int, min_length: int = 1) -> Any:
    """The type of a single-line text: cleaned, NFC, bounded."""
    return Annotated[
        str,
        StringConstraints(min_length=min_length, max_length=max_length),
        BeforeValidator(_clean_line),
    ]


def prose(max_length: int, min_length: int = 0) -> Any:
    """The type of a text of several lines: cleaned, NFC, bounded."""
    return Annotated[
        str,
        StringConstraints(min_length=min_length, max_length=max_length),
        BeforeValidator(_clean),
    ]


Id = Annotated[str, StringConstraints(pattern=ids.PATTERN)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$")]


def _no_repeats(values: list[Any]) -> list[Any]:
    if len(set(values)) != len(values):
        raise rule("repeated", "Danh sách có mục bị lặp lại.", "The list repeats an entry.")
    return values


Distinct = AfterValidator(_no_repeats)


class PageQuery(Query):
    """How a list is paged: at most ``limit`` items, going on from an opaque ``cursor``."""

    limit: int = Field(default=25, ge=1, le=100, description="At most this many items.")
    cursor: str | None = Field(
        default=None,
        max_length=3_000,
        description="`next` of the page before, with the same filters; absent for the first.",
    )


class Page(Outbound, Generic[T]):
    """One page of a list. ``next`` is the cursor of the page after it, ``null`` on the last."""

    items: list[T]
    next: str | None = Field(default=None, description="The `cursor` of the next page; null on the last.")

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """``CoursePage`` rather than ``Page[Course]``: this is what clients' generated types are called."""
        return f"{params[0].__name__}Page"
