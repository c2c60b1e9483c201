"""What a QTI item says is right, and what it is worth: response declarations and response processing.

Authoring tools say the same in many ways. Read are: the standard's templates (match_correct, map_response,
map_response_point and their CC2 likenesses), conditions that compare a response with its declared answer or with a
value, mappings, and numbers within a tolerance or between bounds (QTI 2.1, 2.2: response processing; QTI 3.0, 2.10).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from chalicelib.banks.packages.findings import NotTaken, Remark
from chalicelib.banks.packages.markup import Node

_COMPARED = ("match", "equal", "equal-rounded", "string-match", "member", "contains")
_MAX_POINTS = 100
_HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Shape:
    """An area of a picture in pixels, and what touching it is worth."""

    kind: str
    coords: tuple[Fraction, ...]
    worth: Fraction


@dataclass(slots=True)
class Declared:
    """A response: its right values, and what each value is worth."""

    identifier: str
    cardinality: str
    base_type: str
    correct: list[str] = field(default_factory=list)
    mapping: dict[str, Fraction] = field(default_factory=dict)
    otherwise: Fraction = Fraction(0)
    upper: Fraction | None = None
    shapes: list[Shape] = field(default_factory=list)

    @property
    def is_number(self) -> bool:
        """Whether it takes a number."""
        return self.base_type in ("float", "integer")


def number(text: str) -> Fraction | None:
    """A number as QTI writes it; ``None``: it is none, or none that could be meant."""
    with suppress(InvalidOperation, ValueError, OverflowError):
        value = Decimal(text.strip())
        if value.is_finite() and -1_000 < value.adjusted() < 1_000:
            return Fraction(value)
    return None


class Scoring:
    """The scoring of one item. ``left`` is what of it has no counterpart."""

    def __init__(self, item: Node) -> None:
        self.left: list[Remark] = []
        self._outcomes = {node.get("identifier"): node for node in item.elements("outcome-declaration")}
        self._processing = item.first("response-processing")
        self.responses = {
            each.get("identifier"): self._declared(each) for each in item.elements("response-declaration")
        }

    def response(self, identifier: str) -> Declared:
        """The response that an interaction names. Raises: NotTaken."""
        found = self.responses.get(identifier)
        if found is None:
            vi, en = "Tương tác không có khai báo đáp án.", "An interaction has no response declaration."
            raise NotTaken("response_not_declared", vi, en)
        return found

    def is_mapped(self, response: Declared) -> bool:
        """Whether parts of the answer are worth parts of the points."""
        if not response.mapping and not response.shapes:
            return False
        if self._processing is None:
            return True
        template = self._processing.get("template").lower()
        if template:
            return "map_response" in template
        return any(self._processing.walk("map-response", "map-response-point"))

    def is_added_up(self) -> bool:
        """Whether what several conditions give is added up."""
        return self._given()[1] > 0

    def points(self) -> int:
        """What the item is worth, in whole points."""
        worth = self._worth()
        points = min(max(int(worth + _HALF), 1), _MAX_POINTS)
        if points != worth:
            vi, en = f"Điểm được làm tròn thành {points}.", f"The points were rounded to {points}."
            self.left.append(Remark("points_rounded", vi, en, "points"))
        return points

    def tolerance(self, response: Declared) -> tuple[Fraction, Fraction, str]:
        """Of a number: the value, how far it may be off, and whether in units or percent. Raises: NotTaken."""
        between = self._between(response)
        if between:
            low, high = between
            return (low + high) / 2, (high - low) / 2, "units"
        value = number(response.correct[0]) if response.correct else None
        if value is None:
            raise no_key()
        if self.is_mapped(response):
            return self._alike(response, value)
        return self._around(response, value)

    def _alike(self, response: Declared, value: Fraction) -> tuple[Fraction, Fraction, str]:
        """The numbers that are worth as much as the right one; others that are worth something are noted."""
        worth = {
            found: each for key, each in response.mapping.items() if (found := number(key)) is not None and each > 0
        }
        best = [found for found, each in worth.items() if each == max(worth.values())]
        if len(best) < len(worth):
            self.weights_changed()
        low, high = min([*best, value]), max([*best, value])
        return (low + high) / 2, (high - low) / 2, "units"

    def weights_changed(self) -> None:
        """Note that parts are worth other shares than they were."""
        vi = "Trọng số từng phần được thay bằng các phần bằng nhau."
        en = "The weights of the parts were replaced by equal ones."
        self.left.append(Remark("weights_changed", vi, en, "partial"))

    def _around(self, response: Declared, value: Fraction) -> tuple[Fraction, Fraction, str]:
        for equal in self._compared(response.identifier, "equal"):
            mode = equal.get("tolerance-mode", "exact")
            offs = [off for each in equal.get("tolerance").split() if (off := number(each)) is not None]
            if mode == "exact" or not offs:
                continue
            below, above = offs[0], offs[-1]
            if mode == "relative":
                if below != above:
                    self.weights_changed()
                return value, max(below, above), "percent"
            return value + (above - below) / 2, (above + below) / 2, "units"
        if any(self._compared(response.identifier, "equal-rounded")):
            vi, en = "Cách làm tròn số không được giữ.", "Rounding is left behind; the number must be exact."
            self.left.append(Remark("rounding_left", vi, en, "tolerance"))
        return value, Fraction(0), "units"

    def _between(self, response: Declared) -> tuple[Fraction, Fraction] | None:
        low = self._bound(response.identifier, "gte", "gt")
        high = self._bound(response.identifier, "lte", "lt")
        if low is None or high is None:
            return None
        return min(low, high), max(low, high)  # 3 <= x, or x >= 3: both stand for what is least

    def _bound(self, identifier: str, *names: str) -> Fraction | None:
        for node in self._compared(identifier, *names):
            for value in node.elements("base-value"):
                return number(value.text())
        return None

    def _declared(self, node: Node) -> Declared:
        made = Declared(node.get("identifier"), node.get("cardinality", "single"), node.get("base-type"))
        correct = node.first("correct-response")
        if correct is not None:
            made.correct = [each.text().strip() for each in correct.elements("value")]
        mapping = node.first("mapping")
        if mapping is not None:
            made.otherwise = number(mapping.get("default-value", "0")) or Fraction(0)
            made.upper = number(mapping.get("upper-bound"))
            for entry in mapping.elements("map-entry"):
                made.mapping[entry.get("map-key").strip()] = number(entry.get("mapped-value")) or Fraction(0)
        area = node.first("area-mapping")
        if area is not None:
            made.upper = number(area.get("upper-bound"))
            made.shapes = [_shape(each) for each in area.elements("area-map-entry")]
        if not made.correct:
            made.correct = list(self._compared_values(made.identifier)) or _best(made)
        return made

    def _worth(self) -> Fraction:
        score = self._outcomes.get("SCORE")
        for found in (self._most(), number(score.get("normal-maximum")) if score else None):
            if found:
                return found
        mapped, (most, added) = Fraction(sum(self._mapped())), self._given()
        return max((each for each in (most, added, mapped) if each > 0), default=Fraction(1))

    def _most(self) -> Fraction | None:
        declared = self._outcomes.get("MAXSCORE")
        value = next(declared.walk("value"), None) if declared else None
        return number(value.text()) if value else None

    def _given(self) -> tuple[Fraction, Fraction]:
        """The most that a condition sets, and what all of them can add to the score together."""
        most = added = Fraction(0)
        for rule in self._processing.elements() if self._processing else ():
            settings = [each for each in rule.walk("set-outcome-value") if each.get("identifier") == "SCORE"]
            most = max((self._gain(each) for each in settings if not each.first("sum")), default=most)
            added += max((self._gain(each) for each in settings if each.first("sum")), default=Fraction(0))
        return most, added

    def _gain(self, setting: Node) -> Fraction:
        """What a rule gives: a value, or one that it adds, the most that can be had among them."""
        if self._counts(setting.get("identifier")):
            parts = [part for each in (setting, *setting.elements("sum")) for part in each.elements()]
            values = [number(part.text()) for part in parts if part.name == "base-value"]
            values += [self._most() for part in parts if part.get("identifier") == "MAXSCORE"]
            return max((value for value in values if value), default=Fraction(0))
        return Fraction(0)

    def _counts(self, outcome: str) -> bool:
        """Whether an outcome is a score."""
        declared = self._outcomes.get(outcome)
        numeric = declared is not None and declared.get("base-type") in ("float", "integer")
        return outcome == "SCORE" or (numeric and not outcome.startswith("MAX"))

    def _mapped(self) -> Iterator[Fraction]:
        for each in self.responses.values():
            if self.is_mapped(each):
                values = [*each.mapping.values(), *(shape.worth for shape in each.shapes)]
                gains = [value for value in values if value > 0]
                all_of_them = sum(gains) if each.cardinality != "single" else max(gains, default=Fraction(0))
                yield Fraction(each.upper if each.upper is not None else all_of_them)

    def _compared(self, identifier: str, *names: str) -> Iterator[Node]:
        """The comparisons that a response is in; what is denied is none."""
        if self._processing is not None:
            for node in _affirmed(self._processing):
                if node.name in names and any(
                    each.get("identifier") == identifier for each in node.elements("variable")
                ):
                    yield node

    def _compared_values(self, identifier: str) -> Iterator[str]:
        """The values that a response is compared with where that gives points."""
        for branch in self._processing.walk("response-if", "response-else-if") if self._processing else ():
            if not any(self._gain(each) > 0 for each in branch.elements("set-outcome-value")):
                continue
            for node in _affirmed(branch):
                variables = [each.get("identifier") for each in node.elements("variable")]
                if node.name in _COMPARED and identifier in variables:
                    yield from (each.text().strip() for each in node.walk("base-value"))


def _affirmed(node: Node) -> Iterator[Node]:
    for child in node.elements():
        if child.name != "not":
            yield child
            yield from _affirmed(child)


def _best(response: Declared) -> list[str]:
    gains = {key: worth for key, worth in response.mapping.items() if worth > 0}
    if response.cardinality != "single":
        return list(gains)
    return [key for key, worth in gains.items() if worth == max(gains.values())]


def _shape(entry: Node) -> Shape:
    worth = number(entry.get("mapped-value"))
    return Shape(entry.get("shape"), coords(entry.get("coords")), Fraction(1) if worth is None else worth)


def coords(text: str) -> tuple[Fraction, ...]:
    """The numbers of an area, in pixels."""
    return tuple(found for each in text.replace(" ", ",").split(",") if each and (found := number(each)) is not None)


def no_key() -> NotTaken:
    """What is said of a question without a right answer."""
    return NotTaken("no_right_answer", "Câu hỏi không có đáp án đúng.", "The question has no right answer.")
