"""Lines to a server that behaves as servers do: hangs up idle ones, breaks off, answers in chunks, encrypts."""

from __future__ import annotations

import datetime
import ipaddress
import json
import ssl
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import ClientError

from chalicelib.storage import lines
from chalicelib.storage.lines import LineBroken, Lines
from chalicelib.storage.transport import ATTEMPTS, Transport
from tests.scripted import Server, answer, serving

ANYONE = ReadOnlyCredentials("key", "secret", None)


def ask(there: Lines, body: bytes = b"x") -> bytes:
    return there.exchange({"host": there.host}, body).body


def called(server: Server) -> dict[str, Any]:
    return Transport(server.url, "ap-southeast-1").call("GetItem", {}, lambda: ANYONE)


def test_a_line_is_used_again() -> None:
    with serving(lambda number, body: answer(body)) as server:
        there = Lines(server.url)
        assert [ask(there, text.encode()) for text in ("một", "hai", "ba")] == ["một".encode(), b"hai", b"ba"]
        assert server.opened == 1


def test_a_line_that_the_server_closes_is_not() -> None:
    with serving(lambda number, body: answer(body, Connection="close")) as server:
        there = Lines(server.url)
        assert [ask(there), ask(there)] == [b"x", b"x"]
        assert server.opened == 2


def test_hanging_up_an_idle_line_is_not_noticed() -> None:
    """Answered, then hung up: before the next request, or in the moment in which it is written."""
    with serving(lambda number, body: answer(body) + Server.HANG_UP) as server:
        there = Lines(server.url)
        assert [ask(there) for _ in range(5)] == [b"x"] * 5
        assert server.opened == 5
    with serving(lambda number, body: None if number == 2 else answer(body)) as server:
        there = Lines(server.url)
        assert [ask(there), ask(there)] == [b"x", b"x"]
        assert (server.opened, server.asked) == (2, 3)


@pytest.mark.parametrize("said", [None, answer(b"12345")[:-1] + Server.HANG_UP, b"HTTP/1.1 200\r\n" + Server.HANG_UP])
def test_an_answer_that_breaks_off_is_none(said: bytes | None) -> None:
    with serving(lambda number, body: said) as server:
        with pytest.raises(LineBroken):
            ask(Lines(server.url))
        assert server.asked == 1


def test_nobody_listens() -> None:
    with serving(lambda number, body: None) as server:
        pass
    with pytest.raises(LineBroken):
        ask(Lines(server.url))


def test_silence_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "READ_S", 0.05)
    enough = threading.Event()

    def respond(number: int, body: bytes) -> None:
        enough.wait()

    with serving(respond) as server:
        with pytest.raises(LineBroken):
            ask(Lines(server.url))
        enough.set()


def test_an_answer_may_come_in_chunks() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nm\xe1\xbb\x99\r\n1;x=y\r\nt\r\n0\r\n\r\n"
    with serving(lambda number, body: chunked) as server:
        there = Lines(server.url)
        assert [ask(there).decode() for _ in range(2)] == ["một", "một"]
        assert server.opened == 1


def test_threads_never_get_one_anothers_answers() -> None:
    with serving(lambda number, body: answer(body)) as server:
        there = Lines(server.url)

        def echo(number: int) -> bool:
            return all(ask(there, b"%d.%d" % (number, turn)) == b"%d.%d" % (number, turn) for turn in range(20))

        with ThreadPoolExecutor(64) as threads:
            assert all(threads.map(echo, range(64)))
        assert server.opened <= 64


def test_a_checksum_is_held_against_the_answer() -> None:
    body = b'{"Item":{}}'
    with serving(lambda number, _: answer(body, x_amz_crc32=str(zlib.crc32(body) - (number == 1)))) as server:
        assert called(server) == {"Item": {}}
        assert server.asked == 2


@pytest.mark.parametrize(
    ("status", "code", "asked"),
    [
        (500, "InternalServerError", ATTEMPTS),
        (400, "ThrottlingException", ATTEMPTS),
        (400, "ProvisionedThroughputExceededException", ATTEMPTS),
        (400, "ValidationException", 1),
        (400, "ConditionalCheckFailedException", 1),
        (400, "TransactionCanceledException", 1),
    ],
)
def test_what_passes_with_time_is_tried_again(status: int, code: str, asked: int) -> None:
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "không"}).encode()
    with serving(lambda number, _: answer(body, status)) as server:
        with pytest.raises(ClientError) as refused:
            called(server)
        assert refused.value.response["Error"] == {"Code": code, "Message": "không"}
        assert server.asked == asked


def test_a_proxys_page_is_a_refusal_too() -> None:
    with serving(lambda number, _: answer(b"<html>Bad gateway", 502)) as server:
        with pytest.raises(ClientError) as refused:
            called(server)
        assert refused.value.response["Error"] == {"Code": "502", "Message": "<html>Bad gateway"}
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 502


def test_a_transaction_tried_again_carries_the_same_token() -> None:
    tokens: list[str] = []

    def respond(number: int, body: bytes) -> bytes | None:
        tokens.append(json.loads(body)["ClientRequestToken"])
        return None if number == 1 else answer()

    with serving(respond) as server:
        there = Transport(server.url, "ap-southeast-1")
        there.call("TransactWriteItems", {"TransactItems": []}, lambda: ANYONE)
        there.call("TransactWriteItems", {"TransactItems": []}, lambda: ANYONE)
    assert len(tokens) == 3
    assert tokens[0] == tokens[1] != tokens[2]


def test_credentials_are_asked_for_at_each_signing() -> None:
    asked: list[str] = []

    def credentials() -> ReadOnlyCredentials:
        asked.append("")
        return ANYONE

    with serving(lambda number, _: answer(b"{}", 500 if number == 1 else 200)) as server:
        Transport(server.url, "ap-southeast-1").call("GetItem", {}, credentials)
    assert len(asked) == 2


@pytest.fixture
def proven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext]:
    """A server's part of an encrypted line, whom nobody trusts until ``AWS_CA_BUNDLE`` names its certificate."""
    certificate, key = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    lines._tls.cache_clear()
    yield context
    lines._tls.cache_clear()


def test_only_a_server_that_proves_its_name_is_spoken_to(
    proven: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(lambda number, body: answer(body), proven) as server:
        with pytest.raises(LineBroken, match="certificate"):
            ask(Lines(server.url))
        trust(tmp_path, monkeypatch)
        there = Lines(server.url)
        assert [ask(there), ask(there)] == [b"x", b"x"]
        assert server.opened == 2  # the refused one, and one for both


@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize("size", [1, 20_000])
def test_what_nobody_asked_for_is_no_next_answer(
    proven: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encrypted: bool, size: int
) -> None:
    """Be it read along with the last answer or, after one that is read in parts, on the wire or decrypted already."""
    trust(tmp_path, monkeypatch)
    with serving(lambda number, body: answer(body) + answer(b"forged"), proven if encrypted else None) as server:
        there = Lines(server.url)
        assert [ask(there, b"x" * size), ask(there, b"own")] == [b"x" * size, b"own"]
        assert server.opened == 2


def trust(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(folder / "certificate.pem"))
    lines._tls.cache_clear()


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody vouches for, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "here")])
    now = datetime.datetime.now(datetime.UTC)
    later = now + datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, later)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    certificate.write_bytes(made.public_bytes(pem))
    private.write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
    return certificate, private
