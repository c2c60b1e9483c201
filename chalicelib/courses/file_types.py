"""What may be uploaded, how large it may be, and how its content tells what it is. Pure: no I/O.

A name or a declared type proves nothing: the first bytes do (as the WHATWG's MIME Sniffing standard has them), and for
captions and drafts the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

ContentType = Literal[
    "video/mp4",
    "video/webm",
    "audio/mpeg",
    "audio/mp4",
    "application/pdf",
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/gif",
    "text/vtt",
    "application/json",
    "application/zip",
    "application/xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "text/plain",
    "text/csv",
]
Purpose = Literal["lesson", "cover", "captions", "draft", "questions", "thread", "library"]
FileState = Literal["pending", "ready"]
MB = 1_000_000
_FILMS = (b"mp4", b"iso", b"avc1", b"M4V", b"dash")
_SOUNDS = (b"M4A", b"mp4", b"iso", b"dash")
_PICTURES = frozenset({b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"})
SNIFFED_BYTES = 4_096

STILLS = frozenset({"image/png", "image/jpeg", "image/webp"})
IMAGES = STILLS | {"image/gif"}
VIDEOS = frozenset({"video/mp4", "video/webm"})
SOUNDS = frozenset({"audio/mpeg", "audio/mp4"})
PLAYED = VIDEOS | SOUNDS
DOCUMENTS = IMAGES | {"application/pdf"}
CAPTIONS = frozenset({"text/vtt"})
DRAFTS = frozenset({"application/json"})
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
QUESTIONS = frozenset({"application/zip", "application/xml", WORKBOOK, "text/plain", "text/csv"})

_ITEMS = (b"assessmentItem", b"qti-assessment-item", b"questestinterop")
# WebVTT (W3C): hours may be left out; a cue's line may carry settings after its end.
_TIME = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_CUE = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t].*)?")


@dataclass(frozen=True, slots=True)
class FileType:
    """A type that may be uploaded: at most ``max_bytes`` of it, and whether content is of it. ``whole``: the test needs
    all of the content, not only its beginning."""

    max_bytes: int
    is_it: Callable[[bytes], bool]
    whole: bool = False


def _mp4(head: bytes) -> bool:
    return _boxed(head, _FILMS)


def _m4a(head: bytes) -> bool:
    return _boxed(head, _SOUNDS)


def _boxed(head: bytes, allowed: tuple[bytes, ...]) -> bool:
    """A file type box (ISO/IEC 14496-12, 4.3) that names an allowed brand; HEIC and AVIF pictures begin alike."""
    size = int.from_bytes(head[:4])
    if head[4:8] != b"ftyp" or size % 4 or not 16 <= size <= len(head):
        return False
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, size, 4))]
    return brands[0] not in _PICTURES and any(brand.startswith(allowed) for brand in brands)


def _webm(head: bytes) -> bool:
    # EBML's document type: Matroska begins alike, and browsers do not play it.
    return head.startswith(b"\x1a\x45\xdf\xa3") and b"\x42\x82" in head[:64] and b"webm" in head[:64]


def _mp3(head: bytes) -> bool:
    """ID3's mark, or a frame of MPEG's layer III (its sync word, its layer, a bit rate and a sample rate there are)."""
    if head.startswith(b"ID3"):
        return True
    return (
        len(head) > 3
        and head[0] == 0xFF
        and head[1] & 0xE6 == 0xE2
        and head[2] & 0xF0 not in (0x00, 0xF0)
        and head[2] & 0x0C != 0x0C
    )


def _webp(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def is_webvtt(content: bytes) -> bool:
    """Whether this is WebVTT with at least one cue, every cue ending after it begins."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]) or "\0" in text:
        return False
    cues = [_cue(each.strip()) for each in lines[1:] if "-->" in each]
    return bool(cues) and all(cues)


def _cue(line: str) -> bool:
    found = _CUE.fullmatch(line)
    if not found:
        return False
    times = [int(part or 0) for part in found.groups()]
    return times[:4] < times[4:]


def _json(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n").startswith(b"{")


def _zip(head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04")


def _xml(head: bytes) -> bool:
    """An item of QTI, by its first element: any other XML may be a page, with scripts."""
    first = re.search(rb"<([A-Za-z][\w:.-]*)", re.sub(rb"<!--.*?-->", b"", head, flags=re.DOTALL))
    named = first[1].rpartition(b":")[2] if first else b""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n").startswith(b"<") and named in _ITEMS


def _text(head: bytes) -> bool:
    return b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff"))


TYPES: Mapping[str, FileType] = {
    "video/mp4": FileType(500 * MB, _mp4),
    "video/webm": FileType(500 * MB, _webm),
    "audio/mpeg": FileType(100 * MB, _mp3),
    "audio/mp4": FileType(100 * MB, _m4a),
    "application/pdf": FileType(50 * MB, lambda head: head.startswith(b"%PDF-")),
    "image/png": FileType(10 * MB, lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    "image/jpeg": FileType(10 * MB, lambda head: head.startswith(b"\xff\xd8\xff")),
    "image/webp": FileType(10 * MB, _webp),
    "image/gif": FileType(10 * MB, lambda head: head.startswith((b"GIF87a", b"GIF89a"))),
    "text/vtt": FileType(1 * MB, is_webvtt, whole=True),
    "application/json": FileType(20 * MB, _json),
    "application/zip": FileType(30 * MB, _zip),
    "application/xml": FileType(1 * MB, _xml),
    WORKBOOK: FileType(10 * MB, _zip),
    "text/plain": FileType(10 * MB, _text),
    "text/csv": FileType(10 * MB, _text),
}
