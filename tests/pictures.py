"""Small pictures made byte by byte, so that tests need no picture library."""

from __future__ import annotations

import base64
import struct
import zlib


def png(width: int = 64, height: int = 64) -> bytes:
    """A grey PNG of this size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def jpeg(width: int = 64, height: int = 64) -> bytes:
    """The segments of a JPEG of this size, with an Exif segment as cameras write it; its pixels are nonsense."""
    exif = b"\xff\xe1" + struct.pack(">H", 2 + 12) + b"Exif\0\0\xff\xd8\xff\xd9\0\0"
    frame = b"\xff\xc2" + struct.pack(">HBHHB", 8, 8, height, width, 0)
    scan = b"\xff\xda" + struct.pack(">HB", 3, 0) + b"\x12\x34"
    return b"\xff\xd8" + exif + b"\xff" + frame + scan + b"\xff\xd9"


def webp(width: int = 64, height: int = 64) -> bytes:
    """The header of a lossless WebP of this size; its pixels are nonsense."""
    bits = (width - 1) | (height - 1) << 14
    content = b"VP8L" + struct.pack("<IBI", 5, 0x2F, bits) + b"\0"
    return b"RIFF" + struct.pack("<I", 4 + len(content)) + b"WEBP" + content


def encoded(content: bytes) -> dict[str, str]:
    """A logo as it is sent."""
    return {"data": base64.b64encode(content).decode()}
