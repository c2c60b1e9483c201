"""What credentials, their issuers and their subjects are called: identifiers, addresses and DIDs. No I/O.

A credential's number is ``<slug>.<id>``: whose it is can be told from the number alone, for ever, so it answers without
any look at the space, which may be suspended, restored or closed.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlsplit
from uuid import NAMESPACE_URL, uuid5

from pydantic import Field, StringConstraints

from chalicelib import config, ids
from chalicelib.http.models import SLUG_PATTERN

NUMBER_PATTERN = rf"{SLUG_PATTERN.removesuffix('$')}\.[{ids.ALPHABET}]{{{ids.LENGTH}}}$"
CredentialNumber = Annotated[
    str, StringConstraints(pattern=NUMBER_PATTERN), Field(examples=["hue.0123456789abcdefghjkmn"])
]


def number(slug: str, credential_id: str) -> str:
    """What people and machines call a credential."""
    return f"{slug}.{credential_id}"


def parts(credential: str) -> tuple[str, str]:
    """The space and the id of a credential's number."""
    slug, _, credential_id = credential.partition(".")
    return slug, credential_id


def page(credential: str) -> str:
    """Where programs read what a credential says and whether it holds: its ``id``. A browser is led on to `shown`."""
    return f"{_base()}/v1/credentials/{credential}"


def shown(credential: str) -> str:
    """Where people see the same in the space's dress: what a QR code leads to. It is there whatever became of the
    space."""
    return f"{_base()}/s/{parts(credential)[0]}/certificates/{credential}"


def status_list(slug: str, number: int) -> str:
    """Where the bits of a status list are published."""
    return f"{_issuer(slug)}/status-lists/{number}"


def profile(slug: str) -> str:
    """Where the issuer's profile is published."""
    return f"{_issuer(slug)}/issuer"


def did(slug: str) -> str:
    """The issuer's identifier: its document is at ``/v1/spaces/<slug>/did.json`` (did:web method, "Read")."""
    there = urlsplit(_base())
    path = "".join(f":{quote(part)}" for part in there.path.split("/") if part)
    return f"did:web:{there.netloc.replace(':', '%3A')}{path}:v1:spaces:{slug}"


def subject(slug: str, person_id: str) -> str:
    """Whom a credential is about: the same in every credential of a space, and nothing outside of it. A person's id has
    65 random bits, so it cannot be found from this."""
    return _urn("subject", slug, person_id)


def achievement(slug: str, kind: str, about: str) -> str:
    """What was achieved: the same for everyone of a space who achieved it."""
    return _urn("achievement", slug, kind, about)


def result(slug: str, kind: str, about: str) -> str:
    """The score that an achievement is told with."""
    return _urn("result", slug, kind, about)


def _urn(*what: str) -> str:
    return uuid5(NAMESPACE_URL, "\x1f".join(("hocmo", *what))).urn


def _issuer(slug: str) -> str:
    return f"{_base()}/v1/spaces/{slug}"


def _base() -> str:
    return config.current().public_url
