"""The page at ``/docs``: whole, without anything from elsewhere, and readable by everyone."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser

import pytest

import app  # noqa: F401 (building the app declares every operation)
from chalicelib.http import openapi, reference, refusals
from chalicelib.http.endpoint import OPERATIONS
from tests.api import Api

VOID = {"meta", "br", "link", "img", "input", "hr"}


class _Page(HTMLParser):
    """What a test asks of a page: its elements, its ids, its links, its headings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.unclosed: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.labels: list[str] = []
        self.headings: list[int] = []
        self.attributes: Counter[str] = Counter()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        self.attributes.update(named.keys())
        self.ids += [named["id"]] if "id" in named else []
        self.links += [named["href"]] if "href" in named else []
        self.labels += [named["aria-labelledby"]] if "aria-labelledby" in named else []
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open.pop() != tag:
            self.unclosed.append(tag)


@pytest.fixture(scope="module")
def page() -> _Page:
    return _Page(reference.page())


def test_it_is_served_to_anyone(api: Api) -> None:
    reply = api.get("/docs")
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["cache-control"] == "public, max-age=300"
    assert reply.text == reference.page()


def test_its_policy_allows_its_own_style_and_nothing_else(api: Api) -> None:
    policy = api.get("/docs").headers["content-security-policy"]
    (style,) = re.findall(r"<style>(.*?)</style>", reference.page(), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]


def test_nothing_comes_from_elsewhere(page: _Page) -> None:
    assert not page.tags.keys() & {"script", "link", "img", "iframe", "object", "form"}
    assert not page.attributes.keys() & {"style", "src", "onclick", "onload"}
    assert {link for link in page.links if not link.startswith("#")} == {"/v1/openapi.json"}


def test_it_is_well_formed_and_its_links_lead_somewhere(page: _Page) -> None:
    assert (page.unclosed, page.open) == ([], [])
    assert [name for name, count in Counter(page.ids).items() if count > 1] == []
    assert {link[1:] for link in page.links if link.startswith("#")} - set(page.ids) == set()
    assert set(page.labels) - set(page.ids) == set()


def test_it_has_landmarks_and_headings_in_order(page: _Page) -> None:
    assert all(page.tags[name] == 1 for name in ("header", "main", "nav", "footer", "h1"))
    steps = zip(page.headings, page.headings[1:], strict=False)
    assert all(after <= before + 1 for before, after in steps)
    assert reference.page().startswith('<!doctype html><html lang="vi">')


def test_every_operation_and_every_refusal_is_there(page: _Page) -> None:
    codes = {each.code for operation in OPERATIONS for classes in refusals.of(operation).values() for each in classes}
    assert {operation.name for operation in OPERATIONS} <= set(page.ids)
    assert {f"problem-{code}" for code in codes} <= set(page.ids)


def test_every_feature_has_a_vietnamese_name() -> None:
    assert {operation.feature for operation in OPERATIONS} <= reference.FEATURES.keys()


def test_a_problem_says_where_it_is_described(api: Api) -> None:
    problem = api.get("/spaces/khong-co/jobs").refused(404)
    assert problem["type"].endswith("/docs#problem-not_found")
    assert 'id="problem-not_found"' in reference.page()


def test_what_operations_say_cannot_become_markup() -> None:
    document = {**openapi.document(), "info": {"description": "<script>alert(1)</script> `<b>` **<i>**"}}
    shown = reference.render(document)
    assert "<script" not in shown
    assert "<b>" not in shown
    assert "<code>&lt;b&gt;</code>" in shown
    assert "<strong>&lt;i&gt;</strong>" in shown


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_its_colours_can_be_told_from_the_ground(ground: str) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1 for text."""
    themes = re.findall(r":root\{(.*?)\}", reference.page(), re.DOTALL)
    colours = dict(re.findall(r"--(\w+):(#\w+)", themes[ground == "dark"]))
    texts = ["text", "quiet", "link", "get", "post", "put", "patch", "delete"]
    low = {
        name: round(_contrast(colours[name], colours[under]), 2)
        for name in texts
        for under in ("ground", "panel")
        if _contrast(colours[name], colours[under]) < 4.5
    }
    assert low == {}


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
