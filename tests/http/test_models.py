"""The types that every feature shares: bounds hold however a field is written."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError

from chalicelib.http.models import Inbound, line, prose


class Note(Inbound):
    """A field of each way to write one."""

    alone: line(5) = "có"  # type: ignore[valid-type]
    among: Annotated[str, line(5), Field(examples=["có"])] = "có"
    perhaps: Annotated[str, line(5)] | None = None
    each: list[Annotated[str, line(5)]] = Field(default=[])
    long: Annotated[str, prose(5)] = ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"alone": ""},
        {"alone": "123456"},
        {"among": " "},
        {"among": "123456"},
        {"perhaps": "123456"},
        {"each": ["được", "123456"]},
        {"long": "123456"},
    ],
)
def test_every_text_is_bounded(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        Note.model_validate(wrong)
    assert [error["loc"][0] for error in refused.value.errors()] == list(wrong)


def test_every_text_is_cleaned() -> None:
    note = Note.model_validate({"alone": "  Huê\u0301 ", "among": "a\n b", "perhaps": "\u202ea", "long": " a\nb "})
    assert (note.alone, note.among, note.perhaps, note.long) == ("Huế", "a b", "a", "a\nb")


def test_the_bounds_reach_the_document() -> None:
    for field in ("alone", "among", "long"):
        assert Note.model_json_schema()["properties"][field]["maxLength"] == 5
