"""What a space's admin changes: dress and choices, on the state that was read, and nothing of anybody else's."""

from __future__ import annotations

import base64
import threading
from typing import Any

import pytest

from chalicelib.storage import files, spaces
from chalicelib.tenants import logos, registry
from chalicelib.tenants.logos import MAX_BYTES, MAX_PIXELS
from chalicelib.tenants.registry import merged
from tests import pictures
from tests.api import Api, Reply
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def _etag(hue: OpenedSpace) -> str:
    return hue.admin.get(hue.at("/settings")).headers["etag"]


def _edit(hue: OpenedSpace, edit: dict[str, Any]) -> Reply:
    return hue.admin.patch(hue.at("/settings"), edit, headers={"if-match": _etag(hue)})


def test_an_admin_changes_a_part_and_the_rest_stays(hue: OpenedSpace, api: Api) -> None:
    before = hue.admin.get(hue.at("/settings")).ok()
    after = _edit(hue, {"brand": {"colours": {"accent": "#8B1A1A"}}, "settings": {"catalogue_public": False}}).ok()
    assert after["brand"]["colours"] == {
        "primary": "#0b5cad",
        "on_primary": "#ffffff",
        "accent": "#8b1a1a",
        "on_accent": "#ffffff",
    }
    assert after["settings"] == {**before["settings"], "catalogue_public": False}
    assert after["brand"] | {"colours": None} == before["brand"] | {"colours": None}
    assert api.get(hue.at()).ok()["catalogue_public"] is False  # at once, in this process
    assert registry.settings(hue.space).catalogue_public is False


def test_a_removable_part_is_removed_by_null(hue: OpenedSpace) -> None:
    _edit(hue, {"brand": {"colours": {"accent": "#8b1a1a"}}}).ok()
    after = _edit(hue, {"brand": {"colours": {"accent": None}, "support": None}}).ok()
    assert after["brand"]["colours"]["accent"] is None
    assert after["brand"]["support"] is None


def test_a_support_contact_is_replaced_as_a_whole(hue: OpenedSpace) -> None:
    after = _edit(hue, {"brand": {"support": {"phone": "1022"}}}).ok()
    assert after["brand"]["support"] == {"email": None, "phone": "1022", "url": None}


def test_every_bad_field_is_named_at_once(hue: OpenedSpace) -> None:
    reply = _edit(
        hue,
        {
            "brand": {
                "short_name": None,
                "colours": {"primary": "#ffff00", "accent": "blue"},
                "logo": {"data": base64.b64encode(b"<svg/>").decode()},
                "support": {"email": "nobody", "phone": "call me", "url": "javascript:alert(1)"},
            },
            "settings": {"language": "fr", "welcome": "x" * 2001, "self_registration": "maybe", "theme": "dark"},
        },
    )
    reply.refused(422, "invalid_input")
    assert reply.bad_fields == {
        "brand.short_name",
        "brand.colours.primary",
        "brand.colours.accent",
        "brand.logo.data",
        "brand.support.email",
        "brand.support.phone",
        "brand.support.url",
        "settings.language",
        "settings.welcome",
        "settings.self_registration",
        "settings.theme",
    }


def test_a_support_contact_that_reaches_nobody(hue: OpenedSpace) -> None:
    assert _edit(hue, {"brand": {"support": {}}}).bad_fields == {"brand.support.email"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (base64.b64encode(b"%PDF-1.7").decode(), "logo_no_picture"),
        (base64.b64encode(pictures.png(MAX_PIXELS + 1, 1)).decode(), "logo_dimensions"),
        (base64.b64encode(b"\0" * (MAX_BYTES + 1)).decode(), "logo_too_large"),
        ("ảnh", "logo_encoding"),
        ("abc", "logo_encoding"),
        (7, "logo_encoding"),
    ],
)
def test_what_is_no_logo(hue: OpenedSpace, data: object, code: str) -> None:
    problem = _edit(hue, {"brand": {"logo": {"data": data}}}).refused(422)
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [("brand.logo.data", code)]


def test_a_logo_that_is_not_what_it_claims(hue: OpenedSpace) -> None:
    logo = {**pictures.encoded(pictures.png()), "content_type": "image/jpeg"}
    problem = _edit(hue, {"brand": {"logo": logo}}).refused(422)
    assert [error["code"] for error in problem["errors"]] == ["logo_type_mismatch"]


def test_the_largest_logo_is_taken(hue: OpenedSpace) -> None:
    content = pictures.jpeg(MAX_PIXELS, MAX_PIXELS)
    largest = content + b"\0" * (MAX_BYTES - len(content))
    assert _edit(hue, {"brand": {"logo": pictures.encoded(largest)}}).ok()["brand"]["logo"]["width"] == MAX_PIXELS


def test_a_logo_is_kept_under_the_tenants_prefix_by_its_content(hue: OpenedSpace) -> None:
    first = _edit(hue, {"brand": {"logo": pictures.encoded(pictures.png(10, 10))}}).ok()["brand"]["logo"]["url"]
    same = _edit(hue, {"brand": {"logo": pictures.encoded(pictures.png(10, 10))}}).ok()["brand"]["logo"]["url"]
    other = _edit(hue, {"brand": {"logo": pictures.encoded(pictures.png(10, 11))}}).ok()["brand"]["logo"]["url"]
    assert first == same != other
    names = files.names(f"{hue.slug}/brand/")
    assert len(names) == 2
    key = registry.profile(hue.slug).logo_key
    assert key in names
    assert files.get(key) == pictures.png(10, 11)
    stored = files.head(key)
    assert stored is not None
    assert stored.content_type == "image/png"
    assert _edit(hue, {"brand": {"logo": None}}).ok()["brand"]["logo"] is None


def test_what_another_release_wrote_survives(hue: OpenedSpace) -> None:
    key = spaces.registry_key(hue.slug)
    spaces.platform().table("people").update(
        *key, "SET brand.favicon = :f, settings.certificates = :c", {":f": "hue/brand/x.ico", ":c": True}
    )
    _edit(hue, {"brand": {"short_name": "Cố đô"}, "settings": {"language": "en"}}).ok()
    record = registry.require(hue.slug)
    assert record.brand["favicon"] == "hue/brand/x.ico"
    assert record.settings["certificates"] is True


def test_an_edit_needs_the_state_it_was_made_on(hue: OpenedSpace) -> None:
    etag = _etag(hue)
    hue.admin.patch(hue.at("/settings"), {"settings": {"language": "en"}}).refused(428, "if_match_required")
    edit = {"settings": {"language": "en"}}
    fresh = hue.admin.patch(hue.at("/settings"), edit, headers={"if-match": etag})
    assert fresh.ok()["settings"]["language"] == "en"
    assert fresh.headers["etag"] == _etag(hue) != etag
    late = {"settings": {"language": "vi"}}
    hue.admin.patch(hue.at("/settings"), late, headers={"if-match": etag}).refused(412, "stale")
    assert hue.admin.get(hue.at("/settings")).ok()["settings"]["language"] == "en"


def test_of_many_who_save_at_once_one_wins_and_nothing_is_overwritten(hue: OpenedSpace) -> None:
    etag, admin = _etag(hue), hue.admin
    start = threading.Barrier(8)
    statuses: list[int] = []

    def save(number: int) -> None:
        start.wait()
        edit = {"settings": {"welcome": f"Lời chào {number}"}}
        statuses.append(admin.patch(hue.at("/settings"), edit, headers={"if-match": etag}).status)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [412] * 7
    assert registry.require(hue.slug).v == 2


def test_an_empty_edit_changes_nothing(hue: OpenedSpace) -> None:
    etag = _etag(hue)
    assert hue.admin.patch(hue.at("/settings"), {}, headers={"if-match": etag}).headers["etag"] == etag
    assert registry.require(hue.slug).v == 1


def test_text_is_kept_in_one_form(hue: OpenedSpace) -> None:
    decomposed = "Hu\u0065\u0302\u0301  \u202ecố đô"
    assert _edit(hue, {"brand": {"short_name": decomposed}}).ok()["brand"]["short_name"] == "Huế cố đô"


@pytest.mark.parametrize("role", ["author", "tutor", "learner"])
def test_nobody_else_of_the_space_may(hue: OpenedSpace, role: str) -> None:
    caller: Api = getattr(hue, role)
    caller.get(hue.at("/settings")).refused(403, "forbidden")
    caller.patch(hue.at("/settings"), {}).refused(403, "forbidden")


def test_another_spaces_admin_may_not_either(hue: OpenedSpace) -> None:
    other = open_space()
    other.admin.get(hue.at("/settings")).refused(401, "invalid_token")


@pytest.mark.parametrize(
    ("kept", "patch", "expected"),
    [
        # RFC 7396, appendix A (objects only: our fields are typed)
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ],
)
def test_merge_patches_as_the_standard_has_them(kept: dict[str, Any], patch: dict[str, Any], expected: object) -> None:
    assert merged(kept, patch) == expected


def test_limits_are_what_they_say() -> None:
    assert logos.MAX_BYTES == 256 * 1024
