"""Questions answered by typing: a number, a short text, the gaps of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema

from chalicelib import vietnamese
from chalicelib.errors import Fault, rule
from chalicelib.http.models import Distinct, Inbound, Outbound, line, prose
from chalicelib.questions.parts import Asked, QuestionBase, apart, arranged, wrong_form
from chalicelib.questions.responses import MAX_PARTS, MAX_TEXT, PartId, Response, by_part, typed

MAX_ACCEPTED = 20
MIN_OPTIONS = 2
_MAX_DIGITS = 30
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
# Thousands in threes: 1.000.000,5 as it is written here, 1,000,000.5 as it is written elsewhere, 1 000 000,5.
_GROUPED = re.compile(r"[+-]?(?:[1-9][0-9]{0,2})(?:([.,])[0-9]{3})(?:\1[0-9]{3})*(?:(?!\1)[.,][0-9]+)?")
_GAP = re.compile(r"\[\[([0-9a-z_-]{1,20})\]\]")

Accepted = Annotated[list[Annotated[str, line(MAX_TEXT)]], Distinct]


def readings(text: str) -> frozenset[Decimal]:
    """The numbers that a text may mean, none if it is no number. A comma or a full stop parts the decimals; where it
    may part thousands as well ("1.500"), both are meant: nobody is marked wrong for how they write numbers."""
    bare = "".join(text.split()).replace("\u2212", "-")
    if len(bare) > _MAX_DIGITS:
        return frozenset()
    found = set()
    if _NUMBER.fullmatch(bare):
        found.add(Decimal(bare.replace(",", ".")))
    if grouped := _GROUPED.fullmatch(bare):
        found.add(Decimal(bare.replace(grouped[1], "").replace(",", ".")))
    return frozenset(found)


def _exact(value: Any) -> Any:
    """A JSON number, or a text: a plain number with a full stop or a comma before the decimals."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise _no_number()
    text = format(value, "f") if isinstance(value, Decimal) else _plain(value)
    if len(text) > _MAX_DIGITS or not _NUMBER.fullmatch(text):
        raise _no_number()
    return Decimal(text.replace(",", "."))


def _plain(value: float | str) -> str:
    return value.strip() if isinstance(value, str) else format(Decimal(repr(value)), "f")


def _no_number() -> Exception:
    vi, en = f"Phải là số có tối đa {_MAX_DIGITS} chữ số.", f"This must be a number of at most {_MAX_DIGITS} digits."
    return rule("not_a_number", vi, en)


def _written(value: Decimal) -> str:
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


Number = Annotated[
    Decimal,
    BeforeValidator(_exact),
    PlainSerializer(_written, return_type=str),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "maxLength": _MAX_DIGITS}]}),
]


class AskedNumeric(Asked):
    """A question for a number as a learner sees it before answering."""

    kind: Literal["numeric"]


class Numeric(QuestionBase):
    """A question for a number, right within a tolerance. The answer is a text: "3,14" and "3.14" are the same."""

    kind: Literal["numeric"]
    value: Number = Field(examples=["3.14"])
    tolerance: Annotated[Number, Field(ge=0)] = Field(
        default=Decimal(0), description="How far the answer may be off, either way."
    )
    tolerance_in: Literal["units", "percent"] = Field(
        default="units", description="Whether the tolerance is in the answer's own units or in percent of the value."
    )

    def faults(self, response: Response) -> Iterator[Fault]:
        text = typed(response)
        if text is None:
            yield wrong_form("Câu này cần một số.", "This question takes a number.")
        elif text.strip() and not readings(text):
            yield Fault("", "not_a_number", "Hãy nhập một số, ví dụ 3,14.", "Enter a number, such as 3.14.")

    def share(self, response: Response | None) -> Fraction:
        """All or nothing; the bounds of the tolerance are within it (QTI 3.0, equal with toleranceMode absolute or
        relative, includeLowerBound and includeUpperBound)."""
        value, off = Fraction(self.value), Fraction(self.tolerance)
        if self.tolerance_in == "percent":
            off *= abs(value) / 100
        return Fraction(any(abs(Fraction(number) - value) <= off for number in readings(typed(response) or "")))

    def key(self) -> str:
        return _written(self.value)

    def canonical(self, response: Response | None) -> Response:
        return typed(response) or ""

    def asked(self, seed: str) -> AskedNumeric:
        return AskedNumeric(**self._shown(), kind=self.kind)


def _same(given: str, accepted: list[str], *, ignore_diacritics: bool) -> bool:
    compared = vietnamese.fold if ignore_diacritics else vietnamese.spelling
    wanted = compared(given)
    return bool(wanted) and any(compared(each) == wanted for each in accepted)


class AskedShortAnswer(Asked):
    """A question for a short text as a learner sees it before answering."""

    kind: Literal["short_answer"]


class ShortAnswer(QuestionBase):
    """A question for a word or a few. Capitals, spaces and over which vowel a tone is written never matter."""

    kind: Literal["short_answer"]
    accepted: Accepted = Field(
        default=[],
        max_length=MAX_ACCEPTED,
        description="All that is right; the first is told as the answer. At least one when the question is published.",
        examples=[["mật khẩu", "mật mã"]],
    )
    ignore_diacritics: bool = Field(default=False, description="Whether `mat khau` is right for `mật khẩu`.")

    def faults(self, response: Response) -> Iterator[Fault]:
        if typed(response) is None:
            yield wrong_form("Câu này cần một đoạn văn bản ngắn.", "This question takes a short text.")

    def share(self, response: Response | None) -> Fraction:
        """All or nothing: the text is one of those accepted (QTI 3.0, stringMatch, without regard to case)."""
        return Fraction(_same(typed(response) or "", self.accepted, ignore_diacritics=self.ignore_diacritics))

    def key(self) -> str:
        return self.accepted[0] if self.accepted else ""

    def canonical(self, response: Response | None) -> Response:
        return typed(response) or ""

    def missing(self) -> Iterator[Fault]:
        if not self.accepted:
            yield Fault("accepted", "no_right_answer", "Chưa có đáp án.", "There is no right answer.")

    def asked(self, seed: str) -> AskedShortAnswer:
        return AskedShortAnswer(**self._shown(), kind=self.kind)


class Gap(Inbound):
    """A gap in a text: something to type, or with ``options`` something to choose."""

    id: PartId
    accepted: Accepted = Field(default=[], max_length=MAX_ACCEPTED, examples=[["12", "mười hai"]])
    options: Accepted = Field(default=[], max_length=MAX_ACCEPTED, description="What can be chosen; empty: one types.")


class AskedGap(Outbound):
    """A gap as a learner sees it; ``options`` in an order that tells nothing, empty where one types."""

    id: str
    options: list[str]


class AskedFillIn(Asked):
    """A text with gaps as a learner sees it before answering."""

    kind: Literal["fill_in"]
    text: str
    gaps: list[AskedGap]


class FillIn(QuestionBase):
    """A text with gaps, each written into it as ``[[id]]``."""

    kind: Literal["fill_in"]
    text: Annotated[str, prose(4_000, 1)] = Field(examples=["Mật khẩu nên có ít nhất [[a]] ký tự."])
    gaps: Annotated[list[Gap], AfterValidator(apart)] = Field(
        default=[], max_length=MAX_PARTS, description="In the text's order, each once."
    )
    ignore_diacritics: bool = Field(default=False, description="Whether `mat khau` is right for `mật khẩu`.")
    partial: bool = Field(default=False, description="Each gap that is right earns its share.")

    def faults(self, response: Response) -> Iterator[Fault]:
        given = by_part(response)
        if given is None:
            yield wrong_form("Câu này cần đáp án cho từng ô trống.", "This question takes an answer for each gap.")
            return
        gaps = {gap.id: gap for gap in self.gaps}
        for name, text in given.items():
            if name not in gaps:
                yield Fault(name, "unknown_gap", "Không có ô trống này.", "There is no such gap.")
            elif text and gaps[name].options and text not in gaps[name].options:
                yield Fault(name, "unknown_choice", "Không có lựa chọn này.", "There is no such choice.")

    def share(self, response: Response | None) -> Fraction:
        """Each gap counts alike (QTI 3.0: one response for each gap, their scores summed)."""
        given = by_part(response) or {}
        right = sum(
            _same(given.get(gap.id, ""), gap.accepted, ignore_diacritics=self.ignore_diacritics and not gap.options)
            for gap in self.gaps
        )
        return Fraction(right, len(self.gaps)) if self.gaps else Fraction(0)

    def key(self) -> dict[str, str]:
        return {gap.id: gap.accepted[0] if gap.accepted else "" for gap in self.gaps}

    def canonical(self, response: Response | None) -> Response:
        return {name: text for name, text in sorted((by_part(response) or {}).items()) if text}

    def missing(self) -> Iterator[Fault]:
        if not self.gaps or _GAP.findall(self.text) != [gap.id for gap in self.gaps]:
            vi = "Các ô trống [[…]] trong văn bản phải khớp với danh sách ô trống, đúng thứ tự, mỗi ô một lần."
            en = "The gaps [[…]] of the text must be those listed, in the same order, each once."
            yield Fault("gaps", "gaps_not_in_text", vi, en)
        for place, gap in enumerate(self.gaps):
            if not gap.accepted:
                yield Fault(f"gaps.{place}.accepted", "no_right_answer", "Chưa có đáp án.", "There is no right answer.")
            elif gap.options and (len(gap.options) < MIN_OPTIONS or not set(gap.accepted) <= set(gap.options)):
                vi, en = "Đáp án phải nằm trong các lựa chọn (ít nhất hai).", "What is right must be among two or more."
                yield Fault(f"gaps.{place}.options", "right_not_among", vi, en)

    def asked(self, seed: str) -> AskedFillIn:
        gaps = [AskedGap(id=gap.id, options=arranged(gap.options, f"{seed}\x1f{gap.id}")) for gap in self.gaps]
        return AskedFillIn(**self._shown(), kind=self.kind, text=self.text, gaps=gaps)
