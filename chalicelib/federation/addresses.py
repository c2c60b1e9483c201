"""Which addresses of others we ask: those of the open internet over TLS, and nothing that may be ours.

A tenant writes these addresses. What they lead to must not be the host's own metadata, a neighbour in a private
network, or this machine (OWASP, server-side request forgery). A name is resolved once, every address that it has is
looked at, and the connection goes to one of those: a name that changes between the look and the call changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from chalicelib import config
from chalicelib.errors import Refusal, rule

LONGEST = 2_048
_LOWEST_PORT = 1_024  # below it, only TLS's own: a port that speaks another protocol is nobody's provider
_NETWORKS = (
    "64:ff9b::/96",  # NAT64 and its local form lead to any IPv4 address (RFC 6052, RFC 8215)
    "64:ff9b:1::/48",
    "2001::/23",  # Teredo and others of the IETF's protocol assignments
    "2002::/16",  # 6to4 holds an IPv4 address (RFC 3056)
    "192.88.99.0/24",  # and its relays
)
_NEVER = tuple(ipaddress.ip_network(each) for each in _NETWORKS)
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(Refusal):
    """An address that is not asked: not https, malformed, or within somebody's own network."""

    status = 422
    code = "address_refused"
    vi = "Địa chỉ {address} không dùng được: chỉ nhận https:// trên Internet công cộng, không nhận mạng nội bộ."
    en = "The address {address} is not asked: only https:// on the public internet, never a private network."


class NameUnknown(Refusal):
    """A name that leads nowhere, or not in time."""

    status = 424
    code = "name_unknown"
    vi = "Không tìm thấy máy chủ {host}. Hãy kiểm tra lại địa chỉ."
    en = "No server is found by the name {host}. Check the address."


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart: what to connect to, what to ask for."""

    url: str
    tls: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The ``Host`` header (RFC 9110, 7.2)."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == (443 if self.tls else 80) else f"{shown}:{self.port}"


def parse(url: str) -> Target:
    """The parts of an address that may be asked, before its name is resolved. No I/O. Raises: AddressRefused."""
    refused = AddressRefused(address=url[:100])
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise refused
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise refused from None
    tls = parts.scheme == "https"
    plain = parts.scheme == "http" and config.current().fetch_loopback
    if not (tls or plain) or not host or "@" in parts.netloc or parts.fragment:
        raise refused
    port = port if port is not None else (443 if tls else 80)
    if not _port_fits(port):
        raise refused
    literal = _literal(host)
    if literal is not None and not may_ask(literal):
        raise refused
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(url, tls, host, port, path)


def given(url: str) -> str:
    """An address that somebody gives us to ask, for a field of a body. Raises: PydanticCustomError."""
    try:
        return parse(url).url
    except Refusal as refused:
        raise rule(refused.code, refused.detail("vi"), refused.detail("en")) from None


def resolve(target: Target, timeout_s: float) -> str:
    """The one address to connect to; every address that the name has must be fit. Raises: AddressRefused,
    NameUnknown."""
    literal = _literal(target.host)
    found = [literal] if literal else _looked_up(target.host, target.port, timeout_s)
    if not found:
        raise NameUnknown(host=target.host)
    if not all(may_ask(each) for each in found):
        raise AddressRefused(address=target.url[:100])
    return str(found[0])


def may_ask(address: _Address) -> bool:
    """Whether an address is of the open internet; this machine's own only where the deployment says so."""
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return may_ask(mapped)
    if address.is_loopback:
        return config.current().fetch_loopback
    # is_global leaves out private, link-local (the metadata service), shared (CGNAT), documentation and reserved ones.
    return address.is_global and not address.is_multicast and not any(address in each for each in _NEVER)


def _port_fits(port: int) -> bool:
    return port == 443 or port >= _LOWEST_PORT or (port == 80 and config.current().fetch_loopback)


def _literal(host: str) -> _Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _looked_up(host: str, port: int, timeout_s: float) -> list[_Address]:
    """All addresses of a name. The system's resolver knows no deadline, so it is waited for from outside."""
    try:
        found = _resolvers().submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM).result(timeout_s)
    except (OSError, UnicodeError, TookTooLong):
        raise NameUnknown(host=host) from None
    addresses = (ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found)
    # IPv4 first: a function in Lambda has no IPv6 of its own.
    return sorted(dict.fromkeys(addresses), key=lambda each: each.version)


@lru_cache(maxsize=1)
def _resolvers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=4, thread_name_prefix="resolving")
