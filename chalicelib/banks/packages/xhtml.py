"""Rich text as XHTML, for the packages that we write: well-formed XML that reads as HTML too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

Json = Mapping[str, Any]
Sources = Callable[[str], str]  # where a package has the picture of a file's id

_MARKS = {"bold": "strong", "italic": "em", "underline": "u", "strike": "s", "code": "code"}
_WITHOUT_ELEMENT = ("underline", "strike")  # in QTI
_PLAIN = {
    "paragraph": "p",
    "bulletList": "ul",
    "listItem": "li",
    "blockquote": "blockquote",
    "tableRow": "tr",
}
# Carriage returns would be read as line feeds (XML 1.0, 2.11), in attributes line feeds and tabs as spaces (3.3.3).
_TEXT = {"\r": "&#13;"}
_VALUE = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}


def text(value: str) -> str:
    """Text between tags."""
    return escape(value, _TEXT)


def lines(value: str) -> str:
    """Text of several lines between tags."""
    return "<br/>".join(text(line) for line in value.split("\n"))


def element(name: str, attributes: Mapping[str, Any] | None = None, inside: str = "") -> str:
    """An element; attributes without a value are left out, ``inside`` is markup."""
    given = "".join(
        f" {key}={quoteattr(str(value), _VALUE)}" for key, value in (attributes or {}).items() if value is not None
    )
    return f"<{name}{given}>{inside}</{name}>" if inside else f"<{name}{given}/>"


class Writer:
    """Writes rich text; ``qti``: with the elements of XHTML that QTI knows alone."""

    def __init__(self, sources: Sources, *, qti: bool = False) -> None:
        self._sources, self._qti = sources, qti

    def blocks(self, nodes: Iterable[Json]) -> str:
        """Nodes one after the other, with no space between them that is not theirs."""
        return "".join(self._node(node) for node in nodes)

    def _node(self, node: Json) -> str:
        kind, attributes = node["type"], node.get("attrs", {})
        inside = self.blocks(node.get("content", ()))
        match kind:
            case "text":
                return self._text(node)
            case "hardBreak":
                return "<br/>"
            case "horizontalRule":
                return "<hr/>"
            case "image":
                image = element("img", {"src": self._sources(attributes["file"]), "alt": attributes["alt"]})
                return element("div", {}, image) if self._qti else image  # quotations hold blocks alone (QTI 2.1)
            case "heading":
                return element(f"h{attributes['level']}", {}, inside)
            case "orderedList":
                return element("ol", self._first(attributes.get("start")), inside)
            case "callout":
                return element("div", {"class": f"callout-{attributes['kind']}"}, inside)
            case "codeBlock":
                language = attributes.get("language")
                return element("pre", {"class": f"language-{language}" if language else None}, inside)
            case "table":
                return element("table", {}, element("tbody", {}, inside))
            case "tableHeader" | "tableCell":
                spans = {name: attributes.get(name) for name in ("colspan", "rowspan")}
                return element("th" if kind == "tableHeader" else "td", spans, inside)
        return element(_PLAIN[kind], {}, inside)

    def _first(self, start: int | None) -> Json:
        """At which number a list begins; QTI 2.1 and 2.2 have no attribute for that, so it stands in a class."""
        if start is None or not self._qti:
            return {"start": start}
        return {"class": f"start-{start}"}

    def _text(self, node: Json) -> str:
        written = text(node["text"])
        for mark in reversed(node.get("marks", ())):
            if mark["type"] == "link":
                written = element("a", {"href": mark["attrs"]["href"]}, written)
            elif self._qti and mark["type"] in _WITHOUT_ELEMENT:
                written = element("span", {"class": mark["type"]}, written)
            else:
                written = element(_MARKS[mark["type"]], {}, written)
        return written
