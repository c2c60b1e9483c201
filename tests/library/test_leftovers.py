"""Files of documents that are gone are removed when nothing can ask for them any more, and not before."""

from __future__ import annotations

import pytest

from chalicelib import clock
from chalicelib.library import store
from tests.courses.writing import stored, uploaded
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.library.papers import added, at, pdf
from tests.threads.forum import tick

DAY = 86_400


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    clock.set_source(lambda: 1_795_564_800.0)  # 07:00 in Vietnam
    return open_space()


def files(hue: OpenedSpace, document: dict[str, object]) -> list[str]:
    found = hue.author.get(at(hue, document, "/versions")).ok()["items"]
    return [each["url"].split("?")[0].rpartition("/")[2] for each in found]


def nights(aws: Cloud, number: int) -> None:
    """That many days later, at night."""
    tick(aws, 1_795_564_800 + number * DAY - 4 * 3_600 + 60)


def test_a_deleted_documents_files_go_when_no_restore_can_ask_for_them(hue: OpenedSpace, aws: Cloud) -> None:
    gone, stays = added(hue, "Cũ", "Trang một"), added(hue, "Mới", "Trang hai")
    second = uploaded(hue, "application/pdf", pdf("Trang ba"), purpose="library")
    hue.author.post(at(hue, gone, "/versions"), {"file": second}).ok(201)
    lessons = uploaded(hue, "application/pdf", pdf("Cho bài học"))
    hue.author.post(at(hue, gone, "/versions"), {"file": lessons}).ok(201)
    its, others = files(hue, gone), files(hue, stays)
    aws.drain()
    hue.author.delete(at(hue, gone)).ok(204)
    aws.drain()
    nights(aws, 35)
    assert all(stored(f"{hue.slug}/files/{each}") for each in its + others)
    nights(aws, 36)
    left = [each for each in its if stored(f"{hue.slug}/files/{each}")]
    assert left == [lessons], "what any lesson may name stays"
    assert all(stored(f"{hue.slug}/files/{each}") for each in others)
    hue.author.get(hue.at(f"/files/{second}")).refused(404)


def test_a_document_that_a_restore_brought_back_keeps_its_file(hue: OpenedSpace, aws: Cloud) -> None:
    document = added(hue, "Cũ", "Trang một")
    table = hue.space.table("courses")
    its = files(hue, document)
    before = table.query_all("library", begins_with="doc#")
    aws.drain()
    hue.author.delete(at(hue, document)).ok(204)
    aws.drain()
    for item in before:
        table.put(item)
    assert store.document(hue.space, document["id"]) is not None
    nights(aws, 45)
    assert all(stored(f"{hue.slug}/files/{each}") for each in its)


def test_a_librarys_file_is_one_documents_and_no_lessons(hue: OpenedSpace) -> None:
    file_id = uploaded(hue, "image/png", purpose="library")
    made = hue.author.post(hue.at("/library/documents"), {"title": "Một", "file": file_id}).ok(201)
    refused = hue.author.post(hue.at("/library/documents"), {"title": "Hai", "file": file_id}).refused(422)
    assert refused["errors"][0]["code"] == "file_of_another_document"
    hue.author.post(at(hue, made, "/versions"), {"file": file_id}).ok(201)
    hue.author.post(hue.at("/courses"), {"title": "Khoá", "cover": file_id}).refused(422)
