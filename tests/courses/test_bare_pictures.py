"""What cameras and programs write beside a picture is cut, and the picture stays what it is, the same side up."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from chalicelib.courses.bare_pictures import Unreadable, bare
from tests.pictures import jpeg, png, webp

_SECRET = b"Nguyen Van An, 16.4637 N 107.5909 E"
_GPS, _ORIENTATION, _DESCRIPTION = 0x8825, 0x0112, 0x010E
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


def taken(content_type: str, turned: int, **more: Any) -> bytes:
    """A picture as a phone writes it: where, by whom, which way up."""
    picture = Image.linear_gradient("L").resize((48, 32)).convert("RGB")
    picture.putpixel((3, 2), (250, 10, 10))
    exif = Image.Exif()
    exif[_ORIENTATION], exif[_DESCRIPTION] = turned, _SECRET.decode()
    exif.get_ifd(_GPS).update({1: "N", 2: (16.0, 27.0, 49.3), 3: "E", 4: (107.0, 35.0, 27.2)})
    said: dict[str, Any] = {"exif": exif, **more}
    match content_type:
        case "image/jpeg":
            said |= {"comment": _SECRET, "xmp": _SECRET, "progressive": True, "quality": 90}
        case "image/png":
            info = PngInfo()
            info.add_text("Author", _SECRET.decode())
            info.add_itxt("XML:com.adobe.xmp", _SECRET.decode())
            said["pnginfo"] = info
        case _:
            said |= {"xmp": _SECRET, "lossless": True}
    written = io.BytesIO()
    picture.save(written, FORMATS[content_type], **said)
    return written.getvalue()


def seen(content: bytes) -> Image.Image:
    """What a browser shows."""
    return ImageOps.exif_transpose(Image.open(io.BytesIO(content))).convert("RGB")


@pytest.mark.parametrize("turned", [1, 6, 8])
@pytest.mark.parametrize("content_type", FORMATS)
def test_nothing_is_left_but_the_picture_the_same_side_up(content_type: str, turned: int) -> None:
    content = taken(content_type, turned, icc_profile=b"\0" * 128)
    film = b"" if content_type == "image/webp" else b"ftypmp42" + _SECRET  # what some phones write behind
    left = bare(content + film, content_type)
    assert _SECRET in content
    assert _SECRET not in left
    assert b"mp42" not in left
    assert seen(left).tobytes() == seen(content).tobytes()
    found = Image.open(io.BytesIO(left))
    assert dict(found.getexif()) == ({} if turned == 1 else {_ORIENTATION: turned})
    assert found.info["icc_profile"] == b"\0" * 128
    assert bare(left, content_type) == left


def test_a_moving_picture_still_moves() -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue", "green")]
    written = io.BytesIO()
    frames[0].save(written, "WEBP", save_all=True, append_images=frames[1:], xmp=_SECRET)
    left = bare(written.getvalue(), "image/webp")
    assert _SECRET not in left
    assert Image.open(io.BytesIO(left)).n_frames == 3  # type: ignore[attr-defined]


@pytest.mark.parametrize("content", [jpeg(), png(), webp()])
def test_pictures_of_few_parts_stay_and_what_breaks_off_is_refused_or_ends(content: bytes) -> None:
    content_type = {b"\xff": "image/jpeg", b"\x89": "image/png"}.get(content[:1], "image/webp")
    assert bare(bare(content, content_type), content_type) == bare(content, content_type)
    for cut in range(len(content)):
        try:
            assert len(bare(content[:cut], content_type)) <= len(content) + 2
        except Unreadable:
            continue


@given(content_type=st.sampled_from([*FORMATS]), begins=st.booleans(), rest=st.binary(max_size=300))
def test_whatever_comes_ends_in_a_picture_or_a_refusal(content_type: str, begins: bool, rest: bytes) -> None:
    begun = {"image/jpeg": b"\xff\xd8\xff", "image/png": png()[:33], "image/webp": webp()[:12]}[content_type]
    try:
        left = bare(begun + rest if begins else rest, content_type)
    except Unreadable:
        return
    assert bare(left, content_type) == left
