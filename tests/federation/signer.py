"""Somebody who signs: a key pair, assertions of it, and the documents that a provider publishes, on loopback."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from chalicelib import clock
from tests.federation.oidc_provider import loopback_asked

ISSUER = "https://app.hue.example"
AUDIENCE = "https://hocmo.example/hue"


@dataclass
class Signer:
    """One key. ``claims`` are right unless told otherwise."""

    algorithm: str = "ES256"
    kid: str = "k1"
    key: Any = None
    issuer: str = ISSUER

    def __post_init__(self) -> None:
        if self.key is None:
            self.key = _fresh(self.algorithm, self.kid)

    @property
    def public(self) -> dict[str, Any]:
        """The key as a JWK, without what is private."""
        return {**self.key.as_dict(private=False), "kid": self.kid, "use": "sig"}

    def claims(self, **other: Any) -> dict[str, Any]:
        """Good claims, but for these; ``None`` leaves one out."""
        now = clock.epoch_s()
        good = {"iss": self.issuer, "aud": AUDIENCE, "sub": "an", "iat": now, "exp": now + 120, "jti": uuid.uuid4().hex}
        return {name: value for name, value in {**good, **other}.items() if value is not None}

    def signed(self, header: dict[str, Any] | None = None, **other: Any) -> str:
        """An assertion."""
        full = {"alg": self.algorithm, "typ": "JWT", "kid": self.kid, **(header or {})}
        full = {name: value for name, value in full.items() if value is not None}
        return jwt.encode(full, self.claims(**other), self.key, algorithms=[full["alg"]])


def _fresh(algorithm: str, kid: str) -> Any:
    if algorithm.startswith("Ed"):
        return OKPKey.generate_key("Ed25519", {"kid": kid})
    if algorithm.startswith("ES"):
        return ECKey.generate_key("P-256", {"kid": kid})
    return RSAKey.generate_key(2048, {"kid": kid})


@dataclass
class Published:
    """What a server on loopback answers: documents by path, and how often each was asked for."""

    address: str
    documents: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def keys(self, *signers: Signer) -> str:
        """The address of a JWK Set of these signers."""
        self.documents["/keys"] = {"keys": [each.public for each in signers]}
        return f"{self.address}/keys"

    def provider(self, *signers: Signer, **other: Any) -> str:
        """The issuer of a whole provider whose tokens these sign."""
        self.documents["/.well-known/openid-configuration"] = {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/auth",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": self.keys(*signers),
            "end_session_endpoint": f"{self.address}/end",
            **other,
        }
        return self.address


Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def publishing() -> Iterator[Published]:
    """A server on loopback, which may be asked meanwhile. A document that is a function answers by itself."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            published.asked.append(self.path)
            found = published.documents.get(self.path.partition("?")[0])
            if callable(found):
                found(self)
                return
            self.answer(200 if found is not None else 404, json.dumps(found).encode())

        do_POST = do_GET  # noqa: N815 (BaseHTTPRequestHandler's names)

        def answer(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in {
                "content-type": "application/json",
                "content-length": str(len(body)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    published = Published(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with loopback_asked():
            yield published
    finally:
        server.shutdown()
        server.server_close()
