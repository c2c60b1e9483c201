"""Documents kept by the staff: made, ordered, published, brought up to date, archived, taken away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.library import models, store
from tests.courses.writing import announce, uploaded
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.library.papers import ABOUT, added, at, edit, found, pdf, titles


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def _listed(space: OpenedSpace, **query: Any) -> list[str]:
    reply = space.author.get(space.at("/library/documents"), query=query).ok(200)
    return [each["title"] for each in reply["items"]]


def test_an_empty_library_is_a_list_without_anything(aws: Cloud) -> None:
    empty = open_space()
    assert _listed(empty, status="any") == []
    assert empty.learner.get(empty.at("/library/collections")).ok() == {"collections": []}
    assert found(empty, "gi do") == []


def test_what_a_document_needs_is_named_at_once(hue: OpenedSpace) -> None:
    wrongs: list[tuple[dict[str, Any], set[str]]] = [
        ({"title": ""}, {"title"}),
        ({"title": "a" * 201, "place": -1, "language": "tiếng Việt"}, {"title", "place", "language"}),
        ({"file": ids.new(), "url": "https://a.vn"}, {"file"}),
        ({"url": "javascript:alert(1)"}, {"url"}),
        ({"url": "https://a.vn", "status": "archived"}, {"status"}),
    ]
    for wrong, fields in wrongs:
        reply = hue.author.post(hue.at("/library/documents"), {"title": "Sổ tay"} | wrong)
        reply.refused(422)
        assert reply.bad_fields == fields


@pytest.mark.parametrize("content_type", ["video/mp4", "text/vtt"])
def test_only_what_is_read_or_looked_at_is_a_document(hue: OpenedSpace, content_type: str) -> None:
    body = {"title": "Phim", "file": uploaded(hue, content_type)}
    hue.author.post(hue.at("/library/documents"), body).refused(422)


def test_a_file_is_of_this_space_and_uploaded(hue: OpenedSpace) -> None:
    other = open_space()
    for file in (ids.new(), announce(hue, "application/pdf", pdf("a")), uploaded(other, "application/pdf")):
        reply = hue.author.post(hue.at("/library/documents"), {"title": "Sổ tay", "file": file})
        assert reply.refused(422)["errors"][0]["code"] == "not_a_document"


def test_a_hostile_title_is_a_title(hue: OpenedSpace) -> None:
    made = added(hue, '  <script>\u202e/../Sổ\u0301 tay; name="x"\r\n  ', "a")
    assert made["title"].startswith("<script>/../S")
    assert made["title"].isprintable()
    opened = hue.learner.post(at(hue, made, "/openings")).ok(200)
    assert "filename%2A%3DUTF-8%27%27%253Cscript" in opened["download_url"]
    assert "%0A" not in opened["download_url"]


def test_collections_are_kept_in_order_and_never_lost(aws: Cloud) -> None:
    space = open_space()
    path = space.at("/library/collections")
    first = space.author.get(path)
    wanted = {"collections": [{"title": "Sổ tay"}, {"title": "Tờ rơi"}]}
    kept = space.author.put(path, wanted, headers={"if-match": first.headers["etag"]}).ok(200)["collections"]
    space.author.put(path, wanted, headers={"if-match": first.headers["etag"]}).refused(412)
    assert [each["title"] for each in kept] == ["Sổ tay", "Tờ rơi"]
    added(space, "Hướng dẫn", collection=kept[1]["id"])
    etag = space.author.get(path).headers["etag"]
    only = {"collections": [{"id": kept[0]["id"], "title": "Sổ tay"}]}
    space.author.put(path, only, headers={"if-match": etag}).refused(409, "collection_in_use")
    turned = {"collections": [{"id": each["id"], "title": each["title"]} for each in reversed(kept)]}
    space.author.put(path, turned, headers={"if-match": etag}).ok(200)
    shown = space.learner.get(path).ok()["collections"]
    assert [(each["title"], each["documents"]) for each in shown] == [("Tờ rơi", 1), ("Sổ tay", 0)]
    body = {"title": "Lạc", "url": "https://a.vn", "collection": ids.new()}
    reply = space.author.post(space.at("/library/documents"), body)
    assert reply.refused(422)["errors"][0]["code"] == "unknown_collection"


def test_a_list_is_in_vietnamese_order_paged_and_filtered(aws: Cloud) -> None:
    space = open_space()
    kept: list[tuple[str, dict[str, Any]]] = [
        ("Ân", {}),
        ("Ăn", {"language": "en"}),
        ("An", {}),
        ("Đầu tiên", {"place": 0}),
    ]
    for title, more in kept:
        added(space, title, **{"place": 5, **more})
    added(space, "Nháp", status="draft")
    assert _listed(space) == ["Đầu tiên", "An", "Ăn", "Ân"]
    assert _listed(space, language="en") == ["Ăn"]
    assert _listed(space, status="draft") == ["Nháp"]
    page = space.learner.get(space.at("/library/documents"), query={"limit": 3}).ok()
    rest = space.learner.get(space.at("/library/documents"), query={"limit": 3, "cursor": page["next"]}).ok()
    assert [each["title"] for each in page["items"] + rest["items"]] == ["Đầu tiên", "An", "Ăn", "Ân"]
    assert rest["next"] is None
    space.learner.get(space.at("/library/documents"), query={"status": "draft"}).refused(403)


def test_an_old_link_shows_the_newest_and_history_is_kept(hue: OpenedSpace, aws: Cloud) -> None:
    made = added(hue, "Quy trình", "Bản đầu nói về cào cào")
    aws.drain()
    assert titles(found(hue, "cao cao")) == ["Quy trình"]
    newer = {"file": uploaded(hue, "application/pdf", pdf("Bản hai nói về châu chấu")), "changes": "Cập nhật 2026"}
    hue.author.post(at(hue, made, "/versions"), newer).ok(201)
    aws.drain()
    shown = hue.learner.get(at(hue, made)).ok()
    assert (shown["version"], shown["changes"]) == (2, "Cập nhật 2026")
    assert newer["file"] in hue.learner.post(at(hue, made, "/openings")).ok()["url"]
    assert titles(found(hue, "châu chấ")) == ["Quy trình"]
    assert titles(found(hue, "ban hai chau")) == ["Quy trình"]
    assert titles(found(hue, "cao cao")) == []
    listed = hue.author.get(at(hue, made, "/versions")).ok()["items"]
    assert [(each["version"], each["current"]) for each in listed] == [(2, True), (1, False)]
    hue.learner.get(at(hue, made, "/versions")).refused(403)


def test_a_version_is_added_once_under_one_key_and_none_is_lost_in_a_race(hue: OpenedSpace) -> None:
    made = added(hue, "Nhiều người sửa")

    def add(key: str) -> int:
        body = {"url": f"https://a.vn/{key}"}
        reply = hue.author.post(at(hue, made, "/versions"), body, headers={"idempotency-key": key})
        return reply.status

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(add, ["a", "b", "c", "d"])) <= {201, 503}
    for key in "abcd":
        add(key)
    listed = hue.author.get(at(hue, made, "/versions")).ok()["items"]
    assert {each["url"][-1] for each in listed} == {"a", "b", "c", "d"}
    assert sorted(each["version"] for each in listed) == list(range(1, len(listed) + 1))


def test_of_two_edits_the_second_is_told(hue: OpenedSpace) -> None:
    made = added(hue, "Hai người")
    etag = hue.author.get(at(hue, made)).headers["etag"]
    hue.author.patch(at(hue, made), {"title": "Một"}, headers={"if-match": etag}).ok(200)
    hue.author.patch(at(hue, made), {"title": "Hai"}, headers={"if-match": etag}).refused(412)
    hue.author.patch(at(hue, made), {"title": None}, headers={"if-match": etag}).refused(422)
    hue.author.patch(at(hue, made), {"title": "Ba"}).refused(428)


def test_what_is_archived_leaves_the_lists_and_comes_back(hue: OpenedSpace) -> None:
    made = added(hue, "Cất đi")
    edit(hue, made, status="archived").ok(200)
    hue.learner.get(at(hue, made)).refused(404)
    assert "Cất đi" in _listed(hue, status="archived")
    edit(hue, made, status="published").ok(200)
    hue.learner.get(at(hue, made)).ok(200)


def test_what_is_deleted_leaves_nothing(aws: Cloud) -> None:
    space = open_space()
    made = added(space, "Bỏ đi", ABOUT)
    aws.drain()
    space.learner.post(at(space, made, "/openings")).ok(200)
    for _ in range(2):
        space.author.delete(at(space, made)).ok(204)
    aws.drain()
    space.author.get(at(space, made)).refused(404)
    assert found(space, "du lieu ca nhan") == []
    assert store.rest_of(space.space, made["id"]) == []
    assert store.words(space.space, ["lieu"]) == {"lieu": set()}


def test_a_library_has_room_for_so_many(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_DOCUMENTS", 2)
    space = open_space()
    made = [added(space, f"Tài liệu {each}") for each in range(2)]
    body = {"title": "Thừa", "url": "https://a.vn"}
    space.author.post(space.at("/library/documents"), body).refused(409, "library_full")
    space.author.delete(at(space, made[0])).ok(204)
    space.author.post(space.at("/library/documents"), body).ok(201)
    assert models.MOST_DOCUMENTS == 2_000


def test_it_is_made_once_under_one_key(hue: OpenedSpace) -> None:
    body, key = {"title": "Một lần", "url": "https://a.vn"}, {"idempotency-key": "mot-lan"}
    first, again = (hue.author.post(hue.at("/library/documents"), body, headers=key).ok(201) for _ in range(2))
    assert first["id"] == again["id"]


def test_what_the_staff_do_is_in_the_trail(hue: OpenedSpace) -> None:
    made = added(hue, "Có vết")
    edit(hue, made, status="archived").ok(200)
    trail = hue.admin.get(hue.at("/audit")).ok()["items"]
    assert {"add_library_document", "edit_library_document"} <= {each["operation"] for each in trail}
