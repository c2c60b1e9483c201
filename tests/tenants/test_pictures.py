"""What a file really is, whatever it says of itself."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.tenants import pictures
from chalicelib.tenants.pictures import NoPicture, Picture
from tests.pictures import jpeg, png, webp

sizes = st.integers(1, 16_383)

# One pixel each, as programs in use write them.
LOSSY_WEBP = base64.b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
LOSSLESS_WEBP = base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
EXTENDED_WEBP = base64.b64decode(
    "UklGRkoAAABXRUJQVlA4WAoAAAAQAAAAAAAAAAAAQUxQSAwAAAARBxAR/Q9ERP8DAABWUDggGAAAABQBAJ0BKgEAAQAAAP4AAA3AAP7mtQAAAA=="
)


@pytest.mark.parametrize("content", [LOSSY_WEBP, LOSSLESS_WEBP, EXTENDED_WEBP])
def test_webp_says_its_size_in_three_ways(content: bytes) -> None:
    assert pictures.recognise(content) == Picture("image/webp", 1, 1)


@given(sizes, sizes)
def test_sizes_are_read(width: int, height: int) -> None:
    assert pictures.recognise(jpeg(width, height)) == Picture("image/jpeg", width, height)
    assert pictures.recognise(webp(width, height)) == Picture("image/webp", width, height)


def test_a_png_is_read_to_its_end() -> None:
    assert pictures.recognise(png(31, 17)) == Picture("image/png", 31, 17)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a\x01\x00\x01\x00\x80\x00\x00",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"\xff\xd8\xff\xd9",
        b"RIFF\x04\0\0\0WEBP",
        b"RIFF\x04\0\0\0WAVE",
        png(0, 5),
        jpeg(0, 5),
        png()[:-1],
        png().replace(b"IHDR\0", b"IHDR\1"),
        png()[: png().index(b"IDAT") - 4] + png()[png().index(b"IEND") - 4 :],
        webp()[:-2],
        b"<html>" + png(),
    ],
)
def test_what_is_no_whole_picture_is_refused(content: bytes) -> None:
    with pytest.raises(NoPicture):
        pictures.recognise(content)


@given(st.sampled_from([png(), jpeg(), webp(), LOSSY_WEBP, EXTENDED_WEBP]), st.data())
def test_any_part_of_a_picture_is_read_or_refused(content: bytes, data: st.DataObject) -> None:
    """Nothing but NoPicture comes out, and nothing runs for ever, whatever is cut off or changed."""
    damaged = bytearray(content[: data.draw(st.integers(0, len(content)))])
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=6)):
        if place < len(damaged):
            damaged[place] = data.draw(st.integers(0, 255))
    try:
        pictures.recognise(bytes(damaged))
    except NoPicture:
        return


@given(st.binary(max_size=300), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPVP8 "]))
def test_noise_is_refused_quietly(noise: bytes, beginning: bytes) -> None:
    try:
        pictures.recognise(beginning + noise)
    except NoPicture:
        return
