"""An account where policies decide: ministack with IAM on, three tenants, a function that assumes the space role."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config as BotoConfig
from botocore.exceptions import ClientError

from chalicelib import config
from chalicelib.storage import credentials, entitlements, tables
from chalicelib.storage.credentials import Keys
from chalicelib.storage.models import TABLE_KINDS
from chalicelib.storage.names import PLATFORM
from chalicelib.storage.signing import Credentials
from chalicelib.storage.spaces import Space
from infra.local import engine
from tests.emulated import REGION, forget_everything

ACCOUNT = "000000000000"
CENTRE = "trung-uong"
SPACES = ("hue", "hue-city", CENTRE)
ROOT = Keys("test", "test")
BUCKET = "hocmo-iam-content"
_LENIENT = BotoConfig(
    retries={"total_max_attempts": 1},
    signature_version="v4",
    s3={"addressing_style": "path"},
    parameter_validation=False,
)


@dataclass(frozen=True)
class Account:
    """The account's address, and the function's own keys."""

    url: str
    function: Keys

    def client(self, service: str, keys: Credentials) -> Any:
        """A plain client with these keys, which no wall of ours stands before."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
            aws_session_token=keys.token,
            config=_LENIENT.merge(BotoConfig(signature_version="s3v4")) if service == "s3" else _LENIENT,
        )


def role_arn(name: str) -> str:
    """A role of the account."""
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def code_of(error: ClientError) -> str:
    """What AWS calls this refusal; an answer to HEAD has no more than a status."""
    return str(error.response["Error"]["Code"])


@contextmanager
def account(folder: Path) -> Iterator[Account]:
    """The account, with this process configured as its function."""
    before = dict(os.environ)
    with engine.ministack(folder, ("s3", "sts", "iam", "dynamodb", "dynamodbstreams"), iam=True) as url:
        _configure(url, ROOT)
        root = Account(url, ROOT)
        _make_data(root)
        function = _make_roles(root)
        _configure(url, function)
        yield Account(url, function)
    os.environ.clear()
    os.environ.update(before)
    forget_everything()


def _configure(url: str, keys: Keys) -> None:
    os.environ.update(
        HOCMO_STAGE="iam",
        HOCMO_LOCAL="1",
        HOCMO_DYNAMODB_URL=url,
        HOCMO_AWS_URL=url,
        HOCMO_BUCKET=BUCKET,
        HOCMO_CENTRAL=CENTRE,
        HOCMO_SPACE_ROLE_ARN=role_arn("space"),
        AWS_DEFAULT_REGION=REGION,
        AWS_ACCESS_KEY_ID=keys.access_key,
        AWS_SECRET_ACCESS_KEY=keys.secret_key,
    )
    os.environ.pop("AWS_SESSION_TOKEN", None)
    if keys.token:
        os.environ["AWS_SESSION_TOKEN"] = keys.token
    forget_everything()


def _make_data(root: Account) -> None:
    dynamodb, s3 = root.client("dynamodb", ROOT), root.client("s3", ROOT)
    dynamodb.create_table(**tables.definition(Space(PLATFORM).table_name("people"), PLATFORM))
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=BUCKET, Key="national/x", Body=b"for all")
    for slug in SPACES:
        s3.put_object(Bucket=BUCKET, Key=f"{slug}/x", Body=slug.encode())
        for kind in TABLE_KINDS:
            dynamodb.create_table(**tables.definition(Space(slug).table_name(kind), kind))
            dynamodb.put_item(TableName=Space(slug).table_name(kind), Item={"pk": {"S": "a"}, "sk": {"S": "b"}})


def _make_roles(root: Account) -> Keys:
    iam = root.client("iam", ROOT)
    trusted = [("function", f"arn:aws:iam::{ACCOUNT}:root"), ("space", role_arn("function"))]
    for name, who in [*trusted, ("other", f"arn:aws:iam::{ACCOUNT}:root")]:
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": who}}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
    own = [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role_arn("space")},
        {
            "Effect": "Allow",
            "Action": ["dynamodb:*Item", "dynamodb:Query"],
            "Resource": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{config.current().prefix}-platform",
        },
    ]
    _put_policy(iam, "function", {"Version": "2012-10-17", "Statement": own})
    _put_policy(iam, "other", {"Version": "2012-10-17", "Statement": own[:1]})
    _put_policy(iam, "space", entitlements.role_policy(credentials.account()))
    return assumed(root, ROOT, "function")


def _put_policy(iam: Any, role: str, policy: dict[str, Any]) -> None:
    iam.put_role_policy(RoleName=role, PolicyName="own", PolicyDocument=json.dumps(policy))


def assumed(account: Account, keys: Credentials, role: str) -> Keys:
    """A session of a role, with no policy of its own."""
    found = account.client("sts", keys).assume_role(RoleArn=role_arn(role), RoleSessionName="x")["Credentials"]
    return Keys(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
