"""What somebody tries who got hold of keys: every table, index and file of another, with botocore's own clients.

Nothing of ours stands between these calls and the account's policies.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from chalicelib.storage import entitlements, names
from chalicelib.storage.credentials import Keys
from chalicelib.storage.entitlements import Account
from chalicelib.storage.names import TABLE_KINDS
from chalicelib.storage.table import INDEX_KEYS
from chalicelib.storage.tables import INDEXES

DENIED = {"AccessDenied", "AccessDeniedException", "403"}
_KEY: dict[str, Any] = {"pk": {"S": "intruder"}, "sk": {"S": "intruder"}}
_VALUES: dict[str, Any] = {":a": {"S": "intruder"}}
Attempt = Callable[[], Any]


@dataclass(frozen=True)
class Intruder:
    """Somebody with these keys in the deployment ``account`` at ``url``."""

    url: str
    account: Account
    keys: Keys

    def client(self, service: str) -> Any:
        """A plain client that tries once."""
        more = {"s3": {"addressing_style": "path"}} if service == "s3" else {}
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=self.account.region,
            aws_access_key_id=self.keys.access_key,
            aws_secret_access_key=self.keys.secret_key,
            aws_session_token=self.keys.token,
            config=Config(retries={"total_max_attempts": 1}, **more),
        )

    def assuming(self, role: str, slug: str | None = None) -> Intruder:
        """The same person with a role's keys; with ``slug``, under the session policy of that space."""
        policy = entitlements.session_policy(self.account, slug) if slug else None
        asked: dict[str, Any] = {"RoleArn": role, "RoleSessionName": "intruder"}
        if policy:
            asked["Policy"] = json.dumps(policy, separators=(",", ":"))
        got = self.client("sts").assume_role(**asked)["Credentials"]
        keys = Keys(got["AccessKeyId"], got["SecretAccessKey"], got["SessionToken"])
        return Intruder(self.url, self.account, keys)

    def on_items(self, slug: str) -> dict[str, str]:
        """What came of reading and writing items of each of a space's tables, and querying its indexes."""
        dynamodb = self.client("dynamodb")
        found: dict[str, str] = {}
        for kind in TABLE_KINDS:
            name = names.table(slug, kind)
            tries = _items(dynamodb, name)
            if kind in INDEXES:
                tries["index"] = _of_index(dynamodb, name, INDEXES[kind][0])
            found |= {f"{way} {name}": _outcome(attempt) for way, attempt in tries.items()}
        return found

    def on_tables(self, slug: str) -> dict[str, str]:
        """What came of ruling over a space's tables: describing, changing, dropping and making one."""
        dynamodb = self.client("dynamodb")
        found: dict[str, str] = {}
        for kind in TABLE_KINDS:
            name = names.table(slug, kind)
            found |= {f"{way} {name}": _outcome(attempt) for way, attempt in _control(dynamodb, name).items()}
        return found

    def on_files(self, slug: str) -> dict[str, str]:
        """What came of reading, listing, writing and deleting below a space's prefix."""
        s3, bucket = self.client("s3"), self.account.bucket
        tries: dict[str, Attempt] = {
            "put": lambda: s3.put_object(Bucket=bucket, Key=f"{slug}/intruder", Body=b"x"),
            "get": lambda: s3.get_object(Bucket=bucket, Key=f"{slug}/intruder"),
            "list": lambda: s3.list_objects_v2(Bucket=bucket, Prefix=f"{slug}/"),
            "delete": lambda: s3.delete_object(Bucket=bucket, Key=f"{slug}/intruder"),
        }
        return {f"{way} {slug}/": _outcome(attempt) for way, attempt in tries.items()}


def _items(dynamodb: Any, name: str) -> dict[str, Attempt]:
    return {
        "put": lambda: dynamodb.put_item(TableName=name, Item=_KEY),
        "update": lambda: dynamodb.update_item(
            TableName=name, Key=_KEY, UpdateExpression="SET x = :a", ExpressionAttributeValues=_VALUES
        ),
        "get": lambda: dynamodb.get_item(TableName=name, Key=_KEY),
        "batch get": lambda: dynamodb.batch_get_item(RequestItems={name: {"Keys": [_KEY]}}),
        "query": lambda: dynamodb.query(
            TableName=name, KeyConditionExpression="pk = :a", ExpressionAttributeValues=_VALUES
        ),
        "scan": lambda: dynamodb.scan(TableName=name),
        "transact": lambda: dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": name, "Item": _KEY}}]),
        "batch write": lambda: dynamodb.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": _KEY}}]}),
        "delete": lambda: dynamodb.delete_item(TableName=name, Key=_KEY),
    }


def _of_index(dynamodb: Any, name: str, index: str) -> Attempt:
    return lambda: dynamodb.query(
        TableName=name,
        IndexName=index,
        KeyConditionExpression="#h = :a",
        ExpressionAttributeNames={"#h": INDEX_KEYS[index][0]},
        ExpressionAttributeValues=_VALUES,
    )


def _control(dynamodb: Any, name: str) -> dict[str, Attempt]:
    return {
        "describe": lambda: dynamodb.describe_table(TableName=name),
        "change": lambda: dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False),
        "drop": lambda: dynamodb.delete_table(TableName=name),
        "make": lambda: dynamodb.create_table(
            TableName=f"{name}-x",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        ),
    }


def _outcome(attempt: Attempt) -> str:
    try:
        attempt()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "done"
