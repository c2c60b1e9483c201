"""What a path means: the address that is spelled by it and nothing else, wherever the gateway keeps that address."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, unquote

import pytest
from chalice.local import LambdaContext
from hypothesis import given
from hypothesis import strategies as st

import app
from chalicelib.http import paths
from chalicelib.http.endpoint import OPERATIONS
from chalicelib.http.paths import Addresses, Found, Unreadable
from infra.local import events
from infra.local.events import Request
from tests.api import Api
from tests.factories import OpenedSpace, open_space

ALL = sorted({operation.path for operation in OPERATIONS})
WHOLE = Addresses(ALL)
KEPT = Addresses(paths.nodes(ALL))
WORDS = sorted({part for address in ALL for part in address.split("/") if part and not part.startswith("{")})

written = st.sampled_from(WORDS)
strange = st.sampled_from(
    [
        "",
        ".",
        "..",
        "%2e%2e",
        "%2F",
        "a%2Fb",
        "%2f..%2f",
        "%252F",
        "{space}",
        "{rest+}",
        "%7Brest+%7D",
        "me;x",
        "a:b",
        "*",
    ]
)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(lambda text: quote(text, safe=""))
parts = st.lists(written | strange | words, max_size=12)
below = st.sampled_from(["", "/v1", "/v1/spaces/hue", "/v1/spaces/hue/me", "/v1/spaces/hue/courses", "/V1"])
asked = st.tuples(below, parts).map(lambda both: "/".join([both[0], *both[1]]))


def spelled(address: str, path: str) -> dict[str, str] | None:
    """What the plain rule says: as many parts, each as it is written or in a parameter's place, none of them empty."""
    names, given_ = address.split("/"), path.removesuffix("/").split("/")
    if len(names) != len(given_) or "" in given_[1:]:
        return None
    if any(name != part for name, part in zip(names, given_, strict=True) if not name.startswith("{")):
        return None
    pairs = zip(names, given_, strict=True)
    return {name[1:-1]: unquote(part) for name, part in pairs if name.startswith("{")}


@given(asked)
def test_a_path_means_the_address_that_it_spells(path: str) -> None:
    means = [address for address in ALL if spelled(address, path) is not None]
    found = WHOLE.find(path)
    if not means:
        assert found is None
        return
    # A brace comes after every letter: what is written comes before a parameter.
    assert found == Found(means[0], spelled(means[0], path) or {})


@given(asked)
def test_the_gateway_hands_over_what_the_function_finds(path: str) -> None:
    found, kept = WHOLE.find(path), KEPT.find(path)
    if found:
        assert kept
        assert kept.address == paths.node(found.address)
        assert found.parameters.get("space") == kept.parameters.get("space")


def test_every_address_is_found_from_where_the_gateway_keeps_it() -> None:
    for address in ALL:
        path = address.replace("{", "x%20").replace("}", "")
        values = {part[1:-1]: f"x {part[1:-1]}" for part in address.split("/") if part.startswith("{")}
        for sent in (path, f"{path}/"):
            kept = KEPT.find(sent)
            assert WHOLE.find(sent) == Found(address, values)
            assert kept
            assert kept.address == paths.node(address)


def test_a_node_is_a_features() -> None:
    assert [paths.node(address) for address in ("/docs", "/v1/me", "/v1/me/sessions", "/v1/me/sessions/{session}")] == [
        "/docs",
        "/v1/me",
        "/v1/me/{rest+}",
        "/v1/me/{rest+}",
    ]
    assert [paths.node(f"/v1/spaces/{{space}}{below_}") for below_ in ("", "/me", "/me/home", "/me/a/b/c")] == [
        "/v1/spaces/{space}",
        "/v1/spaces/{space}/me",
        "/v1/spaces/{space}/me/{rest+}",
        "/v1/spaces/{space}/me/{rest+}",
    ]


def test_what_is_beneath_a_node_is_handed_over_whole() -> None:
    found = Addresses(["/a", "/a/{rest+}"]).find("/a/b/c%2Fd/")
    assert found == Found("/a/{rest+}", {"rest": "b/c/d"})
    assert Addresses(["/a/{rest+}"]).find("/a/") is None


def test_a_way_gone_in_vain_is_gone_back() -> None:
    either = Addresses(["/a/b/c", "/a/{x}/d", "/a/{x}/{y}/e"])
    assert either.find("/a/b/d") == Found("/a/{x}/d", {"x": "b"})
    assert either.find("/a/b/c/e") == Found("/a/{x}/{y}/e", {"x": "b", "y": "c"})
    assert either.find("/a/b") is None


@pytest.mark.parametrize("part", ["%ff", "%C3%28", "a%80"])
def test_what_is_no_text_is_no_name(part: str) -> None:
    with pytest.raises(Unreadable):
        WHOLE.find(f"/v1/spaces/{part}/me")


def test_a_very_long_path_is_nothing() -> None:
    assert WHOLE.find("/v1/spaces/hue" + "/me" * 3_000) is None
    assert WHOLE.find("/" * 10_000) is None
    assert WHOLE.find("/v1/spaces/hue/courses/" + "x" * 10_000) is not None


@pytest.fixture(scope="module")
def hue(aws: object) -> OpenedSpace:
    return open_space("hue")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/spaces/hue/courses/x/nowhere",
        "/v1/spaces/hue/courses/x//",
        "/v1/spaces/hue/courses/../people/x",
        "/v1/spaces/hue/courses/%2e%2e/people",
        "/v1/spaces/hue/people/x%2Fprofile",
        "/v1/spaces/hue/me/%68ome",
        "/v1/spaces/hue/me/HOME",
        "/v1/spaces/hue/me/home%2F",
        "/v1/spaces/hue/me/home;x=1",
        "/v1/spaces/hue/me/{rest+}",
        "/v1/spaces/hue/me" + "/x" * 2_000,
        "/v1/me/nowhere",
    ],
)
def test_beneath_a_node_nothing_is_told_as_anywhere(path: str, hue: OpenedSpace) -> None:
    problem = hue.admin.get(path, headers={"accept-language": "en"}).refused(404, "not_found")
    assert problem["request_id"]
    assert problem["type"].endswith("#problem-not_found")


def handed_over(path: str, node: str) -> dict[str, Any]:
    """What the function answers to a path that came in at a node, whatever the gateway made of it there."""
    request = Request("GET", path, "", [], "10.0.0.1", b"")
    answered: dict[str, Any] = app.app(events.event(request, Found(node, {}), ()), LambdaContext("t", 128, 1_000))
    return answered


@pytest.mark.parametrize(
    "path", ["/v1/spaces/hue/jobs/%ff", "/v1/spaces/hue//jobs", "//v1/health", "/", "", "/api/v1/me"]
)
def test_what_the_gateway_should_not_hand_over_is_nothing(path: str) -> None:
    answered = handed_over(path, "/v1/spaces/{space}/jobs/{rest+}")
    assert (answered["statusCode"], json.loads(answered["body"])["code"]) == (404, "not_found")


def test_a_path_means_the_same_by_whichever_node_it_came(aws: object) -> None:
    by_its_own, by_another = handed_over("/v1/health", "/v1/health"), handed_over("/v1/health", "/v1/me/{rest+}")
    assert by_its_own["statusCode"] == 200
    assert by_its_own["body"] == by_another["body"]


def test_a_method_beneath_a_node_that_nothing_answers(api: Api) -> None:
    for method, path, allowed in (
        ("DELETE", "/v1/spaces/hue/me/home", "GET, HEAD"),
        ("OPTIONS", "/v1/spaces/hue/me/enrolments/x", "DELETE, GET, HEAD, PUT"),
        ("GET", "/v1/spaces/hue/announcements/preview", "POST"),
        ("TRACE", "/v1/health", "GET, HEAD"),
    ):
        reply = api.call(method, path)
        reply.refused(405, "method_not_allowed")
        assert sorted(reply.headers["allow"].split(", ")) == allowed.split(", ")
        assert "access-control-allow-origin" not in reply.headers
        assert reply.headers["x-content-type-options"] == "nosniff"
