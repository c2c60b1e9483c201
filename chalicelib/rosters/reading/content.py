"""What a column without a heading that is known seems to hold: guessed only where it is plain."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from chalicelib.rosters.reading import cells, dates, encodings, identity_numbers, values
from chalicelib.rosters.reading.rows import Field

_MOST = 0.8  # of the cells that are filled
_FEWEST = 2
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}.*")
_FAMILIES = frozenset(
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đào đoàn vương trịnh trương đinh lâm phùng"
    " mai tô hà tạ cao thái lưu lương chu châu quách kiều la thạch sơn kim danh".split()
)


def guess(rows: Sequence[Sequence[str]]) -> dict[int, Field]:
    """The fields of columns by their places, from some rows of people."""
    width = max(map(len, rows), default=0)
    found: dict[int, Field] = {}
    for index in range(width):
        filled = [text for row in rows if index < len(row) and (text := cells.tidy(row[index]))]
        field = _of(filled) if len(filled) >= _FEWEST else None
        if field and field not in found.values():
            found[index] = field
    return found


def _of(filled: Sequence[str]) -> Field | None:
    for field, seems in _SIGNS:
        if sum(map(seems, filled)) >= _MOST * len(filled):
            return field
    return None


def _is_email(text: str) -> bool:
    return "@" in text and values.READERS["email"](text)[0] is not None


def _is_national_id(text: str) -> bool:
    return len(text) == identity_numbers.LENGTH and text.isdecimal() and bool(identity_numbers.year_of_birth(text))


def _is_phone(text: str) -> bool:
    return any(each.isdecimal() for each in text) and values.READERS["phone"](text)[0] is not None


def _is_birth(text: str) -> bool:
    return _DATE.fullmatch(text) is not None and dates.read(text)[0] is not None


def is_name(text: str) -> bool:
    """Whether this is a Vietnamese name, by its family."""
    words = text.lower().split()
    return 1 < len(words) < 8 and words[0] in _FAMILIES and all(map(encodings.is_vietnamese, words))


_SIGNS: tuple[tuple[Field, Callable[[str], bool]], ...] = (
    ("email", _is_email),
    ("national_id", _is_national_id),
    ("birth", _is_birth),
    ("phone", _is_phone),
    ("name", is_name),
)
