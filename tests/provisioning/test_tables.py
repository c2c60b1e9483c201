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
    assert asked[:5] == ["CreateTable"] * 5
    tables.drop(HUE)


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
    tables.drop(HUE)


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
    tables.drop(HUE)
