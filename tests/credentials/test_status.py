"""Bits of status lists: never two the same, and in no order that tells when a credential was issued."""

from __future__ import annotations

import gzip
from base64 import urlsafe_b64decode
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import clock
from chalicelib.credentials import canonical, documents, signing, status
from chalicelib.credentials.canonical import ForeignContext
from chalicelib.credentials.signing import SigningKey


def test_every_place_of_a_list_has_a_bit_of_its_own() -> None:
    seed = bytes(range(32))
    bits = [status.entry(place, seed).bit for place in range(status.BITS)]
    assert sorted(bits) == list(range(status.BITS))
    assert sum(after == before + 1 for before, after in pairwise(bits)) < 10


@given(place=st.integers(0, 10 * status.BITS), seed=st.binary(min_size=32, max_size=32))
def test_a_bit_stands_where_its_credential_says(place: int, seed: bytes) -> None:
    found = status.entry(place, seed)
    assert found.list == place // status.BITS
    assert 0 <= found.bit < status.BITS
    assert 0 <= found.part < status.PARTS
    assert status.entry(place, seed) == found


@given(st.sets(st.integers(0, status.BITS - 1), max_size=50))
def test_exactly_what_is_revoked_is_set(revoked: set[int]) -> None:
    text = status.encoded(revoked)
    data = gzip.decompress(urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4)))
    assert text[0] == "u"
    assert len(data) == status.BITS // 8
    assert {index for index in range(status.BITS) if data[index // 8] & (0x80 >> index % 8)} == revoked


def test_nothing_is_fetched_to_sign() -> None:
    with pytest.raises(ForeignContext):
        canonical.digest({"@context": ["https://example.com/context.json"], "id": "urn:x"})


def test_the_suite_signs_what_its_specification_signs() -> None:
    """The key pair of W3C's test vectors (VC Data Integrity EdDSA Cryptosuites 1.0, A)."""
    secret = bytes.fromhex("c96ef9ea10c5e414c471723aff9de72c35fa5b70fae97e8832ecac7d2e2b8ed6")
    assert signing.multikey(signing.public_of(secret)) == "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
    assert SigningKey("did:x#k", secret).sign(b"a") == SigningKey("did:x#k", secret).sign(b"a")


@pytest.mark.parametrize(
    ("at", "months", "until"),
    [
        ("2026-01-31T10:00:00+07:00", 1, "2026-02-28T16:59:59Z"),
        ("2024-02-29T10:00:00+07:00", 12, "2025-02-28T16:59:59Z"),
        ("2026-11-24T23:30:00+07:00", 24, "2028-11-24T16:59:59Z"),
        ("2026-12-31T18:00:00+00:00", 2, "2027-03-01T16:59:59Z"),
    ],
)
def test_months_end_with_their_day_in_vietnam(at: str, months: int, until: str) -> None:
    found = documents.months_after(documents._epoch(at), months)
    assert clock.told(found) == until
