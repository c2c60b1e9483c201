"""The list of nodes and marks: what it names passes unchanged, whatever else is sent is refused with its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import ids, rich_text
from chalicelib.rich_text import BLOCKS, MARKS, MAX_CHILDREN, MAX_DEPTH, NODES

Json = dict[str, Any]
FILE = ids.derived("hình")


def text(content: str = "Xin chào", *marks: Json) -> Json:
    return {"type": "text", "text": content} | ({"marks": list(marks)} if marks else {})


def doc(*content: Json) -> Json:
    return {"type": "doc", "content": list(content)}


def paragraph(*content: Json) -> Json:
    return {"type": "paragraph", "content": list(content)}


EVERYTHING = doc(
    {"type": "heading", "attrs": {"level": 2}, "content": [text("Mã OTP")]},
    paragraph(
        text("Đừng ", {"type": "bold"}, {"type": "italic"}, {"type": "underline"}, {"type": "strike"}),
        {"type": "hardBreak"},
        text("mã", {"type": "code"}),
        text("Bộ Công an", {"type": "link", "attrs": {"href": "https://bocongan.gov.vn/a?b=c#d"}}),
    ),
    {
        "type": "orderedList",
        "attrs": {"start": 3},
        "content": [{"type": "listItem", "content": [paragraph(text("Một")), {"type": "horizontalRule"}]}],
    },
    {"type": "bulletList", "content": [{"type": "listItem", "content": [paragraph(text("Hai"))]}]},
    {"type": "blockquote", "content": [paragraph(text("Trích"))]},
    {"type": "callout", "attrs": {"kind": "warning"}, "content": [paragraph(text("Cẩn thận"))]},
    {"type": "image", "attrs": {"file": FILE, "alt": "Màn hình điện thoại"}},
    {"type": "codeBlock", "attrs": {"language": "bash"}, "content": [text("ls -la  ")]},
    {
        "type": "table",
        "content": [
            {
                "type": "tableRow",
                "content": [
                    {"type": "tableHeader", "attrs": {"colspan": 2, "rowspan": 1}, "content": [paragraph()]},
                    {"type": "tableCell", "attrs": {"colwidth": [120]}, "content": [paragraph(text("Ô"))]},
                ],
            }
        ],
    },
)


def codes(body: Any) -> list[tuple[str, str]]:
    return [(".".join(map(str, wrong.path)), wrong.code) for wrong in rich_text.check(body)[1]]


def test_everything_on_the_list_passes() -> None:
    kept, wrongs = rich_text.check(EVERYTHING)
    assert wrongs == []
    expected = doc(*EVERYTHING["content"])
    expected["content"][-1]["content"][0]["content"][0] = {
        "type": "tableHeader",
        "attrs": {"colspan": 2, "rowspan": 1},
        "content": [{"type": "paragraph"}],
    }
    assert kept == expected


def test_what_passed_passes_again_unchanged() -> None:
    kept, _ = rich_text.check(EVERYTHING)
    assert rich_text.check(kept) == (kept, [])


def test_what_editors_add_by_themselves_is_dropped() -> None:
    link = {
        "type": "link",
        "attrs": {"href": "tel:1022", "target": "_blank", "rel": "noopener", "class": None, "title": None},
    }
    sent = doc(
        {"type": "paragraph", "attrs": {"textAlign": None}, "content": [text("Gọi", link)]},
        {
            "type": "orderedList",
            "attrs": {"start": 1, "type": None},
            "content": [{"type": "listItem", "content": [paragraph(text("Một"))]}],
        },
        {"type": "codeBlock", "attrs": {"language": None}, "content": [text("ls")]},
    )
    kept, wrongs = rich_text.check(sent)
    assert wrongs == []
    assert kept["content"][0] == paragraph(text("Gọi", {"type": "link", "attrs": {"href": "tel:1022"}}))
    assert kept["content"][1]["attrs"] == {"start": 1}
    assert "attrs" not in kept["content"][2]


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "\u00a0https://a.vn",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "//evil.example",
        "/v1/spaces",
        "https:",
        "https://",
        "https:evil",
        "https://a.vn/\x00",
        "https://a.vn/ b",
        "https://a.vn\\@evil.example",
        'https://a.vn/"onmouseover="alert(1)',
        "https://a.vn/<script>",
        "ftp://a.vn",
        "tel:javascript:alert(1)",
        "https://a.vn/" + "a" * 2_000,
        "",
        None,
        5,
        ["https://a.vn"],
    ],
)
def test_a_link_leads_only_where_links_may(href: Any) -> None:
    body = doc(paragraph(text("x", {"type": "link", "attrs": {"href": href}})))
    place = "content.0.content.0.marks.0.attrs.href"
    assert codes(body) in ([(place, "address_not_allowed")], [(place, "missing")])


@pytest.mark.parametrize(
    "href", ["https://a.vn", "http://a.vn/đường-dẫn?q=1", "HTTPS://A.VN", "mailto:a@b.vn", "tel:+84234.382-2822"]
)
def test_a_link_may_lead_to_the_web_a_mailbox_or_a_telephone(href: str) -> None:
    assert codes(doc(paragraph(text("x", {"type": "link", "attrs": {"href": href}})))) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, ("type", "not_a_document")),
        ([], ("type", "not_a_document")),
        ({"type": "paragraph"}, ("type", "not_a_document")),
        (doc({"type": "iframe", "attrs": {"src": "https://a.vn"}}), ("content.0", "node_not_allowed")),
        (doc({"type": "doc"}), ("content.0", "node_not_allowed")),
        (doc(text()), ("content.0", "node_not_allowed")),
        (
            doc(paragraph({"type": "image", "attrs": {"file": FILE, "alt": ""}})),
            ("content.0.content.0", "node_not_allowed"),
        ),
        (doc({"type": ["paragraph"]}), ("content.0", "node_not_allowed")),
        (doc({"type": None}), ("content.0", "node_not_allowed")),
        ({"type": "doc", "content": ["x"]}, ("content.0", "node_not_allowed")),
        ({"type": "doc", "content": {"type": "paragraph"}}, ("content", "list_type")),
        ({"type": "doc", "content": [], "onload": "x"}, ("onload", "extra_forbidden")),
        (doc({"type": "paragraph", "html": "<b>"}), ("content.0.html", "extra_forbidden")),
        (doc({"type": "paragraph", "attrs": {"onclick": "x"}}), ("content.0.attrs.onclick", "extra_forbidden")),
        (doc({"type": "paragraph", "attrs": {"style": "x"}}), ("content.0.attrs.style", "extra_forbidden")),
        (doc({"type": "paragraph", "attrs": []}), None),
        (doc({"type": "paragraph", "attrs": ["x"]}), ("content.0.attrs", "dict_type")),
        (doc({"type": "heading", "content": []}), ("content.0.attrs.level", "missing")),
        (doc({"type": "heading", "attrs": {"level": 1}}), ("content.0.attrs.level", "bad_value")),
        (doc({"type": "heading", "attrs": {"level": True}}), ("content.0.attrs.level", "bad_value")),
        (doc({"type": "heading", "attrs": {"level": "2"}}), ("content.0.attrs.level", "bad_value")),
        (doc({"type": "callout", "attrs": {"kind": "evil"}}), ("content.0.attrs.kind", "bad_value")),
        (doc({"type": "bulletList"}), ("content.0.content", "empty_node")),
        (
            doc({"type": "image", "attrs": {"src": "https://a.vn/x.png", "file": FILE, "alt": ""}}),
            ("content.0.attrs.src", "extra_forbidden"),
        ),
        (
            doc({"type": "image", "attrs": {"file": "../../hue/files/x", "alt": ""}}),
            ("content.0.attrs.file", "bad_value"),
        ),
        (doc({"type": "image", "attrs": {"file": FILE}}), ("content.0.attrs.alt", "missing")),
        (doc({"type": "image", "attrs": {"file": FILE, "alt": "a" * 501}}), ("content.0.attrs.alt", "bad_value")),
        (doc({"type": "horizontalRule", "content": [paragraph()]}), ("content.0.content.0", "node_not_allowed")),
        (doc({"type": "paragraph", "marks": [{"type": "bold"}]}), ("content.0.marks", "mark_not_allowed")),
        (
            doc({"type": "codeBlock", "content": [text("x", {"type": "bold"})]}),
            ("content.0.content.0.marks", "mark_not_allowed"),
        ),
        (doc(paragraph(text("x", {"type": "textStyle"}))), ("content.0.content.0.marks.0", "mark_not_allowed")),
        (
            doc(paragraph(text("x", {"type": "bold"}, {"type": "bold"}))),
            ("content.0.content.0.marks.1", "mark_not_allowed"),
        ),
        (
            doc(paragraph(text("x", {"type": "bold", "attrs": {"style": "x"}}))),
            ("content.0.content.0.marks.0.attrs.style", "extra_forbidden"),
        ),
        (
            doc(paragraph({"type": "text", "text": "x", "marks": "bold"})),
            ("content.0.content.0.marks", "mark_not_allowed"),
        ),
        (doc(paragraph({"type": "text"})), ("content.0.content.0.text", "string_type")),
        (doc(paragraph({"type": "text", "text": {"a": 1}})), ("content.0.content.0.text", "string_type")),
        (doc(paragraph({"type": "hardBreak", "text": "x"})), ("content.0.content.0.text", "extra_forbidden")),
        (
            doc(
                {
                    "type": "table",
                    "content": [{"type": "tableRow", "content": [{"type": "tableCell", "attrs": {"colspan": 0}}]}],
                }
            ),
            ("content.0.content.0.content.0.attrs.colspan", "bad_value"),
        ),
        ({"type": "doc", "content": [paragraph()] * (MAX_CHILDREN + 1)}, ("content", "too_long")),
    ],
)
def test_what_is_not_on_the_list_is_refused_with_its_place(body: Any, expected: tuple[str, str] | None) -> None:
    assert codes(body) == ([expected] if expected else [])


def test_nesting_has_an_end() -> None:
    def nested(levels: int) -> Json:
        body = paragraph(text())
        for _ in range(levels):
            body = {"type": "blockquote", "content": [body]}
        return doc(body)

    assert codes(nested(MAX_DEPTH - 2)) == []
    ((place, code),) = codes(nested(MAX_DEPTH - 1))
    assert code == "too_deep"
    assert place.count("content") == MAX_DEPTH + 1


def test_texts_are_cleaned_and_keep_their_spaces() -> None:
    body = doc(paragraph(text(" Tiê\u0301ng\u202e Việt "), text("\u200b")))
    kept, wrongs = rich_text.check(body)
    assert wrongs == []
    assert kept == doc(paragraph(text(" Tiếng Việt ")))


def test_the_faults_of_a_hostile_body_are_bounded() -> None:
    assert len(codes({"type": "doc", "content": [{"type": "script"}] * MAX_CHILDREN})) == 50


def test_files_are_found_wherever_they_are() -> None:
    other = ids.derived("khác")
    image = {"type": "image", "attrs": {"file": FILE, "alt": ""}}
    quoted = {"type": "blockquote", "content": [{"type": "image", "attrs": {"file": other, "alt": ""}}]}
    assert list(rich_text.files(doc(image, quoted, paragraph(text())))) == [FILE, other]


@pytest.mark.parametrize(
    ("body", "empty"),
    [
        ({"type": "doc"}, True),
        (doc(paragraph()), True),
        (doc(paragraph(text("  ")), {"type": "horizontalRule"}), True),
        (doc(paragraph(text("a"))), False),
        (doc({"type": "image", "attrs": {"file": FILE, "alt": ""}}), False),
    ],
)
def test_an_empty_body_is_known(body: Json, empty: bool) -> None:
    assert rich_text.is_empty(body) is empty


names = st.sampled_from([*NODES, *MARKS, "script", "iframe", "", "__proto__"])
scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(["javascript:x", FILE])
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8) | names, inner, max_size=4),
    max_leaves=12,
)
nodes = st.recursive(
    st.fixed_dictionaries({"type": names}, optional={"text": scalars, "attrs": anything, "marks": anything}),
    lambda inner: st.fixed_dictionaries(
        {"type": names},
        optional={
            "content": st.lists(inner, max_size=5),
            "attrs": anything,
            "marks": anything,
            "text": scalars,
            "x": anything,
        },
    ),
    max_leaves=25,
)


@given(st.lists(nodes, max_size=5))
def test_whatever_is_sent_only_what_is_on_the_list_is_kept(content: list[Json]) -> None:
    kept, wrongs = rich_text.check({"type": "doc", "content": content})
    if wrongs:
        return
    _assert_on_the_list(kept)
    assert rich_text.check(kept) == (kept, [])


@given(anything)
def test_no_body_breaks_the_check(body: Any) -> None:
    kept, wrongs = rich_text.check(body)
    assert wrongs or kept["type"] == "doc"


def _assert_on_the_list(node: Json) -> None:
    rule = NODES[node["type"]]
    assert node.keys() <= {"type", "attrs", "content", "marks", "text"}
    assert node.get("attrs", {}).keys() <= rule.attrs.keys()
    assert "text" not in node or node["type"] == "text"
    for mark in node.get("marks", []):
        assert mark["type"] in MARKS
        assert mark.get("attrs", {}).keys() <= MARKS[mark["type"]].attrs.keys()
    for child in node.get("content", []):
        assert child["type"] in rule.holds
        _assert_on_the_list(child)


def test_the_schema_names_the_nodes() -> None:
    assert set(rich_text.SCHEMA["properties"]["content"]["items"]["properties"]["type"]["enum"]) == BLOCKS
