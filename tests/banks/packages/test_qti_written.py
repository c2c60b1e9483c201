"""What we write as QTI reads back as it was, in each version."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.banks.packages import qti, qti_writing
from chalicelib.banks.packages.findings import Reading, Taken
from chalicelib.banks.packages.qti_dialects import DIALECTS, Version
from chalicelib.questions.models import KINDS
from tests.banks.packages.inventing import PICTURES, documents, image, questions, tags, taken

VERSIONS: tuple[Version, ...] = tuple(DIALECTS)
each_kind = pytest.mark.parametrize("kind", KINDS)
each_version = pytest.mark.parametrize("version", VERSIONS)


def _written(items: list[Taken], version: Version) -> bytes:
    file = io.BytesIO()
    found = qti_writing.write(file, items, PICTURES.get, version)
    assert [each for each in found if not each.taken] == []
    return file.getvalue()


def _back(items: list[Taken], version: Version = "3.0") -> Reading:
    return qti.read_package(_written(items, version))


@each_kind
@each_version
@settings(max_examples=12)
@given(data=st.data())
def test_what_is_written_reads_back_as_it_was(kind: str, version: Version, data: st.DataObject) -> None:
    written = taken(data.draw(questions(kind)), data.draw(tags))
    reading = _back([written], version)
    assert reading.findings == []
    assert [(each.question, each.tags) for each in reading.items] == [(written.question, written.tags)]


@settings(max_examples=12)
@given(st.data())
def test_pictures_come_with_the_questions_that_show_them(data: st.DataObject) -> None:
    above = documents.map(lambda found: {**found, "content": [*found["content"], image]})
    written = taken(data.draw(questions("hot_spot", above=above)))
    reading = _back([written])
    assert [each.question for each in reading.items] == [written.question]
    assert {name: picture.content for name, picture in reading.pictures.items()} == {
        name: picture.content for name, picture in PICTURES.items()
    }


@each_version
@settings(max_examples=12)
@given(data=st.data())
def test_the_same_questions_give_the_same_bytes(version: Version, data: st.DataObject) -> None:
    items = [taken(data.draw(questions(kind))) for kind in ("single", "ordering")]
    assert _written(items, version) == _written(items, version)
