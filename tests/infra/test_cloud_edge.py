"""What runs at the edge, run: pages find their build, and only spaces' pages may ask the API from another host."""

from __future__ import annotations

import json
import shutil
import subprocess
from fnmatch import fnmatchcase
from typing import Any

import pytest

import app  # noqa: F401 (building the app declares every operation)
from chalicelib.http import mounting, refusals
from chalicelib.http.endpoint import OPERATIONS
from infra import pages
from infra.cloud import edge

DOMAIN = "hoc.vn"
MAKERS = {"svelte-trusted-html", "hocmo"}  # of markup, by name
NODE = shutil.which("node")


def resolved(code: Any) -> str:
    """A function's code with the domain filled in, as CloudFormation does it."""
    if isinstance(code, str):
        return code
    if "Ref" in code:
        return DOMAIN
    (name, (separator, parts)), *_ = code.items()
    assert name in ("Fn::Join", "Fn::Split")
    if name == "Fn::Join":
        listed = parts if isinstance(parts, list) else resolved(parts["Fn::Split"][1]).split(parts["Fn::Split"][0])
        return str(separator.join(resolved(each) for each in listed))
    raise AssertionError(name)


def ran(function: str, request: dict[str, Any]) -> dict[str, Any]:
    assert NODE, "make setup needs Node too"
    code = resolved(edge.resources()[function]["Properties"]["FunctionCode"])
    script = f"{code}\nconsole.log(JSON.stringify(handler({{request: {json.dumps(request)}}})))"
    told = subprocess.run([NODE, "-e", script], capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(told.stdout)
    return answer


PAGES = pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("/", "/index.html"),
        ("/s/hue/courses/1", "/index.html"),
        ("/s/hue", "/index.html"),
        ("/s/hue/", "/index.html"),
        ("/s/hue/admin", "/admin/index.html"),
        ("/s/hue/admin/", "/admin/index.html"),
        ("/s/hue/admin/people/1", "/admin/index.html"),
        ("/s/hue/administration", "/index.html"),
        ("/s/admin", "/index.html"),
        ("/s/admin/admin", "/admin/index.html"),
        ("/s//admin", "/index.html"),
        ("/s/hue/x/admin", "/index.html"),
        ("/admin/", "/admin/index.html"),
        ("/v1.2/page", "/index.html"),
        (f"/s/hue/invitations/01hq3v7k2m8x9d4t6w5z1c.{'k' * 43}", "/index.html"),
        ("/password-resets/01hq3v7k2m8x9d4t6w5z1c.kJ0Y5p2nV0m3b8Qe7rXl1tZs4uWc6yAo9iGdHfKjLqM", "/index.html"),
        ("/s/hue/admin/people/1.2", "/admin/index.html"),
        ("/manifest.webmanifest", "/manifest.webmanifest"),
        ("/.well-known/x.txt", "/.well-known/x.txt"),
        ("/.hidden", "/.hidden"),
        ("/sw.js", "/sw.js"),
        ("/assets/index-B3xk9_aZ.js", "/assets/index-B3xk9_aZ.js"),
        ("/admin", "/admin/index.html"),
        ("/admin/people", "/admin/index.html"),
        ("/admin/assets/a.js", "/admin/assets/a.js"),
        ("/administration", "/index.html"),
    ],
)


@PAGES
def test_an_address_of_a_page_is_its_builds_index(asked: str, served: str) -> None:
    assert ran("PagesFunction", {"uri": asked, "method": "GET", "headers": {}})["uri"] == served


@PAGES
def test_one_machine_says_the_same(asked: str, served: str) -> None:
    assert pages.file_of(asked) == served


def behaviours() -> dict[str, str]:
    """What each address asks with, in CloudFront's order."""
    config = edge.resources()["Distribution"]["Properties"]["DistributionConfig"]
    return {each["PathPattern"]: each["OriginRequestPolicyId"]["Ref"] for each in config["CacheBehaviors"]}


def requests(policy: str) -> Any:
    return edge.resources()[policy]["Properties"]["OriginRequestPolicyConfig"]


def asked_with(path: str) -> str:
    """The policy of the first pattern that fits."""
    return next(policy for pattern, policy in behaviours().items() if fnmatchcase(path, pattern))


def test_the_cookie_goes_through_where_a_session_is_asked_for_and_nowhere_else() -> None:
    """Where no cookie goes to the API, CloudFront hands none on from it either."""
    sessions = requests("SessionRequests")
    assert sessions["CookiesConfig"] == {"CookieBehavior": "whitelist", "Cookies": ["__Secure-hocmo-refresh"]}
    assert {"x-hocmo-client", "Sec-Fetch-Site", "User-Agent", "CloudFront-Viewer-Address"} <= set(
        sessions["HeadersConfig"]["Headers"]
    )
    assert len(sessions["HeadersConfig"]["Headers"]) <= 10
    assert requests("ApiRequests")["CookiesConfig"] == {"CookieBehavior": "none"}
    caching = edge.resources()["ApiCaching"]["Properties"]["CachePolicyConfig"]
    assert caching["ParametersInCacheKeyAndForwardedToOrigin"]["CookiesConfig"] == {"CookieBehavior": "none"}
    mounting.everything()
    for each in OPERATIONS:
        policy = asked_with(each.path.format(**{"space": "hue", **dict.fromkeys(each.parameters, "x")}))
        assert policy == "SessionRequests" if each.session else policy in behaviours().values(), each.name
        if policy == "SessionRequests":
            assert each.cache in (None, "no-store"), "an answer with a cookie is nobody else's"
            assert 428 not in refusals.of(each), "If-Match does not go through here"


def test_no_other_host_may_send_the_web_clients_header() -> None:
    allowed = preflight("https://bo-noi-vu.hoc.vn")["headers"]["access-control-allow-headers"]["value"]
    assert "x-hocmo" not in allowed.lower()
    cors = edge.resources()["ApiHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]["CorsConfig"]
    assert not [each for each in cors["AccessControlAllowHeaders"]["Items"] if "hocmo" in each.lower()]
    assert cors["AccessControlAllowCredentials"] is False


def test_pages_run_and_ask_nothing_but_ours() -> None:
    told = edge.resources()["PageHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    policy = told["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
    rules = {name: set(allowed) for name, *allowed in (each.split() for each in policy.split("; "))}
    bucket = "https://${ContentBucket.RegionalDomainName}"
    assert rules["default-src"] == rules["object-src"] == rules["base-uri"] == {"'none'"}
    assert rules["script-src"] == rules["style-src"] == rules["font-src"] == rules["worker-src"] == {"'self'"}
    assert set().union(*rules.values()) <= {"'self'", "'none'", "'script'", "data:", "blob:", bucket, *MAKERS}
    assert rules["trusted-types"] == MAKERS
    others = {each["Header"]: each["Value"] for each in told["CustomHeadersConfig"]["Items"]}
    assert others["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in others["permissions-policy"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("index.html", "no-cache"),
        ("sw.js", "no-cache"),
        ("icons/icon-192.png", "no-cache"),
        ("fonts/be-vietnam-pro-400-normal.woff2", "no-cache"),
        ("assets/plain.js", "no-cache"),
        ("assets/index-B3xk9_aZ.js", "immutable"),
        ("admin/assets/Notice-DnPW9K-6.css", "immutable"),
        ("assets/index-B3xk9_aZ.js.map", "immutable"),
    ],
)
def test_only_what_is_named_by_its_content_is_kept_for_ever(name: str, kept: str) -> None:
    assert kept in pages.kept_for(name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("assets/index-B3xk9_aZ.js", "text/javascript; charset=utf-8"),
        ("assets/a-B3xk9_aZ.woff2", "font/woff2"),
        ("manifest.webmanifest", "application/manifest+json; charset=utf-8"),
        ("index.html", "text/html; charset=utf-8"),
        ("icons/icon.svg", "image/svg+xml; charset=utf-8"),
        ("icons/icon-192.png", "image/png"),
        ("LICENSE", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_name_says_on_any_machine(name: str, kind: str) -> None:
    assert pages.media_type(name) == kind


@pytest.mark.parametrize("origin", ["https://hoc.vn", "https://hue.hoc.vn", "https://bo-noi-vu.hoc.vn"])
def test_a_spaces_page_may_ask_from_another_host(origin: str) -> None:
    answer = preflight(origin)
    assert answer["statusCode"] == 204
    assert answer["headers"]["access-control-allow-origin"]["value"] == origin
    assert "Idempotency-Key" in answer["headers"]["access-control-allow-headers"]["value"]


@pytest.mark.parametrize(
    "origin", ["https://example.com", "https://hoc.vn.example.com", "https://xhoc.vn", "http://hue.hoc.vn", "null", ""]
)
def test_no_other_page_may(origin: str) -> None:
    assert preflight(origin)["statusCode"] == 403


def preflight(origin: str) -> dict[str, Any]:
    return ran(
        "PreflightFunction", {"uri": "/v1/health", "method": "OPTIONS", "headers": {"origin": {"value": origin}}}
    )


def test_a_request_goes_on_as_it_is() -> None:
    request = {"uri": "/v1/health", "method": "GET", "headers": {"origin": {"value": "https://example.com"}}}
    assert ran("PreflightFunction", request) == request
