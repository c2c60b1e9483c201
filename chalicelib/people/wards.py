"""Communes, wards and special zones: which there are in a province, and which of them a text names. No I/O but a file.

Source: decision 19/2025/QD-TTg, the table of codes of 34 provinces and 3,321 units of the commune's level since
2025-07-01, when districts went; with 237/NQ-UBTVQH16 (Đồng Nai, 2026-04-14) and 388/NQ-UBTVQH16 (Bắc Ninh, 2026-08-04),
by which 22 communes became wards and kept their codes. ``wards.txt`` has it, read when it is first asked for; where it
was taken from, and against what it was held: ``docs/decisions/wards.md``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from chalicelib import vietnamese

_TABLE = Path(__file__).with_name("wards.txt")
CODE_LENGTH = 5
# Communes that became wards in 2026: whoever writes the older kind means the same place.
_COMMUNES_UNTIL_2026 = frozenset(
    "07294 07375 07399 07444 07840 09193 09292 09313 09319 09454 09475 09496"
    " 25270 25357 25363 26116 26170 26248 26326 26368 26425 26485".split()
)
_SHORT = {"p": "phuong", "x": "xa", "dk": "dac khu"}
_WITH_KIND = re.compile(r"(?:(phuong|xa|dac khu)\b|(p|x|dk)\.)\W*(.+)")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")  # marks of the five tones
_APART = re.compile(r"[\s\-–—]+")


@dataclass(frozen=True, slots=True)
class Ward:
    """A unit of the commune's level: its code (five digits), its name with its kind, its province's code."""

    code: str
    name: str
    province: str


class _Names:
    """The wards of one province by what they may be called; ``""`` where a text may mean several."""

    def __init__(self, wards: tuple[Ward, ...]) -> None:
        self.exact: dict[str, str] = {}
        self.bare: dict[str, str] = {}
        for ward in wards:
            for called in _called(ward):
                self._add(self.exact, spelling(called), ward.code)
                self._add(self.bare, vietnamese.fold(_plain(called)), ward.code)

    @staticmethod
    def _add(names: dict[str, str], called: str, code: str) -> None:
        names[called] = code if names.get(called, code) == code else ""


class _Table:
    @cached_property
    def by_province(self) -> dict[str, tuple[Ward, ...]]:
        """Every province's wards, in the order of their codes. About 3 ms, once."""
        found: dict[str, list[Ward]] = {}
        province = ""
        for line in _TABLE.read_text(encoding="utf-8").splitlines():
            code, _, name = line.partition(" ")
            if name:
                found[province].append(Ward(code, name, province))
            else:
                found[province := code] = []
        return {province: tuple(wards) for province, wards in found.items()}

    @cached_property
    def by_code(self) -> dict[str, Ward]:
        return {ward.code: ward for wards in self.by_province.values() for ward in wards}


_table = _Table()


def of_province(province: str) -> tuple[Ward, ...]:
    """The wards of a province by its code; none where there is no such province."""
    return _table.by_province.get(province, ())


def known(text: str) -> Ward | None:
    """The ward of this code."""
    return _table.by_code.get(text) if len(text) == CODE_LENGTH and text.isdecimal() else None


def shown(value: str) -> str:
    """A stored value as people read it: the name for a code, and what was written where nothing was found."""
    ward = known(value)
    return ward.name if ward else value


@lru_cache(maxsize=16_384)  # the same names come again and again in a list
def named(text: str, province: str) -> Ward | None:
    """The ward of that province which a text names: by its code, or by its name with or without its kind.

    With diacritics the name must be the very name, whichever letter bears a tone; without any it must fit one ward
    only. Names of before 2025-07-01 are found by nothing else: what became of them is not guessed at.
    """
    if ward := known(text):
        return ward if ward.province == province else None
    names = _names_in(province)
    plain = _plain(text)
    code = names.exact.get(spelling(text)) or (names.bare.get(plain.lower()) if plain.isascii() else None)
    return _table.by_code[code] if code else None


@lru_cache(maxsize=16_384)
def spelling(text: str) -> str:
    """What all ways of writing one name have in common: its kind in full, small letters, each word's tone behind it
    ("P. Hoà An", "phường Hòa An")."""
    words = unicodedata.normalize("NFD", _plain(text).casefold()).split()
    return " ".join(_TONES.sub("", word) + "".join(_TONES.findall(word)) for word in words)


@lru_cache(maxsize=34)
def _names_in(province: str) -> _Names:
    return _Names(of_province(province))


def _called(ward: Ward) -> tuple[str, ...]:
    kind, bare = _kind_and_name(ward.name)
    also = (f"xa {bare}",) if ward.code in _COMMUNES_UNTIL_2026 else ()
    return (f"{kind} {bare}", bare, *also)


def _plain(text: str) -> str:
    """A text with its kind written out and unaccented, single spaces, one kind of apostrophe."""
    kind, bare = _kind_and_name(text)
    return f"{kind} {bare}".strip()


def _kind_and_name(text: str) -> tuple[str, str]:
    text = _APART.sub(" ", unicodedata.normalize("NFC", text).replace("’", "'")).strip()
    found = _WITH_KIND.match(vietnamese.fold(text))
    if found is None:
        return "", text
    return found[1] or _SHORT[found[2]], text[-len(found[3]) :]
