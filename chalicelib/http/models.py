"""The bases of what crosses the boundary, and the few types that every feature shares. All text is bounded and in
NFC."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from annotated_types import GroupedMetadata
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
    WrapValidator,
)
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError

from chalicelib import ids, rich_text, vietnamese
from chalicelib.errors import rule

T = TypeVar("T")


# Each base defers: a model is built when it is first needed, since a cold start serves one request and needs two or
# three of two hundred. Tests build all of them, for the OpenAPI document.


class Inbound(BaseModel):
    """What comes in. Unknown fields are refused: a misspelt one would otherwise be lost without a word."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, regex_engine="rust-regex", hide_input_in_errors=True, defer_build=True
    )


class Query(BaseModel):
    """A list's query parameters. Unknown ones are refused too, so that a misspelt filter does not show everything."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)


class Outbound(BaseModel):
    """What goes out: a closed list of public fields, all of them there in every answer."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True, defer_build=True)


def _clean(value: Any) -> Any:
    return vietnamese.clean(value) if isinstance(value, str) else value


def _clean_line(value: Any) -> Any:
    return vietnamese.clean_line(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class _Text(GroupedMetadata):
    """A text's rules. It reads as a type by itself and as one of the rules in ``Annotated[str, ...]``: an annotation
    that pydantic did not know would be passed over without a word, and the text would have no bounds."""

    clean: Callable[[Any], Any]
    min_length: int
    max_length: int

    def __iter__(self) -> Iterator[Any]:
        yield StringConstraints(min_length=self.min_length, max_length=self.max_length)
        yield BeforeValidator(self.clean)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema: CoreSchema = handler.generate_schema(Annotated[(str, *self)])
        return schema


def line(max_length: int, min_length: int = 1) -> Any:
    """The type of a single-line text: cleaned, NFC, bounded."""
    return _Text(_clean_line, min_length, max_length)


def prose(max_length: int, min_length: int = 0) -> Any:
    """The type of a text of several lines: cleaned, NFC, bounded."""
    return _Text(_clean, min_length, max_length)


Id = Annotated[str, StringConstraints(pattern=ids.PATTERN)]
SLUG_PATTERN = r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$"
Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN)]


def _no_repeats(values: list[Any]) -> list[Any]:
    if len(set(values)) != len(values):
        raise rule("repeated", "Danh sách có mục bị lặp lại.", "The list repeats an entry.")
    return values


Distinct = AfterValidator(_no_repeats)


def several(faults: Sequence[tuple[tuple[str | int, ...], Any]]) -> ValidationError:
    """The error for several bad places below the value being validated: pydantic puts that value's path before each."""
    details = [InitErrorDetails(type=each, loc=path, input=None) for path, each in faults]
    return ValidationError.from_exception_data("content", details)


def _rich_text(body: Any) -> rich_text.Json:
    kept, wrongs = rich_text.check(body)
    if wrongs:
        raise several([(each.path, rule(each.code, each.vi, each.en)) for each in wrongs])
    return kept


RichText = Annotated[dict[str, Any], AfterValidator(_rich_text), WithJsonSchema(rich_text.SCHEMA)]


def without_tags(tags: Collection[str], tag_field: str | None = None) -> WrapValidator:
    """For a union with a discriminator: pydantic puts the union's tag into an error's path; a person's body has no such
    place, so it is taken out. ``tag_field`` is the field whose value chooses among them."""

    def validate(value: Any, handler: Any) -> Any:
        try:
            return handler(value)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)
        raise ValidationError.from_exception_data("union", [_without_tag(each, tags, tag_field) for each in found])

    return WrapValidator(validate)


def _without_tag(error: Any, tags: Collection[str], tag_field: str | None) -> InitErrorDetails:
    context = dict(error.get("ctx") or {})
    loc = error["loc"]
    if tag_field and not loc:  # this very union's; one further down has a path
        loc = (tag_field,)
    elif loc and loc[0] in tags:
        loc = loc[1:]
    if "vi" in context:
        return InitErrorDetails(type=PydanticCustomError(error["type"], "{en}", context), loc=loc, input=None)
    return InitErrorDetails(type=error["type"], loc=loc, input=None, ctx=context)


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


class Download(Outbound):
    """Where a file is read, without a token, for a while."""

    url: str
    expires_at: datetime
