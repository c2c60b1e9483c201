"""Questions as QTI items: each kind's interaction, its response's declaration, and how it is scored.

What QTI has no word for (whether diacritics count, partial credit of an order) stands in classes, which other programs
pass over; such questions are named to who exports.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from chalicelib.banks.packages import xhtml
from chalicelib.banks.packages.qti_bodies import TOOL
from chalicelib.banks.packages.qti_dialects import Dialect
from chalicelib.questions.arranging import Matching, Ordering
from chalicelib.questions.choosing import ChoiceQuestion, TrueFalse
from chalicelib.questions.models import AnyQuestion
from chalicelib.questions.parts import Picture, arranged, name_of
from chalicelib.questions.pointing import Area, Circle, HotSpot, MeasuredPicture, Rectangle
from chalicelib.questions.writing import FillIn, Gap, Numeric, ShortAnswer

RESPONSE = "RESPONSE"
GAP = re.compile(r"\[\[([0-9a-z_-]{1,20})\]\]")


@dataclass(frozen=True, slots=True)
class Written:
    """The parts of an item that its kind decides. ``score``: an expression, or a condition for all of the points.
    ``cardinality``: of what feedback goes by, empty where there is none by choice."""

    declared: str
    interaction: str
    score: str = ""
    condition: str = ""
    feedback: tuple[tuple[str, str], ...] = ()
    cardinality: str = ""


class ItemWriter:
    """Writes the items of one package in one dialect; ``sources`` are where it has its pictures."""

    def __init__(self, dialect: Dialect, sources: Callable[[str], str]) -> None:
        self._q, self._dialect, self._sources = dialect.q, dialect, sources
        self._xhtml = xhtml.Writer(sources, qti=True)

    def write(self, question: AnyQuestion, identifier: str, title: str) -> str:
        """A question as the document of an item."""
        written = self._kind(question)
        attributes = {
            "identifier": identifier,
            "title": title,
            "label": question.kind,
            "adaptive": "false",
            "time-dependent": "false",
            "tool-name": TOOL,
            "tool-version": "1",
        }
        inside = written.declared + self._outcomes(question, written)
        inside += self._q("item-body", {}, self._stimulus(question) + written.interaction)
        return self._dialect.root(
            attributes, inside + self._processing(question, written) + self._said(question, written)
        )

    def _kind(self, question: AnyQuestion) -> Written:
        match question:
            case ChoiceQuestion():
                return self._choice(question)
            case TrueFalse():
                return self._true_false(question)
            case Matching():
                return self._matching(question)
            case Ordering():
                return self._ordering(question)
            case Numeric():
                return self._numeric(question)
            case ShortAnswer():
                return self._short_answer(question)
            case FillIn():
                return self._fill_in(question)
            case HotSpot():
                return self._hot_spot(question)

    def _choice(self, question: ChoiceQuestion) -> Written:
        right = [_id("choice", each.id) for each in question.choices if each.correct]
        several = question.kind == "multiple"
        mapping = ""
        if question.partly():
            worth = {each.id: _share(question, each.correct) for each in question.choices}
            entries = [(_id("choice", name), value) for name, value in worth.items()]
            mapping = self._mapping(entries, upper=Fraction(question.points))
        choices = [
            self._q("simple-choice", {"identifier": _id("choice", each.id)}, self._part(each.text, each.picture))
            for each in question.choices
        ]
        attributes = {"shuffle": _truth(question.shuffle), "max-choices": 0 if several else 1}
        return Written(
            self._declaration("multiple" if several else "single", "identifier", right, mapping),
            self._interaction("choice-interaction", question, attributes, "".join(choices)),
            score=self._map() if mapping else "",
            condition="" if mapping else self._is_correct(),
            feedback=tuple((_id("choice", each.id), each.feedback) for each in question.choices if each.feedback),
            cardinality="multiple" if several else "single",
        )

    def _true_false(self, question: TrueFalse) -> Written:
        choices = "".join(
            self._q("simple-choice", {"identifier": f"choice_{name}"}, text)
            for name, text in (("true", "Đúng"), ("false", "Sai"))
        )
        said = (("choice_true", question.feedback_true), ("choice_false", question.feedback_false))
        return Written(
            self._declaration("single", "identifier", [f"choice_{_truth(question.right)}"]),
            self._interaction("choice-interaction", question, {"shuffle": "false", "max-choices": 1}, choices),
            condition=self._is_correct(),
            feedback=tuple(each for each in said if each[1]),
            cardinality="single",
        )

    def _matching(self, question: Matching) -> Written:
        right = [f"{_id('pair', each.id)} {_id('target', name_of(each.match))}" for each in question.pairs]
        sources = "".join(
            self._associable(_id("pair", each.id), self._part(each.text, each.picture), 1) for each in question.pairs
        )
        texts = dict.fromkeys([*(each.match for each in question.pairs), *question.distractors])
        targets = "".join(
            self._associable(_id("target", name_of(text)), xhtml.text(text), len(question.pairs)) for text in texts
        )
        sets = self._q("simple-match-set", {}, sources) + self._q("simple-match-set", {}, targets)
        attributes = {"shuffle": "true", "max-associations": len(question.pairs)}
        mapping = self._mapping([(each, Fraction(1)) for each in right]) if question.partial else ""
        return Written(
            self._declaration("multiple", "directedPair", right, mapping),
            self._interaction("match-interaction", question, attributes, sets),
            score=self._part_of(self._map(), question.points, len(right)) if mapping else "",
            condition="" if mapping else self._is_correct(),
        )

    def _associable(self, identifier: str, inside: str, most: int) -> str:
        return self._q("simple-associable-choice", {"identifier": identifier, "match-max": most}, inside)

    def _ordering(self, question: Ordering) -> Written:
        steps = {each.id: self._part(each.text, each.picture) for each in question.items}
        choices = "".join(
            self._q("simple-choice", {"identifier": _id("step", name)}, steps[name]) for name in arranged(steps, "")
        )
        return Written(
            self._declaration("ordered", "identifier", [_id("step", name) for name in steps]),
            self._interaction("order-interaction", question, {"shuffle": "true"}, choices),
            condition=self._is_correct(),
        )

    def _numeric(self, question: Numeric) -> Written:
        off = question.model_dump()["tolerance"]
        mode = "exact" if off == "0" else "relative" if question.tolerance_in == "percent" else "absolute"
        attributes = {"tolerance-mode": mode, "tolerance": None if mode == "exact" else f"{off} {off}"}
        if mode == "exact" and question.tolerance_in == "percent":
            attributes = {"tolerance-mode": "relative", "tolerance": "0 0"}
        return Written(
            self._declaration("single", "float", [question.key()]),
            self._prompt(question) + self._answer(),
            condition=self._q("equal", attributes, self._variable() + self._q("correct", {"identifier": RESPONSE})),
        )

    def _short_answer(self, question: ShortAnswer) -> Written:
        mapping = self._mapping([(text, Fraction(question.points)) for text in question.accepted], typed=True)
        return Written(
            self._declaration("single", "string", question.accepted[:1], mapping),
            self._prompt(question) + self._answer("ignore-diacritics" if question.ignore_diacritics else None),
            score=self._map(),
        )

    def _answer(self, css: str | None = None) -> str:
        entry = self._q("text-entry-interaction", {"response-identifier": RESPONSE, "class": css})
        return xhtml.element("p", {"class": "answer"}, entry)

    def _fill_in(self, question: FillIn) -> Written:
        flags = {"partial": question.partial, "ignore-diacritics": question.ignore_diacritics}
        css = " ".join(["gaps", *(name for name, on in flags.items() if on)])
        gaps = {gap.id: self._gap(gap) for gap in question.gaps}
        text = GAP.sub(lambda found: gaps[found[1]], xhtml.lines(question.text))
        mapped = [self._map(_id("gap", gap.id)) for gap in question.gaps]
        all_of_them = "".join(self._q("gte", {}, each + self._float(1)) for each in mapped)
        return Written(
            "".join(self._gap_declared(gap) for gap in question.gaps),
            self._prompt(question) + xhtml.element("p", {"class": css}, text),
            score=self._part_of(self._q("sum", {}, "".join(mapped)), question.points, len(mapped))
            if question.partial
            else "",
            condition="" if question.partial else self._q("and", {}, all_of_them),
        )

    def _gap(self, gap: Gap) -> str:
        attributes = {"response-identifier": _id("gap", gap.id)}
        if not gap.options:
            return self._q("text-entry-interaction", attributes)
        choices = "".join(
            self._q("inline-choice", {"identifier": f"option_{place}"}, xhtml.text(option))
            for place, option in enumerate(gap.options, 1)
        )
        return self._q("inline-choice-interaction", {**attributes, "shuffle": "true"}, choices)

    def _gap_declared(self, gap: Gap) -> str:
        values = gap.accepted
        if gap.options:
            values = [f"option_{gap.options.index(each) + 1}" for each in gap.accepted]
        mapping = self._mapping([(each, Fraction(1)) for each in values], typed=not gap.options)
        kind = "identifier" if gap.options else "string"
        return self._declaration("single", kind, values[:1], mapping, name=_id("gap", gap.id))

    def _hot_spot(self, question: HotSpot) -> Written:
        picture = question.picture
        if picture is None:
            raise ValueError("a hot spot without a picture lacks something, so is in no bank as a whole question")
        size = (picture.width, picture.height)
        entries = "".join(
            self._q("area-map-entry", {**_coords(area, *size), "mapped-value": 1}) for area in question.areas
        )
        several = question.touches > 1
        areas = self._q("area-mapping", {"default-value": 0, "upper-bound": question.touches}, entries)
        attributes = {"max-choices": question.touches}
        mapped = self._q("map-response-point", {"identifier": RESPONSE})
        return Written(
            self._declaration("multiple" if several else "single", "point", [], areas),
            self._interaction("select-point-interaction", question, attributes, self._measured(picture)),
            score=self._part_of(mapped, question.points, question.touches) if question.partial else "",
            condition="" if question.partial else self._q("gte", {}, mapped + self._float(question.touches)),
        )

    def _measured(self, picture: MeasuredPicture) -> str:
        source = self._sources(picture.file)
        size = {"width": picture.width, "height": picture.height}
        if self._dialect.is_3:
            return xhtml.element("img", {"src": source, "alt": picture.alt, **size})
        kind = {"png": "png", "jpg": "jpeg", "webp": "webp", "gif": "gif"}[source.rpartition(".")[2]]
        return xhtml.element("object", {"data": source, "type": f"image/{kind}", **size}, xhtml.text(picture.alt))

    def _interaction(self, name: str, question: AnyQuestion, attributes: dict[str, Any], inside: str) -> str:
        partial = {"class": "partial"} if getattr(question, "partial", False) else {}
        asked = self._q("prompt", {}, xhtml.lines(question.prompt))
        return self._q(name, {"response-identifier": RESPONSE, **partial, **attributes}, asked + inside)

    def _prompt(self, question: AnyQuestion) -> str:
        return xhtml.element("p", {"class": "prompt"}, xhtml.lines(question.prompt))

    def _stimulus(self, question: AnyQuestion) -> str:
        if question.stimulus is None:
            return ""
        return xhtml.element("div", {"class": "stimulus"}, self._xhtml.blocks(question.stimulus.get("content", ())))

    def _part(self, text: str, picture: Picture | None) -> str:
        shown = xhtml.element("img", {"src": self._sources(picture.file), "alt": picture.alt}) if picture else ""
        return xhtml.text(text) + shown

    def _declaration(
        self, cardinality: str, base: str, right: Sequence[str], mapping: str = "", *, name: str = RESPONSE
    ) -> str:
        values = "".join(self._q("value", {}, xhtml.text(each)) for each in right)
        correct = self._q("correct-response", {}, values) if right else ""
        about = {"identifier": name, "cardinality": cardinality, "base-type": base}
        return self._q("response-declaration", about, correct + mapping)

    def _mapping(
        self, entries: Iterable[tuple[str, Fraction]], *, upper: Fraction | None = None, typed: bool = False
    ) -> str:
        mapped = "".join(
            self._q(
                "map-entry",
                {"map-key": key, "mapped-value": _number(worth), "case-sensitive": "false" if typed else None},
            )
            for key, worth in entries
        )
        bounds = {"lower-bound": 0, "upper-bound": _number(upper) if upper else None, "default-value": 0}
        return self._q("mapping", bounds, mapped)

    def _outcomes(self, question: AnyQuestion, written: Written) -> str:
        score = self._outcome("SCORE", "single", "float", "0", {"normal-maximum": question.points})
        most = self._outcome("MAXSCORE", "single", "float", str(question.points))
        said = self._outcome("FEEDBACK", written.cardinality, "identifier") if written.feedback else ""
        told = self._outcome("SOLUTION", "single", "identifier", "EXPLANATION") if question.explanation else ""
        return score + most + said + told

    def _outcome(
        self, name: str, cardinality: str, base: str, value: str = "", more: dict[str, Any] | None = None
    ) -> str:
        default = self._q("default-value", {}, self._q("value", {}, value)) if value else ""
        about = {"identifier": name, "cardinality": cardinality, "base-type": base, **(more or {})}
        return self._q("outcome-declaration", about, default)

    def _processing(self, question: AnyQuestion, written: Written) -> str:
        rules = self._set("SCORE", written.score) if written.score else ""
        if written.condition:
            earned = self._set("SCORE", self._float(question.points))
            missed = self._q("response-else", {}, self._set("SCORE", self._float(0)))
            rules = self._q("response-condition", {}, self._q("response-if", {}, written.condition + earned) + missed)
        if written.feedback:
            rules += self._set("FEEDBACK", self._variable())
        return self._q("response-processing", {}, rules)

    def _said(self, question: AnyQuestion, written: Written) -> str:
        said = "".join(self._modal("FEEDBACK", identifier, text) for identifier, text in written.feedback)
        return said + (self._modal("SOLUTION", "EXPLANATION", question.explanation) if question.explanation else "")

    def _modal(self, outcome: str, identifier: str, text: str) -> str:
        about = {"outcome-identifier": outcome, "identifier": identifier, "show-hide": "show"}
        inside = xhtml.element("p", {}, xhtml.lines(text))
        return self._q("modal-feedback", about, self._q("content-body", {}, inside) if self._dialect.is_3 else inside)

    def _set(self, outcome: str, expression: str) -> str:
        return self._q("set-outcome-value", {"identifier": outcome}, expression)

    def _float(self, value: int) -> str:
        return self._q("base-value", {"base-type": "float"}, str(value))

    def _variable(self) -> str:
        return self._q("variable", {"identifier": RESPONSE})

    def _map(self, name: str = RESPONSE) -> str:
        return self._q("map-response", {"identifier": name})

    def _is_correct(self) -> str:
        return self._q("match", {}, self._variable() + self._q("correct", {"identifier": RESPONSE}))

    def _part_of(self, expression: str, points: int, parts: int) -> str:
        """``points`` for all ``parts``, each of which the expression counts as one."""
        return self._q("divide", {}, self._q("product", {}, expression + self._float(points)) + self._float(parts))


def _id(kind: str, name: str | None) -> str:
    return f"{kind}_{name}"


def _truth(truth: bool) -> str:
    return "true" if truth else "false"


def _share(question: ChoiceQuestion, correct: bool) -> Fraction:
    alike = sum(each.correct == correct for each in question.choices)
    return Fraction(question.points if correct else -question.points, alike)


def _number(value: Fraction) -> str:
    return str(value) if value.denominator == 1 else repr(round(float(value), 6))


def _coords(area: Area, width: int, height: int) -> dict[str, str]:
    """An area in whole pixels, as HTML's image maps have it."""
    match area:
        case Circle():
            kind, numbers = "circle", [area.x * width, area.y * height, area.r * width]
        case Rectangle():
            right, bottom = area.x + area.width, area.y + area.height
            kind, numbers = "rect", [area.x * width, area.y * height, right * width, bottom * height]
        case _:
            kind, numbers = "poly", [side for at in area.points for side in (at["x"] * width, at["y"] * height)]
    return {"shape": kind, "coords": ",".join(str(round(each)) for each in numbers)}
