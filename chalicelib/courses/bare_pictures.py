"""Pictures without what cameras and programs write beside the pixels: where, when and by whom a picture was taken, what
it looked like before it was cropped, and whatever follows its end. Pure: no I/O.

Parts are cut, no pixel is decoded: so a picture loses nothing of itself, and one that is made to fill a memory is not
opened here. What is kept is what is needed to show it (a list of what is known, not of what is known to be bad), and of
Exif which way is up, written anew. Structures: ITU-T T.81 annex B, JFIF 1.02, PNG (third edition), RFC 9649 (WebP), and
TIFF 6.0 for Exif.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping

_UPRIGHT = 1
_ORIENTATION = 0x0112  # TIFF's tag
_EXIF = b"Exif\0\0"
_MOST_TAGS = 200  # of one directory

_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
_WITHOUT_CONTENT = frozenset({0x01, *range(0xD0, 0xD8)})  # restarts, and one for arithmetic coders
_TABLES_AND_FRAMES = frozenset({*range(0xC0, 0xD0), *range(0xDA, 0xE0)}) - {0xC8}
# What ends a scan: any marker but the stuffed zero, a restart, or more fill.
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_JFIF_BYTES = 14  # without the small picture that may follow

_PNG = b"\x89PNG\r\n\x1a\n"
_CHUNKS = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"bKGD"}
    | {b"pHYs", b"acTL", b"fcTL", b"fdAT"}
)

_WEBP_CHUNKS = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_FRAME_BYTES = 16  # of a moving picture's frame, before its own chunks
_EXIF_FLAG, _XMP_FLAG = 0x08, 0x04


class Unreadable(ValueError):
    """It does not go on as a picture of its type."""


def bare(content: bytes, content_type: str) -> bytes:
    """The same picture and nothing else, the same side up. Raises: Unreadable, and KeyError for another type."""
    try:
        return _OF_TYPE[content_type](content)
    except (struct.error, IndexError) as error:
        raise Unreadable(str(error)) from error


def _jpeg(content: bytes) -> bytes:
    """Up to the end of its image: what follows there may be further pictures, or a film."""
    kept, turned, scans = bytearray(), _UPRIGHT, 0
    for marker, raw in _segments(content):
        if marker == _APP1 and raw[2:].startswith(_EXIF):
            turned = _orientation(raw[2 + len(_EXIF) :])
        scans += marker == _SOS
        kept += _kept_segment(marker, raw)
    if not scans:
        raise Unreadable("no scan")
    exif = b"" if turned == _UPRIGHT else _segment(_APP1, _EXIF + _turned(turned))
    return b"\xff\xd8" + exif + bytes(kept) + b"\xff\xd9"


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Markers with what follows them (two bytes of length first), a scan with its pixels: up to the image's end."""
    at = 2
    while at < len(content):
        if content[at] != 0xFF:
            raise Unreadable("no marker")
        while content[at] == 0xFF:
            at += 1
        marker, at = content[at], at + 1
        if marker == _EOI:
            return
        if marker in _WITHOUT_CONTENT:
            continue
        (length,) = struct.unpack_from(">H", content, at)
        end = at + length
        if length < 2 or end > len(content):
            raise Unreadable("a segment without end")
        if marker == _SOS:
            found = _NEXT_MARKER.search(content, end)
            end = found.start() if found else len(content)
        yield marker, content[at:end]
        at = end


def _kept_segment(marker: int, raw: bytes) -> bytes:
    content = raw[2:]
    if marker == _APP0 and content.startswith(b"JFIF\0"):
        return _segment(_APP0, content[: _JFIF_BYTES - 2] + b"\0\0")
    profile = marker == _APP2 and content.startswith(b"ICC_PROFILE\0")
    colours = marker == _APP14 and content.startswith(b"Adobe")
    return bytes((0xFF, marker)) + raw if marker in _TABLES_AND_FRAMES or profile or colours else b""


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _png(content: bytes) -> bytes:
    """Up to its last chunk; of those before it, the ones that make the picture."""
    kept, turned = bytearray(), _UPRIGHT
    for kind, raw in _chunks(content):
        if kind == b"eXIf":
            turned = _orientation(raw[8:-4])
        kept += raw if kind in _CHUNKS else b""
    if turned == _UPRIGHT:
        return _PNG + bytes(kept)
    data = b"eXIf" + _turned(turned)
    exif = struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
    header = struct.unpack_from(">I", kept)[0] + 12
    return _PNG + bytes(kept[:header]) + exif + bytes(kept[header:])


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG)
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        end = at + length + 12
        if end > len(content):
            break
        kind = content[at + 4 : at + 8]
        yield kind, content[at:end]
        if kind == b"IEND":
            return
        at = end
    raise Unreadable("no end")


def _webp(content: bytes) -> bytes:
    """What the file's own length covers; flags say afterwards what is still there."""
    (length,) = struct.unpack_from("<I", content, 4)
    kept, turned = bytearray(), _UPRIGHT
    for kind, data in _parts(content[12 : 8 + length]):
        if kind == b"EXIF":
            turned = _orientation(data.removeprefix(_EXIF))
        if kind in _WEBP_CHUNKS:
            kept += _part(kind, _kept_part(kind, data))
    if kept.startswith(b"VP8X") and turned != _UPRIGHT:
        kept[8] |= _EXIF_FLAG
        kept += _part(b"EXIF", _turned(turned))
    if not kept:
        raise Unreadable("no picture")
    return b"RIFF" + struct.pack("<I", len(kept) + 4) + b"WEBP" + bytes(kept)


def _parts(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(content):
        (length,) = struct.unpack_from("<I", content, at + 4)
        if at + 8 + length > len(content):
            raise Unreadable("a part without end")
        yield content[at : at + 4], content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _kept_part(kind: bytes, data: bytes) -> bytes:
    if kind == b"VP8X":
        return bytes((data[0] & ~(_EXIF_FLAG | _XMP_FLAG),)) + data[1:]
    if kind == b"ANMF":
        own = [_part(each, held) for each, held in _parts(data[_FRAME_BYTES:]) if each in _WEBP_CHUNKS]
        return data[:_FRAME_BYTES] + b"".join(own)
    return data


def _part(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _orientation(tiff: bytes) -> int:
    """Which way is up, of 1 to 8; where Exif cannot be read, as it is."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return _UPRIGHT
    try:
        (at,) = struct.unpack_from(f"{order}I", tiff, 4)
        (tags,) = struct.unpack_from(f"{order}H", tiff, at)
        for place in range(min(tags, _MOST_TAGS)):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, at + 2 + 12 * place)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else _UPRIGHT
    except struct.error:
        pass
    return _UPRIGHT


def _turned(orientation: int) -> bytes:
    """Exif that says which way is up, and nothing else."""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)


_OF_TYPE: Mapping[str, Callable[[bytes], bytes]] = {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}
