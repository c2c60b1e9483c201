"""Any question that could be in a bank, for what must hold of all of them."""

from __future__ import annotations

import hashlib
from typing import Any

from hypothesis import strategies as st

from chalicelib import ids, rich_text
from chalicelib.banks.packages.findings import PackedPicture, Place, Tags, Taken
from chalicelib.questions import marking
from chalicelib.questions.models import AnyQuestion
from tests.pictures import png
from tests.questions.writing import QUESTIONS

WIDTH, HEIGHT = 320, 200
CONTENT = png(WIDTH, HEIGHT)
FILE = ids.derived("", "packed picture", hashlib.sha256(CONTENT).hexdigest())
PICTURES = {FILE: PackedPicture("hinh.png", "image/png", CONTENT)}
PLACE = Place(1, "Câu một")

# Letters that formats have a meaning for, and those that Vietnamese has.
LETTERS = "aZ5 đỗữ.,:;=~#{}[]|*\\/<>&\"'%-+>_()?!$@\u00a0"
words = st.text(LETTERS, min_size=1, max_size=25).map(lambda text: " ".join(text.split())).filter(bool)
prose = st.lists(words, min_size=1, max_size=3).map("\n".join)
feedback = st.one_of(st.just(""), words)
flags = st.booleans()
picture = st.one_of(st.none(), words.map(lambda alt: {"file": FILE, "alt": alt}))


def distinct(least: int, most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(words, min_size=least, max_size=most, unique=True)


def texts(*marks: str) -> st.SearchStrategy[dict[str, Any]]:
    marked = st.sampled_from([[], *([{"type": mark}] for mark in marks)])
    return st.builds(lambda text, on: {"type": "text", "text": text, **({"marks": on} if on else {})}, words, marked)


paragraphs = texts("bold", "italic", "underline", "strike", "code").map(
    lambda text: {"type": "paragraph", "content": [text]}
)
blocks = st.one_of(
    paragraphs,
    paragraphs.map(lambda block: {"type": "bulletList", "content": [{"type": "listItem", "content": [block]}]}),
    paragraphs.map(lambda block: {"type": "callout", "attrs": {"kind": "tip"}, "content": [block]}),
    paragraphs.map(lambda block: {**block, "type": "heading", "attrs": {"level": 3}}),
    paragraphs.map(lambda block: {"type": "blockquote", "content": [block, {"type": "horizontalRule"}]}),
    words.map(lambda text: {"type": "codeBlock", "content": [{"type": "text", "text": f"  {text}\n{text}"}]}),
)
documents = st.lists(blocks, min_size=1, max_size=3).map(lambda found: {"type": "doc", "content": found})
image = {"type": "image", "attrs": {"file": FILE, "alt": "Màn hình"}}


def _made(facts: dict[str, Any]) -> AnyQuestion:
    if facts.get("stimulus") and rich_text.is_empty(facts["stimulus"]):
        facts = {**facts, "stimulus": None}
    return QUESTIONS.validate_python(facts).named(hidden=False)


@st.composite
def choices(draw: st.DrawFn, kind: str, pictured: st.SearchStrategy[Any]) -> dict[str, Any]:
    found = draw(distinct(2, 5))
    right = draw(st.sets(st.sampled_from(found), min_size=1)) if kind == "multiple" else {draw(st.sampled_from(found))}
    made = [
        {"text": text, "correct": text in right, "feedback": draw(feedback), "picture": draw(pictured)}
        for text in found
    ]
    return {"choices": made, "shuffle": draw(flags), "partial": draw(flags)}


@st.composite
def matching(draw: st.DrawFn, pictured: st.SearchStrategy[Any]) -> dict[str, Any]:
    targets = draw(distinct(2, 5))
    goes = [*targets[:2], *draw(st.lists(st.sampled_from(targets), max_size=3))]
    pairs = [{"text": draw(words), "match": match, "picture": draw(pictured)} for match in goes]
    return {"pairs": pairs, "distractors": [each for each in targets if each not in goes], "partial": draw(flags)}


@st.composite
def fill_in(draw: st.DrawFn) -> dict[str, Any]:
    gaps: list[dict[str, Any]] = []
    text = draw(words)
    for name in draw(st.lists(st.sampled_from(["a", "b", "c-1", "2"]), min_size=1, max_size=3, unique=True)):
        options = draw(st.one_of(st.just([]), distinct(2, 4)))
        accepted = options[:1] if options else draw(distinct(1, 3))
        gaps.append({"id": name, "accepted": accepted, "options": options})
        text += f" [[{name}]] {draw(words)}"
    return {"text": text, "gaps": gaps, "partial": draw(flags), "ignore_diacritics": draw(flags)}


def _area(draw: st.DrawFn) -> dict[str, Any]:
    """An area whose corners are whole pixels, since that is how QTI has them."""
    x, y = draw(st.integers(0, 9)) / 10, draw(st.integers(0, 9)) / 10
    shape = draw(st.sampled_from(["circle", "rectangle", "polygon"]))
    if shape == "circle":
        return {"shape": shape, "x": x, "y": y, "r": 0.1}
    if shape == "rectangle":
        return {"shape": shape, "x": x, "y": y, "width": 0.1, "height": 0.1}
    return {"shape": shape, "points": [{"x": x, "y": y}, {"x": x + 0.1, "y": y}, {"x": x, "y": y + 0.1}]}


@st.composite
def hot_spots(draw: st.DrawFn) -> dict[str, Any]:
    count = draw(st.integers(1, 3))
    return {
        "picture": {"file": FILE, "alt": draw(words), "width": WIDTH, "height": HEIGHT},
        "areas": [_area(draw) for _ in range(count)],
        "touches": draw(st.integers(1, count)),
        "partial": draw(flags),
    }


numbers = st.decimals(-1_000_000, 1_000_000, places=4, allow_nan=False).map(str)


def _step(text: str, shown: Any) -> dict[str, Any]:
    return {"text": text, "picture": shown}


def _said(step: dict[str, Any]) -> str:
    return str(step["text"])


def facts(kind: str, pictured: st.SearchStrategy[Any] = picture) -> st.SearchStrategy[dict[str, Any]]:
    """What only questions of this kind have."""
    match kind:
        case "single" | "multiple":
            return choices(kind, pictured)
        case "true_false":
            return st.fixed_dictionaries({"right": flags, "feedback_true": feedback, "feedback_false": feedback})
        case "matching":
            return matching(pictured)
        case "ordering":
            steps = st.lists(st.builds(_step, words, pictured), min_size=2, max_size=5, unique_by=_said)
            return st.fixed_dictionaries({"items": steps, "partial": flags})
        case "numeric":
            off = st.decimals(0, 100, places=3).map(str)
            return st.fixed_dictionaries(
                {"value": numbers, "tolerance": off, "tolerance_in": st.sampled_from(["units", "percent"])}
            )
        case "short_answer":
            return st.fixed_dictionaries({"accepted": distinct(1, 3), "ignore_diacritics": flags})
        case "fill_in":
            return fill_in()
    return hot_spots()


def questions(
    kind: str, pictured: st.SearchStrategy[Any] = picture, above: st.SearchStrategy[Any] | None = None
) -> st.SearchStrategy[AnyQuestion]:
    """Whole questions of a kind: they lack nothing."""
    around = st.fixed_dictionaries(
        {
            "kind": st.just(kind),
            "prompt": prose,
            "points": st.integers(1, 100),
            "explanation": st.one_of(st.just(""), prose),
            "stimulus": st.one_of(st.none(), documents) if above is None else above,
        }
    )
    made = st.builds(lambda one, other: _made({**one, **other}), around, facts(kind, pictured))
    return made.filter(lambda question: not marking.missing(question, ""))


tags = st.builds(
    lambda codes, difficulty, found: Tags(tuple(codes), difficulty, tuple(found)),
    st.lists(st.sampled_from(["4.1", "4.2", "1.3"]), max_size=2, unique=True),
    st.one_of(st.none(), st.integers(1, 5)),
    st.lists(st.sampled_from(["an toàn", "mật khẩu", "OTP"]), max_size=2, unique=True),
)


def taken(question: AnyQuestion, about: Tags = Tags()) -> Taken:  # noqa: B008 (it is frozen)
    return Taken(PLACE, question, about)
