"""QTI interactions of typing and of gaps, as questions: textEntry, inlineChoice, gapMatch, slider, extendedText."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from chalicelib.banks.packages import reducing
from chalicelib.banks.packages.findings import NotTaken
from chalicelib.banks.packages.markup import Node
from chalicelib.banks.packages.qti_bodies import Item, prose, replaced
from chalicelib.banks.packages.qti_choosing import mapped, node_partial, written
from chalicelib.banks.packages.qti_scoring import Declared, no_key

Json = dict[str, Any]
FILL_IN = "Điền vào chỗ trống."
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_AROUND_A_GAP = " \n.:?…_()\u00a0"


def inline(item: Item, nodes: Sequence[Node]) -> Json:
    """What is typed or chosen inside a text: a number, a short answer, or gaps. Raises: NotTaken."""
    kinds = ("short_answer", "numeric", "fill_in")
    kind = item.root.get("label") if item.ours and item.root.get("label") in kinds else ""
    names = _names(item, nodes)
    prompt, stimulus, text = _ours(item, nodes, names) if item.ours else _others(item, nodes, names)
    alone = len(nodes) == 1 and nodes[0].name == "text-entry-interaction"
    response = item.scoring.response(nodes[0].get("response-identifier"))
    before, _, after = text.partition(f"[[{names[0]}]]")
    around = {"stimulus": stimulus, "explanation": item.explanation()}
    if kind != "fill_in" and alone and response.is_number:
        return {**around, **_numeric(item, response), "prompt": _joined(item, prompt, before, after)}
    if kind == "short_answer" or (not kind and alone and not after.strip(_AROUND_A_GAP)):
        facts = {"kind": "short_answer", "accepted": _accepted(item, response), "ignore_diacritics": _ignores(item)}
        return {**around, **facts, "prompt": _joined(item, prompt, before, after)}
    gaps = [_gap(item, name, node) for name, node in zip(names, nodes, strict=True)]
    return {**around, **_fill_in(item, nodes, text, gaps), "prompt": prompt or FILL_IN}


def _fill_in(item: Item, nodes: Sequence[Node], text: str, gaps: list[Json]) -> Json:
    parts = [item.scoring.is_mapped(item.scoring.response(each.get("response-identifier"))) for each in nodes]
    partial = node_partial(item) if item.ours else len(nodes) > 1 and (any(parts) or item.scoring.is_added_up())
    return {"kind": "fill_in", "text": text, "gaps": gaps, "partial": partial, "ignore_diacritics": _ignores(item)}


def _ignores(item: Item) -> bool:
    return item.ours and bool(item.as_written("ignore-diacritics"))


def _names(item: Item, nodes: Sequence[Node]) -> list[str]:
    given = [item.part_id(node.get("response-identifier")) for node in nodes]
    return [name or (_LETTERS[place] if place < 26 else f"g{place}") for place, name in enumerate(given)]


def _ours(item: Item, nodes: Sequence[Node], names: list[str]) -> tuple[str, Json | None, str]:
    prompt, stimulus = item.around(nodes[0])
    by = _filled(nodes, names)
    text = next((prose(replaced(node, by)) for node in item.as_written("gaps")), "")
    return prompt, stimulus, text


def _filled(nodes: Sequence[Node], names: Sequence[str]) -> dict[int, list[Node | str]]:
    return {id(node): [f"[[{name}]]"] for node, name in zip(nodes, names, strict=True)}


def _others(item: Item, nodes: Sequence[Node], names: list[str]) -> tuple[str, Json | None, str]:
    """What stands before the first block with a gap is the prompt, or the stimulus if it is more than words."""
    by = _filled(nodes, names)
    blocks = item.reducer.blocks(replaced(item.body, by).children)
    gap = f"[[{names[0]}]]"
    place = next((at for at, block in enumerate(blocks) if gap in reducing.plain([block])), 0)
    prompt, stimulus = reducing.asked(blocks[:place])
    return prompt, stimulus, reducing.plain(blocks[place:])


def _joined(item: Item, prompt: str, before: str, after: str) -> str:
    """The prompt of a question whose answer is typed below it, from around where it was typed."""
    if item.ours:
        return prompt
    blank = "…" if after.strip(_AROUND_A_GAP) else ""
    line = f"{before.rstrip()} {blank}{after.rstrip() if blank else ''}".strip()
    return item.worded("\n".join(part for part in (prompt, line) if part))


def _numeric(item: Item, response: Declared) -> Json:
    value, off, off_in = item.scoring.tolerance(response)
    return {"kind": "numeric", "value": written(value), "tolerance": written(off), "tolerance_in": off_in}


def _accepted(item: Item, response: Declared) -> list[str]:
    gains = {worth for worth in response.mapping.values() if worth > 0}
    if len(gains) > 1:
        item.scoring.weights_changed()
    best = max(gains, default=None)
    right = [text for text, worth in response.mapping.items() if worth == best]
    accepted = list(dict.fromkeys(text for text in (*response.correct, *right) if text))
    if not accepted:
        raise no_key()
    return accepted


def _gap(item: Item, name: str, node: Node) -> Json:
    response = item.scoring.response(node.get("response-identifier"))
    if node.name == "text-entry-interaction":
        return {"id": name, "accepted": _accepted(item, response)}
    options = {each.get("identifier"): item.words(each)[0] for each in node.elements("inline-choice")}
    right = [options[each] for each in response.correct if each in options]
    if not right:
        raise no_key()
    return {"id": name, "accepted": right, "options": list(dict.fromkeys(options.values()))}


def gap_match(item: Item, node: Node) -> Json:
    """Words to be put into the gaps of a text: a text with choices, the same for each gap. Raises: NotTaken."""
    response = item.scoring.response(node.get("response-identifier"))
    words = {each.get("identifier"): item.words(each)[0] for each in node.elements("gap-text")}
    goes = {gap: words[word] for word, gap in _pairs(response) if word in words}
    gaps = list(node.walk("gap"))
    if not gaps or any(gap.get("identifier") not in goes for gap in gaps):
        raise no_key()
    names = [_LETTERS[place] if place < 26 else f"g{place}" for place in range(len(gaps))]
    inside = [
        each
        for each in replaced(node, _filled(gaps, names)).children
        if isinstance(each, str) or each.name not in _NOT_TEXT
    ]
    asked = node.first("prompt")
    blocks = item.reducer.blocks(replaced(item.body, {id(node): [asked] if asked else list[Node | str]()}).children)
    prompt, stimulus = reducing.asked(blocks)
    options = list(dict.fromkeys(words.values()))
    return {
        "kind": "fill_in",
        "prompt": prompt or FILL_IN,
        "stimulus": stimulus,
        "text": item.reducer.text(inside)[0],
        "gaps": [
            {"id": name, "accepted": [goes[gap.get("identifier")]], "options": options}
            for gap, name in zip(gaps, names, strict=True)
        ],
        "partial": mapped(item, response),
        "explanation": item.explanation(),
    }


_NOT_TEXT = ("prompt", "gap-text", "gap-img")


def _pairs(response: Declared) -> Iterator[tuple[str, str]]:
    for value in response.correct:
        word, _, gap = value.partition(" ")
        yield word, gap.strip()


def slider(item: Item, node: Node) -> Json:
    """A number that is pointed at on a scale: typed here. Raises: NotTaken."""
    response = item.scoring.response(node.get("response-identifier"))
    prompt, stimulus = item.around(node)
    return {"prompt": prompt, "stimulus": stimulus, "explanation": item.explanation(), **_numeric(item, response)}


def extended(item: Item, node: Node) -> Json:
    """A longer text, which is a short answer if it says what is right. Raises: NotTaken."""
    response = item.scoring.response(node.get("response-identifier"))
    if not response.correct and not response.mapping:
        vi, en = "Câu tự luận không có đáp án để chấm nên không nhập.", "An essay has no key to be marked by."
        raise NotTaken("essay", vi, en)
    prompt, stimulus = item.around(node)
    return {
        "kind": "short_answer",
        "prompt": prompt,
        "stimulus": stimulus,
        "accepted": _accepted(item, response),
        "explanation": item.explanation(),
    }
