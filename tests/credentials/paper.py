"""Certificates as whoever gets them sees them: the file behind the address, its text, its pixels."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import unquote, urlsplit

import pypdf
import pypdfium2
from PIL import Image, ImageDraw

from chalicelib import config
from chalicelib.storage import files
from tests.api import Api, Reply
from tests.factories import OpenedSpace
from tests.pictures import encoded

SCALE = 2.5  # pixels for a point: 180 to an inch


def certificate(number: str) -> bytes:
    """The page behind the address that anyone is led to."""
    return behind(Api().get(f"/credentials/{number}/certificate.pdf"))


def shared(number: str) -> Image.Image:
    """The picture to share."""
    return Image.open(io.BytesIO(behind(Api().get(f"/credentials/{number}/share.png"))))


def key_of(reply: Reply) -> str:
    """The object that a redirect leads to."""
    assert reply.status == 302, reply.text
    path = unquote(urlsplit(reply.headers["location"]).path).lstrip("/")
    return path.removeprefix(f"{config.current().bucket}/")


def behind(reply: Reply) -> bytes:
    """What a redirect leads to."""
    found = files.s3().get_object(Bucket=config.current().bucket, Key=key_of(reply))
    return bytes(found["Body"].read())


def text(pdf: bytes) -> str:
    """The text of a page, as it is searched and copied."""
    (page,) = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return page.extract_text()


def pixels(pdf: bytes) -> Image.Image:
    """The page as a printer draws it."""
    picture: Image.Image = pypdfium2.PdfDocument(pdf)[0].render(scale=SCALE).to_pil().convert("RGB")
    return picture


def boxes(pdf: bytes) -> list[tuple[str, float, float, float, float]]:
    """Each letter with its left, bottom, right and upper edge in points."""
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    letters = ((page.get_text_range(at, 1), at) for at in range(page.count_chars()))
    return [(letter, *page.get_charbox(at)) for letter, at in letters if letter.strip()]


def logo(colour: str, *, ground: tuple[int, int, int, int] = (0, 0, 0, 0), kind: str = "PNG") -> bytes:
    """A disc of that colour on a ground that lets through what is below it, unless told."""
    picture = Image.new("RGBA", (200, 100), ground)
    ImageDraw.Draw(picture).ellipse((60, 10, 140, 90), fill=colour)
    output = io.BytesIO()
    (picture.convert("RGB") if kind == "JPEG" else picture).save(output, kind)
    return output.getvalue()


def dress(hue: OpenedSpace, **brand: Any) -> None:
    """Change a space's brand as its admin does; a logo is given as its bytes."""
    if brand.get("logo"):
        brand["logo"] = encoded(brand["logo"])
    etag = hue.admin.get(hue.at("/settings")).headers["etag"]
    hue.admin.patch(hue.at("/settings"), {"brand": brand}, headers={"if-match": etag}).ok()


def shows(picture: Image.Image, colour: str) -> bool:
    """Whether a picture has an area of that colour."""
    wanted = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
    counted = picture.convert("RGB").getcolors(maxcolors=picture.width * picture.height) or []
    return any(count > 50 and each == wanted for count, each in counted)
