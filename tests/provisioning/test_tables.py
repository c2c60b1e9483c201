"""A tenant's tables as the cloud would have them: moto knows point-in-time recovery, which our engine does not."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib import config
from chalicelib.errors import Unavailable
from chalicelib.jobs.queue import Job
from chalicelib.provisioning import opening
from chalicelib.storage import client, tables
from chalicelib.storage.models import TABLE_KINDS
from chalicelib.storage.spaces import Space, platform
from tests.emulated import Cloud

HUE = Space("hue")


def _make() -> None:
    for kind in TABLE_KINDS:
        tables.create(HUE, kind)
        tables.protect(HUE.table_name(kind))


def _clear(dynamodb: Any) -> None:
    """Past whatever a test makes fail."""
    for name in dynamodb.list_tables()["TableNames"]:
        if "-hue-" in name:
            dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
            dynamodb.delete_table(TableName=name)


def test_every_table_can_be_brought_back_to_any_moment_and_is_not_deleted_by_mistake(in_the_cloud: Any) -> None:
    for _ in range(2):  # each step may be repeated
        _make()
    for kind in TABLE_KINDS:
        name = HUE.table_name(kind)
        backups = in_the_cloud.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
        ttl = in_the_cloud.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", "ttl")
        table = in_the_cloud.describe_table(TableName=name)["Table"]
        assert table["DeletionProtectionEnabled"]
        assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        assert table.get("StreamSpecification", {}).get("StreamEnabled", False) == (kind == "learning")
        tags = in_the_cloud.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
        assert {"Key": "stage", "Value": config.current().stage} in tags
    tables.drop(HUE)


def test_all_tables_are_asked_for_before_any_is_waited_for(in_the_cloud: Any) -> None:
    asked: list[str] = []
    client.dynamodb().meta.events.register("before-call.dynamodb", lambda model, **_: asked.append(model.name))
    job = Job(id="1", tenant="hue", kind=opening.KIND, payload={}, checkpoint={}, attempts=1, actor="")
    for kind in TABLE_KINDS:
        opening.STEPS[kind](job)
    assert asked == ["CreateTable"] * 4 + ["DescribeTable"] * 4
    _clear(in_the_cloud)


@pytest.mark.parametrize(
    ("operation", "code", "expected"),
    [
        ("CreateTable", "LimitExceededException", Unavailable),
        ("UpdateContinuousBackups", "ContinuousBackupsUnavailableException", Unavailable),
        ("UpdateContinuousBackups", "UnknownOperationException", ClientError),
        ("CreateTable", "AccessDeniedException", ClientError),
    ],
)
def test_what_passes_with_time_brings_the_job_back(
    in_the_cloud: Any, operation: str, code: str, expected: type[Exception]
) -> None:
    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": code, "Message": ""}}, operation)

    client.dynamodb().meta.events.register(f"before-call.dynamodb.{operation}", refuse)
    with pytest.raises(expected):
        _make()
    _clear(in_the_cloud)


def test_a_table_that_is_not_there_when_its_turn_comes_is_asked_for_once(in_the_cloud: Any) -> None:
    """Someone has deleted it, or the first step was begun by a release that asked for no table of this kind."""
    tables.begin(HUE)
    in_the_cloud.update_table(TableName=HUE.table_name("learning"), DeletionProtectionEnabled=False)
    in_the_cloud.delete_table(TableName=HUE.table_name("learning"))
    asked: list[str] = []
    client.dynamodb().meta.events.register("before-call.dynamodb", lambda model, **_: asked.append(model.name))
    tables.create(HUE, "learning")
    assert asked == ["DescribeTable", "CreateTable", "DescribeTable"]
    _clear(in_the_cloud)


def test_no_live_table_is_dropped_that_could_not_be_brought_back(in_the_cloud: Any) -> None:
    _make()
    name = HUE.table_name("people")
    off = {"PointInTimeRecoveryEnabled": False}
    in_the_cloud.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=off)
    sent: list[bool] = []

    def told(params: Any, **_: Any) -> None:
        sent.append('"PointInTimeRecoveryEnabled": true' in params["body"].decode())

    client.dynamodb().meta.events.register("before-call.dynamodb.UpdateContinuousBackups", told)
    assert not tables.drop(HUE)
    assert name in in_the_cloud.list_tables()["TableNames"]
    backups = in_the_cloud.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert tables.drop(HUE)
    assert sent == [True]


def test_what_a_restore_left_beside_is_dropped_with_the_live_tables(in_the_cloud: Any) -> None:
    _make()
    left = [tables.beside(HUE.table_name(kind), "20261124T023000") for kind in TABLE_KINDS]
    for kind, name in zip(TABLE_KINDS, left, strict=True):
        in_the_cloud.create_table(**tables.definition(name, kind))
    assert tables.drop(HUE, ["20261124T023000"])
    assert not [name for name in in_the_cloud.list_tables()["TableNames"] if "-hue-" in name]


def test_dropping_lifts_the_protection_and_may_be_repeated(aws: Cloud) -> None:
    _make()
    for _ in range(2):
        assert tables.drop(HUE)
    assert not [name for name in aws.tables() if "-hue-" in name]


def test_a_deletion_that_takes_its_time_is_waited_for(in_the_cloud: Any) -> None:
    """DynamoDB is still lifting the protection of a table when it is to be deleted."""
    _make()
    refused: list[bool] = []

    def busy(**_: object) -> None:
        if not refused:
            refused.append(True)
            raise ClientError({"Error": {"Code": "ResourceInUseException", "Message": ""}}, "DeleteTable")

    client.dynamodb().meta.events.register("before-call.dynamodb.DeleteTable", busy)
    assert not tables.drop(HUE)
    assert tables.drop(HUE)


def test_where_people_are_written_down_the_key_is_ours(in_the_cloud: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    monkeypatch.setenv("HOCMO_KEY_ARN", key)
    config.current.cache_clear()
    _make()
    tables.create_platform()
    sealed = {
        name: in_the_cloud.describe_table(TableName=name)["Table"].get("SSEDescription", {}).get("KMSMasterKeyArn")
        for name in [*(HUE.table_name(kind) for kind in TABLE_KINDS), platform().table_name("people")]
    }
    ours = {HUE.table_name("people"), platform().table_name("people")}
    assert {name for name, found in sealed.items() if found == key} == ours
    _clear(in_the_cloud)
