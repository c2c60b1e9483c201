"""The AWS account that the commands work on: whose it is, and clear words when it cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

EDGE_REGION = "us-east-1"  # where CloudFront looks for certificates and firewalls


class DeployFailed(Exception):
    """A command could not do what it was told; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    """An account, and clients of its services."""

    session: boto3.Session
    number: str
    arn: str
    region: str

    def client(self, service: str, region: str | None = None) -> Any:
        """A client of a service, in the stage's region or another."""
        return self.session.client(service, region_name=region or self.region)


def enter(region: str) -> Account:
    """The account that the environment's credentials lead to. Raises: DeployFailed."""
    session = boto3.Session(region_name=region)
    try:
        who = session.client("sts", region_name=region).get_caller_identity()
    except (NoCredentialsError, PartialCredentialsError):
        raise DeployFailed(
            "No AWS credentials were found. Sign in (aws sso login) and name the profile: AWS_PROFILE=… make …"
        ) from None
    except (ClientError, BotoCoreError) as error:
        raise DeployFailed(f"AWS does not take the credentials: {error}") from None
    return Account(session, who["Account"], who["Arn"], region)


@contextmanager
def told_clearly(doing: str) -> Iterator[None]:
    """Turn AWS's refusals into one sentence. Raises: DeployFailed."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise DeployFailed(f"{doing}: {error}") from error
