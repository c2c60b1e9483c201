"""Certificates as files: drawn when somebody first asks, kept for a week under the digest of all that they show.

Whatever is shown differently (a name issued anew, another logo, another colour, an expiry) is another file, so nobody
is given what is not so any more; what holds no more is not given at all. Drawing takes a fraction of a second
(``docs/bench.md``), so whoever asks waits for it. The files are the space's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chalicelib.courses import uploads
from chalicelib.credentials import addresses, register
from chalicelib.credentials.prints import shown, signatures
from chalicelib.credentials.prints.shown import Shown
from chalicelib.credentials.views import PRINTED
from chalicelib.errors import NotFound, Refusal
from chalicelib.printing.pictures import Unfit, embedded, is_pale, opened
from chalicelib.storage import acting, files
from chalicelib.tenants import registry

if TYPE_CHECKING:
    from PIL.Image import Image

    from chalicelib.printing.pictures import Embedded

_LOGO = (960, 230)  # pixels: 300 an inch where it is drawn


class Revoked(Refusal):
    """A page of what holds no more would be taken for a certificate."""

    status = 410
    code = "credential_revoked"
    vi = "Chứng nhận {number} đã bị thu hồi nên không còn bản in."
    en = "The certificate {number} has been revoked, so there is no print of it any more."


class Replaced(Refusal):
    """So would one with the name as it was before it was corrected."""

    status = 410
    code = "credential_replaced"
    vi = "Chứng nhận {number} đã được thay bằng {next}. Hãy dùng bản in của chứng nhận đó."
    en = "The certificate {number} has been replaced by {next}. Use the print of that one."


def certificate(number: str) -> str:
    """Where the page is, for a while: 1 call, 1 of S3 (then 2 and the pictures', the first time).

    Raises: NotFound, Revoked, Replaced, Unavailable.
    """
    return _address(number, "pdf", "application/pdf", _certificate, download_as=f"{number}.pdf")


def picture(number: str) -> str:
    """Where the picture to share is, for a while; costs and refusals as with :func:`certificate`."""
    return _address(number, "png", "image/png", _picture)


def _address(
    number: str, kind: str, content_type: str, draw: Callable[[Shown], bytes], *, download_as: str | None = None
) -> str:
    slug, _ = addresses.parts(number)
    what = _shown(number)
    name = f"{slug}/certificates/{what.digest}.{kind}"
    with acting.on_behalf_of(slug):
        if files.head(name) is None:
            # Two who ask at once both draw it, and write the same.
            files.put(name, draw(what), content_type, temporary=True)
        return files.address(name, download_as=download_as, content_type=content_type)


def _shown(number: str) -> Shown:
    found = register.find(number)
    if found.state not in PRINTED or not found.signed:
        raise Replaced(number=number, next=found.next) if found.next else Revoked(number=number)
    return shown.of(found, registry.profile(addresses.parts(number)[0]))


def _certificate(what: Shown) -> bytes:
    from chalicelib.credentials.prints import certificate

    logo = _logo(what)
    art = certificate.Art(
        embedded(logo) if logo else None,
        logo is not None and is_pale(logo),
        tuple(_signature(what, signer.signature) if signer.signature else None for signer in what.signers),
    )
    return certificate.drawn(what, art)


def _picture(what: Shown) -> bytes:
    from chalicelib.credentials.prints import sharing

    logo = _logo(what)
    return sharing.drawn(what, logo, on_colour=logo is not None and is_pale(logo))


def _logo(what: Shown) -> Image | None:
    return _opened(what.logo, *_LOGO) if what.logo else None


def _signature(what: Shown, file_id: str) -> Embedded | None:
    slug, _ = addresses.parts(what.number)
    found = _opened(uploads.key(slug, file_id), *signatures.SIZE)
    return embedded(found) if found else None


def _opened(name: str, width: int, height: int) -> Image | None:
    """A picture of the space; ``None`` for one that is gone, as after the space was closed, or cannot be drawn: then
    names stand there alone."""
    try:
        return opened(files.get(name), width, height)
    except (NotFound, Unfit):
        return None
