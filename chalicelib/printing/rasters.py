"""A picture of text, rectangles and pictures, as a PNG: drawn by Pillow with the font of what we print.

Measures are pixels from the upper left corner.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from chalicelib.printing import fonts
from chalicelib.printing.fonts import Weight
from chalicelib.printing.paragraphs import Line

if TYPE_CHECKING:
    from PIL.Image import Image

_SIZES_KEPT = 64


class Raster:
    """A picture that is being drawn."""

    def __init__(self, width: int, height: int, ground: str = "#ffffff") -> None:
        from PIL import Image, ImageDraw

        self.width, self.height = width, height
        self._image = Image.new("RGB", (width, height), ground)
        self._draw = ImageDraw.Draw(self._image)

    def runs(self, x: float, y: float, line: Line, size: float, colour: str) -> None:
        """Write a line whose letters stand on ``y``."""
        for run in line:
            text = fonts.face(run.weight).printable(run.text)
            self._draw.text((x, y), text, fill=colour, font=_font(run.weight, round(size, 1)), anchor="ls")
            x += run.width * size

    def rectangle(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Fill a rectangle."""
        self._draw.rectangle((x, y, x + width - 1, y + height - 1), fill=colour)

    def picture(self, x: float, y: float, picture: Image) -> None:
        """Draw an RGBA picture, ``x`` and ``y`` its upper left corner."""
        self._image.paste(picture, (round(x), round(y)), picture)

    def written(self) -> bytes:
        """The file."""
        output = io.BytesIO()
        self._image.save(output, "PNG", compress_level=6)
        return output.getvalue()


@lru_cache(maxsize=_SIZES_KEPT)
def _font(weight: Weight, size: float) -> Any:
    from PIL import ImageFont

    # The font has no table of pairs: letters stand as wide as paragraphs.py has measured them.
    return ImageFont.truetype(str(fonts.path(weight)), size, layout_engine=ImageFont.Layout.BASIC)
