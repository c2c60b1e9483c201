"""An app's server on loopback that takes results: what it was sent, and what it answers to each."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from chalicelib import clock
from tests.apps.superapp import SuperApp
from tests.emulated import Cloud, Context
from tests.factories import OpenedSpace
from tests.federation.signer import publishing


@dataclass
class Received:
    """One message as it arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """By which it is known."""
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        """What it says."""
        return json.loads(self.body)

    def is_signed_by(self, secret: str) -> bool:
        """Whether one of its signatures is of this secret, reckoned from the specification alone."""
        signed = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        key = b64decode(secret.removeprefix("whsec_"))
        right = "v1," + b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return right in self.headers["webhook-signature"].split(" ")


@dataclass
class Receiver:
    """The server: ``answers`` is asked with each message and gives the status, or ``None`` for none in time."""

    app: SuperApp
    secret: str
    answers: Callable[[Received], int | None] = lambda _: 200
    received: list[Received] = field(default_factory=list)

    def kinds(self) -> list[str]:
        """The kinds of what arrived."""
        return [each.json["type"] for each in self.received]

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        """One request."""
        body = handler.rfile.read(int(handler.headers["content-length"]))
        message = Received({name.lower(): value for name, value in handler.headers.items()}, body)
        self.received.append(message)
        status = self.answers(message)
        if status is None:
            handler.close_connection = True
            return
        handler.send_response(status)
        text = b"Xin ch\xc3\xa0o\n<script>"
        handler.send_header("content-length", str(len(text)))
        if 300 <= status < 400:
            handler.send_header("location", "http://127.0.0.1:1/elsewhere")
        handler.end_headers()
        handler.wfile.write(text)


@contextmanager
def receiving(hue: OpenedSpace) -> Iterator[Receiver]:
    """A super-app of the space whose webhook is a server on this machine."""
    with publishing() as published:
        app = SuperApp.trusted(hue, webhook=f"{published.address}/hook")
        receiver = Receiver(app, hue.admin.post(app.at("/webhook-secrets")).ok(201)["secret"])
        published.documents["/hook"] = receiver.take
        yield receiver


def later(aws: Cloud, seconds: int) -> None:
    """So much later, the clock has ticked and all that is due has been done. A minute more: the sweep waits so long."""
    import app

    then = clock.epoch_s() + seconds + 61
    clock.set_source(lambda: then)
    app.tick({}, Context())
    aws.drain()
