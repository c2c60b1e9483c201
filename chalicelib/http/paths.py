"""Which address of the API a request's path means, and where API Gateway keeps that address.

An address is a path with its parameters in braces, as operations declare it. API Gateway takes 300 nodes (parts of
paths) an API, fewer than all addresses need; so it keeps an address down to a feature's first part, and all that is
beneath as one node. What was asked there is found here (``docs/decisions/shared-path-nodes.md``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

REST = "{rest+}"  # API Gateway's own word for one part or more
_SPACE = ["", "v1", "spaces", "{space}"]


class Unreadable(Exception):
    """What is not UTF-8: neither a path's part that an address could mean, nor the text of a body."""


@dataclass(frozen=True, slots=True)
class Found:
    """The address that a path means, and what the path has for its parameters, decoded."""

    address: str
    parameters: dict[str, str]


class _Branch(dict[str, "_Branch"]):
    """What may follow a part of a path: parts as they are written, any one part, or all the rest."""

    parameter: _Branch | None = None
    rest: str | None = None
    address: str | None = None  # the one that ends here


class Addresses:
    """Addresses by their parts. Parts are compared as they were sent: an address is spelled in one way.

    It grows within a cold start (0.6 ms for all of the API), so what only finding needs is made by finding.
    """

    def __init__(self, addresses: Iterable[str] = ()) -> None:
        self._root = _Branch()
        self._parameters: dict[str, list[tuple[str, slice]]] = {}  # of an address, and which parts of a path they are
        for address in addresses:
            self.add(address)

    def add(self, address: str) -> None:
        """Have it found from now on; adding it again changes nothing."""
        branch = self._root
        for part in address.split("/"):
            if part == REST:
                branch.rest = address
                return
            if part.startswith("{"):
                if branch.parameter is None:
                    branch.parameter = _Branch()
                branch = branch.parameter
            else:
                below = branch.get(part)
                if below is None:
                    below = branch[part] = _Branch()
                branch = below
        branch.address = address

    def find(self, path: str) -> Found | None:
        """The address that a path means, still percent-encoded as it came; a slash at its end is none of it.

        It is parted before it is decoded: a ``%2F`` stays inside its parameter, and an empty part (``//``) is no part
        of any address. What is written in an address comes before a parameter in the same place. Raises: Unreadable.
        """
        parts = path.split("/")
        if len(parts) > 2 and not parts[-1]:
            del parts[-1]
        address = _follow(self._root, parts, 0)
        if address is None:
            return None
        names = self._parameters.get(address)
        if names is None:
            names = self._parameters[address] = _parameters(address)
        return Found(address, {name: decoded("/".join(parts[of])) for name, of in names})


def _parameters(address: str) -> list[tuple[str, slice]]:
    return [
        (part.strip("{+}"), slice(place, None if part == REST else place + 1))
        for place, part in enumerate(address.split("/"))
        if part.startswith("{")
    ]


def _follow(branch: _Branch, parts: Sequence[str], place: int) -> str | None:
    """The address of the parts from ``place`` on. An address has few parameters, so few ways are gone in vain."""
    if place == len(parts):
        return branch.address
    part = parts[place]
    below = branch.get(part)
    found = _follow(below, parts, place + 1) if below is not None else None
    if found is None and part:
        if branch.parameter is not None:
            found = _follow(branch.parameter, parts, place + 1)
        return found or branch.rest
    return found


def decoded(part: str) -> str:
    """A path's part without its percent-encoding. Raises: Unreadable."""
    if "%" not in part:
        return part
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError:
        raise Unreadable from None


def node(address: str) -> str:
    """Where API Gateway keeps an address. Each feature has one name below ``/v1`` or below a space: down to that an
    address has a node of its own, and what is beneath shares one."""
    parts = address.split("/")
    own = 5 if parts[:4] == _SPACE else 3
    return address if len(parts) <= own else "/".join([*parts[:own], REST])


def nodes(addresses: Iterable[str]) -> list[str]:
    """Where API Gateway keeps them all, in alphabetical order."""
    return sorted({node(address) for address in addresses})
