"""What we write is what the schemas of QTI allow, in each version: software that is not ours reads it by them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.banks.packages import qti, qti_writing
from chalicelib.banks.packages.findings import Taken
from chalicelib.banks.packages.qti_dialects import DIALECTS, Version
from chalicelib.questions.models import KINDS
from tests.banks.packages.inventing import FILE, PICTURES, questions, tags, taken
from tests.banks.packages.qti_structure import wrongs
from tests.questions.writing import QUESTIONS


def _written(items: list[Taken], version: Version) -> bytes:
    file = io.BytesIO()
    qti_writing.write(file, items, PICTURES.get, version)
    return file.getvalue()


def _wrongs(package: bytes, version: Version) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(package)) as parts:
        for name in parts.namelist():
            if name.endswith(".xml"):
                yield from (f"{name} {wrong}" for wrong in wrongs(parts.read(name), version))


@pytest.mark.parametrize("version", tuple(DIALECTS))
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=10)
@given(data=st.data())
def test_any_question_is_written_as_the_schemas_have_it(kind: str, version: Version, data: st.DataObject) -> None:
    written = taken(data.draw(questions(kind)), data.draw(tags))
    assert list(_wrongs(_written([written], version), version)) == []


def _text(text: str, *marks: Any) -> dict[str, Any]:
    return {"type": "text", "text": text, **({"marks": list(marks)} if marks else {})}


LINK = {"type": "link", "attrs": {"href": "https://example.vn/a"}}
PICTURE = {"type": "image", "attrs": {"file": FILE, "alt": "Màn hình"}}
WORDS = {"type": "paragraph", "content": [_text("xem", LINK, {"type": "bold"}), _text(" kỹ", {"type": "underline"})]}
CELL = {"type": "tableCell", "attrs": {"colspan": 2}, "content": [WORDS, PICTURE]}
RICH = [
    WORDS,
    PICTURE,
    {"type": "heading", "attrs": {"level": 2}, "content": [_text("Tên")]},
    {"type": "blockquote", "content": [WORDS, PICTURE, {"type": "horizontalRule"}]},
    {"type": "orderedList", "attrs": {"start": 3}, "content": [{"type": "listItem", "content": [WORDS, PICTURE]}]},
    {"type": "callout", "attrs": {"kind": "tip"}, "content": [WORDS]},
    {"type": "codeBlock", "attrs": {"language": "c++"}, "content": [_text("a < b\n  c")]},
    {"type": "table", "content": [{"type": "tableRow", "content": [{**CELL, "type": "tableHeader"}, CELL]}]},
]


@pytest.mark.parametrize("version", tuple(DIALECTS))
def test_all_that_a_stimulus_may_have_is_written_as_the_schemas_have_it(version: Version) -> None:
    stimulus = {"type": "doc", "content": RICH}
    question = QUESTIONS.validate_python({"kind": "true_false", "prompt": "Đúng?", "right": True, "stimulus": stimulus})
    package = _written([taken(question)], version)
    assert list(_wrongs(package, version)) == []
    assert [each.question.stimulus for each in qti.read_package(package).items] == [stimulus]
