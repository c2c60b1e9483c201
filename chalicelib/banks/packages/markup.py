"""XML and HTML from outside as one plain tree: names without prefixes, nothing declared, nothing fetched.

QTI 2 writes ``choiceInteraction`` and ``responseIdentifier`` where QTI 3 writes ``qti-choice-interaction`` and
``response-identifier``; both become ``choice-interaction`` and ``response-identifier`` here, so that what reads a tree
knows one spelling.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from xml.parsers import expat

from chalicelib.banks.packages.refusals import PackageDamaged

MOST_DEPTH = 60
MOST_NODES = 50_000  # of one document
_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_CLOSED_BY_THEMSELVES = {"li": {"li"}, "tr": {"tr", "td", "th"}, "td": {"td", "th"}, "th": {"td", "th"}, "p": {"p"}}


@dataclass(slots=True)
class Node:
    """An element: children are elements and texts, in order."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)
    line: int = 0

    def get(self, name: str, default: str = "") -> str:
        """An attribute."""
        return self.attributes.get(name, default)

    def elements(self, *names: str) -> Iterator[Node]:
        """Child elements, of these names if any are given."""
        return (each for each in self.children if isinstance(each, Node) and (not names or each.name in names))

    def first(self, *names: str) -> Node | None:
        """The first child element of these names."""
        return next(self.elements(*names), None)

    def walk(self, *names: str) -> Iterator[Node]:
        """This element and all below it in the document's order, of these names if any are given."""
        if not names or self.name in names:
            yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk(*names)

    def text(self) -> str:
        """All text below, as it stands."""
        return "".join(each if isinstance(each, str) else each.text() for each in self.children)

    def has_class(self, name: str) -> bool:
        """Whether it is of a class."""
        return name in self.get("class").split()


class TooDeep(ValueError):
    """A document that is nested, or parted, more than any that a person wrote."""


class _Growing:
    def __init__(self) -> None:
        self.root = Node("")
        self.open = [self.root]
        self._nodes = 0

    def start(self, node: Node) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES or len(self.open) > MOST_DEPTH:
            raise TooDeep
        self.open[-1].children.append(node)
        self.open.append(node)

    def end(self) -> None:
        if len(self.open) > 1:
            self.open.pop()

    def text(self, data: str) -> None:
        self.open[-1].children.append(data)


def xml(content: bytes, part: str) -> Node:
    """The tree of an XML document. A document type is refused: no question needs one, and entities hide in it.

    Raises: PackageDamaged, which names the ``part``.
    """
    growing = _Growing()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: growing.start(
        Node(plain(name), {plain(key): value for key, value in attributes.items()}, [], parser.CurrentLineNumber)
    )
    parser.EndElementHandler = lambda _: growing.end()
    parser.CharacterDataHandler = growing.text
    parser.StartDoctypeDeclHandler = _refused(part)
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, TooDeep, ValueError, LookupError) as error:
        raise PackageDamaged(part=part[:100]) from error
    return next(growing.root.elements())


def _refused(part: str) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise PackageDamaged(part=f"{part[:80]}: DOCTYPE")

    return refuse


def plain(name: str) -> str:
    """An element's or attribute's name in the one spelling that is known here."""
    local = name.rpartition(":")[2]
    return _CAPITAL.sub(lambda found: "-" + found[1].lower(), local).lower().removeprefix("qti-")


class _Html(HTMLParser):
    """HTML as browsers forgive it, near enough: what is left open ends with what holds it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.growing = _Growing()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.growing.open[-1].name in _CLOSED_BY_THEMSELVES.get(tag, ()):
            self.growing.end()
        self.growing.start(Node(tag, {name: value or "" for name, value in attrs}))
        if tag in _VOID:
            self.growing.end()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.growing.start(Node(tag, {name: value or "" for name, value in attrs}))
        self.growing.end()

    def handle_endtag(self, tag: str) -> None:
        names = [node.name for node in self.growing.open]
        if tag in names[1:]:
            while self.growing.open[-1].name != tag:
                self.growing.end()
            self.growing.end()

    def handle_data(self, data: str) -> None:
        self.growing.text(data)


def html(text: str) -> Node:
    """The tree of a piece of HTML. Raises: TooDeep."""
    parser = _Html()
    parser.feed(text)
    parser.close()
    return parser.growing.root
