"""Which letters the bytes of a list are: UTF-8, UTF-16, Windows-1258, TCVN 5712 (which TCVN3 fonts follow).

Detectors made for the world's languages do not know the Vietnamese standards of before Unicode, whose bytes are one
another's letters. What tells them apart is the language: in the right one words are syllables that Vietnamese has.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

TCVN = "tcvn5712"
_CHUNK = 1 << 16
_SAMPLE = 1 << 18
_DAMAGED = 0.05  # so many of a UTF-8 text's letters may be broken before it is taken for another encoding
_PLAIN = 0.5  # so many words at least are Vietnamese in the encoding that is right; elsewhere a quarter is, by chance
_NULLS = 0.2  # in UTF-16 digits, spaces and plain letters have a zero byte each

# TCVN 5712:1993, VN1: what differs from Latin-1. VN3, which TCVN3 (ABC) fonts use, has a part of it at the same places.
_LOW = {0x01: "Ú", 0x02: "Ụ", 0x04: "Ừ", 0x05: "Ử", 0x06: "Ữ"} | {0x11 + at: each for at, each in enumerate("ỨỰỲỶỸÝỴ")}
_HIGH = (
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ"
    "\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịò"
    "ỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
)
_TABLE = "".join(_LOW.get(code, chr(code)) for code in range(128)) + _HIGH
_BYTES = codecs.charmap_build(_TABLE)

_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_ONSET = "b|ch?|d|đ|gh?|gi|h|kh?|l|m|ng?h?|nh|ph?|qu|r|s|th?|tr|v|x"
_RIME = (
    "a|ă|â|ai|ao|au|ay|âu|ây|e|ê|eo|êu|i|ia|iê|iêu|iu|o|ô|ơ|oa|oă|oai|oay|oao|oe|oeo|oi|oo|ôi|ơi|u|ư|ua|uâ|uây|uê|ui|uô"
    "|uôi|uơ|uy|uya|uyê|uyu|ưa|ưi|ươ|ươi|ươu|ưu|y|yê|yêu"
)
_SYLLABLE = re.compile(rf"(?:{_ONSET})?(?:{_RIME})(?:ch?|m|ng?|nh|p|t)?")
_WORD = re.compile(r"[^\W\d_]*[^\W\d_a-zA-Z][^\W\d_]*")


class _Decoder(codecs.IncrementalDecoder):
    def decode(self, input: ReadableBuffer, final: bool = False) -> str:
        return codecs.charmap_decode(input, self.errors, _TABLE)[0]


class _Encoder(codecs.IncrementalEncoder):  # a file in memory can be written to, so is opened for both
    def encode(self, input: str, final: bool = False) -> bytes:
        return codecs.charmap_encode(input, self.errors, _BYTES)[0]


def _encode(text: str, errors: str = "strict") -> tuple[bytes, int]:
    return codecs.charmap_encode(text, errors, _BYTES)


def _decode(data: ReadableBuffer, errors: str = "strict") -> tuple[str, int]:
    return codecs.charmap_decode(data, errors, _TABLE)


def _found(name: str) -> codecs.CodecInfo | None:
    return codecs.CodecInfo(_encode, _decode, None, None, _Encoder, _Decoder, TCVN) if name == TCVN else None


codecs.register(_found)


def guess(file: BinaryIO) -> str:
    """The name of the encoding that a file's bytes are in, for :func:`open`; ``cp1252`` where none fits Vietnamese. The
    file is left at its beginning."""
    sample = _sample(file)
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if wide := _wide(sample):
        return wide
    if _unicode(sample):
        return "utf-8"
    fitting, best = max((_fitting(sample, each), each) for each in ("cp1258", TCVN))
    return best if fitting > _PLAIN else "cp1252"


def _sample(file: BinaryIO) -> bytes:
    """The beginning of a file and then what is not plain ASCII, wherever it stands."""
    file.seek(0)
    kept = file.read(_CHUNK)
    while len(kept) < _SAMPLE and (chunk := file.read(_CHUNK)):
        if not chunk.isascii():
            kept += chunk
    file.seek(0)
    return kept


def _wide(sample: bytes) -> str:
    """UTF-16 without a mark at its beginning."""
    half = max(len(sample) // 2, 1)
    if sample[1::2].count(0) > _NULLS * half:
        return "utf-16-le"
    return "utf-16-be" if sample[::2].count(0) > _NULLS * half else ""


def _unicode(sample: bytes) -> bool:
    text = sample.decode("utf-8", "replace")
    letters = sum(not each.isascii() for each in text)
    return text.count("\ufffd") <= max(letters * _DAMAGED, 1 if letters > 1 else 0)


def _fitting(sample: bytes, encoding: str) -> float:
    """The share of Vietnamese among the words that are not plain ASCII."""
    words = _WORD.findall(unicodedata.normalize("NFC", sample.decode(encoding, "replace")))
    return sum(map(is_vietnamese, words)) / max(len(words), 1)


def is_vietnamese(word: str) -> bool:
    """Whether a word may be a syllable of Vietnamese, in capitals or not."""
    bare, tones = _TONES.subn("", unicodedata.normalize("NFD", word.lower()))
    return tones <= 1 and _SYLLABLE.fullmatch(unicodedata.normalize("NFC", bare)) is not None
