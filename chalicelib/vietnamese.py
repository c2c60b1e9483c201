"""Vietnamese text: one Unicode form, search without diacritics, the order of the Vietnamese alphabet."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SPACES = re.compile(r"[\s\u00a0\u2007\u202f]+")
_STROKES = str.maketrans("đĐðÐ", "dDdD")
_CONTROL = re.compile(
    r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u0080-\u009f\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
)

# The order of letters and of tones, as Vietnamese dictionaries have it (TCVN 6909's repertoire, alphabet of 29
# letters).
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: f"{index:02d}" for index, letter in enumerate(_LETTERS)}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}  # huyền hỏi ngã sắc nặng


def clean(text: str) -> str:
    """NFC, without control and direction-override characters (line breaks and tabs stay), trimmed."""
    return clean_fragment(text).strip()


def clean_fragment(text: str) -> str:
    """:func:`clean` for a piece of a longer text: the spaces at its ends are the text's own, so they stay."""
    return _CONTROL.sub("", unicodedata.normalize("NFC", text))


def clean_line(text: str) -> str:
    """:func:`clean` for a single line, such as a name: runs of any white space become one space."""
    if text.isprintable() and unicodedata.is_normalized("NFC", text):  # holds no white space but plain spaces
        return " ".join(text.split())
    return _SPACES.sub(" ", clean(text)).strip()


def fold(text: str) -> str:
    """What search compares: lower case, no diacritics, đ as d, single spaces ("Dữ liệu" gives "du lieu")."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d").replace("ð", "d"))
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _SPACES.sub(" ", bare).strip()


def spelling(text: str) -> str:
    """What typed words are compared by where diacritics count: lower case, single spaces, and each word's tone behind
    its letters, since the tone may be written over either vowel ("hòa" and "hoà" are one word; decision 240/QĐ of 1984
    and later usage differ in it)."""
    return " ".join(_toned_last(word) for word in clean_line(text).lower().split(" "))


def _toned_last(word: str) -> str:
    letters, tones = zip(*(_split_tone(each) for each in word), strict=True) if word else ((), ())
    return "".join(letters) + "".join(tone for tone in tones if tone != "0")


def unaccented(text: str) -> str:
    """The letters without their marks, capitals as they are, and nothing that is no plain letter or sign ("Thành phố
    Huế" gives "Thanh pho Hue"): for short messages, which other letters would split into several."""
    decomposed = unicodedata.normalize("NFD", text.translate(_STROKES))
    return _SPACES.sub(" ", decomposed.encode("ascii", "ignore").decode()).strip()


@lru_cache(maxsize=4096)  # names, and what stands before the given one, are few in a list of thousands
def collation_key(text: str) -> str:
    """A key whose plain string order is Vietnamese alphabetical order, word by word, tones breaking ties."""
    letters: list[str] = []
    tones: list[str] = []
    for character in unicodedata.normalize("NFC", text.lower()):
        letter, tone = _split_tone(character)
        letters.append(_RANK.get(letter, letter))
        tones.append(tone)
    return "".join(letters) + "\u0001" + "".join(tones).rstrip("0")


def name_key(name: str) -> str:
    """Order of people in a Vietnamese list: by given name (the last word), then by the words before it."""
    *before, given = name.split() or [""]
    return collation_key(given) + " " + collation_key(" ".join(before))


def _split_tone(character: str) -> tuple[str, str]:
    parts = unicodedata.normalize("NFD", character)
    tone = next((mark for mark in parts if mark in _TONES), None)
    if tone is None:
        return character, "0"
    return unicodedata.normalize("NFC", parts.replace(tone, "")), _TONES[tone]
