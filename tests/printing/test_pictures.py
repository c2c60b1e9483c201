"""Pictures that others gave us: bounded before they are decoded, and never more than unfit."""

from __future__ import annotations

import io
import zlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from chalicelib.printing import pictures
from chalicelib.printing.pictures import Unfit
from tests.pictures import jpeg, webp


def encoded(kind: str = "PNG", size: tuple[int, int] = (60, 40), mode: str = "RGBA", **how: Any) -> bytes:
    colour = (200, 30, 30, 128)[: len(mode)] if mode.startswith("RGB") else 1
    output = io.BytesIO()
    Image.new(mode, size, colour).save(output, kind, **how)
    return output.getvalue()


@pytest.mark.parametrize(
    "content",
    [encoded("JPEG", mode="RGB"), encoded("WEBP"), encoded(mode="P"), encoded(mode="1"), encoded("JPEG", mode="CMYK")],
)
def test_pictures_of_every_kind_are_opened(content: bytes) -> None:
    assert pictures.opened(content, 30, 30).size == (30, 20)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        jpeg(),
        webp(),
        encoded()[:-30],
        encoded("GIF", mode="P"),
        encoded("TIFF"),
        encoded(size=(9_000, 1_000), mode="1"),
        encoded("JPEG", mode="RGB") + b"\xff\xda" * 50,
        encoded() + b"x" * pictures.MOST_BYTES,
    ],
    ids=["empty", "SVG", "no scan", "no pixels", "cut off", "GIF", "TIFF", "pixels", "scans", "bytes"],
)
def test_what_is_unfit_is_said_to_be(content: bytes) -> None:
    with pytest.raises(Unfit):
        pictures.opened(content, 30, 30)


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_one_is_opened_or_unfit(data: st.DataObject) -> None:
    content = bytearray(encoded(data.draw(st.sampled_from(["PNG", "WEBP"])), mode="RGB"))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Unfit):
        assert max(pictures.opened(bytes(content), 30, 30).size) <= 30


def test_what_is_turned_in_a_camera_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    assert pictures.opened(encoded("JPEG", mode="RGB", exif=exif), 100, 100).size == (40, 60)


def test_transparency_is_kept() -> None:
    kept = pictures.embedded(pictures.opened(encoded(), 100, 100))
    assert kept.opacity is not None
    assert set(zlib.decompress(kept.opacity)) == {128}
    assert pictures.embedded(pictures.opened(encoded(mode="RGB"), 100, 100)).opacity is None


@pytest.mark.parametrize(
    ("colour", "is_pale"), [((255, 255, 255, 255), True), ((250, 240, 120, 255), True), ((180, 20, 30, 255), False)]
)
def test_what_is_made_for_a_dark_ground_is_known(colour: tuple[int, int, int, int], is_pale: bool) -> None:
    picture = Image.new("RGBA", (100, 50), (0, 0, 0, 0))
    picture.paste(colour, (20, 10, 60, 40))
    assert pictures.is_pale(picture) is is_pale
    assert not pictures.is_pale(Image.new("RGBA", (100, 50), (255, 255, 255, 255)))
