"""The bucket that packages and templates are deployed from: one for each account and region, made when it is first
needed.

Everything in it is named by its content and kept, so that what ran once can be deployed again as it was.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.cloud import template
from infra.cloud.account import Account, told_clearly
from infra.cloud.build import Package
from infra.cloud.cloudformation import Json


def bucket(account: Account) -> str:
    """Its name, made unless it is there: private, encrypted, versioned, over TLS alone. Raises: DeployFailed."""
    name = f"hocmo-artefacts-{account.number}-{account.region}"
    s3 = account.client("s3")
    with told_clearly(f"The bucket of artefacts {name} could not be made ready"):
        if not _is_there(s3, name):
            _make(s3, name, account.region)
    return name


def _is_there(s3: Any, name: str) -> bool:
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise
        return False
    return True


def _make(s3: Any, name: str, region: str) -> None:
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **place)
    blocked = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(blocked, True))
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    refused = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [refused]}))
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "app", "Value": "hocmo"}]})


def keep_package(account: Account, into: str, package: Package) -> str:
    """Upload a package unless it is there; gives its key. Raises: DeployFailed."""
    _keep(account, into, package.key, package.path)
    return package.key


def keep_template(account: Account, into: str, made: Json) -> str:
    """Upload a template; gives the address that CloudFormation reads it from. Raises: DeployFailed."""
    text = template.text(made)
    key = f"templates/{hashlib.sha256(text.encode()).hexdigest()}.json"
    s3 = account.client("s3")
    with told_clearly("The template could not be uploaded"):
        s3.put_object(Bucket=into, Key=key, Body=text.encode(), ContentType="application/json")
    return f"{s3.meta.endpoint_url}/{into}/{key}"


def _keep(account: Account, into: str, key: str, path: Path) -> None:
    s3 = account.client("s3")
    with told_clearly("The package could not be uploaded"):
        if not s3.list_objects_v2(Bucket=into, Prefix=key, MaxKeys=1).get("Contents"):
            s3.upload_file(str(path), into, key)
