"""A browser that takes pushes, and the service that brings them, on loopback: it reads them by npm's ``http_ece``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from chalicelib.notifications.push_encryption import decoded, encoded
from chalicelib.people.person import Person
from tests.factories import OpenedSpace
from tests.federation.signer import Published, publishing
from tests.notifications.telling import signed_in

_SCRIPT = Path(__file__).with_name("decrypt.mjs")


@dataclass
class Pushed:
    """One push as it arrived."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Browser:
    """One browser: what it was pushed, and what its service answers to each."""

    endpoint: str
    answers: Callable[[Pushed], int] = lambda _: 201
    pushed: list[Pushed] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)

    @property
    def subscription(self) -> dict[str, Any]:
        """As ``PushSubscription.toJSON()`` gives it."""
        public = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": encoded(public), "auth": encoded(self._auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def subscribe(self, space: OpenedSpace, who: Person) -> str:
        """Take that person's pushes; gives the device's id."""
        added = signed_in(space, who).post(space.at("/me/devices"), self.subscription).ok(201)
        return str(added["id"])

    def read(self) -> list[dict[str, str]]:
        """What it was pushed, decrypted."""
        return [self._read(each) for each in self.pushed]

    def _read(self, pushed: Pushed) -> dict[str, str]:
        private = self._key.private_numbers().private_value.to_bytes(32)
        asked = {"private": encoded(private), "auth": encoded(self._auth), "body": encoded(pushed.body)}
        node = shutil.which("node")
        assert node, "Node is needed: make setup says which"
        done = subprocess.run([node, str(_SCRIPT)], input=json.dumps(asked), capture_output=True, text=True, check=True)
        told: dict[str, str] = json.loads(done.stdout)
        return told

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        """The service takes one push for it."""
        body = handler.rfile.read(int(handler.headers["content-length"]))
        pushed = Pushed({name.lower(): value for name, value in handler.headers.items()}, body)
        status = self.answers(pushed)
        if status == 201:
            self.pushed.append(pushed)
        handler.send_response(status)
        handler.send_header("content-length", "0")
        handler.end_headers()


@dataclass
class PushService:
    """A service at which browsers are reached."""

    published: Published

    def browser(self, name: str = "1") -> Browser:
        """A browser that it knows."""
        browser = Browser(f"{self.published.address}/push/{name}")
        self.published.documents[f"/push/{name}"] = browser.take
        return browser


def claims(pushed: Pushed, key: str) -> dict[str, Any]:
    """Whose push it says it is (RFC 8292), signed by the key that the space gives to browsers."""
    token, _, said = pushed.headers["authorization"].removeprefix("vapid t=").partition(", k=")
    assert said == key
    point = decoded(key)
    public = ECKey.import_key(
        {"kty": "EC", "crv": "P-256", "x": encoded(point[1:33]), "y": encoded(point[33:])}  # uncompressed: 4, x, y
    )
    return jwt.decode(token, public, algorithms=["ES256"]).claims


@contextmanager
def push_service() -> Iterator[PushService]:
    """A service on loopback."""
    with publishing() as published:
        yield PushService(published)
