"""Operators change a tenant on the state they read."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.tenants import registry
from tests import pictures
from tests.api import Api, Reply
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, operator


@pytest.fixture
def caller(aws: Cloud) -> Api:
    return operator()


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def _edit(caller: Api, hue: OpenedSpace, edit: dict[str, Any]) -> Reply:
    address = f"/tenants/{hue.slug}"
    return caller.patch(address, edit, headers={"if-match": caller.get(address).headers["etag"]})


def test_a_name_is_changed_and_found(caller: Api, hue: OpenedSpace, api: Api) -> None:
    api.get(hue.at()).ok()
    assert _edit(caller, hue, {"name": "Cố đô Thuận Hoá"}).ok()["name"] == "Cố đô Thuận Hoá"
    assert api.get(hue.at()).ok()["name"] == "Cố đô Thuận Hoá"
    found = caller.get("/tenants", query={"q": "co do thuan hoa"}).ok()["items"]
    assert [item["slug"] for item in found] == [hue.slug]
    assert caller.get("/tenants", query={"q": f"{hue.slug} thanh pho"}).ok()["items"] == []


def test_everything_at_once(caller: Api, hue: OpenedSpace) -> None:
    edited = _edit(
        caller,
        hue,
        {
            "name": "Cố đô Huế",
            "brand": {"short_name": "Cố đô", "logo": pictures.encoded(pictures.png(9, 9)), "support": None},
            "settings": {"national_updates": "automatic"},
            "first_admin": {"name": "Lê Thị Hoa", "email": "HOA@hue.example"},
        },
    ).ok()
    assert edited["brand"]["short_name"] == "Cố đô"
    assert edited["brand"]["logo"]["width"] == 9
    assert edited["brand"]["support"] is None
    assert edited["settings"]["national_updates"] == "automatic"
    assert edited["first_admin"] == {"name": "Lê Thị Hoa", "email": "hoa@hue.example"}
    assert edited["status"] == "open"
    assert registry.settings(hue.slug).national_updates == "automatic"


@pytest.mark.parametrize(
    ("edit", "fields"),
    [
        ({"slug": "hue-moi"}, {"slug"}),
        ({"status": "closed"}, {"status"}),
        ({"kind": "ministry"}, {"kind"}),
        ({"cell": "2"}, {"cell"}),
        ({"name": None, "first_admin": None, "brand": None}, {"name", "first_admin", "brand"}),
        ({"first_admin": {"name": "Hoa"}}, {"first_admin.email"}),
    ],
)
def test_what_cannot_be_changed(caller: Api, hue: OpenedSpace, edit: dict[str, Any], fields: set[str]) -> None:
    reply = _edit(caller, hue, edit)
    reply.refused(422)
    assert reply.bad_fields == fields
    assert registry.require(hue.slug).v == 1


def test_a_stale_edit_is_refused(caller: Api, hue: OpenedSpace) -> None:
    address = f"/tenants/{hue.slug}"
    caller.patch(address, {"name": "A"}).refused(428, "if_match_required")
    stale = caller.get(address).headers["etag"]
    fresh = _edit(caller, hue, {"name": "B"})
    caller.patch(address, {"name": "C"}, headers={"if-match": stale}).refused(412, "stale")
    assert caller.get(address).ok()["name"] == "B"
    assert caller.get(address, headers={"if-none-match": fresh.headers["etag"]}).status == 304


def test_a_tenant_of_nobody(caller: Api) -> None:
    caller.patch("/tenants/khong-co", {"name": "A"}, headers={"if-match": '"1"'}).refused(404, "not_found")
