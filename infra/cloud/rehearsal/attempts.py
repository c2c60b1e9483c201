"""What somebody tries who got hold of keys: one list, for the rehearsal and for the tests of the wall between tenants.

Each attempt is a call of botocore's own on a client with those keys; nothing of ours stands between it and the
account's policies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import urllib3
from botocore.exceptions import ClientError

from chalicelib.storage.table import INDEX_KEYS
from chalicelib.storage.tables import INDEXES

DENIED = {"AccessDenied", "AccessDeniedException", "403"}
DONE = "done"
KEY: dict[str, Any] = {"pk": {"S": "intruder"}, "sk": {"S": "intruder"}}
_VALUES: dict[str, Any] = {":a": {"S": "intruder"}}
OnTable = Callable[[Any, str], Any]  # a client of DynamoDB's, a table's name
OnFiles = Callable[[Any, str, str], Any]  # a client of S3's, the bucket, what the keys begin with

_http = urllib3.PoolManager(retries=False, timeout=30)


def _transaction(part: str) -> OnTable:
    more: dict[str, dict[str, Any]] = {
        "Put": {"Item": KEY},
        "Update": {"Key": KEY, "UpdateExpression": "SET x = :a", "ExpressionAttributeValues": _VALUES},
        "Delete": {"Key": KEY},
        "ConditionCheck": {"Key": KEY, "ConditionExpression": "attribute_not_exists(nothing)"},
    }
    return lambda dynamodb, table: dynamodb.transact_write_items(
        TransactItems=[{part: {"TableName": table, **more[part]}}]
    )


# What the program does with items.
ITEMS: Mapping[str, OnTable] = {
    "get": lambda dynamodb, table: dynamodb.get_item(TableName=table, Key=KEY),
    "batch get": lambda dynamodb, table: dynamodb.batch_get_item(RequestItems={table: {"Keys": [KEY]}}),
    "query": lambda dynamodb, table: dynamodb.query(
        TableName=table, KeyConditionExpression="pk = :a", ExpressionAttributeValues=_VALUES
    ),
    "scan": lambda dynamodb, table: dynamodb.scan(TableName=table),
    "put": lambda dynamodb, table: dynamodb.put_item(TableName=table, Item=KEY),
    "update": lambda dynamodb, table: dynamodb.update_item(
        TableName=table, Key=KEY, UpdateExpression="SET x = :a", ExpressionAttributeValues=_VALUES
    ),
    "batch write": lambda dynamodb, table: dynamodb.batch_write_item(
        RequestItems={table: [{"PutRequest": {"Item": KEY}}]}
    ),
    "put in a transaction": _transaction("Put"),
    "update in a transaction": _transaction("Update"),
    "check in a transaction": _transaction("ConditionCheck"),
    "delete in a transaction": _transaction("Delete"),
    "get in a transaction": lambda dynamodb, table: dynamodb.transact_get_items(
        TransactItems=[{"Get": {"TableName": table, "Key": KEY}}]
    ),
    "delete": lambda dynamodb, table: dynamodb.delete_item(TableName=table, Key=KEY),
}
# Ruling over a table: what provisioning alone may do,
TABLES: Mapping[str, OnTable] = {
    "make": lambda dynamodb, table: dynamodb.create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    ),
    "describe": lambda dynamodb, table: dynamodb.describe_table(TableName=table),
    "change": lambda dynamodb, table: dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False),
    "expire": lambda dynamodb, table: dynamodb.update_time_to_live(
        TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"}
    ),
    "drop": lambda dynamodb, table: dynamodb.delete_table(TableName=table),
}
# and what no function may.
BEYOND: Mapping[str, OnTable] = {
    "statement": lambda dynamodb, table: dynamodb.execute_statement(Statement=f'SELECT * FROM "{table}"'),  # noqa: S608
    "statements": lambda dynamodb, table: dynamodb.batch_execute_statement(
        Statements=[{"Statement": f"""SELECT * FROM "{table}" WHERE pk = 'a' AND sk = 'b'"""}]  # noqa: S608
    ),
    "back up": lambda dynamodb, table: dynamodb.create_backup(TableName=table, BackupName="intruder"),
    "restore": lambda dynamodb, table: dynamodb.restore_table_to_point_in_time(
        SourceTableName=table, TargetTableName="intruder", UseLatestRestorableTime=True
    ),
    "list": lambda dynamodb, table: dynamodb.list_tables(),
}
CONTROL: Mapping[str, OnTable] = {**TABLES, **BEYOND}


def index(dynamodb: Any, table: str, kind: str) -> Any:
    """A query of the index that tables of that kind have."""
    name = INDEXES[kind][0]
    return dynamodb.query(
        TableName=table,
        IndexName=name,
        KeyConditionExpression="#h = :a",
        ExpressionAttributeNames={"#h": INDEX_KEYS[name][0]},
        ExpressionAttributeValues=_VALUES,
    )


def copy(s3: Any, bucket: str, source: str, target: str, **condition: str) -> Any:
    """A copy within the bucket, as uploads are taken in."""
    return s3.copy_object(Bucket=bucket, Key=target, CopySource={"Bucket": bucket, "Key": source}, **condition)


# On files below a prefix where ``x`` is.
READING: Mapping[str, OnFiles] = {
    "get": lambda s3, bucket, first: s3.get_object(Bucket=bucket, Key=f"{first}/x"),
    "head": lambda s3, bucket, first: s3.head_object(Bucket=bucket, Key=f"{first}/x"),
    "list": lambda s3, bucket, first: s3.list_objects_v2(Bucket=bucket, Prefix=f"{first}/"),
}
WRITING: Mapping[str, OnFiles] = {
    "put": lambda s3, bucket, first: s3.put_object(Bucket=bucket, Key=f"{first}/y", Body=b""),
    "copy to": lambda s3, bucket, first: copy(s3, bucket, "national/x", f"{first}/y"),
}
CHANGING: Mapping[str, OnFiles] = {
    "put with a tag": lambda s3, bucket, first: s3.put_object(
        Bucket=bucket, Key=f"{first}/y", Body=b"", Tagging="keep=week"
    ),
    "tag": lambda s3, bucket, first: s3.put_object_tagging(
        Bucket=bucket, Key=f"{first}/y", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]}
    ),
    "begin": lambda s3, bucket, first: s3.create_multipart_upload(Bucket=bucket, Key=f"{first}/z"),
    "delete": lambda s3, bucket, first: s3.delete_object(Bucket=bucket, Key=f"{first}/y"),
}
RULING: Mapping[str, OnFiles] = {
    "list everything": lambda s3, bucket, first: s3.list_objects_v2(Bucket=bucket),
    "list what begins so": lambda s3, bucket, first: s3.list_objects_v2(Bucket=bucket, Prefix=first),
    "old versions": lambda s3, bucket, first: s3.list_object_versions(Bucket=bucket, Prefix=f"{first}/"),
    "uploads": lambda s3, bucket, first: s3.list_multipart_uploads(Bucket=bucket),
    "policy": lambda s3, bucket, first: s3.get_bucket_policy(Bucket=bucket),
    "drop": lambda s3, bucket, first: s3.delete_bucket(Bucket=bucket),
    "publish": lambda s3, bucket, first: s3.put_object_acl(Bucket=bucket, Key=f"{first}/x", ACL="public-read"),
}


def delete_many(s3: Any, bucket: str, key: str) -> str:
    """What came of deleting in a batch, in whose answer each key has its own."""
    try:
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}]})
    except ClientError as error:
        return _code(error)
    return str(answer["Errors"][0]["Code"]) if answer.get("Errors") else DONE


def read_address(s3: Any, bucket: str, key: str) -> str:
    """What came of reading at an address that these keys signed."""
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key})
    return _told(_http.request("GET", url).status)


def send_form(s3: Any, bucket: str, key: str) -> str:
    """What came of sending a form that these keys signed, as a browser uploads a file."""
    form = s3.generate_presigned_post(Bucket=bucket, Key=key)
    return _told(_http.request("POST", form["url"], fields={**form["fields"], "file": ("f", b"x")}).status)


def _told(status: int) -> str:
    return DONE if status in (200, 204) else str(status)


def outcome(attempt: Callable[..., Any], *arguments: Any, **more: Any) -> str:
    """``done``, or what AWS calls its refusal; an answer to HEAD has no more than a status."""
    try:
        attempt(*arguments, **more)
    except ClientError as error:
        return _code(error)
    return DONE


def outcomes(attempts: Mapping[str, Callable[..., Any]], *arguments: Any) -> dict[str, str]:
    """What came of each."""
    return {name: outcome(attempt, *arguments) for name, attempt in attempts.items()}


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])
