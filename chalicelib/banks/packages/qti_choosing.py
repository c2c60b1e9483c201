"""QTI interactions of choosing and arranging, as questions: choice, order, match, associate, hot spot, select point."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from chalicelib import vietnamese
from chalicelib.banks.packages.findings import NotTaken, Remark
from chalicelib.banks.packages.markup import Node
from chalicelib.banks.packages.qti_bodies import Item
from chalicelib.banks.packages.qti_scoring import Declared, Shape, coords, no_key

Json = dict[str, Any]
_LONGEST = 30  # digits of a number
_TRUE = frozenset({"true", "dung", "t", "yes"})
_FALSE = frozenset({"false", "sai", "f", "no"})


def choice(item: Item, node: Node) -> Json:
    """One, some, or whether a statement is true; of choices, or of runs of a text. Raises: NotTaken."""
    response = item.scoring.response(node.get("response-identifier"))
    choices = [*node.elements("simple-choice"), *node.walk("hottext")]
    right = set(response.correct)
    if not right:
        raise no_key()
    truth = _truth(item, choices)
    if truth is not None and response.cardinality == "single":
        return _true_false(item, choices, truth, right)
    single = item.root.get("label") == "single" if item.ours else response.cardinality == "single"
    made = [_choice(item, each, right) for each in choices]
    return {
        "kind": "single" if single else "multiple",
        "choices": made,
        "shuffle": node.get("shuffle") == "true" and all(each.get("fixed") != "true" for each in choices),
        "partial": _partial(item, response, choices, right),
        "explanation": item.explanation(choices),
    }


def _truth(item: Item, choices: Sequence[Node]) -> dict[str, bool] | None:
    """Which of two choices says that the statement is true, and which that it is false, if they do."""
    if (item.ours and item.root.get("label") != "true_false") or len(choices) != 2:
        return None
    said = {each.get("identifier"): vietnamese.fold(item.words(each)[0]).rstrip(".") for each in choices}
    if set(said.values()) & _TRUE and set(said.values()) & _FALSE:
        return {identifier: text in _TRUE for identifier, text in said.items()}
    return None


def _true_false(item: Item, choices: Sequence[Node], truth: dict[str, bool], right: set[str]) -> Json:
    said = {truth[each.get("identifier")]: item.feedback(each) for each in choices}
    return {
        "kind": "true_false",
        "right": any(truth.get(identifier) for identifier in right),
        "feedback_true": said[True],
        "feedback_false": said[False],
        "explanation": item.explanation(choices),
    }


def _choice(item: Item, node: Node, right: set[str]) -> Json:
    return {**item.part(node), "correct": node.get("identifier") in right, "feedback": item.feedback(node)}


def _partial(item: Item, response: Declared, choices: Sequence[Node], right: set[str]) -> bool:
    """Whether parts are worth parts; where they are worth other shares than ours, that is noted."""
    if item.ours:
        return node_partial(item)
    if not item.scoring.is_mapped(response):
        return False
    worth = {
        each.get("identifier"): response.mapping.get(each.get("identifier"), response.otherwise) for each in choices
    }
    gains = {value for identifier, value in worth.items() if identifier in right}
    losses = {value for identifier, value in worth.items() if identifier not in right}
    if response.cardinality == "single":
        if any(value > 0 for value in losses):
            item.scoring.weights_changed()
        return False
    total = sum(value for identifier, value in worth.items() if identifier in right)
    share = -Fraction(total, max(len(worth) - len(right), 1))
    if len(gains) > 1 or any(abs(value - share) > Fraction(1, 1000) for value in losses):
        item.scoring.weights_changed()
    return True


def node_partial(item: Item) -> bool:
    """Whether we have written that parts are worth parts: the scoring cannot say so of every kind."""
    return bool(item.as_written("partial"))


def mapped(item: Item, response: Declared) -> bool:
    """Whether each part that is right is worth a part; where they are not worth alike, that is noted."""
    if item.ours:
        return node_partial(item)
    if not item.scoring.is_mapped(response):
        return False
    if len({worth for worth in response.mapping.values() if worth > 0}) > 1 or response.otherwise < 0:
        item.scoring.weights_changed()
    return True


def order(item: Item, node: Node) -> Json:
    """Things to be put in order. Raises: NotTaken."""
    response = item.scoring.response(node.get("response-identifier"))
    steps = {each.get("identifier"): item.part(each) for each in node.elements("simple-choice")}
    if set(response.correct) != set(steps):
        vi, en = "Thứ tự đúng không gồm đủ các mục.", "The right order does not have all entries."
        raise NotTaken("order_not_whole", vi, en) if response.correct else no_key()
    items = [{name: value for name, value in steps[each].items() if name != "id"} for each in response.correct]
    return {
        "kind": "ordering",
        "items": items,
        "partial": mapped(item, response),
        "explanation": item.explanation(node.elements("simple-choice")),
    }


def match(item: Item, node: Node) -> Json:
    """What belongs together, from two sets. Raises: NotTaken."""
    response = item.scoring.response(node.get("response-identifier"))
    sources, targets = ([*each.elements("simple-associable-choice")] for each in _two(node))
    goes = _goes_with(response)
    if any(len(goes.get(each.get("identifier"), ())) != 1 for each in sources):
        vi, en = "Mỗi mục phải ghép với đúng một đích.", "Each entry must go with exactly one target."
        raise NotTaken("not_one_target_each", vi, en) if goes else no_key()
    texts = {each.get("identifier"): item.words(each) for each in targets}
    if any(picture for _, picture in texts.values()):
        item.reducer.drop("img (matchInteraction)")
    pairs = [
        {**item.part(each), "match": texts.get(goes[each.get("identifier")][0], ("", None))[0]} for each in sources
    ]
    used = {target for found in goes.values() for target in found}
    return {
        "kind": "matching",
        "pairs": pairs,
        "distractors": list(dict.fromkeys(text for name, (text, _) in texts.items() if name not in used)),
        "partial": mapped(item, response),
        "explanation": item.explanation(),
    }


def _two(node: Node) -> list[Node]:
    sets = list(node.elements("simple-match-set"))
    if len(sets) != 2:
        raise NotTaken("not_two_sets", "Câu ghép cặp phải có hai nhóm.", "A match has two sets.")
    return sets


def _goes_with(response: Declared) -> dict[str, list[str]]:
    goes: dict[str, list[str]] = {}
    for value in response.correct:
        one, _, other = value.partition(" ")
        goes.setdefault(one, []).append(other.strip())
    return goes


def associate(item: Item, node: Node) -> Json:
    """Pairs from one set, as a matching: the first of each pair is asked for. Raises: NotTaken."""
    response = item.scoring.response(node.get("response-identifier"))
    parts = {each.get("identifier"): each for each in node.elements("simple-associable-choice")}
    pairs = [(one, other.strip()) for one, _, other in (value.partition(" ") for value in response.correct)]
    named = [name for pair in pairs for name in pair]
    if not pairs or len(set(named)) < len(named) or not set(named) <= parts.keys():
        vi, en = "Một mục thuộc nhiều cặp.", "An entry is part of several pairs."
        raise NotTaken("not_one_target_each", vi, en) if pairs else no_key()
    vi, en = "Liên kết tự do được chuyển thành ghép cặp hai nhóm.", "The association became a matching of two sets."
    item.left.append(Remark("became_matching", vi, en, "kind"))
    return {
        "kind": "matching",
        "pairs": [{**item.part(parts[one]), "match": item.words(parts[other])[0]} for one, other in pairs],
        "distractors": [item.words(each)[0] for name, each in parts.items() if name not in named],
        "partial": mapped(item, response),
        "explanation": item.explanation(),
    }


def hot_spot(item: Item, node: Node) -> Json:
    """Places in a picture: right ones among those marked (hotspotInteraction), or areas that are worth something
    (selectPointInteraction). Raises: NotTaken."""
    response = item.scoring.response(node.get("response-identifier"))
    if node.name == "hotspot-interaction":
        right = set(response.correct)
        found = [each for each in node.elements("hotspot-choice") if each.get("identifier") in right]
        shapes = [Shape(each.get("shape"), coords(each.get("coords")), Fraction(1)) for each in found]
    else:
        shapes = [shape for shape in response.shapes if shape.worth > 0]
    if not shapes:
        raise no_key()
    picture, width, height = _measured(item, node)
    several = response.cardinality != "single"
    most = int(node.get("max-choices") or 0) if node.get("max-choices").isdecimal() else 0
    touches = min(most or len(shapes), len(shapes)) if several else 1
    return {
        "kind": "hot_spot",
        "picture": {**picture, "width": width, "height": height},
        "areas": [area(shape, width, height) for shape in shapes],
        "touches": touches,
        "partial": mapped(item, response) and (item.ours or several),
        "explanation": item.explanation(node.elements("hotspot-choice")),
    }


def _measured(item: Item, node: Node) -> tuple[Json, int, int]:
    image = next(node.walk("img", "object"), None)
    shown = item.words(Node("div", {}, [image]))[1] if image else None
    if image is None or shown is None:
        vi = "Hình của câu hỏi không có trong gói, hoặc không phải PNG, JPEG, WebP hay GIF."
        raise NotTaken(
            "no_picture", vi, "The question's picture is not in the package, or is no PNG, JPEG, WebP or GIF."
        )
    size = item.sizes[shown["file"]]
    alt = shown["alt"] or item.title
    declared = tuple(int(image.get(side)) if image.get(side).isdecimal() else 0 for side in ("width", "height"))
    width, height = declared if all(declared) else size
    return {"file": shown["file"], "alt": alt}, width, height


def area(shape: Shape, width: int, height: int) -> Json:
    """A shape in pixels as an area in portions of its picture. Raises: NotTaken."""
    across, down = [float(each) / width for each in shape.coords], [float(each) / height for each in shape.coords]
    match shape.kind, len(shape.coords):
        case "circle", 3:
            return {"shape": "circle", "x": across[0], "y": down[1], "r": across[2]}
        case "ellipse", 4:
            return {"shape": "circle", "x": across[0], "y": down[1], "r": (across[2] + across[3]) / 2}
        case "rect", 4:
            left, right = sorted((across[0], across[2]))
            top, bottom = sorted((down[1], down[3]))
            return {"shape": "rectangle", "x": left, "y": top, "width": right - left, "height": bottom - top}
        case "poly", count if count >= 6 and count % 2 == 0:
            points = [{"x": x, "y": y} for x, y in zip(across[::2], down[1::2], strict=True)]
            return {"shape": "polygon", "points": points[:-1] if points[0] == points[-1] else points}
        case "default", _:
            return {"shape": "rectangle", "x": 0, "y": 0, "width": 1, "height": 1}
    vi, en = f"Vùng “{shape.kind}” không đọc được.", f"The area “{shape.kind}” cannot be read."
    raise NotTaken("area_unreadable", vi, en)


def written(value: Fraction) -> str:
    """A number as a question takes it: exact if it can be, else to twelve decimals; one too large stays so, and is
    refused as what it is."""
    with localcontext(prec=60):
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        text = format(exact.normalize(), "f")
        keeps = len(text) <= _LONGEST or exact.adjusted() > _LONGEST
        return text if keeps else format(round(exact, 12).normalize(), "f")
