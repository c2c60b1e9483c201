"""A tenant that nobody visits costs what its bytes cost: opening a space makes nothing that is billed by time.

Every call to AWS that opening makes is recorded and held against a list that says of each why it is not billed by time;
a new kind of resource cannot come in without a line there.
"""

from __future__ import annotations

from typing import Any

import boto3
import botocore.client
import pytest

from chalicelib.metering import prices, store
from chalicelib.metering.quotas import stored_of
from chalicelib.storage.models import TABLE_KINDS
from chalicelib.storage.spaces import Space
from tests.emulated import Cloud
from tests.factories import operator
from tests.provisioning.tenants import new_tenant

# What opening may ask of AWS besides items (which are billed by the call), and why nothing of it is billed by time.
NOT_BILLED_BY_TIME = {
    "dynamodb.CreateTable": "on demand: billed by requests and bytes; a test below looks at how it was made",
    "dynamodb.UpdateTable": "the same table",
    "dynamodb.UpdateTimeToLive": "deleting by time to live is free",
    "dynamodb.UpdateContinuousBackups": "point-in-time recovery is billed by the table's bytes",
    "dynamodb.DescribeTable": "a look, free",
    "dynamodb.DescribeTimeToLive": "a look, free",
    "dynamodb.DescribeContinuousBackups": "a look, free",
    "lambda.CreateEventSourceMapping": "Lambda's own polling of a table's stream is free, busy or idle",
    "lambda.ListEventSourceMappings": "a look, free",
    "lambda.UpdateEventSourceMapping": "the same mapping",
    "s3.PutObject": "billed by the call and by bytes",
    "sqs.SendMessage": "billed by the call",
    "sqs.ReceiveMessage": "billed by the call; the queue is the deployment's",
    "sqs.DeleteMessage": "billed by the call",
    "sesv2.SendEmail": "billed by the mail",
}


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every operation of AWS that this process asks for, as ``service.Operation``."""
    asked: set[str] = set()
    call = botocore.client.BaseClient._make_api_call

    def noting(self: Any, operation: str, parameters: Any) -> Any:
        asked.add(f"{self.meta.service_model.service_name}.{operation}")
        return call(self, operation, parameters)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", noting)
    return asked


def _open(aws: Cloud) -> str:
    wanted = new_tenant()
    operator().post("/tenants", wanted).ok(202)
    aws.drain()
    assert operator().get(f"/tenants/{wanted['slug']}").ok()["status"] == "open"
    return str(wanted["slug"])


def test_opening_asks_for_nothing_that_is_billed_by_time(aws: Cloud, calls: set[str]) -> None:
    _open(aws)
    ours = {each for each in calls if not each.startswith("dynamodbstreams.") and each != "dynamodb.ListTables"}
    assert "dynamodb.CreateTable" in ours
    assert ours - NOT_BILLED_BY_TIME.keys() == set()


def test_its_tables_are_on_demand(aws: Cloud) -> None:
    slug = _open(aws)
    for kind in TABLE_KINDS:
        table = aws.dynamodb.describe_table(TableName=Space(slug).table_name(kind))["Table"]
        assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        for each in (table, *table.get("GlobalSecondaryIndexes", [])):
            throughput = each.get("ProvisionedThroughput", {})
            assert throughput.get("ReadCapacityUnits", 0) == throughput.get("WriteCapacityUnits", 0) == 0
        assert "Replicas" not in table
        assert table.get("TableClassSummary", {}).get("TableClass", "STANDARD") == "STANDARD"


def test_the_account_holds_nothing_else_of_a_tenant(aws: Cloud) -> None:
    """Keys, alarms, functions, schedules and the like are billed by time or bounded by account: none is a tenant's."""
    before = _held()
    _open(aws)
    assert _held() == before


def _held() -> dict[str, int]:
    """How many things there are in the account that are billed by time, or would be one for each tenant."""
    return {
        "keys": len(boto3.client("kms").list_keys()["Keys"]),
        "alarms": len(boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]),
        "dashboards": len(boto3.client("cloudwatch").list_dashboards()["DashboardEntries"]),
        "functions": len(boto3.client("lambda").list_functions()["Functions"]),
        "queues": len(boto3.client("sqs").list_queues().get("QueueUrls", [])),
        "buckets": len(boto3.client("s3").list_buckets()["Buckets"]),
        "rules": len(boto3.client("events").list_rules()["Rules"]),
        "secrets": len(boto3.client("secretsmanager").list_secrets()["SecretList"]),
        "parameters": len(boto3.client("ssm").describe_parameters()["Parameters"]),
        "log groups": len(boto3.client("logs").describe_log_groups()["logGroups"]),
        "roles": len(boto3.client("iam").list_roles()["Roles"]),
        "certificates": len(boto3.client("acm").list_certificates()["CertificateSummaryList"]),
        "zones": len(boto3.client("route53").list_hosted_zones()["HostedZones"]),
    }


def test_a_month_without_a_visitor_costs_its_bytes_alone(aws: Cloud) -> None:
    slug = _open(aws)
    gigabyte = 2**30
    store.measured(slug, gigabyte, 10 * gigabyte, 100, 1, (0, 0))
    stored = stored_of(store.stored(slug))
    days = float(prices.DAYS_A_MONTH)
    kept = prices.Usage(
        items_byte_days=round(stored.items_bytes * days), files_byte_days=round(stored.files_bytes * days)
    )
    costs = {each.item: str(each.usd) for each in prices.cost(kept) if each.usd}
    assert costs == {
        "dynamodb_storage": "0.285000",
        "dynamodb_backups": "0.228000",
        "s3_storage": "0.250000",
    }
