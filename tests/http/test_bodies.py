"""Bodies: plain JSON that everyone reads alike, or a refusal that says what is wrong."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.http import bodies
from tests.factories import OpenedSpace, open_space
from tests.http.probe import Probe, probe

GOOD = b'{"title":"\xc4\x90i\xe1\xbb\x83m"}'


@pytest.fixture(scope="module")
def hue(aws: object) -> OpenedSpace:
    return open_space("hue")


@pytest.fixture
def author(hue: OpenedSpace) -> Probe:
    return probe(hue.author)


def _sent(author: Probe, raw: bytes, **headers: str) -> tuple[int, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    reply = author.post("/spaces/hue/things", raw=raw, headers=named)
    return reply.status, reply.json.get("code", "")


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/merge-patch+json"],
)
def test_json_is_taken_by_its_names(author: Probe, content_type: str) -> None:
    assert _sent(author, GOOD, content_type=content_type) == (201, "")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "json"]
)
def test_anything_else_is_refused_by_its_name(author: Probe, content_type: str) -> None:
    """A page of a stranger can send these without asking first (CORS), so they must never count as JSON."""
    assert _sent(author, GOOD, content_type=content_type) == (415, "unsupported_media_type")


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "gzip, identity"])
def test_a_compressed_body_is_refused_clearly(author: Probe, encoding: str) -> None:
    assert _sent(author, GOOD, content_encoding=encoding) == (415, "unsupported_media_type")


def test_a_compressed_body_that_does_not_say_so_is_no_text(hue: OpenedSpace) -> None:
    with pytest.raises(bodies.UnreadableBody):
        bodies.read(_Sent(gzip.compress(GOOD)))


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", "malformed_body"),
        (b"\xef\xbb\xbf{}", "malformed_body"),
        (b'{"title":"\\ud800"}', "malformed_body"),
        (b"[" * 100_000, "malformed_body"),
        (b'{"title":' * 900 + b"1" + b"}" * 900, "malformed_body"),
        (b"{'title':'x'}", "malformed_body"),
        (b'{"title":"x","title":"y"}', "ambiguous_body"),
        (b'{"title":"x","weight":NaN}', "ambiguous_body"),
        (b'{"title":"x","weight":-Infinity}', "ambiguous_body"),
        (b'{"title":"x","weight":1e999}', "ambiguous_body"),
        (b'{"title":"x","count":9007199254740992}', "ambiguous_body"),
        (b'{"title":"x","count":-9007199254740992}', "ambiguous_body"),
        (b'{"title":"x","count":' + b"9" * 5_000 + b"}", "ambiguous_body"),
    ],
)
def test_json_that_readers_would_take_differently_is_refused(author: Probe, raw: bytes, code: str) -> None:
    assert _sent(author, raw) == (400, code)


def test_the_largest_exact_number_is_taken(author: Probe) -> None:
    assert _sent(author, b'{"title":"x","count":9007199254740991}')[0] == 201


def test_a_body_over_the_limit_is_refused(author: Probe) -> None:
    assert _sent(author, b'{"title":"' + b"x" * bodies.MAX_BYTES + b'"}') == (413, "too_large")


def test_a_stranger_is_not_heard_at_length(hue: OpenedSpace) -> None:
    for length, status in ((bodies.MAX_STRANGERS_BYTES, 422), (bodies.MAX_STRANGERS_BYTES + 1, 413)):
        raw = b'{"title":"' + b"x" * (length - 12) + b'"}'
        assert len(raw) == length
        assert probe().post(hue.at("/visitors"), raw=raw).status == status


def test_no_body_is_an_empty_object(author: Probe) -> None:
    reply = author.post("/spaces/hue/things", raw=b"")
    reply.refused(422, "invalid_input")
    assert reply.bad_fields == {"title"}


def test_a_name_that_is_refused_is_repeated_in_part_only(author: Probe) -> None:
    reply = author.post("/spaces/hue/things", {"title": "x", "y" * 100_000: 1})
    assert reply.bad_fields == {"y" * 200}


@pytest.mark.parametrize("body", ["\ud800", "không phải base64"])
def test_what_cannot_become_bytes_is_refused(body: str) -> None:
    with pytest.raises(bodies.UnreadableBody):
        bodies.read(_Sent(body))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
)  # fmt: skip


@given(json_values)
def test_all_plain_json_passes_unchanged(value: object) -> None:
    raw = json.dumps(value, ensure_ascii=False).encode()
    assert bodies.read(_Sent(raw)) == raw


@given(st.binary())
def test_anything_else_is_a_refusal_of_the_client(raw: bytes) -> None:
    with suppress(*bodies.REFUSALS):
        bodies.read(_Sent(raw))


def test_a_form_reads_as_its_fields_where_it_is_taken() -> None:
    sent = _Sent(b"grant_type=jwt&assertion=a%2Bb&scope=")
    sent.headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    assert json.loads(bodies.read(sent, form=True)) == {"grant_type": "jwt", "assertion": "a+b", "scope": ""}
    with pytest.raises(bodies.UnsupportedMediaType):
        bodies.read(sent)


@pytest.mark.parametrize("raw", [b"a=1&a=2", b"a=%ff", b"&".join(b"a%d=1" % number for number in range(65))])
def test_a_form_that_two_would_read_in_two_ways_is_refused(raw: bytes) -> None:
    sent = _Sent(raw)
    sent.headers = {"content-type": "application/x-www-form-urlencoded"}
    with pytest.raises(bodies.REFUSALS):
        bodies.read(sent, form=True)


class _Sent:
    """A request's body as the gateway's event holds it."""

    headers = {"content-type": "application/json"}  # noqa: RUF012

    def __init__(self, body: bytes | str) -> None:
        self._body = body

    @property
    def raw_body(self) -> bytes:
        """The bytes, or the trouble of making them."""
        return self._body if isinstance(self._body, bytes) else self._body.encode("ascii")
