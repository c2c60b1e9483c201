"""What tests of provisioning share: the account as the cloud would have it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from tests.emulated import Cloud, forget_everything


@pytest.fixture
def in_the_cloud(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """No engine of our own: the account's DynamoDB, where nothing is local."""
    with monkeypatch.context() as elsewhere:
        elsewhere.delenv("HOCMO_DYNAMODB_URL")
        elsewhere.delenv("HOCMO_LOCAL")
        forget_everything()
        yield boto3.client("dynamodb")
    forget_everything()
