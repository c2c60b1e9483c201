"""Colours that people with weak sight can read: contrast as WCAG 2.2 defines it.

A tenant's colours carry white text (buttons, headings) and are drawn on white (links, icons). Both ask for the same
number, the contrast against white, because contrast is symmetric.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from chalicelib.errors import rule

WHITE = "#ffffff"
MINIMUM = 4.5  # WCAG 2.2, success criterion 1.4.3, level AA, text of any size
_HEX = re.compile(r"^#(?:[0-9a-f]{3}|[0-9a-f]{6})$")


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, from 0 (black) to 1 (white): WCAG 2.2, "relative luminance"."""
    red, green, blue = (_linear(int(colour[start : start + 2], 16) / 255) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours ``#rrggbb``, from 1 to 21: WCAG 2.2, "contrast ratio"."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _readable(text: str) -> str:
    colour = text.strip().lower()
    if not _HEX.fullmatch(colour):
        raise rule(
            "colour_format",
            "Màu viết dạng #rrggbb, ví dụ #0b5cad.",
            "Write the colour as #rrggbb, for example #0b5cad.",
        )
    if len(colour) == 4:
        colour = "#" + "".join(digit * 2 for digit in colour[1:])
    found = contrast(colour, WHITE)
    if found < MINIMUM:
        # Never rounded up to the minimum that it misses.
        shown = f"{int(found * 100) / 100:.2f}"
        raise rule(
            "colour_contrast",
            f"Màu này mang chữ trắng và nằm trên nền trắng nên cần độ tương phản với màu trắng từ 4,5:1 (WCAG 2.2);"
            f" hiện là {shown.replace('.', ',')}:1. Hãy chọn màu đậm hơn.",
            f"This colour carries white text and is drawn on white, so its contrast against white must be at least"
            f" 4.5:1 (WCAG 2.2); it is {shown}:1. Choose a darker one.",
        )
    return colour


Colour = Annotated[
    str,
    Field(
        max_length=7,
        description="`#rrggbb`, with a contrast of at least 4.5:1 against white (WCAG 2.2, 1.4.3).",
        examples=["#0b5cad"],
        json_schema_extra={"pattern": "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$"},
    ),
    AfterValidator(_readable),
]
