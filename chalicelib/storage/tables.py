"""What tables there are: their keys, index, stream and time to live; making them, protecting them, dropping them.

Everything here may be repeated: each step looks at what is there and does what is missing, so that a job killed
anywhere
goes on from there. Only provisioning may call it (``infra/`` gives that function alone the rights).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import config
from chalicelib.errors import NotFound, Unavailable
from chalicelib.storage import acting, client
from chalicelib.storage.models import TABLE_KINDS, TableKind
from chalicelib.storage.spaces import Space, platform
from chalicelib.storage.table import INDEX_KEYS

# The index that lists things across partitions, by table. KEYS_ONLY where the item changes often (an enrolment's
# progress
# must not cost an index write), ALL where a list is read far more than written.
INDEXES: dict[str, tuple[str, str]] = {
    "platform": ("listed", "ALL"),
    "people": ("listed", "ALL"),
    "learning": ("by-course", "KEYS_ONLY"),
}
_POLL_S = 0.05
_POLLS = 1_200


def create_platform() -> None:
    """The control plane's one table: registry, operators, jobs, audit trail."""
    _create(platform().table_name("people"), "platform")
    protect(platform().table_name("people"))


def begin(space: Space) -> None:
    """Ask for all of a tenant's tables and wait for none: they are made side by side, each in some ten seconds."""
    for kind in TABLE_KINDS:
        _ask_for(space.table_name(kind), kind)


def create(space: Space, kind: TableKind) -> None:
    """One of a tenant's tables, on demand, with deletion protection and (for learning) its stream; waits until active.

    One that was asked for (:func:`begin`) is only waited for. Raises: Unavailable.
    """
    _create(space.table_name(kind), kind)


def protect(name: str) -> None:
    """Time to live on ``ttl``, and point-in-time recovery for 35 days. IAM could not tell turning recovery on from
    turning it off; nothing in this program turns it off."""
    _enable_ttl(name)
    _enable_recovery(name)


def stream(space: Space) -> str:
    """The ARN of the stream of a space's learning table."""
    table = client.dynamodb().describe_table(TableName=space.table_name("learning"))["Table"]
    return str(table["LatestStreamArn"])


def size(space: Space) -> int:
    """Bytes of a tenant's tables and their indexes, as DynamoDB knows them: it looks every six hours or so. 4 calls,
    which cost nothing. Raises: NotFound once they are gone."""
    total = 0
    for kind in TABLE_KINDS:
        try:
            table = client.dynamodb().describe_table(TableName=space.table_name(kind))["Table"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                raise NotFound from error
            raise
        total += table.get("TableSizeBytes", 0)
        total += sum(index.get("IndexSizeBytes", 0) for index in table.get("GlobalSecondaryIndexes", []))
    return total


def beside(live: str, to: str) -> str:
    """Where the state of a point in time (``20261124T023000``, UTC) is restored beside a live table. Behind the kind:
    the space's role knows names that end with it, so no session reaches this one."""
    return f"{live}-at-{to}"


def drop(space: Space, besides: Iterable[str] = ()) -> bool:
    """Delete all of a tenant's tables, lifting their protection first, and those of these points in time that a restore
    has left beside them, and tell whether they are gone: DynamoDB takes its time, so call it again until they are.

    What is deleted can be brought back for 35 days: point-in-time recovery leaves a backup of the system's own, so no
    live table is deleted without it. Raises: Unavailable, Foreign when this is not the acting space: the function that
    drops has the right to drop any.
    """
    acting.require(space.slug)
    live = [space.table_name(kind) for kind in TABLE_KINDS]
    gone = [_drop(name) for name in live]
    gone += [_drop(beside(name, to), is_copy=True) for to in besides for name in live]
    return all(gone)


def _create(name: str, kind: str) -> None:
    """Looks first, and asks for a table once at most: DescribeTable may not see yet what CreateTable has just begun."""
    asked = False
    for _ in range(_POLLS):
        status = _status(name)
        if status == "ACTIVE":
            return
        if status is None and not asked:
            _ask_for(name, kind)
            asked = True
            continue
        time.sleep(_POLL_S)
    raise Unavailable(retry_after_s=10)


def _status(name: str) -> str | None:
    try:
        return str(client.dynamodb().describe_table(TableName=name)["Table"]["TableStatus"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return None


def _ask_for(name: str, kind: str) -> None:
    try:
        client.dynamodb().create_table(**definition(name, kind), **_encryption(kind))
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "LimitExceededException":
            # DynamoDB builds at most 500 tables at once in an account; the job comes back.
            raise Unavailable(retry_after_s=10) from error
        if code != "ResourceInUseException":
            raise


def definition(name: str, kind: str) -> dict[str, Any]:
    """A table as CreateTable takes it; CloudFormation takes the same words, so the deployment reads it here too."""
    made: dict[str, Any] = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "DeletionProtectionEnabled": True,
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "Tags": [{"Key": "app", "Value": config.APP}, {"Key": "stage", "Value": config.current().stage}],
    }
    attributes = ["pk", "sk"]
    if kind in INDEXES:
        index, projection = INDEXES[kind]
        hash_name, sort_name = INDEX_KEYS[index]
        attributes += [hash_name, sort_name]
        made["GlobalSecondaryIndexes"] = [
            {
                "IndexName": index,
                "KeySchema": [
                    {"AttributeName": hash_name, "KeyType": "HASH"},
                    {"AttributeName": sort_name, "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": projection},
            }
        ]
    if kind == "learning":
        made["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    made["AttributeDefinitions"] = [{"AttributeName": each, "AttributeType": "S"} for each in attributes]
    return made


def _encryption(kind: str) -> dict[str, Any]:
    """Where people are written down, the key is ours: whoever may read the table must also be let use that key, each
    use is in CloudTrail, and without it a copy is worth nothing. The other tables have DynamoDB's own."""
    key = config.current().key_arn
    if key is None or kind not in ("people", "platform"):
        return {}
    return {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}}


def _enable_ttl(name: str) -> None:
    dynamodb = client.dynamodb()
    status = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"]
    if status in ("DISABLED", "DISABLING"):
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"})


def _is_recoverable(name: str) -> bool:
    try:
        told = client.dynamodb().describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    except ClientError as error:
        if _has_no_backups(error):
            return True
        raise
    recovery = told.get("PointInTimeRecoveryDescription", {})
    return bool(recovery.get("PointInTimeRecoveryStatus") == "ENABLED")


def _has_no_backups(error: ClientError) -> bool:
    """The engine of one machine knows none; in the cloud the same answer is a failure."""
    return config.current().local and error.response["Error"]["Code"] == "UnknownOperationException"


def _enable_recovery(name: str) -> None:
    try:
        client.dynamodb().update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ContinuousBackupsUnavailableException":
            # DynamoDB is still making ready the backups of a table that has just been created; the job comes back.
            raise Unavailable(retry_after_s=10) from error
        if not _has_no_backups(error):
            raise


def _drop(name: str, *, is_copy: bool = False) -> bool:
    dynamodb = client.dynamodb()
    try:
        table = dynamodb.describe_table(TableName=name)["Table"]
        if table["TableStatus"] != "DELETING":
            if not is_copy and not _is_recoverable(name):
                _enable_recovery(name)
                return False  # the next try sees whether it is on
            if table.get("DeletionProtectionEnabled"):
                dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
            dynamodb.delete_table(TableName=name)
        dynamodb.describe_table(TableName=name)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "ResourceNotFoundException":
            return True
        # It is still being changed (its protection, say), or too much is being deleted at once.
        if code not in ("ResourceInUseException", "LimitExceededException"):
            raise
    return False
