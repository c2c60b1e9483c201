"""A server on this machine that answers as a test has written it, over real lines."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any


def answer(body: bytes = b"{}", status: int = 200, **headers: str) -> bytes:
    sent = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} OK\r\nContent-Length: {len(body)}\r\n{sent}\r\n".encode() + body


class Server:
    """Reads requests and answers each with what ``respond`` gives; ``None`` is hanging up without a word, and an answer
    that ends with ``HANG UP`` is followed by it. The first ``turned_away`` lines are reset before anything is read.
    ``opened`` counts lines."""

    HANG_UP = b"<hang up>"

    def __init__(
        self,
        respond: Callable[[int, bytes], bytes | None],
        tls: ssl.SSLContext | None = None,
        turned_away: int = 0,
    ) -> None:
        self._respond = respond
        self._turned_away = turned_away
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listening.getsockname()[1]}"
        self.opened = 0
        self.asked = 0
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)  # else whoever waits for a line keeps it open
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            self.opened += 1
            if self.opened <= self._turned_away:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                line.close()
                continue
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        # A client that trusts neither us nor what we say hangs up.
        with suppress(OSError), line, self._encrypted(line) as served:
            reader = served.makefile("rb")
            while body := self._request(reader):
                with self._lock:
                    self.asked += 1
                    number = self.asked
                said = self._respond(number, body)
                if said is None:
                    return
                served.sendall(said.removesuffix(self.HANG_UP))
                if said.endswith(self.HANG_UP):
                    return

    def _encrypted(self, line: socket.socket) -> socket.socket:
        return self._tls.wrap_socket(line, server_side=True) if self._tls else line

    def _request(self, reader: Any) -> bytes:
        length = 0
        while (header := reader.readline().strip()) != b"":
            name, _, value = header.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        return bytes(reader.read(length)) if length else b""


@contextmanager
def serving(
    respond: Callable[[int, bytes], bytes | None], tls: ssl.SSLContext | None = None, turned_away: int = 0
) -> Iterator[Server]:
    server = Server(respond, tls, turned_away)
    try:
        yield server
    finally:
        server.close()
