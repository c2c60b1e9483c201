"""Single cells: tidied on the way in, harmless on the way out."""

from __future__ import annotations

import re

from chalicelib import vietnamese
from chalicelib.cells import FORMULAS, harmless
from chalicelib.people import places, wards
from chalicelib.people.identifiers import MASK
from chalicelib.rosters.reading import choices
from chalicelib.rosters.reading.rows import Field

# Letters that look like Đ: of Icelandic, of the Gbe languages.
_LIKE_D = (("Ð", "Đ"), ("ð", "đ"), ("Ɖ", "Đ"), ("ɖ", "đ"))
_NOTHING = frozenset(("-", "–", "—", "--", "---", "...", "…", "n/a", "null", "none", "không có", "không", "khong co"))
_LONGEST_NOTHING = max(map(len, _NOTHING))
_MOST_SHOWN = 60
_LONGEST_CELL = 2_000
_DIGIT = re.compile(r"\d")


def tidy(text: str) -> str:
    """A cell as it is read: NFC, real Đ, single plain spaces; empty for what stands for nothing."""
    text = vietnamese.clean_line(text[:_LONGEST_CELL])
    if not text.isascii():
        for like, letter in _LIKE_D:
            text = text.replace(like, letter)
    if text[:1] == "'" and text[1:2] in FORMULAS:
        text = text[1:]  # what made it harmless on its way out
    return "" if len(text) <= _LONGEST_NOTHING and text.lower() in _NOTHING else text


def shown(text: str, field: Field | None = None) -> str:
    """A cell as it may stand in a report, wherever that is shown: no markup, no formula, no more than 60 characters; an
    identity number without its first digits."""
    if field == "national_id":
        count = len(_DIGIT.findall(text))
        text = _DIGIT.sub("•", text, count=max(count - 3, 0))
    line = vietnamese.clean_line(text[: _MOST_SHOWN * 4]).replace("<", "‹").replace(">", "›")
    return harmless(line if len(line) <= _MOST_SHOWN else f"{line[: _MOST_SHOWN - 1]}…")


def outgoing(field: Field, value: str) -> str:
    """A stored value as a list of ours has it; reading it again gives the same value, or "unchanged"."""
    if field == "national_id":
        return f"{MASK}{value[-3:]}"
    if field == "phone":
        return f"0{value.removeprefix('+84')}"
    if field == "birth" and len(value) > 4:
        year, month, day = value.split("-")
        return f"{day}/{month}/{year}"
    if field == "province":
        return places.PROVINCES.get(value, value)
    if field == "ward":
        return harmless(wards.shown(value))
    return harmless(choices.label(field, value))
