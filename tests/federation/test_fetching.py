"""Fetching what strangers name: never from within, never for long, never much."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import config
from chalicelib.errors import Refusal
from chalicelib.federation import addresses, discovery, fetching
from chalicelib.federation.addresses import AddressRefused
from chalicelib.storage.spaces import Space
from tests.federation.signer import Published, Signer, publishing


@pytest.fixture
def published() -> Iterator[Published]:
    with publishing() as server:
        yield server


@pytest.fixture(autouse=True)
def _one_machine_without_the_switch(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("HOCMO_FETCH_LOOPBACK", raising=False)
    monkeypatch.setenv("HOCMO_LOCAL", "1")
    config.current.cache_clear()
    yield
    config.current.cache_clear()


@pytest.mark.parametrize(
    "url",
    [
        "http://hue.example/keys",
        "ftp://hue.example/keys",
        "file:///etc/passwd",
        "https://",
        "https:///keys",
        "https://user:pass@hue.example/",
        "https://hue.example@169.254.169.254/",
        "https://hue.example/#x",
        "https://hue.example/a b",
        "https://hue.example\\@169.254.169.254/",
        "https://hue.example:22/",
        "https://hue.example:99999/",
        "https://127.0.0.1/",
        "https://10.0.0.5/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://169.254.170.2/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://[::1]/",
        "https://[fd00:ec2::254]/",
        "https://[fe80::1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[2002:a9fe:a9fe::1]/",
        "https://huế.example/",
        "https://hue.example/" + "x" * 3_000,
    ],
)
def test_an_address_that_may_be_ours_is_not_asked(url: str) -> None:
    with pytest.raises(AddressRefused):
        addresses.parse(url)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "localhost."])
def test_other_ways_to_write_this_machine_lead_nowhere(host: str) -> None:
    """They are no literals; the resolver knows what they mean, and every address that it gives is looked at."""
    with pytest.raises(Refusal):
        addresses.resolve(addresses.parse(f"https://{host}/"), 3)


@given(st.ip_addresses(network="10.0.0.0/8") | st.ip_addresses(network="fc00::/7"))
def test_no_private_address_is_asked(address: Any) -> None:
    assert not addresses.may_ask(address)
    if address.version == 4:
        assert not addresses.may_ask(ipaddress.IPv6Address(f"::ffff:{address}"))


def test_a_name_with_one_private_address_is_refused_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in ("203.0.114.7", "10.0.0.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(AddressRefused):
        addresses.resolve(addresses.parse("https://hue.example/"), 3)


def test_the_switch_of_one_machine_counts_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOCMO_FETCH_LOOPBACK", "1")
    monkeypatch.setenv("HOCMO_LOCAL", "0")
    config.current.cache_clear()
    with pytest.raises(AddressRefused):
        addresses.parse("http://127.0.0.1:8000/")


def test_the_switch_opens_this_machine_and_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOCMO_FETCH_LOOPBACK", "1")
    config.current.cache_clear()
    assert addresses.parse("http://127.0.0.1:8000/").port == 8000
    for url in ("https://10.0.0.5/", "http://169.254.169.254/"):
        with pytest.raises(AddressRefused):
            addresses.parse(url)


def test_an_answer_is_read_whatever_its_status(published: Published) -> None:
    published.documents["/x"] = {"a": 1}
    assert fetching.get(f"{published.address}/x").json() == {"a": 1}
    missing = fetching.get(f"{published.address}/y")
    assert missing.status == 404
    with pytest.raises(fetching.AnswerUnfit):
        missing.json()


def test_a_redirect_is_not_followed(published: Published) -> None:
    published.documents["/x"] = _redirecting
    answer = fetching.get(f"{published.address}/x")
    assert (answer.status, answer.headers["location"]) == (302, "http://169.254.169.254/")
    assert published.asked == ["/x"]


def _redirecting(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("location", "http://169.254.169.254/")
    handler.send_header("content-length", "0")
    handler.end_headers()


def _endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(b"x" * 70_000)


def _silent(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.recv(1)  # until the other side hangs up


def _headless(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")


@pytest.mark.parametrize(
    ("answers", "code"),
    [(_endless, "answer_too_large"), (_silent, "unreachable"), (_headless, "unreachable")],
)
def test_a_bad_server_costs_little(published: Published, answers: Any, code: str) -> None:
    published.documents["/x"] = answers
    with pytest.raises(Refusal) as refused:
        fetching.fetch("GET", f"{published.address}/x", timeout_s=0.5)
    assert refused.value.code == code


def test_a_server_that_drips_is_given_up_in_time(published: Published) -> None:
    """The deadline is of the whole: each byte does not begin it anew."""

    def dripping(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x")
                handler.wfile.flush()
        except OSError:
            return

    published.documents["/x"] = dripping
    with pytest.raises(Refusal):
        fetching.fetch("GET", f"{published.address}/x", timeout_s=0.5, most_bytes=10**9)


def test_nobody_listens(published: Published) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(fetching.Unreachable):
        fetching.get(f"http://127.0.0.1:{port}/")


def test_a_header_of_two_lines_is_not_sent(published: Published) -> None:
    with pytest.raises(fetching.Unreachable):
        fetching.get(f"{published.address}/x", {"x-a": "1\r\nx-b: 2"})
    assert published.asked == []


HUE = Space("hue")


def test_discovery_is_asked_once_an_hour(published: Published) -> None:
    issuer = published.provider(Signer())
    for _ in range(3):
        assert discovery.provider(HUE, issuer).token_endpoint == f"{issuer}/token"
    assert len(published.asked) == 1


@pytest.mark.parametrize(
    ("other", "part"),
    [
        ({"issuer": "https://another.example"}, "issuer"),
        ({"token_endpoint": None}, "token_endpoint"),
        ({"jwks_uri": 7}, "jwks_uri"),
    ],
)
def test_a_document_that_lacks_something_says_what(published: Published, other: dict[str, Any], part: str) -> None:
    issuer = published.provider(Signer(), **other)
    with pytest.raises(discovery.ProviderUnfit) as refused:
        discovery.provider(HUE, issuer)
    assert refused.value.facts["part"] == part


def test_a_document_that_leads_within_is_refused(published: Published) -> None:
    issuer = published.provider(Signer(), token_endpoint="https://10.0.0.5/token")
    with pytest.raises(AddressRefused):
        discovery.provider(HUE, issuer)


def test_a_provider_that_is_down_is_not_asked_by_every_request(published: Published) -> None:
    for _ in range(4):
        with pytest.raises(Refusal):
            discovery.provider(HUE, published.address)
    assert len(published.asked) == 1
