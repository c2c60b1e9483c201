"""Lines kept open to one server, as many as there are threads that ask at once: HTTP/1.1, and of it only what
our services need.

Why not a client of the library: ``docs/decisions/own-transport.md``.
"""

from __future__ import annotations

import os
import select
import socket
import ssl
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO
from urllib.parse import urlsplit

CONNECT_S = 2.0
READ_S = 6.0  # without a byte of an answer; well inside the gateway's 29 s, three times over
_MOST_IDLE = 64
_LONGEST_HEADER = 65_536


class LineBroken(OSError):
    """No answer came, or half of one; whether the request had its effect is not known."""


class _Silent(LineBroken):
    """Not a byte came back."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as the server sent it; the names of headers are lower-case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Lines:
    """Open lines to one server. Any number of threads may ask at once; what is not in use waits to be used again."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._tls = address.scheme == "https"
        self._name = address.hostname or ""
        self._port = address.port or (443 if self._tls else 80)
        self.host = address.netloc.rpartition("@")[2]
        self._idle: deque[_Line] = deque()

    def exchange(self, headers: Mapping[str, str], body: bytes, *, method: str = "POST", path: str = "/") -> Reply:
        """Send one request and read its answer.

        A server closes idle lines as it likes, and may do so in the moment in which we write. When a line that was used
        before ends without a byte of an answer, the request is sent once more, on a fresh one: HTTP allows it for what
        is idempotent (RFC 9112, 9.3.1), and each of our calls may be repeated, since any of them may be anyway.
        Raises: LineBroken.
        """
        request = _head(method, path, headers, len(body)) + body
        line = self._waiting()
        if line is not None:
            with suppress(_Silent):
                return self._on(line, request)
        return self._on(self._fresh(), request)

    def close(self) -> None:
        """Hang up all lines that are not in use."""
        while self._idle:
            self._idle.pop().close()

    def _waiting(self) -> _Line | None:
        """The line used last that is still open."""
        while True:
            try:
                line = self._idle.pop()
            except IndexError:
                return None
            if not line.is_over():
                return line
            line.close()

    def _on(self, line: _Line, request: bytes) -> Reply:
        try:
            reply = line.ask(request)
        except BaseException:
            line.close()
            raise
        if reply.headers.get("connection", "").lower() == "close" or len(self._idle) >= _MOST_IDLE:
            line.close()
        else:
            self._idle.append(line)
        return reply

    def _fresh(self) -> _Line:
        try:
            plain = socket.create_connection((self._name, self._port), CONNECT_S)
            # An answer is short and awaited: nothing is to be gained by holding back the last packet (Nagle).
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            line = _tls().wrap_socket(plain, server_hostname=self._name) if self._tls else plain
        except OSError as error:
            raise LineBroken(str(error)) from error
        line.settimeout(READ_S)
        return _Line(line)


class _Line:
    """One open line. One thread at a time."""

    def __init__(self, line: socket.socket) -> None:
        self._socket = line
        self._reader: BinaryIO = line.makefile("rb")
        self._poll = select.poll()
        self._poll.register(line, select.POLLIN)

    def is_over(self) -> bool:
        """Whether the server has hung up: there is something to read that nobody asked for."""
        return bool(self._poll.poll(0))

    def ask(self, request: bytes) -> Reply:
        """Raises: LineBroken."""
        try:
            self._socket.sendall(request)
            start = self._reader.readline(_LONGEST_HEADER)
        except TimeoutError as error:
            raise LineBroken("no answer in time") from error
        except OSError as error:
            raise _Silent(str(error)) from error
        if not start:
            raise _Silent("hung up")
        try:
            return self._read(start)
        except (OSError, ValueError) as error:
            raise LineBroken("half an answer") from error

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError):
            self._reader.close()
            self._socket.close()

    def _read(self, start: bytes) -> Reply:
        status = int(start.split(None, 2)[1])
        headers = self._headers()
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return Reply(status, headers, self._chunks())
        return Reply(status, headers, self._exactly(int(headers.get("content-length", ""))))

    def _headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        while line := self._reader.readline(_LONGEST_HEADER).strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return headers

    def _chunks(self) -> bytes:
        parts = []
        while size := int(self._reader.readline(_LONGEST_HEADER).split(b";")[0], 16):
            parts.append(self._exactly(size))
            self._reader.readline(_LONGEST_HEADER)
        self._headers()  # a trailer, if any, and the empty line
        return b"".join(parts)

    def _exactly(self, length: int) -> bytes:
        content = self._reader.read(length)
        if len(content) != length:
            raise ValueError("hung up")
        return content


def _head(method: str, path: str, headers: Mapping[str, str], length: int) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}content-length: {length}\r\n\r\n".encode("latin-1")


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Whom we trust: what the deployment names as botocore has it, else the system's bundle."""
    return ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE") or None)
