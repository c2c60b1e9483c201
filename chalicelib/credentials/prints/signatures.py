"""Signatures on certificates: pictures that a space has uploaded, looked at before a template takes them."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.courses import uploads
from chalicelib.credentials.models import Signatory
from chalicelib.errors import NotFound, Refusal, refuse_field
from chalicelib.printing import pictures
from chalicelib.printing.pictures import Unfit
from chalicelib.storage import files
from chalicelib.storage.spaces import Space

SIZE = (520, 180)  # pixels: 300 an inch where it is drawn


def require(space: Space, signatories: Sequence[Signatory]) -> None:
    """Refuse a signature that is no picture of this space's, or could not be printed: 1 call and 1 of S3 for each.

    Raises: InvalidInput.
    """
    for place, signatory in enumerate(signatories):
        if signatory.signature and not _is_printable(space, signatory.signature):
            raise _refused(place)


def _is_printable(space: Space, file_id: str) -> bool:
    try:
        found = uploads.read(space, file_id)
        if found.state != "ready" or found.size > pictures.MOST_BYTES:
            return False
        pictures.opened(files.get(uploads.key(space.slug, file_id)), *SIZE)
    except (NotFound, Unfit):
        return False
    return True


def _refused(place: int) -> Refusal:
    return refuse_field(
        f"signatories.{place}.signature",
        "not_a_signature",
        "Chữ ký là ảnh PNG, JPEG hoặc WebP đã tải lên xong trong không gian này, không quá 2 MB và 8 triệu điểm ảnh.",
        "A signature is a PNG, JPEG or WebP uploaded to this space, of at most 2 MB and 8 million pixels.",
    )
