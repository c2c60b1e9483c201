"""A space as an app on a home screen."""

from __future__ import annotations

import pytest

from chalicelib.tenants import registry
from tests import pictures
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.spending import spending


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def test_a_space_is_an_app_of_its_own(hue: OpenedSpace, api: Api) -> None:
    reply = api.get(hue.at("/manifest.webmanifest"))
    told = reply.ok(200)
    assert reply.headers["content-type"] == "application/manifest+json"
    assert reply.headers["cache-control"] == "public, max-age=300"
    assert (told["name"], told["short_name"], told["lang"]) == ("Thành phố Huế", "Huế", "vi")
    assert (told["theme_color"], told["display"]) == ("#0b5cad", "standalone")
    assert told["id"] == told["start_url"] == told["scope"] == "/"
    assert [each["sizes"] for each in told["icons"]] == ["192x192", "512x512", "512x512"]


def test_where_spaces_share_a_host_each_ends_where_its_path_ends(hue: OpenedSpace, api: Api) -> None:
    told = api.get(hue.at("/manifest.webmanifest"), query={"at": "path"}).ok()
    assert told["id"] == told["start_url"] == told["scope"] == f"/s/{hue.slug}/"
    api.get(hue.at("/manifest.webmanifest"), query={"at": "anywhere"}).refused(422)


def test_its_logo_is_its_icon_too(hue: OpenedSpace, api: Api) -> None:
    etag = hue.admin.get(hue.at("/settings")).headers["etag"]
    edit = {"brand": {"logo": pictures.encoded(pictures.png(256, 256))}}
    hue.admin.patch(hue.at("/settings"), edit, headers={"if-match": etag}).ok()
    icon = api.get(hue.at("/manifest.webmanifest")).ok()["icons"][0]
    assert (icon["sizes"], icon["type"]) == ("256x256", "image/png")
    assert icon["src"].startswith(f"/v1/spaces/{hue.slug}/logo?v="), "at the very host that the page is at"
    assert api.get(icon["src"]).status == 302


def test_a_name_that_carries_markup_stays_a_name(hue: OpenedSpace, api: Api) -> None:
    hostile = '</script><img src=x onerror="alert(1)">\u2028'
    etag = hue.admin.get(hue.at("/settings")).headers["etag"]
    hue.admin.patch(hue.at("/settings"), {"brand": {"short_name": hostile}}, headers={"if-match": etag}).ok()
    assert api.get(hue.at("/manifest.webmanifest")).ok()["short_name"] == hostile.strip()


def test_it_costs_no_call_and_stays_while_a_space_is_suspended(hue: OpenedSpace, api: Api) -> None:
    registry.profile(hue.slug)
    api.get(hue.at("/manifest.webmanifest")).ok()
    with spending() as spent:
        reply = api.get(hue.at("/manifest.webmanifest"))
    spent.within_budget()
    again = api.get(hue.at("/manifest.webmanifest"), headers={"if-none-match": reply.headers["etag"]})
    assert again.status == 304
    suspended = open_space(status="suspended")
    api.get(suspended.at("/manifest.webmanifest")).ok()
