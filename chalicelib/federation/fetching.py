"""One request to an address that a tenant gave: https only, no redirects, a few seconds, few bytes, never into our own
network (``addresses.py``). For discovery documents, keys, tokens, and for results sent back.

The deadline is of the whole exchange: a server that sends a byte now and then does not hold a function.
"""

from __future__ import annotations

import http.client
import io
import json
import os
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from chalicelib.errors import Refusal
from chalicelib.federation import addresses
from chalicelib.federation.addresses import AddressRefused, NameUnknown, Target

TIMEOUT_S = 3.0
MOST_BYTES = 64 * 1024
_AGENT = "Hocmo/1"
FORM = "application/x-www-form-urlencoded"


class Unreachable(Refusal):
    """No answer, or none in time."""

    status = 424
    code = "unreachable"
    vi = "Máy chủ {host} không trả lời trong thời gian cho phép. Hãy thử lại sau hoặc báo đơn vị vận hành máy chủ đó."
    en = "The server {host} does not answer in time. Try again later, or tell whoever runs it."


class AnswerTooLarge(Refusal):
    """More bytes than we read of a stranger."""

    status = 424
    code = "answer_too_large"
    vi = "Máy chủ {host} trả lời quá dài (trên {kb} KB)."
    en = "The answer of the server {host} is too long (over {kb} KB)."


class AnswerUnfit(Refusal):
    """An answer of another status, or another form, than was asked for."""

    status = 424
    code = "answer_unfit"
    vi = "Máy chủ {host} trả lời không đúng dạng (mã trạng thái {status})."
    en = "The answer of the server {host} is not of the expected form (status {status})."


# What a fetch may end with, for an operation to declare.
REFUSALS: tuple[type[Refusal], ...] = (AddressRefused, NameUnknown, Unreachable, AnswerTooLarge, AnswerUnfit)


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: whatever its status. Names of headers are lower-case; ``took_ms`` is the whole exchange."""

    host: str
    status: int
    headers: dict[str, str]
    body: bytes
    took_ms: int

    def json(self) -> dict[str, Any]:
        """The JSON object of a successful answer. Raises: AnswerUnfit."""
        try:
            found = json.loads(self.body) if self.status == 200 else None
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise AnswerUnfit(host=self.host, status=self.status)
        return found


def get(url: str, headers: Mapping[str, str] | None = None) -> Fetched:
    """One GET. Raises: AddressRefused, NameUnknown, Unreachable, AnswerTooLarge."""
    return fetch("GET", url, headers={"accept": "application/json", **(headers or {})})


def post_form(url: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Fetched:
    """One POST of a form. Raises: as :func:`get`."""
    given = {"accept": "application/json", "content-type": FORM, **(headers or {})}
    return fetch("POST", url, headers=given, body=urlencode(form).encode())


def fetch(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout_s: float = TIMEOUT_S,
    most_bytes: int = MOST_BYTES,
) -> Fetched:
    """One request and its answer, whatever its status; a redirect is an answer too, and not followed.

    ``timeout_s`` bounds the whole: resolving, connecting, sending, reading. Raises: AddressRefused, NameUnknown,
    Unreachable, AnswerTooLarge.
    """
    target = addresses.parse(url)
    started = time.monotonic()
    deadline = started + timeout_s
    address = addresses.resolve(target, timeout_s)
    try:
        with _connected(target, address, deadline) as line:
            line.settimeout(_left(deadline))
            line.sendall(_request(method, target, headers or {}, body))
            status, answered, content = _read(method, line, deadline, most_bytes)
    except (OSError, http.client.HTTPException, ValueError):
        raise Unreachable(host=target.host) from None
    if len(content) > most_bytes:
        raise AnswerTooLarge(host=target.host, kb=most_bytes // 1024)
    return Fetched(target.host, status, answered, content, round((time.monotonic() - started) * 1000))


def _connected(target: Target, address: str, deadline: float) -> socket.socket:
    line = socket.create_connection((address, target.port), _left(deadline))
    if not target.tls:
        return line
    try:
        line.settimeout(_left(deadline))
        return _tls().wrap_socket(line, server_hostname=target.host)
    except BaseException:
        line.close()
        raise


def _request(method: str, target: Target, headers: Mapping[str, str], body: bytes | None) -> bytes:
    sent = {"host": target.authority, "user-agent": _AGENT, "connection": "close", **headers}
    if body is not None:
        sent["content-length"] = str(len(body))
    if any("\n" in each or "\r" in each for pair in sent.items() for each in pair):
        raise ValueError("a header of two lines")
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    return f"{method} {target.path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + (body or b"")


def _read(method: str, line: socket.socket, deadline: float, most: int) -> tuple[int, dict[str, str], bytes]:
    answer = http.client.HTTPResponse(_Hurried(line, deadline), method=method)  # type: ignore[arg-type]
    try:
        answer.begin()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, headers, answer.read(most + 1)
    finally:
        with suppress(OSError):
            answer.close()


def _left(deadline: float) -> float:
    """Seconds until then. Raises: TimeoutError."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Hurried(io.RawIOBase):
    """A socket to read from, each time for no longer than is left."""

    def __init__(self, line: socket.socket, deadline: float) -> None:
        self._line = line
        self._deadline = deadline

    def makefile(self, mode: str) -> io.BufferedReader:
        """What ``HTTPResponse`` asks a socket for."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._line.settimeout(_left(self._deadline))
        return self._line.recv_into(buffer)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """The system's trust: what botocore is told of AWS says nothing about strangers."""
    context = ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE") or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
