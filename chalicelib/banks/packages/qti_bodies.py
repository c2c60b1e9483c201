"""The body of a QTI item: which interactions it has, what stands around them, what is said afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.banks.packages import reducing
from chalicelib.banks.packages.findings import NotTaken, Remark
from chalicelib.banks.packages.markup import Node
from chalicelib.banks.packages.qti_scoring import Scoring

TOOL = "Hocmo"
INLINE = ("text-entry-interaction", "inline-choice-interaction")
_INTERACTION = re.compile(r"[a-z-]+-interaction")
_PART = re.compile(r"[0-9a-z_-]{1,20}")
_SAID_WHEN_WRONG = re.compile(r"(?i)incorrect|wrong|^sai")
_FEEDBACK = ("feedback-inline", "feedback-block")
_PARTS = frozenset({"simple-choice", "simple-associable-choice", "inline-choice", "gap-text", "hotspot-choice"})
Json = dict[str, Any]


@dataclass(slots=True)
class Item:
    """An item on its way to a question. ``ours``: we wrote it, so all of it can be read as it was."""

    root: Node
    body: Node
    scoring: Scoring
    reducer: reducing.Reducer
    ours: bool
    sizes: Mapping[str, tuple[int, int]]  # of its pictures, in pixels, by their files' ids
    said: Sequence[Node] = ()  # what its body says once an answer was given
    left: list[Remark] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What the item is called."""
        return self.root.get("title") or self.root.get("identifier")

    def part_id(self, identifier: str) -> str | None:
        """The id of a part that we have written; others' ids may tell what is right, so those parts are named anew."""
        bare = identifier.partition("_")[2]
        return bare if self.ours and _PART.fullmatch(bare) else None

    def interactions(self) -> list[Node]:
        """Its interactions, all of those kinds that are read. Raises: NotTaken."""
        found = [node for node in self.body.walk() if _INTERACTION.fullmatch(node.name)]
        if not found:
            vi, en = "Không có phần trả lời (chỉ là phần mô tả).", "There is nothing to answer; it only describes."
            raise NotTaken("nothing_to_answer", vi, en)
        if len(found) > 1 and any(node.name not in INLINE for node in found):
            vi, en = "Câu hỏi có nhiều phần trả lời; hãy tách ra.", "The item has several interactions; divide it."
            raise NotTaken("several_interactions", vi, en)
        return found

    def around(self, interaction: Node) -> tuple[str, Json | None]:
        """The prompt and what stands above it, of an item whose interaction is a block. Raises: NotTaken."""
        if self.ours:
            return self._as_written()
        asked = interaction.first("prompt")
        place: list[Node | str] = [Node("div", {}, asked.children)] if asked else []
        if interaction.name == "hottext-interaction":
            place += [each for each in interaction.children if each is not asked]
        prompt, stimulus = reducing.asked(self.reducer.blocks(replaced(self.body, {id(interaction): place}).children))
        return self.worded(prompt), stimulus

    def worded(self, prompt: str) -> str:
        """The prompt, or the item's title where there is none. Raises: NotTaken."""
        if not (prompt.strip() or self.title.strip()):
            raise NotTaken("no_prompt", "Câu hỏi không có nội dung.", "The question has no text.")
        return prompt.strip() or self.title

    def as_written(self, name: str) -> list[Node]:
        """The elements of a class in an item of ours."""
        return [node for node in self.body.walk() if node.has_class(name)]

    def _as_written(self) -> tuple[str, Json | None]:
        stimulus = next(iter(self.as_written("stimulus")), None)
        prompt = next(iter([*self.body.walk("prompt"), *self.as_written("prompt")]), None)
        blocks = self.reducer.blocks(stimulus.children) if stimulus else None
        return prose(prompt), None if blocks is None else {"type": "doc", **({"content": blocks} if blocks else {})}

    def words(self, node: Node) -> tuple[str, Json | None]:
        """The text and the picture of a part. A picture alone goes by what it shows."""
        children = [each for each in node.children if isinstance(each, str) or each.name not in _FEEDBACK]
        text, pictures = self.reducer.text(children)
        text = " ".join(text.split())
        if len(pictures) > 1:
            self.reducer.drop("img")
        picture = pictures[0] if pictures else None
        shown = text or (picture or {}).get("alt", "")
        return shown, {**picture, "alt": picture["alt"] or shown} if picture else None

    def part(self, node: Node) -> Json:
        """A part as a question has it: what it shows, and its id if we gave it one."""
        text, picture = self.words(node)
        part_id = self.part_id(node.get("identifier"))
        return {"text": text, **({"picture": picture} if picture else {}), **({"id": part_id} if part_id else {})}

    def feedback(self, choice: Node) -> str:
        """What is said to who takes a choice."""
        inside = [prose_of(self.reducer, node) for name in _FEEDBACK for node in choice.elements(name)]
        identifier = choice.get("identifier")
        after = [
            self._said(node)
            for node in self._after()
            if node.get("identifier") == identifier and node.get("show-hide") != "hide"
        ]
        return "\n".join(text for text in (*inside, *after) if text)

    def explanation(self, choices: Iterable[Node] = ()) -> str:
        """What is said afterwards whatever was chosen. What is said of wrong answers alone is left behind."""
        known = {choice.get("identifier") for choice in choices}
        said = []
        for node in self._after():
            if node.get("identifier") in known and node.get("show-hide") != "hide":
                continue
            if node.get("show-hide") == "hide" or _SAID_WHEN_WRONG.search(node.get("identifier")):
                self.reducer.drop(f"feedback {node.get('identifier')[:40]}")
            else:
                said.append(self._said(node))
        return "\n".join(text for text in dict.fromkeys(said) if text)

    def _said(self, node: Node) -> str:
        return prose(node) if self.ours else prose_of(self.reducer, node)

    def _after(self) -> list[Node]:
        return [*self.root.elements("modal-feedback"), *self.said]


def prose(node: Node | None) -> str:
    """The text of an element that we wrote: lines parted by breaks, spaces as they are."""
    if node is None:
        return ""
    return "".join(
        each if isinstance(each, str) else "\n" if each.name == "br" else prose(each) for each in node.children
    )


def prose_of(reducer: reducing.Reducer, node: Node) -> str:
    """The text of an element that others wrote."""
    return reducer.text(node.children)[0]


def before_answering(node: Node, said: list[Node], withheld: list[str]) -> Node:
    """What of a body is shown before it is answered. What it says afterwards goes to ``said``; of rubrics that others
    are to read, scorers above all (QTI 3.0, ``view``), only whom they are for is told, in ``withheld``."""
    children: list[Node | str] = []
    for child in node.children:
        if isinstance(child, str) or child.name in _PARTS:
            children.append(child)
        elif child.name in _FEEDBACK:
            said.append(child)
        elif child.name == "rubric-block" and "candidate" not in child.get("view", "candidate").split():
            withheld.append(child.get("view"))
        else:
            children.append(before_answering(child, said, withheld))
    return Node(node.name, node.attributes, children, node.line)


def replaced(node: Node, by: Mapping[int, Sequence[Node | str]]) -> Node:
    """A copy of a tree in which some nodes, known by their identity, have given way to others."""
    children: list[Node | str] = []
    for child in node.children:
        if isinstance(child, Node):
            children += by[id(child)] if id(child) in by else [replaced(child, by)]
        else:
            children.append(child)
    return Node(node.name, node.attributes, children, node.line)
