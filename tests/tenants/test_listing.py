"""Operators find tenants: paged, searched without diacritics, filtered."""

from __future__ import annotations

import pytest

from chalicelib.tenants import registry
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import open_space, operator, register
from tests.spending import spending

NAMES = [
    ("an-giang", "province", "Tỉnh An Giang"),
    ("bo-noi-vu", "ministry", "Bộ Nội vụ"),
    ("bo-y-te", "ministry", "Bộ Y tế"),
    ("da-nang", "province", "Thành phố Đà Nẵng"),
    ("dong-nai", "province", "Tỉnh Đồng Nai"),
    ("hue", "province", "Thành phố Huế"),
    ("phuong-thuan-hoa", "commune", "Phường Thuận Hoá"),
]


@pytest.fixture(scope="module", autouse=True)
def _seven(aws: Cloud) -> None:
    for slug, kind, name in NAMES:
        register(slug, kind=kind, name=name, status="suspended" if slug == "bo-y-te" else "open")


@pytest.fixture
def caller(aws: Cloud) -> Api:
    return operator()


def _slugs(caller: Api, **query: object) -> list[str]:
    return [item["slug"] for item in caller.get("/tenants", query=query).ok()["items"]]


def test_all_by_slug(caller: Api) -> None:
    assert _slugs(caller) == [slug for slug, _, _ in NAMES]


def test_a_line_of_the_list(caller: Api) -> None:
    (line,) = caller.get("/tenants", query={"q": "da nang"}).ok()["items"]
    assert line.pop("created_at").endswith("Z")
    assert line == {
        "slug": "da-nang",
        "name": "Thành phố Đà Nẵng",
        "short_name": "Huế",
        "kind": "province",
        "status": "open",
    }


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("bo", ["bo-noi-vu", "bo-y-te"]),
        ("noi bo", ["bo-noi-vu"]),
        ("Đồng nai", ["dong-nai"]),
        ("DONG NAI", ["dong-nai"]),
        ("thuan hoa", ["phuong-thuan-hoa"]),
        ("hoá", ["phuong-thuan-hoa"]),
        ("hóa", ["phuong-thuan-hoa"]),
        ("bo-y", ["bo-y-te"]),
        ("không có", []),
        (" ", [slug for slug, _, _ in NAMES]),
    ],
)
def test_search_knows_no_diacritics(caller: Api, q: str, expected: list[str]) -> None:
    assert _slugs(caller, q=q) == expected


def test_filters(caller: Api) -> None:
    assert _slugs(caller, kind="ministry") == ["bo-noi-vu", "bo-y-te"]
    assert _slugs(caller, kind="ministry", status="suspended") == ["bo-y-te"]
    assert _slugs(caller, status="closed") == []


@pytest.mark.parametrize("query", [{}, {"kind": "province"}, {"q": "t"}])
def test_pages_hold_everything_once(caller: Api, query: dict[str, str]) -> None:
    everything = _slugs(caller, **query)
    for limit in (1, 2, 3, len(everything)):
        found: list[str] = []
        cursor = None
        while True:
            page = caller.get(
                "/tenants", query={**query, "limit": limit, **({"cursor": cursor} if cursor else {})}
            ).ok()
            assert 0 < len(page["items"]) <= limit
            found += [item["slug"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert found == everything


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"kind": "city"}, {"q": "x" * 101}, {"colour": "red"}])
def test_bad_queries_name_their_field(caller: Api, query: dict[str, object]) -> None:
    reply = caller.get("/tenants", query=query)
    reply.refused(422)
    assert reply.bad_fields == set(query)


def test_a_page_costs_one_call(caller: Api) -> None:
    _slugs(caller)
    with spending() as spent:
        _slugs(caller, limit=3)
        _slugs(caller, q="hue")
    assert [line["calls"] for line in spent.lines] == [1, 1]


def test_a_search_through_a_large_registry_is_bounded(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """In pieces of three and two reads a page, every tenant is still found, over short pages."""
    monkeypatch.setattr(registry, "_LISTED_AT_ONCE", 3)
    monkeypatch.setattr(registry, "_LISTS_READ", 2)
    caller = operator()
    first = caller.get("/tenants", query={"q": "thuan hoa"}).ok()
    assert first["items"] == []
    assert first["next"]
    second = caller.get("/tenants", query={"q": "thuan hoa", "cursor": first["next"]}).ok()
    assert [item["slug"] for item in second["items"]] == ["phuong-thuan-hoa"]
    assert second["next"] is None


def test_only_operators_may(api: Api) -> None:
    hue = open_space("hue-2")
    api.get("/tenants").refused(401, "unauthenticated")
    hue.admin.get("/tenants").refused(401, "invalid_token")
