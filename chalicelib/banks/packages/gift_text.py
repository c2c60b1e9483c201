"""The texts of GIFT: escapes, comments, and the settings that we keep in comments since GIFT has no place for them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib import vietnamese

Json = dict[str, Any]
OURS: Final = "// hocmo: "
# Characters that no text holds any more once it is cleaned stand for those that were escaped.
_ESCAPED: Final = {
    "\\": "\x01", "~": "\x02", "=": "\x03", "#": "\x04", "{": "\x05", "}": "\x06", ":": "\x07", "n": "\x08",
}  # fmt: skip
_MEANT = str.maketrans({mark: "\n" if char == "n" else char for char, mark in _ESCAPED.items()})
_TAG = re.compile(r"\[tag:((?:\\\]|[^\]])+)\]")
_CATEGORY = re.compile(r"\$CATEGORY:\s*(.+)")
_TOP = frozenset({"$course$", "$system$", "$module$", "top", "default"})


@dataclass(slots=True)
class Block:
    """A question's lines as one text, the line that it begins on, and what stands about it."""

    line: int
    text: str
    tags: list[str]
    settings: Json | None
    category: str


@dataclass(slots=True)
class _Gathered:
    lines: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    settings: Json | None = None
    line: int = 0


def blocks(text: str) -> Iterator[Block]:
    """The questions of a file, which blank lines part. A category is told as its last part."""
    category, gathered = "", _Gathered()
    cleaned = vietnamese.clean_fragment(text.replace("\r\n", "\n").replace("\r", "\n"))
    for number, line in enumerate([*cleaned.split("\n"), ""], 1):
        bare = line.strip()
        found = _CATEGORY.fullmatch(bare)
        if bare.startswith("//"):
            gathered.tags += (each.replace("\\]", "]") for each in _TAG.findall(bare))
            gathered.settings = _settings(bare) or gathered.settings
        elif bare and not found:
            gathered.line = gathered.line or number
            gathered.lines.append(line)
        elif gathered.lines:
            yield Block(gathered.line, "\n".join(gathered.lines), gathered.tags, gathered.settings, category)
            gathered = _Gathered()
        if found:
            category = _last(found[1])


def _settings(comment: str) -> Json | None:
    if comment.startswith(OURS):
        with suppress(ValueError, RecursionError):
            found = json.loads(comment[len(OURS) :])
            return found if isinstance(found, dict) else None
    return None


def _last(path: str) -> str:
    parts = [part.strip() for part in path.replace("//", "\x00").split("/")]
    last = parts[-1].replace("\x00", "/") if parts else ""
    return "" if last.lower() in _TOP else last


def unescaped(text: str) -> str:
    """A text in which every character with a meaning means it: the others are held apart until :func:`meant`."""
    return re.sub(r"\\([\\~=#{}:n])", lambda found: _ESCAPED[found[1]], text)


def meant(text: str) -> str:
    """The text as it is to be read."""
    return text.translate(_MEANT)


def escaped(text: str) -> str:
    """A text as GIFT writes it: on one line, nothing in it with a meaning."""
    return re.sub(r"[\\~=#{}:]", r"\\\g<0>", text).replace("\n", "\\n")


def comments(tags: tuple[str, ...], settings: Mapping[str, Any]) -> str:
    """The lines before a question: its tags as Moodle has them, and what only we read."""
    marked = " ".join("[tag:{}]".format(tag.replace("]", "\\]")) for tag in tags)
    lines = [f"// {marked}"] if tags else []
    return "\n".join([*lines, OURS + json.dumps(settings, ensure_ascii=False, sort_keys=True)]) + "\n"
