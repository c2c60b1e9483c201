"""Answers to questions as they come in and are kept: plain data, whose form follows from the question's kind.

A choice gives the ids of what was chosen, an ordering the ids in the order given, a matching and a text with gaps one
answer for each part, a number or a short answer the text as it was typed, a hot spot the points that were touched.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, cast

from pydantic import AfterValidator, ConfigDict, Discriminator, Field, StringConstraints, Tag
from typing_extensions import TypedDict

from chalicelib.http.models import line, without_tags

MAX_PARTS = 20  # of one answer: choices, pairs, items, gaps
MAX_POINTS = 10
MAX_TEXT = 200  # characters of what is typed
MAX_RESPONSE_BYTES = (
    2_000  # of one answer as JSON in UTF-8, so that a hundred of them fit into one item of the database
)
_DIGITS = 4  # a ten-thousandth of a picture's width is less than a finger

PartId = Annotated[str, StringConstraints(pattern=r"^[0-9a-z_-]{1,20}$")]
Text = Annotated[str, line(MAX_TEXT, 0)]
Portion = Annotated[float, Field(ge=0, le=1), AfterValidator(lambda portion: round(portion, _DIGITS))]


class Point(TypedDict):
    """A place in a picture: the portion of its width from the left, and of its height from the top."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]

    x: Portion
    y: Portion


Response = list[str] | dict[str, str] | str | list[Point]


def _form(value: Any) -> str | None:
    match value:
        case str():
            return "typed"
        case Mapping():
            return "by_part"
        case [Mapping(), *_]:
            return "touched"
        case list():
            return "chosen"
    return None


def _may_be_several(schema: dict[str, Any]) -> None:
    """An empty list is of two of the forms: it is any of them, and not exactly one."""
    schema["anyOf"] = schema.pop("oneOf")


_FORMS = ("chosen", "by_part", "typed", "touched")
GivenResponse = Annotated[
    Annotated[list[PartId], Field(max_length=MAX_PARTS), Tag("chosen")]
    | Annotated[dict[PartId, Text], Field(max_length=MAX_PARTS), Tag("by_part")]
    | Annotated[Text, Tag("typed")]
    | Annotated[list[Point], Field(max_length=MAX_POINTS), Tag("touched")],
    Discriminator(
        _form,
        custom_error_type="no_answer",
        custom_error_message="{en}",
        custom_error_context={
            "vi": "Câu trả lời phải là văn bản, danh sách hoặc đối tượng.",
            "en": "An answer is a text, a list or an object.",
        },
    ),
    without_tags(_FORMS),
    Field(
        description="`single`, `multiple` and `true_false`: the ids of the choices taken; `ordering`: the ids of the "
        "items in order; `matching`: the id of the target for each id of a pair; `fill_in`: the text for each id of a "
        "gap; `numeric` and `short_answer`: the text as typed; `hot_spot`: the points touched.",
        json_schema_extra=_may_be_several,
    ),
]


def chosen(response: Response | None) -> list[str] | None:
    """The answer as a list of ids; an answer that was not given is an empty one; ``None``: it has another form."""
    if response is None:
        return []
    return cast(list[str], response) if _form(response) == "chosen" else None


def by_part(response: Response | None) -> dict[str, str] | None:
    """The answer as one for each part; ``None``: it has another form."""
    if response is None:
        return {}
    return response if isinstance(response, dict) else None


def typed(response: Response | None) -> str | None:
    """The answer as a text; ``None``: it has another form."""
    if response is None:
        return ""
    return response if isinstance(response, str) else None


def touched(response: Response | None) -> list[Point] | None:
    """The answer as points in a picture; ``None``: it has another form."""
    if response is None or response == []:
        return []
    return cast(list[Point], response) if _form(response) == "touched" else None


def size(response: Response) -> int:
    """Bytes of an answer as JSON in UTF-8."""
    return len(json.dumps(response, ensure_ascii=False, separators=(",", ":")).encode())
