"""Documents as people find and open them: of their audiences, before entering, counted once a day."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib import clock, ids
from chalicelib.http import tokens
from chalicelib.library import store
from tests.api import Api, Reply
from tests.courses.writing import uploaded
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.library.papers import ABOUT, added, at, edit, found, pdf, titles
from tests.spending import spending


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def _learner_of(space: OpenedSpace, *audiences: str) -> Api:
    return Api(tokens.issue(tokens.Actor(ids.new(), space.slug, frozenset({"learner"}), ids.new(), audiences)))


def test_a_learner_sees_what_is_for_their_audiences(hue: OpenedSpace, aws: Cloud) -> None:
    made = added(hue, "Nội bộ cán bộ", ABOUT, audiences=["public-sector"])
    aws.drain()
    official, other = _learner_of(hue, "public-sector"), _learner_of(hue, "students")
    for path in ("/library/documents", "/library/matches?q=noi+bo", "/library/matches?q=trach+nhiem"):
        assert "Nội bộ cán bộ" in official.get(hue.at(path)).text
        assert "Nội bộ cán bộ" not in other.get(hue.at(path)).text
    official.get(at(hue, made)).ok(200)
    other.get(at(hue, made)).refused(404)
    official.post(at(hue, made, "/openings")).ok(200)
    other.post(at(hue, made, "/openings")).refused(404)
    assert official.get(at(hue, made)).ok()["audiences"] is None
    assert hue.author.get(at(hue, made)).ok()["audiences"] == ["public-sector"]
    body = {"title": "x", "url": "https://a.vn", "audiences": ["khong-co"]}
    reply = hue.author.post(hue.at("/library/documents"), body)
    assert reply.refused(422)["errors"][0]["code"] == "unknown_audience"
    reply = edit(hue, made, public=True)
    assert reply.refused(422)["errors"][0]["code"] == "public_for_audiences"


def test_a_citizen_reads_what_is_public_before_entering(hue: OpenedSpace, api: Api) -> None:
    open_one, closed_one = added(hue, "Cho mọi người", public=True), added(hue, "Người trong nhà")
    listed = api.get(hue.at("/library/documents"), query={"limit": 100}).ok()["items"]
    assert "Cho mọi người" in {each["title"] for each in listed}
    assert "Người trong nhà" not in {each["title"] for each in listed}
    api.post(at(hue, open_one, "/openings")).ok(200)
    api.get(at(hue, closed_one)).refused(401)
    api.get(hue.at(f"/library/documents/{ids.new()}")).refused(401)
    private = open_space(catalogue_public=False)
    hidden = added(private, "Cho mọi người", public=True)
    for path in ("/library/documents", "/library/collections", "/library/matches?q=a"):
        api.get(private.at(path)).refused(401)
    api.post(at(private, hidden, "/openings")).refused(401)


def test_a_draft_is_the_staffs(hue: OpenedSpace) -> None:
    made = added(hue, "Chưa xong", status="draft")
    hue.learner.get(at(hue, made)).refused(404)
    hue.tutor.get(at(hue, made)).ok(200)


def test_a_file_is_opened_as_what_it_is(hue: OpenedSpace) -> None:
    made = added(hue, "Ảnh treo tường", file=None, url="https://a.vn")
    hue.author.post(at(hue, made, "/versions"), {"file": uploaded(hue, "image/png")}).ok(201)
    opened = hue.learner.post(at(hue, made, "/openings")).ok(200)
    assert (opened["kind"], opened["content_type"], opened["version"]) == ("image", "image/png", 2)
    assert parse_qs(urlsplit(opened["url"]).query)["response-content-type"] == ["image/png"]
    assert "attachment" in parse_qs(urlsplit(opened["download_url"]).query)["response-content-disposition"][0]


def test_a_person_counts_once_a_day(hue: OpenedSpace) -> None:
    made = added(hue, "Đếm lượt đọc")
    one, two = _learner_of(hue), _learner_of(hue)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: one.post(at(hue, made, "/openings")).ok(200), range(8)))
    two.post(at(hue, made, "/openings")).ok(200)
    two.get(at(hue, made, "/readings")).refused(403)
    Api().post(at(hue, made, "/openings"))
    assert hue.tutor.get(at(hue, made, "/readings")).ok()["readings"] == 2
    now = clock.epoch_s()
    clock.set_source(lambda: now + 24 * 3600)
    token = tokens.issue(tokens.Actor(ids.new(), hue.slug, frozenset({"learner"}), ids.new()))
    for _ in range(2):
        Api(token).post(at(hue, made, "/openings")).ok(200)
    author = hue.author
    assert author.get(at(hue, made, "/readings")).ok()["readings"] == 3


def test_words_are_found_without_diacritics_all_of_them_and_the_last_by_its_beginning(
    hue: OpenedSpace, aws: Cloud
) -> None:
    added(hue, "Sổ tay Một", "Trang bìa", ABOUT)
    added(hue, "Sổ tay Hai", "Môi trường xanh, sạch, đẹp")
    aws.drain()
    assert titles(found(hue, "môi trường")) == titles(found(hue, "moi truong")) != []
    assert "Sổ tay Hai" not in titles(found(hue, "moi truong so la"))
    assert "Sổ tay Một" in titles(found(hue, "DU LIEU ca nh"))
    assert found(hue, "du lieu zz") == []
    (hit,) = [each for each in found(hue, "bao ve du lie") if each["document"]["title"] == "Sổ tay Một"]
    assert "dữ liệu cá nhân" in hit["excerpt"]
    assert hit["page"] == 2
    assert found(hue, "!!! ???") == []
    mixed = found(hue, "so tay mot nguoi dan")
    assert titles(mixed) == ["Sổ tay Một"]


def test_a_title_that_says_it_comes_first(hue: OpenedSpace, aws: Cloud) -> None:
    added(hue, "Bản A", "Chữ ký số ghi trong văn bản")
    added(hue, "Chữ ký số", place=9)
    aws.drain()
    assert titles(found(hue, "chu ky so"))[:2] == ["Chữ ký số", "Bản A"]


def test_matches_are_paged(aws: Cloud) -> None:
    space = open_space()
    for each in range(5):
        added(space, f"Cẩm nang {each}")
    seen, cursor = [], None
    while True:
        query = {"q": "cam nang", "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = space.learner.get(space.at("/library/matches"), query=query).ok()
        seen += titles(page["items"])
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [f"Cẩm nang {each}" for each in range(5)]


def test_reading_keeps_to_its_budget(hue: OpenedSpace, aws: Cloud) -> None:
    made = added(hue, "Định mức", ABOUT)
    aws.drain()
    requests: list[Callable[[], Reply]] = [
        lambda: hue.learner.get(hue.at("/library/documents")),
        lambda: hue.learner.get(hue.at("/library/matches"), query={"q": "bao ve du lieu ca nhan"}),
        lambda: hue.learner.get(at(hue, made)),
        lambda: hue.learner.post(at(hue, made, "/openings")),
        lambda: hue.learner.get(hue.at("/library/collections")),
        lambda: hue.author.get(at(hue, made, "/versions")),
        lambda: hue.author.get(at(hue, made, "/readings")),
    ]
    for request in requests:
        request().ok(200)
    with spending() as spent:
        for request in requests:
            request().ok(200)
    spent.within_budget()


def test_one_space_says_nothing_of_anothers(hue: OpenedSpace, aws: Cloud) -> None:
    made, other = added(hue, "Chỉ của Huế", ABOUT), open_space()
    aws.drain()
    assert found(other, "chi cua hue") == found(other, "trach nhiem") == []
    other.learner.get(at(other, made)).refused(404)
    other.author.delete(at(other, made)).ok(204)
    hue.learner.get(at(hue, made)).ok(200)


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n" + b"\0" * 1_000,
        b"%PDF-1.7\ntrailer<</Root 1 0 R>>\nstartxref\n999999\n%%EOF",
        pdf("a")[:-400],
        pdf("a").replace(b"/Kids [", b"/Kids [1 0 R 1 0 R 2 0 R "),
    ],
    ids=["nothing", "no table", "cut", "loops"],
)
def test_a_pdf_that_cannot_be_read_is_a_document_all_the_same(aws: Cloud, content: bytes) -> None:
    space = open_space()
    body = {"title": "Hỏng", "status": "published", "file": uploaded(space, "application/pdf", content)}
    made = space.author.post(space.at("/library/documents"), body).ok(201)
    aws.drain()
    assert space.author.get(at(space, made)).ok()["text"] in ("unreadable", "none", "part", "whole")
    assert titles(found(space, "hong")) == ["Hỏng"]


def test_the_index_has_room_for_so_many_words(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_POSTINGS", 3)
    space = open_space()
    made = added(space, "Đầy", ABOUT)
    aws.drain()
    assert space.author.get(at(space, made)).ok()["text"] == "none"
    assert found(space, "trach nhiem") == []
    assert titles(found(space, "day")) == ["Đầy"]
