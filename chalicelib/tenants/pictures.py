"""What a file really is: PNG, JPEG or WebP, and how large. Read from its bytes, never from its name or declared type.

Only as much of each format is read as tells a whole picture from something else: PNG (ISO/IEC 15948), JPEG (ITU T.81,
annex B), WebP (RFC 9649). SVG is no picture here: it is a document that may carry scripts.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

PictureType = Literal["image/png", "image/jpeg", "image/webp"]

_PNG = b"\x89PNG\r\n\x1a\n"
# Start of frame, all coding processes: C0 to CF without DHT (C4), JPG (C8) and DAC (CC).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's real type and its size in pixels."""

    content_type: PictureType
    width: int
    height: int


class NoPicture(ValueError):
    """These bytes are none of the formats, or a part of one only."""


def recognise(content: bytes) -> Picture:
    """What picture these bytes are. Raises: NoPicture."""
    reader = _reader(content)
    try:
        picture = reader(content)
    except (struct.error, IndexError):
        raise NoPicture("cut off") from None
    if picture.width < 1 or picture.height < 1:
        raise NoPicture("no size")
    return picture


def _reader(content: bytes) -> Callable[[bytes], Picture]:
    if content.startswith(_PNG):
        return _png
    if content.startswith(b"\xff\xd8\xff"):
        return _jpeg
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _webp
    raise NoPicture("unknown")


def _png(content: bytes) -> Picture:
    """Chunks from IHDR to IEND, each with its checksum, and pixels among them."""
    size: tuple[int, int] | None = None
    pixels = False
    place = len(_PNG)
    while True:
        length, kind = struct.unpack_from(">I4s", content, place)
        (checksum,) = struct.unpack_from(">I", content, place + 8 + length)
        if checksum != zlib.crc32(content[place + 4 : place + 8 + length]):
            raise NoPicture("damaged")
        if size is None:
            if kind != b"IHDR" or length != 13:
                raise NoPicture("no header")
            size = struct.unpack_from(">II", content, place + 8)
        pixels = pixels or kind == b"IDAT"
        if kind == b"IEND":
            break
        place += 12 + length
    if not pixels:
        raise NoPicture("no pixels")
    return Picture("image/png", *size)


def _jpeg(content: bytes) -> Picture:
    """Segments up to the scan, the frame's header among them, which says the size. (Many cameras leave out the end.)"""
    size: tuple[int, int] | None = None
    place = 2
    while True:
        if content[place] != 0xFF:
            raise NoPicture("no marker")
        marker = content[place + 1]
        if marker == 0xFF:  # fill bytes may precede a marker
            place += 1
            continue
        if marker in _STANDALONE:
            place += 2
            continue
        (length,) = struct.unpack_from(">H", content, place + 2)
        if length < 2:
            raise NoPicture("damaged")
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, place + 5)
            size = width, height
        if marker == 0xDA:  # start of scan: entropy-coded data follows
            break
        place += 2 + length
    if size is None:
        raise NoPicture("no frame")
    return Picture("image/jpeg", *size)


def _webp(content: bytes) -> Picture:
    """The first chunk says the size, in one of three ways."""
    (length,) = struct.unpack_from("<I", content, 4)
    if length + 8 > len(content):
        raise NoPicture("cut off")
    kind = content[12:16]
    if kind == b"VP8X":
        width = int.from_bytes(_exactly(content, 24, 3), "little") + 1
        height = int.from_bytes(_exactly(content, 27, 3), "little") + 1
    elif kind == b"VP8L" and content[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", content, 21)
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        width, height = (each & 0x3FFF for each in struct.unpack_from("<HH", content, 26))
    else:
        raise NoPicture("damaged")
    return Picture("image/webp", width, height)


def _exactly(content: bytes, start: int, length: int) -> bytes:
    part = content[start : start + length]
    if len(part) != length:
        raise NoPicture("cut off")
    return part
