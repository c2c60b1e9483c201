"""Writes GIFT. What it has no place for stands in comments, which other programs pass over; what it cannot say at all
(pictures, orders, hot spots, several gaps) is not written, and named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, BinaryIO

from chalicelib.banks.packages import gift_text, xhtml
from chalicelib.banks.packages.findings import Finding, Remark, Taken
from chalicelib.banks.packages.gift_text import escaped
from chalicelib.banks.packages.qti_choosing import written
from chalicelib.questions.arranging import Matching
from chalicelib.questions.choosing import ChoiceQuestion, TrueFalse
from chalicelib.questions.models import AnyQuestion
from chalicelib.questions.writing import FillIn, Numeric, ShortAnswer

_HERE = "\x00"  # where the answers stand in a text; no text holds it
_FLAGS = ("points", "partial", "shuffle", "ignore_diacritics")


def write(file: BinaryIO, items: Iterable[Taken]) -> list[Finding]:
    """Write questions into ``file``, one at a time; gives which were not written, and of which others will not find all
    that is here."""
    found: list[Finding] = []
    for item in items:
        unsaid = _unsayable(item.question)
        if unsaid:
            found.append(Finding(item.place, unsaid.code, unsaid.vi, unsaid.en, unsaid.field))
            continue
        file.write(_Writer(item).text().encode())
        for each in _unsaid(item.question):
            found.append(Finding(item.place, each.code, each.vi, each.en, each.field, taken=True))
    return found


def _unsayable(question: AnyQuestion) -> Remark | None:
    """Why GIFT has no way to ask this."""
    if any(True for _ in question.pictures()):
        return Remark("picture_unsayable", "GIFT không chứa được hình.", "GIFT holds no pictures.")
    if question.kind in ("ordering", "hot_spot"):
        return Remark("kind_unsayable", "GIFT không có dạng câu hỏi này.", "GIFT has no questions of this kind.")
    if isinstance(question, FillIn) and (len(question.gaps) > 1 or question.gaps[0].options):
        return Remark("kind_unsayable", "GIFT chỉ có một ô trống để gõ.", "GIFT has one gap alone, to be typed into.")
    if any("->" in text for text in _before_arrows(question)):
        return Remark("arrow_unsayable", "GIFT dùng “->” để ghép cặp.", "GIFT parts pairs by “->”.", "pairs")
    return None


def _before_arrows(question: AnyQuestion) -> list[str]:
    """The texts in which an arrow would make, or part, a pair."""
    match question:
        case Matching():
            return [pair.text for pair in question.pairs]
        case ShortAnswer():
            return question.accepted
        case FillIn():
            return question.gaps[0].accepted
    return []


def _unsaid(question: AnyQuestion) -> Iterator[Remark]:
    """What other programs pass over."""
    if question.points != 1:
        yield Remark("points_unsaid", "Phần mềm khác tính mỗi câu 1 điểm.", "Others count one point each.", "points")
    if isinstance(question, ShortAnswer | FillIn) and question.ignore_diacritics:
        vi, en = "Phần mềm khác sẽ bắt buộc viết đúng dấu.", "Other programs will ask for all diacritics."
        yield Remark("diacritics_unsaid", vi, en, "ignore_diacritics")
    if isinstance(question, ChoiceQuestion | Matching) and question.kind != "single" and not question.partial:
        vi, en = "Phần mềm khác tính điểm từng phần.", "Other programs give parts of the points."
        yield Remark("partial_unsaid", vi, en, "partial")


class _Writer:
    def __init__(self, item: Taken) -> None:
        self._item, self._question = item, item.question
        self._html = item.question.stimulus is not None

    def text(self) -> str:
        """The question with its comments, and the blank line after it."""
        question, tags = self._question, self._item.tags
        settings: dict[str, Any] = {"kind": question.kind, **self._settings(question)}
        settings |= {name: getattr(question, name) for name in _FLAGS if hasattr(question, name)}
        settings |= {"competences": list(tags.competences)} if tags.competences else {}
        settings |= {"difficulty": tags.difficulty} if tags.difficulty else {}
        before, answers, after = self._asked(question)
        general = f"####{self._part(question.explanation)}" if question.explanation else ""
        title = escaped(self._item.place.name or f"Câu {self._item.place.item}")
        asked = f"::{title}::{before}{{{answers}{general}}}{after}\n\n"
        return gift_text.comments(tags.words, settings) + asked

    def _settings(self, question: AnyQuestion) -> dict[str, Any]:
        if isinstance(question, FillIn):
            return {"gap": question.gaps[0].id, "prompt_lines": question.prompt.count("\n") + 1}
        if isinstance(question, Numeric):
            shown = question.model_dump()
            return {"tolerance": shown["tolerance"], "tolerance_in": shown["tolerance_in"]}
        return {}

    def _asked(self, question: AnyQuestion) -> tuple[str, str, str]:
        if not isinstance(question, FillIn):
            before, after = self._around(question.prompt)
            return before, self._answers(question), after
        gap = f"[[{question.gaps[0].id}]]"
        one, _, other = question.text.partition(gap)
        before, after = self._around(f"{question.prompt}\n{one}", other)
        return before, "".join(f"={self._part(text)}" for text in question.gaps[0].accepted), after

    def _around(self, before: str, after: str | None = None) -> tuple[str, str]:
        """What stands before and after the answers."""
        if not self._html:
            return f"[plain]{escaped(before)}", escaped(after or "")
        content = (self._question.stimulus or {}).get("content", ())
        above = xhtml.element("div", {"class": "stimulus"}, xhtml.Writer(str).blocks(content))
        asked = xhtml.element("p", {"class": "prompt"}, f"{xhtml.lines(before)}{_HERE}{xhtml.lines(after or '')}")
        one, _, other = asked.partition(_HERE)
        if after is None:
            return f"[html]{escaped(above)}{escaped(one + other)}", ""
        return f"[html]{escaped(above)}{escaped(one)}", escaped(other)

    def _answers(self, question: AnyQuestion) -> str:
        match question:
            case TrueFalse():
                return self._truth(question)
            case ChoiceQuestion():
                return "".join(self._choices(question))
            case Matching():
                distractors = "".join(f"= -> {self._part(text)}" for text in question.distractors)
                pairs = (f"={self._part(pair.text)} -> {self._part(pair.match)}" for pair in question.pairs)
                return "".join(pairs) + distractors
            case Numeric():
                off = Fraction(question.tolerance)
                off = off * abs(Fraction(question.value)) / 100 if question.tolerance_in == "percent" else off
                return f"#{question.key()}:{written(off)}"
            case ShortAnswer():
                return "".join(f"={self._part(text)}" for text in question.accepted)
        raise ValueError(f"{question.kind} was to be refused before")

    def _truth(self, question: TrueFalse) -> str:
        said = [question.feedback_false, question.feedback_true]
        wrong, right = said if question.right else reversed(said)
        feedback = f"#{self._part(wrong)}" if wrong or right else ""
        feedback += f"#{self._part(right)}" if right else ""
        return ("TRUE" if question.right else "FALSE") + feedback

    def _choices(self, question: ChoiceQuestion) -> Iterator[str]:
        rights = sum(each.correct for each in question.choices)
        shares = {True: Fraction(100, rights), False: Fraction(-100, max(len(question.choices) - rights, 1))}
        for each in question.choices:
            feedback = f"#{self._part(each.feedback)}" if each.feedback else ""
            mark = (
                f"~%{_percent(shares[each.correct])}%" if question.kind == "multiple" else "=" if each.correct else "~"
            )
            yield mark + self._part(each.text) + feedback

    def _part(self, text: str) -> str:
        """A text among the answers; what it begins with is taken neither for a format nor for a weight."""
        return f"[plain]{escaped(text)}" if self._html or text.startswith(("[", "%")) else escaped(text)


def _percent(share: Fraction) -> str:
    return f"{round(float(share), 5):.5f}".rstrip("0").rstrip(".")
