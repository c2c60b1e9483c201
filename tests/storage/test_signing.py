"""Signatures are those of botocore's own signer, whatever is signed and by whom."""

from __future__ import annotations

import time
from unittest import mock

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.storage.signing import signed

REGION = "ap-southeast-1"
keys = st.text("ABCDEFGHabc0129/+", min_size=16, max_size=40)


def botocores(url: str, headers: dict[str, str], body: bytes, credentials: ReadOnlyCredentials, at_s: int) -> str:
    sent = {name: value for name, value in headers.items() if name not in ("host", "x-amz-date")}
    request = AWSRequest("POST", url, headers=sent, data=body)
    then = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at_s))
    with mock.patch("botocore.auth.get_current_datetime") as now:
        now.return_value.strftime = lambda form: then
        SigV4Auth(credentials, "dynamodb", REGION).add_auth(request)
    return str(request.headers["Authorization"])


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
