"""Signatures are those of botocore's own signer, whatever is signed and by whom."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock
from urllib.parse import quote

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.storage.signing import signed

REGION = "ap-southeast-1"
keys = st.text("ABCDEFGHabc0129/+", min_size=16, max_size=40)


@contextmanager
def signing_at(at_s: int) -> Iterator[None]:
    """Let botocore sign at that time."""
    then = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at_s))
    with mock.patch("botocore.auth.get_current_datetime") as now:
        now.return_value.strftime = lambda form: then
        yield


def botocores(url: str, headers: dict[str, str], body: bytes, credentials: ReadOnlyCredentials, at_s: int) -> str:
    sent = {name: value for name, value in headers.items() if name not in ("host", "x-amz-date")}
    request = AWSRequest("POST", url, headers=sent, data=body)
    with signing_at(at_s):
        SigV4Auth(credentials, "dynamodb", REGION).add_auth(request)
    return str(request.headers["Authorization"])


@given(name=st.text(min_size=1, max_size=40), access=keys, secret=keys)
def test_a_read_is_signed_as_botocore_would(name: str, access: str, secret: str) -> None:
    credentials = ReadOnlyCredentials(access, secret, None)
    host, path, at_s = "b.s3.ap-southeast-1.amazonaws.com", quote(f"/hue/{name}"), 1_795_490_000
    asking = {"range": "bytes=0-9", "host": host, "x-amz-content-sha256": hashlib.sha256(b"").hexdigest()}
    made = signed(asking, b"", credentials, region=REGION, service="s3", at_s=at_s, method="GET", path=path)
    request = AWSRequest("GET", f"https://{host}{path}", headers={"range": "bytes=0-9"})
    with signing_at(at_s):
        S3SigV4Auth(credentials, "s3", REGION).add_auth(request)
    assert made["authorization"] == request.headers["Authorization"]


@given(
    body=st.text(max_size=200),
    access=keys,
    secret=keys,
    token=st.none() | keys,
    at_s=st.integers(1_600_000_000, 2_000_000_000),
    host=st.sampled_from(["dynamodb.ap-southeast-1.amazonaws.com", "127.0.0.1:8123"]),
    operation=st.sampled_from(["GetItem", "TransactWriteItems"]),
)
def test_it_is_botocores_signature(
    body: str, access: str, secret: str, token: str | None, at_s: int, host: str, operation: str
) -> None:
    credentials = ReadOnlyCredentials(access, secret, token)
    plain = {
        "content-type": "application/x-amz-json-1.0",
        "host": host,
        "x-amz-target": f"DynamoDB_20120810.{operation}",
    }
    content = f"Học mở {body}".encode()
    made = signed(plain, content, credentials, region=REGION, service="dynamodb", at_s=at_s)
    assert made.get("x-amz-security-token") == token
    assert made["authorization"] == botocores(f"https://{host}/", plain, content, credentials, at_s)


@given(
    words=st.lists(st.text("abc/=,", max_size=5), min_size=1, max_size=4),
    space=st.sampled_from([" ", "  ", "\t", " \t "]),
)
def test_spaces_in_a_header_are_signed_as_botocore_would(words: list[str], space: str) -> None:
    credentials = ReadOnlyCredentials("key", "secret", None)
    host, at_s = "dynamodb.ap-southeast-1.amazonaws.com", 1_795_490_000
    plain = {"host": host, "x-amz-note": space.join(["", *words, ""])}
    made = signed(plain, b"", credentials, region=REGION, service="dynamodb", at_s=at_s)
    assert made["authorization"] == botocores(f"https://{host}/", plain, b"", credentials, at_s)
