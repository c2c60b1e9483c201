"""``make restore``: bring a space's four tables to a point in time, beside the live ones, look, then switch.

DynamoDB renames no table, and restores into none that exists. So the point in time is restored beside (``beside``),
where no function may reach it, and can be looked at while the space goes on. To switch, that state is backed up, the
live table dropped and the backup restored under its name (``switch``): the space is suspended meanwhile. What was
live is kept by DynamoDB for 35 days, as a backup that it makes of any table dropped with point-in-time recovery on.

Every step looks at what is there, so that either command may be repeated after whatever went wrong.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.identity.keys import SESSIONS
from chalicelib.storage import tables
from chalicelib.storage.names import TABLE_KINDS, TableKind
from infra.cloud import account, stacks, stages
from infra.cloud.account import DeployFailed, told_clearly
from infra.cloud.stages import Unfit

_POLL_S = 10.0
_MARK = "restored-to"


@dataclass(frozen=True)
class Restoring:
    """A space's tables, and the point in time that they are brought to. ``key_arn``: of the people tables."""

    dynamodb: Any
    stack: str
    slug: str
    at: datetime
    key_arn: str

    def beside(self) -> list[str]:
        """Restore the four tables beside the live ones, all at once; gives their names. Raises: DeployFailed."""
        for kind in TABLE_KINDS:
            if self._status(self._beside(kind)) is None:
                self._restore_beside(kind)
        for kind in TABLE_KINDS:
            self._wait(self._beside(kind))
        return [self._beside(kind) for kind in TABLE_KINDS]

    def switch(self) -> None:
        """Put the restored state in the live tables' place, and end all sessions: one that was signed out since then
        would be good again. Raises: DeployFailed, when the space is not suspended.

        Restoring takes hours, so before each table is dropped it is looked again whether the space still is.
        """
        for kind in TABLE_KINDS:
            self._require_suspended()
            if not self._is_switched(kind):
                self._switch(kind)
            self._protect(kind)
        self._end_sessions()

    def _end_sessions(self) -> None:
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

    def _live(self, kind: TableKind) -> str:
        return f"{self.stack}-{self.slug}-{kind}"

    def _beside(self, kind: TableKind) -> str:
        """Behind the kind: the space's role knows names that end with it, so no session reaches this one."""
        return f"{self._live(kind)}-at-{self.at:%Y%m%dT%H%M%S}"

    def _restore_beside(self, kind: TableKind) -> None:
        self.dynamodb.restore_table_to_point_in_time(
            SourceTableName=self._live(kind),
            TargetTableName=self._beside(kind),
            RestoreDateTime=self.at,
            **self._encryption(kind),
        )

    def _encryption(self, kind: TableKind) -> dict[str, Any]:
        if kind != "people":
            return {}
        return {"SSESpecificationOverride": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": self.key_arn}}

    def _require_suspended(self) -> None:
        key = {"pk": {"S": f"tenant#{self.slug}"}, "sk": {"S": "tenant"}}
        found = self.dynamodb.get_item(TableName=f"{self.stack}-platform", Key=key, ConsistentRead=True).get("Item", {})
        status = found.get("status", {}).get("S", "unknown")
        if status != "suspended":
            raise DeployFailed(f"{self.slug} is {status}: suspend it first, so that nothing is written meanwhile")

    def _is_switched(self, kind: TableKind) -> bool:
        """Whether the live table is already the restored one: it says so by a tag."""
        if self._status(self._live(kind)) is None:
            return False
        arn = self.dynamodb.describe_table(TableName=self._live(kind))["Table"]["TableArn"]
        told = self.dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]
        return {"Key": _MARK, "Value": self._mark()} in told

    def _mark(self) -> str:
        return f"{self.at:%Y%m%dT%H%M%S}"

    def _switch(self, kind: TableKind) -> None:
        backup = self._backup(kind)
        if self._status(self._live(kind)) is not None:
            self.dynamodb.update_table(TableName=self._live(kind), DeletionProtectionEnabled=False)
            self._until(lambda: self._status(self._live(kind)) == "ACTIVE")
            self.dynamodb.delete_table(TableName=self._live(kind))
            self._until(lambda: self._status(self._live(kind)) is None)
        self.dynamodb.restore_table_from_backup(
            TargetTableName=self._live(kind), BackupArn=backup, **self._encryption(kind)
        )
        self._wait(self._live(kind))

    def _backup(self, kind: TableKind) -> str:
        """A backup of the table beside, one for all tries."""
        beside = self._beside(kind)
        if self._status(beside) is None:
            raise DeployFailed(f"{beside} is not there: restore beside first")
        found = self.dynamodb.list_backups(TableName=beside)["BackupSummaries"]
        if found:
            arn = str(found[0]["BackupArn"])
        else:
            made = self.dynamodb.create_backup(TableName=beside, BackupName=f"switch-{self._mark()}")
            arn = str(made["BackupDetails"]["BackupArn"])
        self._until(lambda: self._backup_status(arn) == "AVAILABLE")
        return arn

    def _backup_status(self, arn: str) -> str:
        told = self.dynamodb.describe_backup(BackupArn=arn)["BackupDescription"]
        return str(told["BackupDetails"]["BackupStatus"])

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
        stage = {"Key": "stage", "Value": self.stack.removeprefix("hocmo-")}
        marks = [{"Key": "app", "Value": "hocmo"}, stage, {"Key": _MARK, "Value": self._mark()}]
        self.dynamodb.tag_resource(ResourceArn=table["TableArn"], Tags=marks)
        lasting = self.dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"]
        if lasting == "DISABLED":
            ttl = {"Enabled": True, "AttributeName": "ttl"}
            self.dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=ttl)
        self.dynamodb.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )

    def _status(self, name: str) -> str | None:
        try:
            return str(self.dynamodb.describe_table(TableName=name)["Table"]["TableStatus"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return None

    def _wait(self, name: str) -> None:
        self._until(lambda: self._status(name) == "ACTIVE")

    @staticmethod
    def _until(is_so: Callable[[], bool]) -> None:
        """Restoring takes DynamoDB from minutes to hours, by the size of the table."""
        while not is_so():
            time.sleep(_POLL_S)


def moment(text: str) -> datetime:
    """A point in time with its zone, as RFC 3339 has it. Raises: DeployFailed."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise DeployFailed(f"{text!r} is no time with its zone: write it like 2026-11-24T09:30:00+07:00")
    return found.astimezone(UTC)


def main() -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(description="Restore a space's tables to a point in time.")
    parser.add_argument("step", choices=("beside", "switch"))
    parser.add_argument("stage")
    parser.add_argument("slug")
    parser.add_argument("at")
    asked = parser.parse_args()
    try:
        stage = stages.read(asked.stage)
        here = account.enter(stage.region)
        told = stacks.outputs(here.client("cloudformation"), stage.stack)
        if "KeyArn" not in told:
            raise DeployFailed(f"{stage.stack} is not deployed")
        restoring = Restoring(here.client("dynamodb"), stage.stack, asked.slug, moment(asked.at), told["KeyArn"])
        with told_clearly("The tables could not be restored"):
            _do(asked.step, restoring)
    except (Unfit, DeployFailed) as failure:
        print(f"make restore: {failure}", file=sys.stderr)
        return 1
    return 0


def _do(step: str, restoring: Restoring) -> None:
    if step == "beside":
        print("\n".join(["Restored beside; look at them, then make restore STEP=switch:", *restoring.beside()]))
        return
    restoring.switch()
    print(f"The tables of {restoring.slug} are those of {restoring.at.isoformat()}. Now, as an operator:")
    print(f"  POST /v1/tenants/{restoring.slug}/opening    attaches the new stream")
    print("  then resume the space, and count its reports anew (docs/runbook.md)")


if __name__ == "__main__":
    sys.exit(main())
