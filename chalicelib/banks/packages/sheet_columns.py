"""The columns of the spreadsheet of questions, and what may stand in them; the same for what is read and written.

A row is a question. Choices, pairs and steps stand in columns A to T; which of them are right, what is accepted, or the
number, stands in one column, several parted by ``|``. A gap is written into its text with what fills it:
``[[khoá|khóa]]``, or with what can be chosen, the right one starred: ``[[*mở|đóng]]``. A backslash takes the meaning
from the sign after it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from chalicelib import vietnamese
from chalicelib.banks.packages.findings import Remark

LETTERS: Final = "ABCDEFGHIJKLMNOPQRST"
CHOICES: Final = tuple(f"Lựa chọn {letter}" for letter in LETTERS)
FEEDBACK: Final = tuple(f"Phản hồi {letter}" for letter in LETTERS[:12])
KIND, PROMPT, TEXT, RIGHT = "Loại câu hỏi", "Câu hỏi", "Văn bản có ô trống", "Đáp án đúng"
TOLERANCE, POINTS, PARTIAL, SHUFFLE = "Sai số", "Điểm", "Tính điểm từng phần", "Xáo trộn"
BARE, EXPLANATION, DIFFICULTY = "Bỏ qua dấu", "Giải thích", "Độ khó (1-5)"
COMPETENCES, WORDS = "Năng lực", "Nhãn"
COLUMNS: Final = (
    KIND, PROMPT, *CHOICES[:6], RIGHT, TEXT, TOLERANCE, POINTS, PARTIAL, SHUFFLE, BARE, EXPLANATION, DIFFICULTY,
    COMPETENCES, WORDS, *FEEDBACK[:6], *CHOICES[6:], *FEEDBACK[6:],
)  # fmt: skip
KINDS: Final[Mapping[str, str]] = {
    "single": "Một lựa chọn",
    "multiple": "Nhiều lựa chọn",
    "true_false": "Đúng/Sai",
    "matching": "Ghép cặp",
    "ordering": "Sắp xếp",
    "numeric": "Số",
    "short_answer": "Trả lời ngắn",
    "fill_in": "Điền chỗ trống",
}
_COLUMNS_OF: Final[Mapping[str, str]] = {
    "prompt": PROMPT, "explanation": EXPLANATION, "points": POINTS, "choices": CHOICES[0], "pairs": CHOICES[0],
    "items": CHOICES[0], "distractors": CHOICES[0], "value": RIGHT, "accepted": RIGHT, "right": RIGHT, "text": TEXT,
    "gaps": TEXT, "tolerance": TOLERANCE, "feedback_true": FEEDBACK[0], "feedback_false": FEEDBACK[1],
}  # fmt: skip
ARROW: Final = "=>"
YES: Final = "Có"
_YES = frozenset({"co", "x", "yes", "true", "1", "dung"})
_PARTED = re.compile(r"((?:\\.|[^\\|])*)(\||\Z)", re.DOTALL)
_SPECIAL = re.compile(r"[\\|*\[\]=;]")


def by_heading(cells: Sequence[str]) -> dict[str, int]:
    """The places of the columns that a row of headings names; case and diacritics make no difference."""
    known = {vietnamese.fold(name): name for name in COLUMNS}
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        name = known.get(vietnamese.fold(cell))
        if name is not None:
            found.setdefault(name, place)
    return found


def kind_of(text: str) -> str | None:
    """The kind that a cell names, in either language; signs between its words make no difference."""
    names = {_letters(name): kind for kind, name in KINDS.items()} | {_letters(kind): kind for kind in KINDS}
    return names.get(_letters(text))


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", vietnamese.fold(text))


def of(wrong: Remark, filled: Sequence[str]) -> str:
    """The column to mend, of a question whose parts stand in the columns of the letters ``filled``."""
    if wrong.code in ("no_right_choice", "several_right_choices"):
        return RIGHT
    name, _, rest = wrong.field.partition(".")
    place, _, part = rest.partition(".")
    if name in ("choices", "pairs", "items") and place.isdecimal() and int(place) < len(filled):
        return f"Phản hồi {filled[int(place)]}" if part == "feedback" else f"Lựa chọn {filled[int(place)]}"
    return _COLUMNS_OF.get(name, "")


def is_yes(text: str) -> bool:
    """Whether a cell says yes."""
    return vietnamese.fold(text) in _YES


def escaped(text: str) -> str:
    """A text in which no sign has a meaning."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def unescaped(text: str) -> str:
    """The text that was meant."""
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def parted(text: str) -> list[str]:
    """The parts of a cell between bars, still escaped, without the spaces around them."""
    return [part for found in _PARTED.finditer(text) if (part := found[1].strip())]


def joined(parts: Sequence[str]) -> str:
    """Texts as one cell."""
    return " | ".join(escaped(part) for part in parts)


def split_at(text: str, sign: str) -> tuple[str, str] | None:
    """What stands before and after a sign that is not escaped; ``None``: it is not there."""
    found = re.match(rf"((?:\\.|[^\\])*?){re.escape(sign)}(.*)\Z", text, re.DOTALL)
    return (found[1].strip(), found[2].strip()) if found else None
