"""The public face of a space: enough for a client to dress itself, cacheable, without a call when warm."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib import clock
from chalicelib.errors import NotFound
from chalicelib.storage import spaces
from chalicelib.storage.spaces import SpaceStatus
from chalicelib.tenants import logos, registry
from tests import pictures
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.spending import spending


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space(self_registration=False, welcome="Chào bạn")


def test_anyone_reads_how_a_space_is_dressed(hue: OpenedSpace, api: Api) -> None:
    reply = api.get(hue.at())
    assert reply.ok() == {
        "slug": hue.slug,
        "name": "Thành phố Huế",
        "kind": "province",
        "status": "open",
        "brand": {
            "short_name": "Huế",
            "colours": {"primary": "#0b5cad", "on_primary": "#ffffff", "accent": None, "on_accent": None},
            "logo": None,
            "support": {"email": "hotro@hue.example", "phone": "+842343822822", "url": "https://hue.example"},
        },
        "language": "vi",
        "welcome": "Chào bạn",
        "catalogue_public": True,
        "sign_in": {"methods": ["password"], "self_registration": False},
    }
    assert reply.headers["cache-control"] == "public, max-age=60"


def test_a_warm_read_keeps_to_its_budget_of_no_call(hue: OpenedSpace, api: Api) -> None:
    api.get(hue.at()).ok()
    with spending() as spent:
        api.get(hue.at()).ok()
        hue.learner.get(hue.at()).ok()
    assert [line["calls"] for line in spent.lines] == [0, 0]
    spent.within_budget()


def test_an_unchanged_space_is_not_sent_again(hue: OpenedSpace, api: Api) -> None:
    etag = api.get(hue.at()).headers["etag"]
    again = api.get(hue.at(), headers={"if-none-match": etag})
    assert (again.status, again.text) == (304, "")


def test_a_missing_space_and_a_closed_one_look_alike(api: Api) -> None:
    closed = open_space(status="closed")
    missing = api.get("/spaces/khong-co").refused(404, "not_found")
    gone = api.get(closed.at()).refused(404, "not_found")
    assert {**gone, "request_id": ""} == {**missing, "request_id": ""}


@pytest.mark.parametrize("status", ["opening", "suspended"])
def test_a_client_can_tell_people_what_is_the_matter(api: Api, status: SpaceStatus) -> None:
    space = open_space(status=status)
    assert api.get(space.at()).ok()["status"] == status


def test_a_change_elsewhere_shows_within_a_minute(hue: OpenedSpace, api: Api) -> None:
    assert api.get(hue.at()).ok()["name"] == "Thành phố Huế"
    _rename_behind_our_back(hue, "Cố đô Huế")
    assert registry.profile(hue.slug).name == "Thành phố Huế"
    now = clock.epoch_s()
    clock.set_source(lambda: now + 61)
    assert api.get(hue.at()).ok()["name"] == "Cố đô Huế"


def test_a_space_that_is_being_opened_is_looked_at_again_at_once(aws: Cloud) -> None:
    space = open_space(status="opening")
    assert registry.profile(space.slug).name == "Thành phố Huế"
    _rename_behind_our_back(space, "Cố đô Huế")
    assert registry.profile(space.slug).name == "Cố đô Huế"


def test_the_profile_of_nobody(aws: Cloud) -> None:
    with pytest.raises(NotFound):
        registry.profile("khong-co")


def _rename_behind_our_back(space: OpenedSpace, name: str) -> None:
    key = spaces.registry_key(space.slug)
    spaces.platform().table("people").update(*key, "SET #n = :n", {":n": name}, names={"#n": "name"})


class TestLogo:
    """A stable public address that leads to a short-lived one."""

    @pytest.fixture
    def logo(self, hue: OpenedSpace) -> dict[str, Any]:
        etag = hue.admin.get(hue.at("/settings")).headers["etag"]
        edit = {"brand": {"logo": pictures.encoded(pictures.png(120, 40))}}
        hue.admin.patch(hue.at("/settings"), edit, headers={"if-match": etag}).ok()
        found: dict[str, Any] = Api().get(hue.at()).ok()["brand"]["logo"]
        return found

    def test_it_is_described(self, logo: dict[str, Any]) -> None:
        assert (logo["content_type"], logo["width"], logo["height"]) == ("image/png", 120, 40)

    def test_anyone_is_led_to_it(self, hue: OpenedSpace, logo: dict[str, Any], aws: Cloud) -> None:
        reply = Api().get(_path(logo["url"]))
        assert reply.status == 302
        address = urlsplit(reply.headers["location"])
        assert f"/{hue.slug}/brand/" in address.path
        assert reply.headers["cache-control"] == f"public, max-age={logos.REDIRECT_KEPT_S}"
        # Whoever was given the redirect from a cache at its last moment still has minutes to follow it.
        lasts = int(parse_qs(address.query)["X-Amz-Expires"][0])
        assert lasts >= logos.REDIRECT_KEPT_S + 300

    def test_leading_there_costs_no_call(self, logo: dict[str, Any]) -> None:
        Api().get(_path(logo["url"]))
        with spending() as spent:
            Api().get(_path(logo["url"]))
        assert (spent.last["calls"], spent.last["s3_calls"]) == (0, 0)

    def test_a_space_without_one(self, api: Api) -> None:
        plain = open_space()
        api.get(plain.at("/logo")).refused(404, "not_found")


def _path(url: str) -> str:
    split = urlsplit(url)
    return f"{split.path}?{split.query}"
