"""What the gate itself promises: health, problems for what no operation answers, safe headers, honest caching."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import config
from chalicelib.http import gate
from chalicelib.storage import client, spaces
from tests.api import Api, Reply
from tests.factories import OpenedSpace, open_space
from tests.http.probe import SECRET, Probe, probe


@pytest.fixture(scope="module")
def hue(aws: object) -> OpenedSpace:
    return open_space("hue")


@pytest.fixture
def author(hue: OpenedSpace) -> Probe:
    return probe(hue.author)


THING = "/spaces/hue/things/" + "0" * 22


def test_health_is_green(api: Api) -> None:
    assert api.get("/health").ok() == {"status": "ok"}


def test_a_method_that_nothing_answers_is_a_problem(api: Api) -> None:
    reply = api.delete("/health")
    reply.refused(405, "method_not_allowed")
    assert reply.headers["allow"] == "GET, HEAD"
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_an_unknown_space_is_not_found(api: Api) -> None:
    api.get("/spaces/khong-co/jobs").refused(404, "not_found")


def test_the_control_plane_is_no_space(api: Api) -> None:
    api.get("/spaces/platform/jobs").refused(404, "not_found")


@pytest.mark.parametrize("slug", ["Hue", "h", "hue%23x", "-hue", "h" * 41, "hu%C3%A9", "hue%0A", "..%2Fhue"])
def test_what_is_no_slug_is_not_even_looked_up(api: Api, slug: str) -> None:
    spaces.directory.forget()
    api.get(f"/spaces/{slug}/jobs").refused(404, "not_found")
    assert not spaces.directory._seen


@pytest.mark.parametrize("path", [THING, "/spaces/khong-co/things", "/spaces/hue/broken"])
def test_a_head_request_is_answered_as_a_get(author: Probe, path: str) -> None:
    """The gateway drops the body; its length, counted there, must be that of a GET."""
    whole, head = author.get(path), author.call("HEAD", path)
    assert (head.status, head.headers) == (whole.status, whole.headers)
    assert len(head.text) == len(whole.text)


def test_what_a_sign_in_opens_is_never_public(author: Probe) -> None:
    headers = author.get(THING).headers
    assert headers["cache-control"] == "private, max-age=60"
    assert headers["vary"] == "Authorization"


def test_what_everyone_may_read_says_so(hue: OpenedSpace) -> None:
    headers = probe().get("/front").headers
    assert headers["cache-control"] == "public, max-age=60"
    assert "vary" not in headers


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_what_the_reader_has_is_not_sent_again(author: Probe, form: str) -> None:
    validator = author.get(THING).headers["etag"]
    again = author.get(THING, headers={"if-none-match": form.format(validator)})
    assert (again.status, again.text) == (304, "")
    assert again.headers["etag"] == validator
    assert again.headers["cache-control"] == "private, max-age=60"
    assert "content-type" not in again.headers


def test_what_is_not_cached_has_no_validator(author: Probe) -> None:
    headers = author.get("/spaces/hue/things").headers
    assert headers["cache-control"] == "no-store"
    assert "etag" not in headers


def test_every_answer_forbids_what_an_api_never_needs(author: Probe) -> None:
    replies = [author.get("/front"), author.get("/spaces/khong-co/things"), author.get("/spaces/hue/broken")]
    for reply in replies:
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert reply.headers["strict-transport-security"].startswith("max-age=63072000")


@pytest.mark.parametrize("text", ["a%0D%0ASet-Cookie:x", "a%0Ab", "a%00", "Điện", "a%C2%85b"])
def test_a_header_cannot_be_split(author: Probe, text: str) -> None:
    reply = author.get(f"/spaces/hue/headers/{text}")
    reply.refused(500, "internal")
    assert "content-disposition" not in reply.headers
    assert "set-cookie" not in reply.headers


def test_text_with_a_byte_order_mark_keeps_it(hue: OpenedSpace) -> None:
    reply = probe().get("/page")
    assert reply.text == "\ufeffĐiểm"
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_defect_is_told_without_what_it_says(author: Probe) -> None:
    problem = author.get("/spaces/hue/broken").refused(500, "internal")
    assert problem["request_id"]
    assert SECRET not in str(problem)


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "vi"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("vi-VN, en;q=0.8", "vi"),
        ("en; q=0.8, vi; q=0.9", "vi"),
        ("fr, en ; q=0.3", "en"),
        ("vi;q=0, en;q=0.1", "en"),
        ("en;q=0", "vi"),
        ("en;q=nonsense", "vi"),
        ("en;q=nan, *", "vi"),
        ("*", "vi"),
        (";;,=,q=1" * 2_000, "vi"),
    ],
)
def test_refusals_are_told_in_the_readers_language(api: Api, accept: str | None, language: str) -> None:
    reply = api.get("/spaces/khong-co/jobs", headers={"accept-language": accept} if accept else {})
    reply.refused(404)
    assert reply.headers["content-language"] == language


def test_a_tenant_whose_tables_are_gone_is_not_found(hue: OpenedSpace) -> None:
    closed = open_space("da-dong")
    author = probe(closed.author)
    author.post("/spaces/da-dong/things", {"title": "x"}).ok(201)
    _drop(closed)
    author.post("/spaces/da-dong/things", {"title": "x"}).refused(404, "not_found")


def _drop(closed: OpenedSpace) -> None:
    name = closed.space.table_name("people")
    client.dynamodb().update_table(TableName=name, DeletionProtectionEnabled=False)
    client.dynamodb().delete_table(TableName=name)


def test_a_cursor_goes_on_in_its_own_list(author: Probe) -> None:
    first = _page(author.get("/spaces/hue/things", query={"colour": "red", "limit": 2}))
    query = {"colour": "red", "limit": 3, "cursor": first["next"]}
    assert [item["title"] for item in _page(author.get("/spaces/hue/things", query=query))["items"]] == ["2", "3", "4"]


def test_a_cursor_of_another_list_is_refused(hue: OpenedSpace, author: Probe) -> None:
    open_space("bo-noi-vu")
    cursor = _page(author.get("/spaces/hue/things", query={"colour": "red"}))["next"]
    author.get("/spaces/hue/others", query={"colour": "red", "cursor": cursor}).refused(400, "bad_cursor")
    author.get("/spaces/hue/things", query={"colour": "blue", "cursor": cursor}).refused(400, "bad_cursor")
    author.get("/spaces/hue/things", query={"cursor": cursor}).refused(400, "bad_cursor")
    author.get("/spaces/hue/things", query={"colour": "red", "cursor": cursor[9:]}).refused(400, "bad_cursor")


def _page(reply: Reply) -> dict[str, list[dict[str, str]]]:
    page: dict[str, list[dict[str, str]]] = reply.ok()
    return page


@pytest.mark.parametrize(
    ("edge", "told", "address"),
    [
        ("1", "203.0.113.7:46532", "203.0.113.7"),
        ("1", "2001:db8::1:46532", "2001:db8::1"),
        ("0", "203.0.113.7:46532", "10.0.0.1"),
        *[("1", told, "10.0.0.1") for told in ("", ":", "203.0.113.7", "203.0.113.7:x", "203.0.113.7:\u0661", "a:1")],
    ],
)
def test_who_asks_is_told_by_the_edge_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, edge: str, told: str, address: str
) -> None:
    headers = {"cloudfront-viewer-address": told, "x-forwarded-for": "198.51.100.1"}
    request: Any = SimpleNamespace(headers=headers, context={"identity": {"sourceIp": "10.0.0.1"}})
    monkeypatch.setenv("HOCMO_EDGE", edge)
    config.current.cache_clear()
    try:
        assert gate._address(request) == address
    finally:
        monkeypatch.undo()
        config.current.cache_clear()
