"""Lines kept open to one server, as many as there are threads that ask at once: HTTP/1.1, and of it only what
our services need.

Why not a client of the library: ``docs/decisions/own-transport.md``.
"""

from __future__ import annotations

import os
import re
import select
import socket
import ssl
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlsplit

from chalicelib.storage.signing import require_lines

CONNECT_S = 2.0
READ_S = 6.0  # without a byte of an answer; well inside the gateway's 29 s, three times over
_MOST_IDLE = 64
_LONGEST_HEAD = 65_536
_AT_ONCE = 16_384  # bytes: an encrypted line brings no more at once
_LARGEST = 2**28  # bytes of an answer: DynamoDB's have at most 16 MB, and a length is believed before it is read
_STATUS = re.compile(r"HTTP/1\.[01] ([2-5][0-9][0-9])(?: .*)?")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?")
_ENDS = frozenset({"content-length", "transfer-encoding"})


class LineBroken(OSError):
    """No answer came, or half of one; whether the request had its effect is not known."""


class NotSent(LineBroken):
    """The request did not leave in full, so it had no effect: nobody listens, or hung up while we wrote."""


class _Silent(LineBroken):
    """All was sent, and not a byte came back."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as the server sent it; the names of headers are lower-case.

    ``resent``: the request was sent in full once before, so this answer may be one to its repetition.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    resent: bool = False


class Lines:
    """Open lines to one server. Any number of threads may ask at once; what is not in use waits to be used again."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._tls = address.scheme == "https"
        self._name = address.hostname or ""
        self._port = address.port or (443 if self._tls else 80)
        self.host = address.netloc.rpartition("@")[2]
        self._idle: deque[_Line] = deque()

    def exchange(
        self, headers: Mapping[str, str], body: bytes, *, method: str = "POST", path: str = "/", resend: bool = True
    ) -> Reply:
        """Send one request and read its answer.

        A server closes idle lines as it likes: in the moment in which we write, or while Lambda has frozen us and we
        cannot notice. When a line that was used before ends without a byte of an answer, the request is sent once more,
        on a fresh one: HTTP allows it for what is idempotent (RFC 9112, 9.3.1), and a write finds out whether it met
        itself (``first_try.py``). Without ``resend`` only a request that did not leave in full is sent again.
        Raises: NotSent, LineBroken, ValueError for a header that would be more than one.
        """
        request = _head(method, path, headers, len(body)) + body
        line = self._waiting()
        if line is None:
            return self._on(self._fresh(), request)
        try:
            return self._on(line, request)
        except NotSent:
            return self._on(self._fresh(), request)
        except _Silent:
            if not resend:
                raise
        try:
            return replace(self._on(self._fresh(), request), resent=True)
        except NotSent as error:
            raise LineBroken(str(error)) from error  # not this time; the first time perhaps

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
            raise NotSent(str(error)) from error
        line.settimeout(READ_S)
        return _Line(line)


class _Line:
    """One open line. One thread at a time."""

    def __init__(self, line: socket.socket) -> None:
        self._socket = line
        self._held = b""  # read from the line and not yet used
        self._poll = select.poll()
        self._poll.register(line, select.POLLIN)

    def is_over(self) -> bool:
        """Whether the server has hung up, or said what nobody asked for, which must not be read as the next answer: on
        the wire, decrypted already, or read along with the last answer."""
        if self._held or self._poll.poll(0):
            return True
        return isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0

    def ask(self, request: bytes) -> Reply:
        """Raises: NotSent, LineBroken."""
        try:
            self._socket.sendall(request)
        except OSError as error:
            raise NotSent(str(error)) from error
        try:
            self._held = self._socket.recv(_AT_ONCE)
        except TimeoutError as error:
            raise LineBroken("no answer in time") from error
        except OSError as error:
            raise _Silent(str(error)) from error
        if not self._held:
            raise _Silent("hung up")
        try:
            return self._read()
        except (OSError, ValueError) as error:
            raise LineBroken("half an answer, or none of HTTP") from error

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError):
            self._socket.close()

    def _read(self) -> Reply:
        start, *lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        found = _STATUS.fullmatch(start)
        if found is None:
            raise ValueError("no status line")
        headers = _headers(lines)
        coding = headers.get("transfer-encoding")
        if coding is None:
            return Reply(int(found[1]), headers, self._exactly(_length(headers.get("content-length", ""))))
        # Two ways to say where an answer ends are none (RFC 9112, 6.3), and no other coding is asked for.
        if coding.lower() != "chunked" or "content-length" in headers:
            raise ValueError("no telling where the answer ends")
        return Reply(int(found[1]), headers, self._chunks())

    def _chunks(self) -> bytes:
        parts, room = [], _LARGEST
        while size := _chunk_size(self._until(b"\r\n")):
            room -= size
            if room < 0:
                raise ValueError("too large")
            parts.append(self._exactly(size))
            if self._until(b"\r\n"):
                raise ValueError("a chunk is longer than it says")
        while self._until(b"\r\n"):
            pass  # a trailer
        return b"".join(parts)

    def _until(self, end: bytes) -> bytes:
        while (place := self._held.find(end)) < 0:
            if len(self._held) > _LONGEST_HEAD:
                raise ValueError("too long")
            self._held += self._more(_AT_ONCE)
        before, self._held = self._held[:place], self._held[place + len(end) :]
        return before

    def _exactly(self, length: int) -> bytes:
        held = self._held
        if len(held) >= length:
            self._held = held[length:]
            return held[:length]
        parts, missing, self._held = [held], length - len(held), b""
        while missing:
            parts.append(self._more(min(missing, 16 * _AT_ONCE)))
            missing -= len(parts[-1])
        return b"".join(parts)

    def _more(self, most: int) -> bytes:
        came = self._socket.recv(most)
        if not came:
            raise ValueError("hung up")
        return came


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        # A name has no space beside it; a line that begins with one goes on with the line before, as is long obsolete.
        if not colon or name != name.strip() or "\n" in line or "\r" in line:
            raise ValueError("no header")
        name, value = name.lower(), value.strip()
        if name in _ENDS and headers.get(name, value) != value:
            raise ValueError("two ends of one answer")
        headers[name] = value
    return headers


def _chunk_size(said: bytes) -> int:
    found = _CHUNK.fullmatch(said)
    if found is None:
        raise ValueError("no chunk")
    return int(found[1], 16)


def _length(said: str) -> int:
    # ``int`` takes signs, spaces and underscores, too.
    if not (said.isascii() and said.isdigit()) or len(said) > 9 or int(said) > _LARGEST:
        raise ValueError("no length")
    return int(said)


def _head(method: str, path: str, headers: Mapping[str, str], length: int) -> bytes:
    require_lines(method, path, headers)
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    return f"{method} {path} HTTP/1.1\r\n{lines}content-length: {length}\r\n\r\n".encode("latin-1")


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Whom we trust: what the deployment names as botocore has it, else the system's bundle."""
    return ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE") or None)
