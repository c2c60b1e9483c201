"""What is read from a line, whatever the server writes on it: an answer as it was sent, or none. What is written on it:
one request."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.storage.lines import LineBroken, Lines, Reply
from chalicelib.storage.signing import signed
from tests.scripted import Server, answer, serving

PIECES = [
    *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200\r\n", b"HTTP/1.1", b"HTTP/1.1 20x OK\r\n", b"HTTP/1.1 100 Continue\r\n"),
    *(b"Content-Length: 5\r\n", b"content-length: 3\r\n", b"content-length: -1\r\n", b"content-length: 1_0\r\n"),
    *(b"Transfer-Encoding: chunked\r\n", b"transfer-encoding: gzip\r\n", b"x: y\r\n", b" folded\r\n", b"none\r\n"),
    *(b"\r\n", b"\n", b"\r", b"hello", b"5\r\nhello\r\n", b"-5\r\n", b"0x5\r\nhello\r\n", b"0\r\n\r\n", b"\0", b"\xff"),
]


class Scripted:
    """A server that answers everybody with ``said`` and hangs up."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.said = b""

    def asked(self) -> Reply:
        there = Lines(self.server.url)
        try:
            return there.exchange({"host": there.host}, b"x")
        finally:
            there.close()

    def says(self, said: bytes) -> Reply:
        self.said = said
        return self.asked()


@pytest.fixture(scope="module")
def scripted() -> Iterator[Scripted]:
    with serving(lambda number, body: there.said + Server.HANG_UP) as server:
        there = Scripted(server)
        yield there


@given(said=st.lists(st.sampled_from(PIECES) | st.binary(max_size=20), max_size=12).map(b"".join))
def test_whatever_is_written_it_is_an_answer_or_none(scripted: Scripted, said: bytes) -> None:
    try:
        reply = scripted.says(said)
    except LineBroken:
        return
    head, _, rest = said.partition(b"\r\n\r\n")
    assert head.split(b" ")[1][:3] == b"%d" % reply.status
    assert 200 <= reply.status < 600
    if "transfer-encoding" not in reply.headers:
        assert reply.body == rest[: int(reply.headers["content-length"])]
        assert len(reply.body) == int(reply.headers["content-length"])


def in_chunks(parts: list[bytes]) -> bytes:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts if part)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n" + chunks + b"0\r\nx-trailer: y\r\n\r\n"


@given(parts=st.lists(st.binary(max_size=40), max_size=4), chunked=st.booleans(), data=st.data())
def test_an_answer_is_whole_or_none(scripted: Scripted, parts: list[bytes], chunked: bool, data: st.DataObject) -> None:
    whole = in_chunks(parts) if chunked else answer(b"".join(parts), x_more="a: b")
    assert scripted.says(whole).body == b"".join(parts)
    with pytest.raises(LineBroken):
        scripted.says(whole[: data.draw(st.integers(0, len(whole) - 1))])


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 \r\n\r\n",
        b"HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\na",
        b"HTTP/1.1 200 OK\r\ncontent-length: 999999999999\r\n\r\na",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffff\r\nab",
        b"HTTP/1.1 200 OK\r\nx\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n folded\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length : 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx-cut: o",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000 + b"\r\ncontent-length: 0\r\n\r\n",
    ],
)
def test_what_is_no_answer_is_refused(scripted: Scripted, said: bytes) -> None:
    with pytest.raises(LineBroken):
        scripted.says(said)


def test_a_length_may_be_said_twice(scripted: Scripted) -> None:
    assert scripted.says(b"HTTP/1.0 200\r\nContent-Length: 2\r\ncontent-length: 2\r\n\r\nabc").body == b"ab"


@pytest.mark.parametrize("bad", ["a\r\nx-evil: 1", "a\nb", "a\rb", "a\0b"])
@pytest.mark.parametrize("place", ["method", "path", "name", "value"])
def test_a_request_is_one_request(scripted: Scripted, place: str, bad: str) -> None:
    there = Lines(scripted.server.url)
    given = {"method": "GET", "path": "/", "name": "x-note", "value": "one"} | {place: bad}
    headers, where = {given["name"]: given["value"], "host": there.host}, (given["method"], given["path"])
    before = scripted.server.opened
    with pytest.raises(ValueError, match="one line"):
        there.exchange(headers, b"", method=where[0], path=where[1])
    assert scripted.server.opened == before
    anyone = ReadOnlyCredentials("key", "secret", None)
    with pytest.raises(ValueError, match="one line"):
        signed(headers, b"", anyone, region="r", service="s", at_s=0, method=where[0], path=where[1])
