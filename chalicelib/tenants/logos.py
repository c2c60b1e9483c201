"""A space's logo: what is taken for one, and where it is kept and shown."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from chalicelib import config
from chalicelib.errors import rule
from chalicelib.http.models import Inbound, line
from chalicelib.storage import acting, files
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.tenants import pictures
from chalicelib.tenants.pictures import NoPicture, Picture

MAX_BYTES = 256 * 1024
MAX_PIXELS = 2_048  # in either direction
_MAX_ENCODED = (MAX_BYTES + 2) // 3 * 4
_ONE_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
_EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}

# The address behind the redirect is good for longer than the redirect may be kept.
ADDRESS_LASTS_S = 900
REDIRECT_KEPT_S = 300


def _decoded(data: Any) -> bytes:
    if not isinstance(data, str):
        raise rule("logo_encoding", "Logo phải là văn bản mã hoá base64.", "The logo must be text encoded in base64.")
    if len(data) > _MAX_ENCODED:  # not even looked at
        raise _too_large()
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise rule(
            "logo_encoding", "Logo phải là văn bản mã hoá base64.", "The logo must be text encoded in base64."
        ) from None
    if len(content) > MAX_BYTES:
        raise _too_large()
    _require_fitting(content)
    return content


def _too_large() -> PydanticCustomError:
    return rule("logo_too_large", "Tệp logo không quá 256 KB.", "The logo's file may have at most 256 KB.")


def _require_fitting(content: bytes) -> None:
    try:
        picture = pictures.recognise(content)
    except NoPicture:
        raise rule(
            "logo_no_picture",
            "Tệp này không phải ảnh PNG, JPEG hoặc WebP nguyên vẹn (SVG không được nhận vì có thể chứa mã lệnh).",
            "This file is no whole PNG, JPEG or WebP picture (SVG is not taken, since it may carry scripts).",
        ) from None
    if max(picture.width, picture.height) > MAX_PIXELS:
        raise rule(
            "logo_dimensions",
            f"Ảnh có kích thước {picture.width}×{picture.height}; mỗi chiều không quá {MAX_PIXELS} điểm ảnh.",
            f"The picture has {picture.width}×{picture.height} pixels; at most {MAX_PIXELS} each way are allowed.",
        )


class NewLogo(Inbound):
    """A logo to show: PNG, JPEG or WebP of at most 256 KB and 2048 pixels each way."""

    data: Annotated[
        bytes,
        BeforeValidator(_decoded),
        WithJsonSchema(
            {
                "type": "string",
                "contentEncoding": "base64",
                "maxLength": _MAX_ENCODED,
                "description": "The file, in base64.",
                "examples": [_ONE_PIXEL],
            }
        ),
    ]
    content_type: Annotated[str, line(100)] | None = Field(
        default=None,
        description="Need not be said: the type is read from the content. One that contradicts it is refused.",
        examples=["image/png"],
    )

    @model_validator(mode="after")
    def _is_what_it_says(self) -> Self:
        actual = pictures.recognise(self.data).content_type
        if self.content_type and self.content_type.lower() != actual:
            raise rule(
                "logo_type_mismatch",
                f"Nội dung tệp là {actual}, không phải loại đã khai báo.",
                f"The file's content is {actual}, not what was declared.",
                field="content_type",
            )
        return self

    @property
    def picture(self) -> Picture:
        """Its real type and size."""
        return pictures.recognise(self.data)


def keep(space: Space, logo: NewLogo) -> Item:
    """Store a logo under the tenant's prefix, named by its content; gives what the registry says of it. One S3 call."""
    picture = logo.picture
    digest = hashlib.sha256(logo.data).hexdigest()[:32]
    name = files.key(space, "brand", f"{digest}.{_EXTENSIONS[picture.content_type]}")
    with acting.on_behalf_of(space.slug):  # an operator may dress a space, too
        files.put(name, logo.data, picture.content_type)
    return {
        "key": name,
        "content_type": picture.content_type,
        "width": picture.width,
        "height": picture.height,
    }


def public_url(slug: str, kept: Item) -> str:
    """The address at which anyone finds the logo, with no token; it changes with the content."""
    version = kept["key"].rpartition("/")[2][:8]
    return f"{config.current().public_url}/v1/spaces/{slug}/logo?v={version}"


def address(key: str) -> str:
    """Where S3 gives the logo out, for a while. No call is made."""
    return files.address(key, lasting_s=ADDRESS_LASTS_S)
