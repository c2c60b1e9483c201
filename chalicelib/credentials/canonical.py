"""A document's meaning as bytes: JSON-LD to RDF, canonicalised (RDFC-1.0), by contexts that ship with the code.

Nothing is fetched: a context that is not here is refused, whoever names it. PyLD calls the algorithm by the name that
it had as a draft, URDNA2015; the two differ in how control characters are written alone, and no text of ours has any
(https://www.w3.org/TR/rdf-canon/, "URDNA2015").
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

Json = dict[str, Any]
CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
# What types of ``credentialSchema`` 1EdTech's validators are called.
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CONTEXTS: Mapping[str, str] = {
    CREDENTIALS: "credentials-v2.json",
    OPEN_BADGES: "open-badges-3.0.3.json",
    EXTENSIONS: "open-badges-extensions.json",
}
_FOLDER = Path(__file__).with_name("contexts")


class ForeignContext(LookupError):
    """A document names a context that does not ship with the code: a defect of ours, and never a look into the
    network."""


def digest(document: Mapping[str, Any]) -> bytes:
    """SHA-256 of what a document means: some 10 ms, and 200 more the first time in a process. Raises:
    ForeignContext."""
    return sha256(canonical(document).encode()).digest()


def canonical(document: Mapping[str, Any]) -> str:
    """A document's statements, each a line, in the one order that they have. Raises: ForeignContext."""
    from pyld import jsonld

    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _load}
    try:
        return str(jsonld.normalize(document, options))
    except jsonld.JsonLdError as error:
        foreign = _cause(error)
        raise (foreign or error) from None


def _cause(error: BaseException | None) -> ForeignContext | None:
    while error is not None and not isinstance(error, ForeignContext):
        error = error.__cause__
    return error


def _load(url: str, _options: Mapping[str, Any] | None = None) -> Json:
    """A context as PyLD's loaders give one."""
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": context(url),
    }


@lru_cache(maxsize=8)
def context(url: str) -> Json:
    """A context that ships with the code. Raises: ForeignContext."""
    name = CONTEXTS.get(url)
    if name is None:
        raise ForeignContext(url)
    found: Json = json.loads((_FOLDER / name).read_text(encoding="utf-8"))
    return found
