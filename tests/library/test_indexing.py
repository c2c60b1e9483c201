"""What documents say is found whatever dies while it is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import ids
from chalicelib.jobs import queue
from chalicelib.library import indexing, pdf_text, store, words
from tests.courses.writing import uploaded
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.library.papers import added, at, found, pdf, titles


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def _job(space: OpenedSpace, document: dict[str, str], version: int) -> str:
    return ids.derived(space.slug, indexing.READ, document["id"], str(version))


@pytest.mark.parametrize("call", range(1, 22, 2))
def test_reading_goes_on_where_a_process_died(aws: Cloud, call: int) -> None:
    space = open_space()
    made = added(space, "Sổ tay", "một hai")
    queue.run(space.slug, _job(space, made, 1))
    newer = {"file": uploaded(space, "application/pdf", pdf("hai ba"))}
    space.author.post(at(space, made, "/versions"), newer).ok(201)
    with killed_at(call):
        queue.run(space.slug, _job(space, made, 2))
    _lease_ends(space, _job(space, made, 2))
    aws.drain()
    assert {word: len(docs) for word, docs in store.words(space.space, ["mot", "hai", "ba"]).items()} == {
        "mot": 0,
        "hai": 1,
        "ba": 1,
    }
    assert titles(found(space, "hai ba")) == ["Sổ tay"]
    assert found(space, "mot") == []


def _lease_ends(space: OpenedSpace, job_id: str) -> None:
    from chalicelib import clock

    now = clock.epoch_s()
    clock.set_source(lambda: now + queue.LEASE_S + 1)
    queue.run(space.slug, job_id)
    clock.set_source(None)


def test_of_two_versions_at_once_the_newer_is_found(hue: OpenedSpace, aws: Cloud) -> None:
    made = added(hue, "Hai bản", "trước kia")
    hue.author.post(at(hue, made, "/versions"), {"file": uploaded(hue, "application/pdf", pdf("sau này"))}).ok(201)
    queue.run(hue.slug, _job(hue, made, 2))
    queue.run(hue.slug, _job(hue, made, 1))  # late: there is a newer one
    assert titles(found(hue, "sau nay")) == ["Hai bản"]
    assert "Hai bản" not in titles(found(hue, "truoc kia"))


def test_a_pdf_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_text, "MOST_SECONDS", 0.001)
    assert pdf_text.read(pdf("a")) is None


def test_a_pdf_that_unpacks_without_end_is_given_up() -> None:
    import zlib

    bomb = zlib.compress(zlib.compress(b"(a) Tj " * 60_000_000, 9), 9)
    content = (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    )
    content += b"3 0 obj<</Type/Page/Parent 2 0 R/Contents 4 0 R/MediaBox[0 0 9 9]>>endobj\n4 0 obj<</Length "
    content += str(len(bomb)).encode() + b"/Filter[/FlateDecode/FlateDecode]>>stream\n" + bomb + b"\nendstream endobj\n"
    content += b"trailer<</Root 1 0 R>>\n%%EOF"
    told = pdf_text.read(content)
    assert told is None or len("".join(told.pages)) <= pdf_text.MOST_CHARACTERS


def test_a_long_pdf_is_read_in_part() -> None:
    told = pdf_text.read(pdf(*(f"trang {each}" for each in range(pdf_text.MOST_PAGES + 5))))
    assert told is not None
    assert (len(told.pages), told.whole) == (pdf_text.MOST_PAGES, False)


@given(st.text())
def test_a_bare_text_is_as_long_as_the_text(text: str) -> None:
    import unicodedata

    assert len(words.bare(text)) == len(unicodedata.normalize("NFC", text))


@given(st.lists(st.text(max_size=200), min_size=1, max_size=4))
def test_every_word_of_a_text_leads_to_an_excerpt(pages: list[str]) -> None:
    for word in words.of_text(pages)[:20]:
        assert words.excerpt(pages, words.asked(word).patterns) is not None
