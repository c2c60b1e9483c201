"""Pictures that others gave us, made safe and small enough to be drawn: by Pillow, which reads three formats here.

What is opened is bounded before a pixel is decoded: its bytes, its pixels, and a JPEG's passes, each of which goes over
the whole picture again.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_BYTES = 2_000_000
MOST_PIXELS = 8_000_000  # 32 MB while it is decoded
_MOST_SCANS = 40  # a progressive JPEG has ten or so
_START_OF_SCAN = b"\xff\xda"
_PALE = 0.72  # of the greatest luminance: paler than that is not seen on white


class Unfit(ValueError):
    """It is no picture of a format that is read, damaged, or more than is decoded."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A picture as a PDF holds it: compressed RGB, and its opacity where it is not opaque."""

    width: int
    height: int
    colours: bytes
    opacity: bytes | None


def opened(content: bytes, most_width: int, most_height: int) -> Image:
    """The picture, upright, as RGBA and at most so large. Raises: Unfit."""
    # Pillow would import all its forty formats to find one that is not loaded yet.
    from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401

    if len(content) > MOST_BYTES or content.count(_START_OF_SCAN) > _MOST_SCANS:
        raise Unfit("too much")
    with _only_unfit(), Image.open(io.BytesIO(content), formats=FORMATS) as source:
        if source.width * source.height > MOST_PIXELS:
            raise Unfit("too many pixels")
        picture = ImageOps.exif_transpose(source).convert("RGBA")
    picture.thumbnail((most_width, most_height))
    return picture


@contextmanager
def _only_unfit() -> Iterator[None]:
    """Whatever Pillow says of a damaged or hostile file."""
    from PIL import Image

    try:
        yield
    except Unfit:
        raise
    except (
        OSError, ValueError, SyntaxError, TypeError, IndexError, OverflowError, MemoryError, EOFError, zlib.error,
        Image.DecompressionBombError,
    ) as error:  # fmt: skip
        raise Unfit(str(error)) from error


def embedded(picture: Image) -> Embedded:
    """An RGBA picture as a PDF holds it."""
    opacity = picture.getchannel("A")
    opaque = opacity.getextrema() == (255, 255)
    return Embedded(
        picture.width,
        picture.height,
        zlib.compress(picture.convert("RGB").tobytes(), 6),
        None if opaque else zlib.compress(opacity.tobytes(), 6),
    )


def is_pale(picture: Image) -> bool:
    """Whether an RGBA picture is made for a dark ground: it lets the ground through, and what is seen of it is nearly
    white."""
    from PIL import ImageStat

    opacity = picture.getchannel("A")
    if ImageStat.Stat(opacity).mean[0] > 250 or not opacity.getbbox():
        return False
    seen = ImageStat.Stat(picture.convert("L"), opacity.point(lambda each: 255 if each > 127 else 0))
    return bool(seen.count[0]) and seen.mean[0] / 255 > _PALE
