"""The demo's courses: the folders under `courses/` read into the course heads and drafts that the API takes.

A course is a folder with a `course.yaml` (head, outline, quizzes), one Markdown file per text lesson, and `files/`.
Authors write Markdown; lessons are stored as TipTap documents, so each Markdown node becomes the one node that stands
for it, and a node that lessons may not hold is an error here rather than a refusal by the API later.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from pydantic import TypeAdapter

from chalicelib.questions.models import AnyQuestion, Question

COURSES_DIR = Path(__file__).parent / "courses"
FILE_PREFIX = "file:"
"""How a draft names a file of the course's `files/`; the loader puts the uploaded file's id in its place."""

Json: TypeAlias = dict[str, Any]

_QUESTIONS: TypeAdapter[AnyQuestion] = TypeAdapter(Question)
_CALLOUT = re.compile(r"\[!(NOTE|TIP|WARNING)]\s*")
_CALLOUT_KINDS = {"NOTE": "info", "TIP": "tip", "WARNING": "warning"}
_MARKS = {"strong": "bold", "em": "italic", "s": "strike"}
_LINK = re.compile(r"(https?://|mailto:|tel:)", re.IGNORECASE)


class UnfitMarkdown(ValueError):
    """A lesson's Markdown holds something that a text lesson cannot store."""


@dataclass(frozen=True)
class DemoCourse:
    """One course as the API takes it, with files still under their names.

    `head` holds the cover as a file name; `draft` names files as `file:<name>`; `files` has the path of each name.
    """

    slug: str
    head: Json
    draft: Json
    files: dict[str, Path]

    def lessons(self) -> Iterator[Json]:
        """The draft's lessons in the order in which they are learned."""
        for section in self.draft["sections"]:
            yield from section["lessons"]

    def right_answers(self, lesson_id: str) -> dict[str, Any]:
        """For each question of a quiz lesson its right answer, as a learner would have to give it."""
        quiz = next(lesson["quiz"] for lesson in self.lessons() if lesson["id"] == lesson_id)
        return {each["id"]: _QUESTIONS.validate_python(each).key() for each in quiz["questions"]}


def courses() -> list[DemoCourse]:
    """All demo courses, by slug.

    Raises: UnfitMarkdown.
    """
    return [_course(path.parent) for path in sorted(COURSES_DIR.glob("*/course.yaml"))]


def _course(folder: Path) -> DemoCourse:
    source = yaml.safe_load(_text_of(folder / "course.yaml"))
    sections = source.pop("sections")
    return DemoCourse(
        slug=folder.name,
        head=source,
        draft={"sections": [_section(section, folder) for section in sections]},
        files={path.name: path for path in sorted((folder / "files").iterdir())},
    )


def _section(section: Json, folder: Path) -> Json:
    return {**section, "lessons": [_lesson(lesson, folder) for lesson in section["lessons"]]}


def _lesson(source: Json, folder: Path) -> Json:
    lesson = {key: source[key] for key in ("id", "kind", "title", "minutes")}
    lesson["required"] = source.get("required", True)
    match source["kind"]:
        case "text":
            lesson["body"] = document(_text_of(folder / source["text"]))
        case "video":
            lesson["video"] = _video(source["video"])
        case "document":
            lesson["document"] = {"files": [FILE_PREFIX + name for name in source["document"]["files"]]}
        case "quiz":
            lesson["quiz"] = _quiz(source["quiz"])
        case other:
            raise ValueError(f"{folder.name}, lesson {source['id']}: no lesson is of kind {other}")
    return lesson


def _video(source: Json) -> Json:
    return {
        **{name: FILE_PREFIX + source[name] for name in ("file", "light", "sound") if name in source},
        "hls_url": None,
        "duration_s": source["duration_s"],
        "captions": [{**caption, "file": FILE_PREFIX + caption["file"]} for caption in source["captions"]],
    }


def _quiz(source: Json) -> Json:
    return {
        "pass_mark": source["pass_mark"],
        "attempts_allowed": source.get("attempts_allowed"),
        "questions": source["questions"],
    }


def _text_of(path: Path) -> str:
    return unicodedata.normalize("NFC", path.read_text(encoding="utf-8"))


class _Parser(MarkdownIt):
    """Passes every address on: what a lesson may link to is judged here, and said, instead of left as plain text."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 (the library's name)
        return True


def document(markdown: str) -> Json:
    """A lesson's Markdown as a TipTap document.

    CommonMark with tables and ~~strike~~, without HTML. `> [!NOTE]`, `> [!TIP]` and `> [!WARNING]` open callouts; an
    image is a paragraph of its own and names a file of the course: `![alternative text](file:name.png)`.

    Raises: UnfitMarkdown.
    """
    parser = _Parser("commonmark", {"html": False}).enable(["table", "strikethrough"])
    root = SyntaxTreeNode(parser.parse(markdown, {}))
    return {"type": "doc", "content": _blocks(root.children)}


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> list[Json]:
    return [_block(node) for node in nodes]


def _block(node: SyntaxTreeNode) -> Json:
    to_json = _BLOCKS.get(node.type)
    if to_json is None:
        raise UnfitMarkdown(f"a lesson cannot hold a block of kind {node.type}: {node.content[:60]!r}")
    return to_json(node)


def _paragraph(node: SyntaxTreeNode) -> Json:
    inline = node.children[0]
    if len(inline.children) == 1 and inline.children[0].type == "image":
        return _image(inline.children[0])
    return {"type": "paragraph", "content": _texts(inline.children)}


def _heading(node: SyntaxTreeNode) -> Json:
    level = int(node.tag.removeprefix("h"))
    if not 2 <= level <= 4:
        raise UnfitMarkdown("a lesson's title is its own; its headings are of level 2 to 4")
    return {"type": "heading", "attrs": {"level": level}, "content": _texts(node.children[0].children)}


def _ordered_list(node: SyntaxTreeNode) -> Json:
    start = int(node.attrs.get("start", 1))
    return {"type": "orderedList", "attrs": {"start": start}, "content": _blocks(node.children)}


def _holding_blocks(kind: str) -> Callable[[SyntaxTreeNode], Json]:
    return lambda node: {"type": kind, "content": _blocks(node.children)}


def _code_block(node: SyntaxTreeNode) -> Json:
    return {"type": "codeBlock", "content": [{"type": "text", "text": node.content.rstrip("\n")}]}


def _quote_or_callout(node: SyntaxTreeNode) -> Json:
    blocks = _blocks(node.children)
    opening = blocks[0]["content"][0] if blocks[0]["type"] == "paragraph" else {}
    marker = _CALLOUT.match(opening.get("text", ""))
    if marker is None:
        return {"type": "blockquote", "content": blocks}
    opening["text"] = opening["text"][marker.end() :]
    if not opening["text"]:
        del blocks[0]["content"][0]
    if not blocks[0]["content"]:
        del blocks[0]
    return {"type": "callout", "attrs": {"kind": _CALLOUT_KINDS[marker[1]]}, "content": blocks}


def _table(node: SyntaxTreeNode) -> Json:
    rows = [row for part in node.children for row in part.children]
    return {"type": "table", "content": _blocks(rows)}


def _cell(kind: str) -> Callable[[SyntaxTreeNode], Json]:
    def to_json(node: SyntaxTreeNode) -> Json:
        paragraph: Json = {"type": "paragraph"}
        if texts := _texts(node.children[0].children):
            paragraph["content"] = texts
        return {"type": kind, "content": [paragraph]}

    return to_json


def _image(node: SyntaxTreeNode) -> Json:
    source = str(node.attrs["src"])
    if not source.startswith(FILE_PREFIX) or not node.content:
        raise UnfitMarkdown(f"an image names a file of the course and says in words what it shows: {source}")
    return {"type": "image", "attrs": {"file": source, "alt": node.content}}


_BLOCKS: dict[str, Callable[[SyntaxTreeNode], Json]] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "bullet_list": _holding_blocks("bulletList"),
    "ordered_list": _ordered_list,
    "list_item": _holding_blocks("listItem"),
    "blockquote": _quote_or_callout,
    "hr": lambda _: {"type": "horizontalRule"},
    "fence": _code_block,
    "code_block": _code_block,
    "table": _table,
    "tr": _holding_blocks("tableRow"),
    "th": _cell("tableHeader"),
    "td": _cell("tableCell"),
}


def _texts(nodes: Sequence[SyntaxTreeNode], marks: tuple[Json, ...] = ()) -> list[Json]:
    """A line's text nodes, neighbours of the same marks joined, as ProseMirror keeps them."""
    joined: list[Json] = []
    for piece in _pieces(nodes, marks):
        last = joined[-1] if joined else None
        if last is not None and last["type"] == piece["type"] == "text" and last.get("marks") == piece.get("marks"):
            last["text"] += piece["text"]
        else:
            joined.append(piece)
    return joined


def _pieces(nodes: Sequence[SyntaxTreeNode], marks: tuple[Json, ...]) -> Iterator[Json]:
    for node in nodes:
        match node.type:
            case "text":
                if node.content:  # the parser leaves empty texts beside emphasis; ProseMirror forbids them
                    yield _text(node.content, marks)
            case "softbreak":
                yield _text(" ", marks)
            case "hardbreak":
                yield {"type": "hardBreak"}
            case "code_inline":
                yield _text(node.content, (*marks, {"type": "code"}))
            case "strong" | "em" | "s":
                yield from _pieces(node.children, (*marks, {"type": _MARKS[node.type]}))
            case "link":
                yield from _pieces(node.children, (*marks, _link(node)))
            case other:
                raise UnfitMarkdown(f"a line of a lesson cannot hold {other}: {node.content[:60]!r}")


def _text(text: str, marks: tuple[Json, ...]) -> Json:
    return {"type": "text", "text": text, "marks": list(marks)} if marks else {"type": "text", "text": text}


def _link(node: SyntaxTreeNode) -> Json:
    href = str(node.attrs["href"])
    if not _LINK.match(href):
        raise UnfitMarkdown(f"a lesson links to the web, a mail address or a telephone number, not to {href}")
    return {"type": "link", "attrs": {"href": href}}
