"""A certificate as a picture for whoever shares it: 1200 by 630 pixels, as networks show links. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.credentials.prints import words
from chalicelib.credentials.prints.shown import Shown
from chalicelib.printing import paragraphs
from chalicelib.printing.paragraphs import Block
from chalicelib.printing.rasters import Raster

if TYPE_CHECKING:
    from PIL.Image import Image

WIDTH, HEIGHT = 1200, 630
_LEFT = 84.0
_TEXT = WIDTH - 2 * _LEFT
_LOGO = (300, 96)
_BAND, _BAR = 18, 92
_BLACK, _WHITE, _QUIET = "#111111", "#ffffff", "#4a4a4a"
_ASCENT = 0.8


def drawn(shown: Shown, logo: Image | None, *, on_colour: bool) -> bytes:
    """The file: some 40 KB."""
    picture = Raster(WIDTH, HEIGHT)
    picture.rectangle(0, 0, WIDTH, _BAND, shown.primary)
    _head(picture, shown, logo, on_colour=on_colour)
    _middle(picture, shown)
    _bar(picture, shown)
    return picture.written()


def _head(picture: Raster, shown: Shown, logo: Image | None, *, on_colour: bool) -> None:
    left, top = _LEFT, _BAND + 42.0
    if logo:
        scale = min(_LOGO[0] / logo.width, _LOGO[1] / logo.height, 1)
        fitting = logo.resize((max(round(logo.width * scale), 1), max(round(logo.height * scale), 1)))
        y = top + (_LOGO[1] - fitting.height) / 2
        if on_colour:
            picture.rectangle(left, y - 8, fitting.width + 24, fitting.height + 16, shown.primary)
            left += 12
        picture.picture(left, y, fitting)
        left += fitting.width + (36 if on_colour else 28)
    issuer = paragraphs.plain(shown.issuer, "bold")
    block = paragraphs.fitted(issuer, WIDTH - _LEFT - left, 2, 30, 16)
    _written(picture, block, left, top + (_LOGO[1] - block.height(1.3)) / 2, 1.3, _BLACK)


def _middle(picture: Raster, shown: Shown) -> None:
    heading = paragraphs.fitted(paragraphs.plain(shown.heading.upper(), "bold"), _TEXT, 1, 30, 16)
    name = paragraphs.fitted(paragraphs.plain(shown.name, "bold"), _TEXT, 2, 68, 22)
    title = paragraphs.fitted(paragraphs.plain(shown.title), _TEXT, 2, 34, 18)
    top, room = _BAND + 42.0 + _LOGO[1] + 20, HEIGHT - _BAR - 24.0
    y = top + (room - top - heading.height(1.4) - name.height(1.25) - title.height(1.35) - 10) / 2
    y = _written(picture, heading, _LEFT, y, 1.4, shown.primary)
    y = _written(picture, name, _LEFT, y, 1.25, _BLACK)
    _written(picture, title, _LEFT, y + 10, 1.35, _QUIET)


def _bar(picture: Raster, shown: Shown) -> None:
    top = HEIGHT - _BAR
    picture.rectangle(0, top, WIDTH, _BAR, shown.primary)
    if shown.accent:
        picture.rectangle(0, top - 6, WIDTH, 6, shown.accent)
    number = words.said("number", shown.language, it=shown.number)
    day = paragraphs.fitted(paragraphs.plain(shown.validity or shown.day), _TEXT * 0.45, 1, 24, 12)
    told = paragraphs.fitted(paragraphs.plain(number, "bold"), _TEXT * 0.52, 1, 24, 10)
    _written(picture, told, _LEFT, top + (_BAR - told.size * 1.3) / 2, 1.3, _WHITE)
    right = WIDTH - _LEFT - paragraphs.width(day.lines[0], day.size)
    _written(picture, day, right, top + (_BAR - day.size * 1.3) / 2, 1.3, _WHITE)


def _written(picture: Raster, block: Block, x: float, y: float, leading: float, colour: str) -> float:
    """Lines one below the other, ``y`` the upper edge of the first; gives the lower edge of the last."""
    step = block.size * leading
    for number, line in enumerate(block.lines):
        picture.runs(x, y + step * number + (step - block.size) / 2 + block.size * _ASCENT, line, block.size, colour)
    return y + step * len(block.lines)
