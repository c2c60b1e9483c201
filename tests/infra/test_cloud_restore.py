"""A space's tables are brought to a point in time beside the live ones, then put in their place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib.storage import tables
from chalicelib.storage.names import TABLE_KINDS, TableKind
from infra.cloud.account import DeployFailed
from infra.cloud.restore import Restoring, moment
from infra.local.settings import clean_environment

AT = datetime.now(UTC) - timedelta(seconds=1)
KEY = "arn:aws:kms:ap-southeast-1:123456789012:key/a"


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in clean_environment().items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        client = boto3.client("dynamodb")
        for kind in TABLE_KINDS:
            name = f"hocmo-prod-hue-{kind}"
            client.create_table(**tables.definition(name, kind))
            client.update_continuous_backups(
                TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
            )
            put(client, name, "before")
        client.create_table(**tables.definition("hocmo-prod-platform", "platform"))
        yield client


def put(client: Any, table: str, key: str) -> None:
    client.put_item(TableName=table, Item={"pk": {"S": key}, "sk": {"S": "a"}})


def held(client: Any, kind: TableKind) -> set[str]:
    return {each["pk"]["S"] for each in client.scan(TableName=f"hocmo-prod-hue-{kind}")["Items"]}


def set_status(client: Any, status: str) -> None:
    item = {"pk": {"S": "tenant#hue"}, "sk": {"S": "tenant"}, "status": {"S": status}}
    client.put_item(TableName="hocmo-prod-platform", Item=item)


def restoring(client: Any) -> Restoring:
    return Restoring(client, "hocmo-prod", "hue", AT, KEY)


def test_restoring_beside_leaves_what_is_live(dynamodb: Any) -> None:
    names = restoring(dynamodb).beside()
    assert restoring(dynamodb).beside() == names
    put(dynamodb, "hocmo-prod-hue-people", "after")
    assert names == [f"hocmo-prod-hue-{kind}-at-{AT:%Y%m%dT%H%M%S}" for kind in TABLE_KINDS]
    assert [each["pk"]["S"] for each in dynamodb.scan(TableName=names[0])["Items"]] == ["before"]
    assert held(dynamodb, "people") == {"before", "after"}


def test_switching_puts_the_restored_state_in_place(dynamodb: Any) -> None:
    restoring(dynamodb).beside()
    set_status(dynamodb, "suspended")
    for kind in TABLE_KINDS:
        put(dynamodb, f"hocmo-prod-hue-{kind}", "after")
    restoring(dynamodb).switch()
    for kind in TABLE_KINDS:
        assert held(dynamodb, kind) == {"before"}
        table = dynamodb.describe_table(TableName=f"hocmo-prod-hue-{kind}")["Table"]
        assert table["DeletionProtectionEnabled"] is True
        assert bool(table.get("StreamSpecification", {}).get("StreamEnabled")) == (kind == "learning")
        ttl = dynamodb.describe_time_to_live(TableName=table["TableName"])["TimeToLiveDescription"]
        assert ttl["TimeToLiveStatus"] == "ENABLED"


def test_nobody_is_signed_in_by_what_was_signed_out_since(dynamodb: Any) -> None:
    session = {"pk": {"S": "person#1"}, "sk": {"S": "session#1"}}
    dynamodb.put_item(TableName="hocmo-prod-hue-people", Item=session)
    dynamodb.put_item(TableName="hocmo-prod-hue-people", Item={**session, "sk": {"S": "person"}})
    restoring(dynamodb).beside()
    set_status(dynamodb, "suspended")
    restoring(dynamodb).switch()
    left = dynamodb.scan(TableName="hocmo-prod-hue-people")["Items"]
    assert {each["sk"]["S"] for each in left} == {"a", "person"}


def test_switching_again_keeps_what_was_written_since(dynamodb: Any) -> None:
    restoring(dynamodb).beside()
    set_status(dynamodb, "suspended")
    restoring(dynamodb).switch()
    put(dynamodb, "hocmo-prod-hue-people", "since")
    restoring(dynamodb).switch()
    assert held(dynamodb, "people") == {"before", "since"}


@pytest.mark.parametrize("status", ["open", "opening"])
def test_a_space_that_is_in_use_is_not_switched(dynamodb: Any, status: str) -> None:
    restoring(dynamodb).beside()
    set_status(dynamodb, status)
    put(dynamodb, "hocmo-prod-hue-people", "after")
    with pytest.raises(DeployFailed, match=f"hue is {status}: suspend it first"):
        restoring(dynamodb).switch()
    assert held(dynamodb, "people") == {"before", "after"}


def test_nothing_is_dropped_before_there_is_something_to_put_in_place(dynamodb: Any) -> None:
    set_status(dynamodb, "suspended")
    with pytest.raises(DeployFailed, match="restore beside first"):
        restoring(dynamodb).switch()
    assert held(dynamodb, "people") == {"before"}


@pytest.mark.parametrize("text", ["yesterday", "2026-11-24T09:30:00"])
def test_a_time_needs_its_zone(text: str) -> None:
    with pytest.raises(DeployFailed, match="no time with its zone"):
        moment(text)
