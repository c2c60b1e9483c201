"""Markup from outside, reduced to the rich text that we have, or to plain text. What is active is dropped, what has no
counterpart is named, and nothing that is kept was copied: it is built anew (``rich_text`` checks it besides)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any

from chalicelib import rich_text, vietnamese
from chalicelib.banks.packages.findings import Remark
from chalicelib.banks.packages.markup import Node

Json = dict[str, Any]
Pictures = Callable[[str], str | None]  # the id of what a reference leads to, if that is a picture of the package

_MARKS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "cite": "italic", "u": "underline",
    "ins": "underline", "s": "strike", "del": "strike", "strike": "strike", "code": "code", "kbd": "code", "tt": "code",
}  # fmt: skip
_STYLES = {"underline": "underline", "strike": "strike"}  # spans of packages that we wrote: QTI has no such elements
_LEVELS = {"h1": 2, "h2": 2, "h3": 3, "h4": 4, "h5": 4, "h6": 4}
_DROPPED = frozenset({"script", "style", "head", "title", "template", "noscript", "stylesheet", "catalog-info"})
_WITHOUT_COUNTERPART = frozenset({
    "math", "svg", "audio", "video", "iframe", "embed", "applet", "canvas", "input", "button", "select", "textarea",
    "form", "printed-variable", "template-block", "template-inline", "custom-operator", "include",
})  # fmt: skip
_SET_OFF = frozenset({
    "p", "div", "section", "article", "main", "header", "footer", "figure", "figcaption", "address", "center", "dl",
    "dt", "dd", "rubric-block", "feedback-block", "content-body", "prompt", "details", "summary",
})  # fmt: skip
_SPACES = re.compile(r"[ \t\r\n\f]+")
_CALLOUT = re.compile(r"callout-(info|tip|warning)")
_START = re.compile(r"\bstart-(\d{1,4})\b")
INLINE = ("text", "hardBreak")


class Reducer:
    """Reduces the markup of one question. ``left`` is what was left behind; ``exact``: spaces are the text's own, as
    in what we wrote ourselves."""

    def __init__(self, pictures: Pictures, *, exact: bool = False) -> None:
        self._pictures, self._exact = pictures, exact
        self.left: dict[str, Remark] = {}

    def blocks(self, children: Iterable[Node | str]) -> list[Json]:
        """Children of an element as blocks of rich text."""
        pieces = self._pieces(children, ())
        found: list[Json] = []
        for inline, run in groupby(pieces, key=lambda piece: piece["type"] in INLINE):
            if not inline:
                found += run
            elif content := self._tidied(run):
                found.append({"type": "paragraph", "content": content})
        return found

    def text(self, children: Iterable[Node | str]) -> tuple[str, list[Json]]:
        """Children of an element as plain text, lines for blocks; and the pictures among them."""
        blocks = self.blocks(children)
        return plain(blocks), list(_images(blocks))

    def drop(self, what: str) -> None:
        """Note that something has no counterpart here."""
        vi, en = f"Bỏ qua phần không hỗ trợ: {what}.", f"Left behind, having no counterpart here: {what}."
        self.left.setdefault(what, Remark("left_behind", vi, en))

    def _pieces(self, children: Iterable[Node | str], marks: tuple[Json, ...]) -> Iterator[Json]:
        for child in children:
            if isinstance(child, str):
                yield {"type": "text", "text": child, **({"marks": list(marks)} if marks else {})}
            elif child.name in _DROPPED:
                self._dropped(child)
            elif child.name in _WITHOUT_COUNTERPART:
                self.drop(child.name)
            elif child.name == "br":
                yield {"type": "hardBreak"}
            elif child.name in ("img", "object"):
                yield from self._image(child)
            elif child.name in _MARKS or child.name == "a" or child.get("class") in _STYLES:
                yield from self._pieces(child.children, self._marked(marks, child))
            else:
                yield from self._block(child) if self._is_block(child) else self._pieces(child.children, marks)

    def _dropped(self, node: Node) -> None:
        if node.name == "script":
            self.drop("script")

    def _is_block(self, node: Node) -> bool:
        return node.name in _SET_OFF or node.name in _LEVELS or hasattr(self, f"_{node.name}")

    def _block(self, node: Node) -> Iterator[Json]:
        if node.name in _LEVELS:
            for block in self.blocks(node.children):
                heading = block["type"] == "paragraph"
                yield {**block, "type": "heading", "attrs": {"level": _LEVELS[node.name]}} if heading else block
        elif node.name == "p" and self._exact and not node.children:
            yield {"type": "paragraph"}
        elif node.name in _SET_OFF:
            blocks = self.blocks(node.children)
            called = _CALLOUT.fullmatch(node.get("class"))
            yield from [{"type": "callout", "attrs": {"kind": called[1]}, "content": blocks}] if called else blocks
        else:
            yield from getattr(self, f"_{node.name}")(node)

    def _marked(self, marks: tuple[Json, ...], node: Node) -> tuple[Json, ...]:
        mark: Json = {"type": _STYLES.get(node.get("class")) or _MARKS.get(node.name, "link")}
        if node.name == "a":
            try:
                mark["attrs"] = {"href": rich_text.MARKS["link"].attrs["href"](node.get("href").strip())}
            except rich_text.Unfit:
                return marks  # the words stay; where they led does not
        return marks if any(each["type"] == mark["type"] for each in marks) else (*marks, mark)

    def _image(self, node: Node) -> Iterator[Json]:
        source = node.get("src") or node.get("data")
        file_id = self._pictures(source)
        alt = vietnamese.clean_line(node.get("alt") or node.text())[: rich_text.MAX_ALT]
        if file_id:
            yield {"type": "image", "attrs": {"file": file_id, "alt": alt}}
        else:
            self.drop(f"{node.name} {source[:100]}".strip())
            if alt:
                yield {"type": "text", "text": f"[{alt}]"}

    def _ul(self, node: Node) -> Iterator[Json]:
        yield from self._list(node, {"type": "bulletList"})

    def _ol(self, node: Node) -> Iterator[Json]:
        called = _START.search(node.get("class"))
        start = _whole(node.get("start") or (called[1] if called else ""), 9_999)
        yield from self._list(node, {"type": "orderedList", **({"attrs": {"start": start}} if start else {})})

    def _list(self, node: Node, made: Json) -> Iterator[Json]:
        items = [_with({"type": "listItem"}, self.blocks(each.children)) for each in node.elements("li")]
        if items:
            yield {**made, "content": items}

    def _blockquote(self, node: Node) -> Iterator[Json]:
        yield _with({"type": "blockquote"}, self.blocks(node.children))

    def _hr(self, node: Node) -> Iterator[Json]:
        yield {"type": "horizontalRule"}

    def _pre(self, node: Node) -> Iterator[Json]:
        language = re.search(r"language-([A-Za-z0-9+#_.-]{1,20})", node.get("class"))
        text = node.text()
        yield {
            "type": "codeBlock",
            **({"attrs": {"language": language[1]}} if language else {}),
            **({"content": [{"type": "text", "text": text}]} if text else {}),
        }

    def _table(self, node: Node) -> Iterator[Json]:
        rows = [_with({"type": "tableRow"}, list(self._cells(row))) for row in _rows(node)]
        if rows:
            yield {"type": "table", "content": rows}

    def _cells(self, row: Node) -> Iterator[Json]:
        for cell in row.elements("td", "th"):
            spans = {name: span for name in ("colspan", "rowspan") if (span := _whole(cell.get(name), 50)) > 1}
            made: Json = {"type": "tableHeader" if cell.name == "th" else "tableCell"}
            yield _with({**made, **({"attrs": spans} if spans else {})}, list(self._untabled(cell)))

    def _untabled(self, cell: Node) -> Iterator[Json]:
        for block in self.blocks(cell.children):
            if block["type"] == "table":
                self.drop("table in table")
                yield _with({"type": "paragraph"}, [{"type": "text", "text": plain([block])}])
            else:
                yield block

    def _tidied(self, run: Iterable[Json]) -> list[Json]:
        """A run of inline nodes without the white space that only lays out the markup."""
        if self._exact:
            return [piece for piece in run if piece["type"] != "text" or piece["text"]]
        kept: list[Json] = []
        after_space = True
        for piece in run:
            if piece["type"] == "text":
                text = _SPACES.sub(" ", piece["text"])
                text = text.lstrip(" ") if after_space else text
                after_space = text.endswith(" ") if text else after_space
                if text:
                    kept.append({**piece, "text": text})
            else:
                _trim_end(kept)
                kept.append(piece)
                after_space = True
        _trim_end(kept)
        return kept


def _trim_end(kept: list[Json]) -> None:
    while kept and kept[-1]["type"] == "text":
        text = kept[-1]["text"].rstrip(" ")
        if text:
            kept[-1] = {**kept[-1], "text": text}
            return
        kept.pop()


def _with(made: Json, content: list[Json]) -> Json:
    return {**made, "content": content} if content else made


def _whole(text: str, most: int) -> int:
    with suppress(ValueError):
        return min(max(int(text), 0), most)
    return 0


def _rows(table: Node) -> Iterator[Node]:
    for child in table.elements("tr", "thead", "tbody", "tfoot"):
        if child.name == "tr":
            yield child
        else:
            yield from child.elements("tr")


def _images(blocks: Iterable[Json]) -> Iterator[Json]:
    for block in blocks:
        if block["type"] == "image":
            yield block["attrs"]
        yield from _images(block.get("content", ()))


def plain(blocks: Sequence[Json]) -> str:
    """The text of blocks, each on a line of its own."""
    lines = (_text(block) for block in blocks if block["type"] not in ("image", "horizontalRule"))
    return "\n".join(line for line in lines if line.strip())


def _text(block: Json) -> str:
    content = block.get("content", ())
    if any(child["type"] not in INLINE for child in content):
        return plain(content)
    return "".join("\n" if child["type"] == "hardBreak" else child["text"] for child in content)


def is_plain(block: Json) -> bool:
    """Whether a block is a paragraph that plain text says just as well."""
    content = block.get("content", ())
    return block["type"] == "paragraph" and all(each["type"] in INLINE and not each.get("marks") for each in content)


def asked(blocks: Sequence[Json]) -> tuple[str, Json | None]:
    """What a question's blocks come to: its prompt, which is plain text, and what stands above it, if that is more. The
    prompt is the last block with words."""
    if all(is_plain(block) for block in blocks):
        return plain(blocks), None
    for place in range(len(blocks) - 1, -1, -1):
        text = plain([blocks[place]])
        if blocks[place]["type"] in ("paragraph", "heading") and text:
            above = [*blocks[:place], *blocks[place + 1 :]]
            return text, {"type": "doc", "content": above} if above else None
    return "", {"type": "doc", "content": list(blocks)}
