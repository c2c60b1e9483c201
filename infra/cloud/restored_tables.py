"""A space's four tables at a point in time: beside the live ones, backed up, in their place, cleared away.

Every step looks at what is there, so that it may be repeated after whatever went wrong. What DynamoDB takes its time
for is waited for, with an end: the same command goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import clock, config
from chalicelib.identity.keys import SESSIONS
from chalicelib.storage import tables
from chalicelib.storage.names import TABLE_KINDS, TableKind
from chalicelib.storage.spaces import Space
from infra.cloud.account import DeployFailed

# DynamoDB restores from minutes to hours, by the size of the table; the rest takes it seconds to minutes.
RESTORED_WITHIN_S = 12 * 3600
CHANGED_WITHIN_S = 1_800
_POLL_S = 10.0
_HOLD_EACH_S = 60


class Patience:
    """Waits for what others do, with an end. ``meanwhile`` is called each minute of it, ``pause`` between two looks."""

    def __init__(self, meanwhile: Callable[[], None], pause: Callable[[float], None] = time.sleep) -> None:
        self._meanwhile = meanwhile
        self._pause = pause

    def until(self, is_so: Callable[[], bool], what: str, within_s: float) -> None:
        """Raises: DeployFailed when it is not so in that time."""
        told = began = clock.epoch_s()
        while not is_so():
            now = clock.epoch_s()
            if now - began > within_s:
                raise DeployFailed(
                    f"{what}: not within {within_s / 60:.0f} minutes. The same command goes on from there"
                )
            if now - told >= _HOLD_EACH_S:
                self._meanwhile()
                told = now
            self._pause(_POLL_S)


@dataclass(frozen=True)
class RestoredTables:
    """The tables of ``space`` as they were at ``to`` (``20261124T023000``, UTC)."""

    dynamodb: Any
    space: Space
    to: str
    patience: Patience

    def beside(self) -> list[str]:
        """Their names beside the live ones, by kind."""
        return [self._beside(kind) for kind in TABLE_KINDS]

    def require_ready(self) -> None:
        """There is something to put in place, and what is live could be brought back. Raises: DeployFailed."""
        for name in self.beside():
            if self._status(name) != "ACTIVE":
                raise DeployFailed(f"{name} is not there: restore beside first")
        for kind in TABLE_KINDS:
            self._require_recoverable(self._live(kind))

    def make_beside(self, at: object) -> None:
        """Restore all four at once, and wait. ``at``: the moment that ``to`` names. Raises: DeployFailed."""
        for kind in TABLE_KINDS:
            if self._status(self._beside(kind)) is None:
                self.dynamodb.restore_table_to_point_in_time(
                    SourceTableName=self._live(kind),
                    TargetTableName=self._beside(kind),
                    RestoreDateTime=at,
                    **_encryption(kind),
                )
        for name in self.beside():
            self._wait(name)

    def back_up(self) -> dict[TableKind, str]:
        """A backup of each table beside, one for all tries; gives their ARNs. Raises: DeployFailed."""
        arns = {kind: self._backup_of(kind) or self._begin_backup(kind) for kind in TABLE_KINDS}
        for arn in arns.values():
            self._wait_for_backup(arn)
        return arns

    def replace(self, backups: dict[TableKind, str], before_each: Callable[[], None]) -> None:
        """Drop the live tables and restore these backups under their names, all four at once; ``before_each`` of
        these may still stop it. What was live is kept by DynamoDB for 35 days. Raises: DeployFailed."""
        for kind, arn in backups.items():
            if not self._is_from(kind, arn):
                before_each()
                self._drop_live(kind)
        for kind, arn in backups.items():
            if self._status(self._live(kind)) is None:
                before_each()
                self.dynamodb.restore_table_from_backup(
                    TargetTableName=self._live(kind), BackupArn=arn, **_encryption(kind)
                )
        for kind in backups:
            self._wait(self._live(kind))
            self._protect(kind)

    def end_sessions(self) -> None:
        """A session that was signed out since then would be good again."""
        name = self._live("people")
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=name,
            ProjectionExpression="pk, sk",
            FilterExpression="begins_with(sk, :session)",
            ExpressionAttributeValues={":session": {"S": SESSIONS}},
        )
        for page in pages:
            for key in page["Items"]:
                self.dynamodb.delete_item(TableName=name, Key=key)

    def delete_backups(self) -> None:
        """Those that :meth:`back_up` made."""
        for kind in TABLE_KINDS:
            if arn := self._backup_of(kind):
                self._wait_for_backup(arn)
                self.dynamodb.delete_backup(BackupArn=arn)

    def clear(self) -> None:
        """Backups first: they are found by their tables. Raises: DeployFailed."""
        self.delete_backups()
        for name in self.beside():
            if self._status(name) not in (None, "DELETING"):
                self._wait(name)
                self.dynamodb.delete_table(TableName=name)
        for name in self.beside():
            self._wait_until_gone(name)

    def _live(self, kind: TableKind) -> str:
        return self.space.table_name(kind)

    def _beside(self, kind: TableKind) -> str:
        return tables.beside(self._live(kind), self.to)

    def _backups(self, kind: TableKind) -> Iterator[dict[str, Any]]:
        pages = self.dynamodb.get_paginator("list_backups").paginate(TableName=self._beside(kind), BackupType="USER")
        for page in pages:
            yield from page["BackupSummaries"]

    def _backup_of(self, kind: TableKind) -> str | None:
        """Somebody else may have backed the table up too; a backup that is being deleted is none."""
        for found in self._backups(kind):
            if found["BackupName"] == self._backup_name() and found["BackupStatus"] in ("CREATING", "AVAILABLE"):
                return str(found["BackupArn"])
        return None

    def _backup_name(self) -> str:
        return f"switch-{self.to}"

    def _begin_backup(self, kind: TableKind) -> str:
        made = self.dynamodb.create_backup(TableName=self._beside(kind), BackupName=self._backup_name())
        return str(made["BackupDetails"]["BackupArn"])

    def _wait_for_backup(self, arn: str) -> None:
        self.patience.until(lambda: self._is_available(arn), f"{arn} is to be made", CHANGED_WITHIN_S)

    def _is_available(self, arn: str) -> bool:
        told = self.dynamodb.describe_backup(BackupArn=arn)["BackupDescription"]
        return bool(told["BackupDetails"]["BackupStatus"] == "AVAILABLE")

    def _is_from(self, kind: TableKind, backup: str) -> bool:
        """Whether the live table is already the restored one, or is becoming it."""
        table = self._described(self._live(kind)) or {}
        return bool(table.get("RestoreSummary", {}).get("SourceBackupArn") == backup)

    def _drop_live(self, kind: TableKind) -> None:
        name = self._live(kind)
        if self._status(name) not in (None, "DELETING"):
            self._require_recoverable(name)
            self.dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
            self._wait(name)
            self.dynamodb.delete_table(TableName=name)
        self._wait_until_gone(name)

    def _require_recoverable(self, name: str) -> None:
        """Only then does DynamoDB keep what is dropped."""
        told = self.dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        if told.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") != "ENABLED":
            raise DeployFailed(
                f"{name} has no point-in-time recovery: what is live could not be brought back. Turn it on"
            )

    def _protect(self, kind: TableKind) -> None:
        """What a restored table lacks: protection, tags, the stream, time to live, recovery to a point in time."""
        name, definition = self._live(kind), tables.definition(self._live(kind), kind)
        table = self.dynamodb.describe_table(TableName=name)["Table"]
        if not table.get("DeletionProtectionEnabled"):
            self.dynamodb.update_table(TableName=name, DeletionProtectionEnabled=True)
            self._wait(name)
        if "StreamSpecification" in definition and not table.get("StreamSpecification", {}).get("StreamEnabled"):
            self.dynamodb.update_table(TableName=name, StreamSpecification=definition["StreamSpecification"])
            self._wait(name)
        self.dynamodb.tag_resource(ResourceArn=table["TableArn"], Tags=definition["Tags"])
        tables.protect(name)

    def _described(self, name: str) -> dict[str, Any] | None:
        try:
            return dict(self.dynamodb.describe_table(TableName=name)["Table"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return None

    def _status(self, name: str) -> str | None:
        table = self._described(name)
        return None if table is None else str(table["TableStatus"])

    def _wait(self, name: str) -> None:
        self.patience.until(lambda: self._status(name) == "ACTIVE", f"{name} is to be ready", RESTORED_WITHIN_S)

    def _wait_until_gone(self, name: str) -> None:
        self.patience.until(lambda: self._status(name) is None, f"{name} is to be gone", CHANGED_WITHIN_S)


def _encryption(kind: TableKind) -> dict[str, Any]:
    key = config.current().key_arn
    if kind != "people" or key is None:
        return {}
    return {"SSESpecificationOverride": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}}
