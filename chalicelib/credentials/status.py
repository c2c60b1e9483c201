"""Status lists: which credentials of a space are revoked, as bits that anyone may read and nobody can learn more from.

A list is a ``BitstringStatusList`` of the purpose ``revocation`` (W3C, Bitstring Status List 1.0): 131,072 bits, the
fewest that hide whose bit was asked for. Which bit a credential has must not tell when it was issued (there, 6.2), yet
no two may share one. So places are counted, and a secret permutation says which bit a place is. No I/O.
"""

from __future__ import annotations

import gzip
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from chalicelib.credentials import addresses, canonical
from chalicelib.credentials.canonical import Json

BITS = 131_072
FRESH_S = 60  # after which whoever has read a list does well to read it again
PARTS = 16  # items that hold the revoked bits of a list: a set of numbers must fit into an item even if all are revoked
_HALF = 9  # bits: two halves make 18, one more than a list has, so a place is found in two walks on average
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """A credential's bit: in which of a space's lists, and where in it."""

    list: int
    bit: int

    @property
    def part(self) -> int:
        """Which item of the list has it."""
        return self.bit // (BITS // PARTS)

    def told(self, slug: str) -> Json:
        """As a credential names it."""
        address = addresses.status_list(slug, self.list)
        return {
            "id": f"{address}#{self.bit}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(self.bit),
            "statusListCredential": address,
        }


def entry(place: int, seed: bytes) -> Entry:
    """The bit of the space's credential that was counted as ``place``, from 0 on."""
    number, rest = divmod(place, BITS)
    return Entry(number, _permuted(rest, number, seed))


def _permuted(place: int, number: int, seed: bytes) -> int:
    """A Feistel network over 18 bits, walked until it lands inside of the list: a permutation, whatever the rounds'
    function is."""
    while True:
        left, right = place >> _HALF, place & ((1 << _HALF) - 1)
        for turn in range(_ROUNDS):
            left, right = right, left ^ _mixed(right, turn, number, seed)
        place = left << _HALF | right
        if place < BITS:
            return place


def _mixed(half: int, turn: int, number: int, seed: bytes) -> int:
    said = b"%d/%d/%d" % (number, turn, half)
    return int.from_bytes(blake2b(said, key=seed, digest_size=2).digest()) & ((1 << _HALF) - 1)


def encoded(revoked: Iterable[int]) -> str:
    """The bits as they are published: bit 0 first, compressed, in base64url behind a ``u`` (there, 3.2)."""
    bits = bytearray(BITS // 8)
    for bit in revoked:
        bits[bit // 8] |= 0x80 >> bit % 8
    return "u" + urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).rstrip(b"=").decode()


def document(slug: str, number: int, revoked: Iterable[int], since: str) -> Json:
    """A list's credential, unsigned; ``since`` is when it last changed, RFC 3339."""
    address = addresses.status_list(slug, number)
    return {
        "@context": [canonical.CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": addresses.did(slug),
        "validFrom": since,
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "ttl": FRESH_S * 1_000,  # there, 2.2: aligned with how long it may be cached
            "encodedList": encoded(revoked),
        },
    }
