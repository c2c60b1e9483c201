"""Reads GIFT, the text format of Moodle (its question/format/gift and the documentation thereof): true or false, one or
several choices with weights, matching, short answers, numbers, missing words. Essays and descriptions are named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from chalicelib.banks.packages import findings, gift_text, reducing
from chalicelib.banks.packages.archive import too_large
from chalicelib.banks.packages.findings import MAX_ITEMS, NotTaken, Place, Reading, Remark, Tags
from chalicelib.banks.packages.gift_text import Block, meant, unescaped
from chalicelib.banks.packages.markup import Node, TooDeep, html
from chalicelib.banks.packages.qti_bodies import prose
from chalicelib.banks.packages.qti_choosing import written
from chalicelib.banks.packages.qti_scoring import no_key, number
from chalicelib.banks.packages.qti_typing import FILL_IN
from chalicelib.banks.packages.refusals import PackageEmpty, PackageOfAnotherFormat

Json = dict[str, Any]
BLANK = "_____"
_TITLE = re.compile(r"\s*::(.*?)::", re.DOTALL)
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]")
_TRUTH = re.compile(r"(T|TRUE|F|FALSE)\s*(?:#([^#]*))?(?:#([^#]*))?", re.IGNORECASE)
_ANSWER = re.compile(r"([=~])([^=~]*)")
_WEIGHT = re.compile(r"\s*%(-?\d{1,3}(?:\.\d*)?)%")
_MARKUP = re.compile(r"</?(?:p|br|b|i|u|em|strong|span|div|ul|ol|li|img|a|table|sub|sup|h[1-6])\b[^>]*>", re.IGNORECASE)
_SETTINGS = frozenset({"points", "partial", "shuffle", "ignore_diacritics", "tolerance", "tolerance_in"})
_AIKEN = re.compile(r"^ANSWER:\s*[A-Z]\s*$", re.MULTILINE)
_NEAR = Fraction(1, 100)


@dataclass(frozen=True, slots=True)
class _Answer:
    right: bool  # marked by an equals sign
    weight: Fraction | None  # in percent
    text: str
    feedback: str


def read(text: str) -> Reading:
    """All questions of a text; one without any answers is none of ours, but perhaps rows whose headings were changed.

    Raises: PackageEmpty, PackageOfAnotherFormat, PackageTooLarge.
    """
    if "{" not in text and not _AIKEN.search(text) and any(True for _ in gift_text.blocks(text)):
        raise PackageOfAnotherFormat
    reading = Reading()
    for count, block in enumerate(gift_text.blocks(text), 1):
        if count > MAX_ITEMS:
            raise too_large()
        _take(reading, count, block)
    if not reading.items and not reading.findings:
        raise PackageEmpty
    return reading


def _take(reading: Reading, count: int, block: Block) -> None:
    question = _Question(block)
    place = Place(count, findings.name(question.title or question.beginning), block.line)
    try:
        facts = question.facts()
    except NotTaken as refused:
        reading.refuse(place, refused.remark)
    except TooDeep:
        reading.refuse(place, Remark("too_deep", "Nội dung lồng quá sâu.", "It is nested too deeply."))
    else:
        reading.take(place, facts, _tags(block), question.left())


def _tags(block: Block) -> Tags:
    settings = block.settings or {}
    codes, difficulty = settings.get("competences"), settings.get("difficulty")
    return findings.tags(
        [code for code in codes if isinstance(code, str)] if isinstance(codes, list) else [],
        difficulty if type(difficulty) is int and 1 <= difficulty <= 5 else None,
        [*([block.category] if block.category else []), *block.tags],
    )


class _Question:
    def __init__(self, block: Block) -> None:
        self._settings = block.settings or {}
        self._reducer = reducing.Reducer(lambda _: None, exact=block.settings is not None)
        text = unescaped(block.text)
        title = _TITLE.match(text)
        self.title = meant(title[1]) if title else ""
        text = text[title.end() :] if title else text
        self._before, self._braces, rest = text.partition("{")
        self._answers, self._closing, self._after = rest.partition("}")
        form = _FORMAT.match(self._before)
        self._format = form[1] if form else "moodle"
        self._before = self._before[form.end() :] if form else self._before
        self._general = ""
        self._remarks: list[Remark] = []

    @property
    def beginning(self) -> str:
        """What it begins with, for who looks for it."""
        return meant(self._before)[:80]

    def left(self) -> list[Remark]:
        """What was left behind."""
        return [*self._remarks, *self._reducer.left.values()]

    def facts(self) -> Json:
        """Raises: NotTaken, TooDeep."""
        if not self._braces:
            raise self._no_question()
        if not self._closing or "{" in self._after or "{" in self._answers:
            vi, en = "Dấu ngoặc nhọn không khớp hoặc có nhiều phần trả lời.", "Braces do not match, or are several."
            raise NotTaken("braces", vi, en)
        if self._format == "markdown":
            vi, en = "Ký hiệu Markdown được giữ như chữ thường.", "Marks of Markdown stay as they are written."
            self._remarks.append(Remark("markdown_kept", vi, en, "prompt"))
        answers, _, general = self._answers.partition("####")
        self._general = self._said(general)
        made = self._kind(answers.strip())
        kept = {name: value for name, value in self._settings.items() if name in _SETTINGS}
        prompt = {} if "prompt" in made else self._asked()
        return {
            **made,
            **prompt,
            "explanation": self._general,
            **{name: kept[name] for name in kept if _fits(made, name)},
        }

    def _no_question(self) -> NotTaken:
        if _AIKEN.search(self._before):
            vi = "Câu hỏi viết theo định dạng Aiken. Hãy nhập vào Moodle rồi xuất ở định dạng GIFT hoặc QTI."
            return NotTaken("aiken", vi, "This is Aiken's format. Import it into Moodle, and export it as GIFT.")
        return NotTaken("nothing_to_answer", "Đoạn mô tả, không phải câu hỏi.", "A description, not a question.")

    def _kind(self, text: str) -> Json:
        if not text:
            vi, en = "Câu tự luận không có đáp án để chấm nên không nhập.", "An essay has no key to be marked by."
            raise NotTaken("essay", vi, en)
        truth = _TRUTH.fullmatch(text)
        if truth:
            return self._true_false(truth)
        if text.startswith("#"):
            return self._numeric(text[1:])
        answers = [self._answer(*found) for found in _ANSWER.findall(text)]
        if not answers or not text.startswith(("=", "~")):
            raise no_key()
        if any("->" in each.text for each in answers) and all(each.right for each in answers):
            return self._matching(answers)
        return self._choice(answers) if any(not each.right for each in answers) else self._typed(answers)

    def _answer(self, sign: str, inside: str) -> _Answer:
        text, _, feedback = inside.partition("#")
        weight = _WEIGHT.match(text)
        return _Answer(
            sign == "=",
            number(weight[1]) if weight else None,
            text[weight.end() :] if weight else text,
            self._said(feedback),
        )

    def _true_false(self, found: re.Match[str]) -> Json:
        right = found[1].upper().startswith("T")
        wrong_said, right_said = (self._said(each or "") for each in (found[2], found[3]))
        return {
            "kind": "true_false",
            "right": right,
            "feedback_true": right_said if right else wrong_said,
            "feedback_false": wrong_said if right else right_said,
        }

    def _choice(self, answers: Sequence[_Answer]) -> Json:
        single = any(each.right for each in answers)
        rights = [each.right if single else (each.weight or 0) > 0 for each in answers]
        if self._settings.get("kind") not in ("single", "multiple"):
            self._weigh(answers, rights, single=single)
        return {
            "kind": "single" if single else "multiple",
            "choices": [
                {"text": self._line(each.text), "correct": right, "feedback": each.feedback}
                for each, right in zip(answers, rights, strict=True)
            ],
            "partial": not single,
        }

    def _weigh(self, answers: Sequence[_Answer], rights: Sequence[bool], *, single: bool) -> None:
        """Note weights that our shares are not: each right choice alike, and as much away for all wrong ones."""
        gains = {each.weight or Fraction(0) for each, right in zip(answers, rights, strict=True) if right}
        losses = [each.weight or Fraction(0) for each, right in zip(answers, rights, strict=True) if not right]
        share = Fraction(0) if single else Fraction(-100, max(len(losses), 1))
        if len(gains) > 1 or any(abs(loss - share) > _NEAR for loss in losses):
            self._weights_changed()

    def _weights_changed(self) -> None:
        vi = "Trọng số từng phần được thay bằng các phần bằng nhau."
        en = "The weights of the parts were replaced by equal ones."
        self._remarks.append(Remark("weights_changed", vi, en, "partial"))

    def _matching(self, answers: Sequence[_Answer]) -> Json:
        parts = [each.text.partition("->") for each in answers]
        both = [(self._line(one), self._line(other)) for one, _, other in parts]
        goes = {other for one, other in both if one}
        return {
            "kind": "matching",
            "pairs": [{"text": one, "match": other} for one, other in both if one],
            "distractors": list(dict.fromkeys(other for one, other in both if not one and other not in goes)),
            "partial": True,
        }

    def _typed(self, answers: Sequence[_Answer]) -> Json:
        accepted = [self._line(each.text) for each in answers if each.weight in (None, 100)]
        if len(accepted) < len(answers):
            self._weights_changed()
        self._drop_feedback(answers)
        accepted = list(dict.fromkeys(accepted))
        after = self._after.strip()
        if self._settings.get("kind") != "fill_in" and not after.strip(" ."):
            return {"kind": "short_answer", "accepted": accepted}
        return {"kind": "fill_in", **self._gapped(accepted)}

    def _gapped(self, accepted: list[str]) -> Json:
        """A missing word: the line that it is missing in is the text, what stands before is the prompt."""
        name = self._settings.get("gap", "a")
        asked = self._asked(f"[[{name}]]")
        whole: str = asked["prompt"]
        lines = whole.split("\n")
        at = self._settings.get("prompt_lines")
        if type(at) is not int:
            at = next((place for place, line in enumerate(lines) if f"[[{name}]]" in line), 0)
        prompt, text = "\n".join(lines[:at]), "\n".join(lines[at:])
        return {**asked, "prompt": prompt or FILL_IN, "text": text, "gaps": [{"id": name, "accepted": accepted}]}

    def _numeric(self, text: str) -> Json:
        answers = [self._answer(*found) for found in _ANSWER.findall(text if text.lstrip()[:1] in "=~" else f"={text}")]
        full = [each for each in answers if each.right and each.weight in (None, 100)]
        if not full:
            raise no_key()
        if len(answers) > 1:
            self._weights_changed()
        self._drop_feedback(answers)
        value, off = _value(meant(full[0].text))
        return {"kind": "numeric", "value": written(value), "tolerance": written(off)}

    def _drop_feedback(self, answers: Sequence[_Answer]) -> None:
        if any(each.feedback for each in answers):
            vi, en = "Phản hồi cho từng đáp án được bỏ qua.", "What is said to each answer typed is left behind."
            self._remarks.append(Remark("feedback_left", vi, en, "feedback"))

    def _asked(self, gap: str = BLANK) -> Json:
        """The prompt and what stands above it; the answer's place in the middle of a text is marked."""
        after = self._after if self._after.strip() or gap != BLANK else ""
        text = meant(self._before + (gap + after if after or gap != BLANK else ""))
        tree = self._tree(text, self._format)
        if tree is None:
            return {"prompt": text}
        ours = {each.get("class"): each for each in tree.elements()} if self._settings else {}
        if "prompt" in ours:
            above = ours.get("stimulus")
            content = {"content": blocks} if above and (blocks := self._reducer.blocks(above.children)) else {}
            return {"prompt": prose(ours["prompt"]), "stimulus": {"type": "doc", **content} if above else None}
        prompt, stimulus = reducing.asked(self._reducer.blocks(tree.children))
        return {"prompt": prompt or self.title, "stimulus": stimulus}

    def _tree(self, text: str, form: str) -> Node | None:
        """The text as markup, if it is some; Moodle takes markup in texts of its own format, too."""
        if form == "html" or (form == "moodle" and _MARKUP.search(text)):
            return html(text)
        return None

    def _said(self, text: str) -> str:
        form = _FORMAT.match(text)
        bare = meant(text[form.end() :] if form else text).strip()
        tree = self._tree(bare, form[1] if form else self._format)
        return bare if tree is None else self._reducer.text(tree.children)[0]

    def _line(self, text: str) -> str:
        return " ".join(self._said(text).split())


def _fits(made: Json, name: str) -> bool:
    """Whether a kind of question has a setting."""
    homes = {
        "partial": ("single", "multiple", "matching", "fill_in"),
        "shuffle": ("single", "multiple"),
        "ignore_diacritics": ("short_answer", "fill_in"),
        "tolerance": ("numeric",),
        "tolerance_in": ("numeric",),
    }
    return made["kind"] in homes.get(name, (made["kind"],))


def _value(text: str) -> tuple[Fraction, Fraction]:
    """A number and how far it may be off: ``3:2``, ``1..5``, ``3``. Raises: NotTaken."""
    low, between, high = text.partition("..")
    middle, _, off = text.partition(":")
    one, other = (number(each.replace(",", ".")) for each in ((low, high) if between else (middle, off or "0")))
    if one is None or other is None or (not between and other < 0):
        raise NotTaken("not_a_number", "Đáp án phải là số.", "The right answer must be a number.")
    return ((one + other) / 2, abs(other - one) / 2) if between else (one, other)
