"""Rich text: TipTap (ProseMirror) JSON, held against the list of nodes and marks that lessons and prompts may have.

The list is data (:data:`NODES`, :data:`MARKS`), and what passes is built anew from it: nothing that it does not name
gets in, so that no client ever draws a node, an attribute or an address that nobody thought of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from chalicelib import ids
from chalicelib.vietnamese import clean_fragment, clean_line

MAX_BYTES = 200_000
MAX_DEPTH = 20
MAX_ALT = 500
MAX_CHILDREN = 5_000  # of one node
_MAX_ADDRESS = 2_000
_MAX_FAULTS = 50

# The whole address must match: a scheme of these four, then neither white space nor control characters, so that
# "java\tscript:" and its like cannot hide behind what a browser strips.
_ADDRESS = re.compile(
    r"(?:https?://[^\s\x00-\x20\x7f-\xa0<>\"\\^`{|}]+|mailto:[^\s\x00-\x20\x7f-\xa0<>\"\\^`{|}]+|tel:[+0-9().\-]+)",
    re.IGNORECASE,
)
_FILE = re.compile(ids.PATTERN)
_LANGUAGE = re.compile(r"[A-Za-z0-9+#_.-]{1,20}")

Path = tuple[str | int, ...]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one place of a body: its path below the body, a stable code, the message in two languages."""

    path: Path
    code: str
    vi: str
    en: str


class Unfit(Exception):
    """An attribute's value that is not allowed."""


Check = Callable[[Any], Any]


def _whole(low: int, high: int) -> Check:
    def check(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise Unfit
        return value

    return check


def _one_of(*allowed: str) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise Unfit
        return value

    return check


def _matching(pattern: re.Pattern[str], longest: int) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str) or len(value) > longest or not pattern.fullmatch(value):
            raise Unfit
        return value

    return check


def _alt(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_ALT:
        raise Unfit
    return clean_line(value)


def _widths(value: Any) -> list[int]:
    if not isinstance(value, list) or len(value) > 50:
        raise Unfit
    return [_whole(1, 10_000)(each) for each in value]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a node or mark may have. ``drops`` are attributes that editors write by themselves and we do not keep."""

    holds: frozenset[str] = frozenset()
    needs: bool = False  # at least one child
    attrs: Mapping[str, Check] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    drops: frozenset[str] = frozenset()
    marks: bool = False
    plain: bool = False  # its texts carry no marks


BLOCKS = frozenset(
    {
        "paragraph", "heading", "bulletList", "orderedList", "blockquote", "horizontalRule", "image", "table",
        "callout", "codeBlock",
    }
)  # fmt: skip
INLINE = frozenset({"text", "hardBreak"})
_NODE_NAMES = frozenset({"type", "attrs", "content", "marks"})
_TEXT_NAMES = _NODE_NAMES | {"text"}
_MARK_NAMES = frozenset({"type", "attrs"})
_CELL = Rule(
    BLOCKS - {"table"},
    attrs={"colspan": _whole(1, 50), "rowspan": _whole(1, 500), "colwidth": _widths},
    drops=frozenset({"align"}),
)
NODES: Mapping[str, Rule] = {
    "doc": Rule(BLOCKS),
    "paragraph": Rule(INLINE, drops=frozenset({"textAlign"})),
    "heading": Rule(
        INLINE, attrs={"level": _whole(2, 4)}, required=frozenset({"level"}), drops=frozenset({"textAlign"})
    ),
    "bulletList": Rule(frozenset({"listItem"}), needs=True),
    "orderedList": Rule(
        frozenset({"listItem"}), needs=True, attrs={"start": _whole(0, 9_999)}, drops=frozenset({"type"})
    ),
    "listItem": Rule(BLOCKS),
    "blockquote": Rule(BLOCKS),
    "callout": Rule(BLOCKS, attrs={"kind": _one_of("info", "tip", "warning")}, required=frozenset({"kind"})),
    "table": Rule(frozenset({"tableRow"}), needs=True),
    "tableRow": Rule(frozenset({"tableHeader", "tableCell"})),
    "tableHeader": _CELL,
    "tableCell": _CELL,
    "codeBlock": Rule(frozenset({"text"}), attrs={"language": _matching(_LANGUAGE, 20)}, plain=True),
    "horizontalRule": Rule(),
    "image": Rule(attrs={"file": _matching(_FILE, ids.LENGTH), "alt": _alt}, required=frozenset({"file", "alt"})),
    "hardBreak": Rule(marks=True),
    "text": Rule(marks=True),
}
MARKS: Mapping[str, Rule] = {
    **{name: Rule() for name in ("bold", "italic", "underline", "strike", "code")},
    "link": Rule(
        attrs={"href": _matching(_ADDRESS, _MAX_ADDRESS)},
        required=frozenset({"href"}),
        drops=frozenset({"target", "rel", "class", "title"}),
    ),
}

EXAMPLE: Json = {
    "type": "doc",
    "content": [
        {"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": "Mã OTP là gì?"}]},
        {"type": "paragraph", "content": [{"type": "text", "text": "Không đưa mã OTP cho bất kỳ ai."}]},
    ],
}
# JSON Schema of a body, for the OpenAPI document.
SCHEMA: Json = {
    "type": "object",
    "title": "RichText",
    "description": (
        f"TipTap (ProseMirror) JSON, at most {MAX_BYTES} bytes and {MAX_DEPTH} levels. Nodes: {', '.join(NODES)}."
        f" Marks: {', '.join(MARKS)}; a link leads to https, http, mailto or tel."
    ),
    "properties": {
        "type": {"const": "doc"},
        "content": {
            "type": "array",
            "maxItems": MAX_CHILDREN,
            "items": {
                "type": "object",
                "properties": {"type": {"type": "string", "enum": sorted(BLOCKS)}},
                "required": ["type"],
            },
        },
    },
    "required": ["type"],
    "examples": [EXAMPLE],
}


def check(body: Any) -> tuple[Json, list[Wrong]]:
    """The body as it may be kept, and everything that is wrong with it (the first fifty places)."""
    if not isinstance(body, dict) or body.get("type") != "doc":
        wrong = Wrong(("type",), "not_a_document", "Nội dung phải bắt đầu bằng nút doc.", "A body begins with a doc.")
        return {"type": "doc"}, [wrong]
    reader = _Reader()
    return reader.node(body), reader.wrongs


def files(body: Mapping[str, Any]) -> Iterator[str]:
    """The files whose images a checked body shows, in order."""
    if body.get("type") == "image":
        yield body["attrs"]["file"]
    for child in body.get("content", ()):
        yield from files(child)


def is_empty(body: Mapping[str, Any]) -> bool:
    """Whether a checked body shows a learner nothing."""
    if body.get("type") == "image" or (body.get("type") == "text" and body["text"].strip()):
        return False
    return all(is_empty(child) for child in body.get("content", ()))


class _Reader:
    """One walk over one body. ``at`` is where the walk is: a list that grows and shrinks, since a path is only needed
    where something is wrong and a draft may have 100,000 nodes."""

    def __init__(self) -> None:
        self.wrongs: list[Wrong] = []
        self.at: list[str | int] = []
        self.depth = 0

    def node(self, node: Json) -> Json:
        """A node whose type its parent allows, built anew."""
        kind = node["type"]
        rule = NODES[kind]
        kept: Json = {"type": kind}
        known = _TEXT_NAMES if kind == "text" else _NODE_NAMES
        if not node.keys() <= known:
            self._unknown(node.keys() - known)
        if "attrs" in node or rule.required:
            self._put(kept, "attrs", self._attrs(node, rule))
        if kind == "text":
            kept["text"] = self._text(node)
        if "content" in node or rule.needs:
            self._put(kept, "content", self._content(node, rule))
        if node.get("marks"):
            self._put(kept, "marks", self._marks(node, rule))
        return kept

    def _put(self, kept: Json, name: str, value: Json | list[Json]) -> None:
        if value:
            kept[name] = value

    def _content(self, node: Json, rule: Rule) -> list[Json]:
        children = node.get("content")
        if children is not None and not isinstance(children, list):
            self._wrong("list_type", "Phải là danh sách.", "This must be a list.", "content")
        elif rule.needs and not children:
            self._wrong("empty_node", "Mục này không thể rỗng.", "This cannot be empty.", "content")
        elif children and len(children) > MAX_CHILDREN:
            vi, en = f"Không quá {MAX_CHILDREN} mục.", f"At most {MAX_CHILDREN} entries are allowed."
            self._wrong("too_long", vi, en, "content")
        elif children and self.depth >= MAX_DEPTH:
            vi, en = f"Lồng quá sâu (tối đa {MAX_DEPTH} cấp).", f"Nested too deeply (at most {MAX_DEPTH} levels)."
            self._wrong("too_deep", vi, en, "content")
        elif children:
            return self._children(children, rule)
        return []

    def _children(self, children: list[Any], rule: Rule) -> list[Json]:
        kept = []
        self.at += ("content", 0)
        self.depth += 1
        for place, child in enumerate(children):
            if len(self.wrongs) >= _MAX_FAULTS:
                break
            self.at[-1] = place
            clean = self._child(child, rule)
            if clean is not None:
                kept.append(clean)
        self.depth -= 1
        del self.at[-2:]
        return kept

    def _child(self, child: Any, rule: Rule) -> Json | None:
        kind = child.get("type") if isinstance(child, dict) else None
        if not isinstance(kind, str) or kind not in rule.holds:
            allowed = ", ".join(sorted(rule.holds))
            self._wrong(
                "node_not_allowed",
                f"Loại nội dung này không được dùng ở đây; được dùng: {allowed or 'không có'}.",
                f"This kind of node is not allowed here; allowed: {allowed or 'none'}.",
            )
            return None
        if rule.plain and child.get("marks"):
            self._no_marks()
        clean = self.node(child)
        # ProseMirror forbids empty texts; cleaning may leave some.
        return None if kind == "text" and not clean["text"] else clean

    def _text(self, node: Json) -> str:
        text = node.get("text")
        if not isinstance(text, str):
            self._wrong("string_type", "Phải là văn bản.", "This must be text.", "text")
            return ""
        return clean_fragment(text)

    def _attrs(self, node: Json, rule: Rule) -> Json:
        given = node.get("attrs") or {}
        if not isinstance(given, dict):
            self._wrong("dict_type", "Phải là một đối tượng.", "This must be an object.", "attrs")
            return {}
        kept: Json = {}
        self.at.append("attrs")
        for name, value in given.items():
            # Editors write null for an attribute that has no value.
            if name in rule.attrs and value is not None:
                self._attr(kept, name, value, rule)
        self._unknown(given.keys() - rule.attrs.keys() - rule.drops)
        for name in rule.required:
            if given.get(name) is None:
                self._wrong("missing", "Thiếu thông tin bắt buộc.", "This field is required.", name)
        self.at.pop()
        return kept

    def _attr(self, kept: Json, name: str, value: Any, rule: Rule) -> None:
        try:
            kept[name] = rule.attrs[name](value)
        except Unfit:
            if name == "href":
                self._wrong(
                    "address_not_allowed",
                    "Liên kết phải bắt đầu bằng https://, http://, mailto: hoặc tel:.",
                    "A link begins with https://, http://, mailto: or tel:.",
                    name,
                )
            else:
                self._wrong("bad_value", "Giá trị không hợp lệ.", "The value is not valid.", name)

    def _marks(self, node: Json, rule: Rule) -> list[Json]:
        given = node["marks"]
        if not isinstance(given, list) or not rule.marks:
            self._no_marks()
            return []
        kept: dict[str, Json] = {}
        self.at += ("marks", 0)
        for place, mark in enumerate(given[: len(MARKS) + 1]):
            self.at[-1] = place
            self._mark(mark, kept)
        del self.at[-2:]
        return list(kept.values())

    def _mark(self, mark: Any, kept: dict[str, Json]) -> None:
        kind = mark.get("type") if isinstance(mark, dict) else None
        if not isinstance(kind, str) or kind not in MARKS or kind in kept:
            self._wrong(
                "mark_not_allowed",
                f"Định dạng này không được dùng; được dùng, mỗi loại một lần: {', '.join(MARKS)}.",
                f"This mark is not allowed; allowed, each once: {', '.join(MARKS)}.",
            )
            return
        if not mark.keys() <= _MARK_NAMES:
            self._unknown(mark.keys() - _MARK_NAMES)
        kept[kind] = {"type": kind}
        if "attrs" in mark or MARKS[kind].required:
            self._put(kept[kind], "attrs", self._attrs(mark, MARKS[kind]))

    def _no_marks(self) -> None:
        self._wrong("mark_not_allowed", "Không được định dạng ở đây.", "Marks are not allowed here.", "marks")

    def _unknown(self, names: Set[str]) -> None:
        for name in sorted(names):
            self._wrong("extra_forbidden", "Không có mục này; hãy kiểm tra tên.", "There is no such field.", name)

    def _wrong(self, code: str, vi: str, en: str, name: str | None = None) -> None:
        if len(self.wrongs) < _MAX_FAULTS:
            self.wrongs.append(Wrong((*self.at, name) if name else tuple(self.at), code, vi, en))
