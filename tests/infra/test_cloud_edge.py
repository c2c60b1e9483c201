"""What runs at the edge, run: pages find their build, and only spaces' pages may ask the API from another host."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from infra.cloud import edge

DOMAIN = "hoc.vn"
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


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("/", "/index.html"),
        ("/s/hue/courses/1", "/index.html"),
        ("/assets/index-B3xk9_aZ.js", "/assets/index-B3xk9_aZ.js"),
        ("/admin", "/admin/index.html"),
        ("/admin/people", "/admin/index.html"),
        ("/admin/assets/a.js", "/admin/assets/a.js"),
        ("/administration", "/index.html"),
    ],
)
def test_an_address_of_a_page_is_its_builds_index(asked: str, served: str) -> None:
    assert ran("PagesFunction", {"uri": asked, "method": "GET", "headers": {}})["uri"] == served


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
