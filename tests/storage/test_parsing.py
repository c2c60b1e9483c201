"""DynamoDB's answers as they are sent read like those that botocore's own parser makes."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib import config
from chalicelib.storage import client, spaces
from tests.emulated import Cloud

ITEM: dict[str, Any] = {
    "pk": {"S": "thử"},
    "sk": {"S": "mọi loại 😀 \u0001 \"B\" 'x'"},
    "n": {"N": "-12345678901234567890.5"},
    "b": {"BOOL": False},
    "z": {"NULL": True},
    "ss": {"SS": ["a", "ơ"]},
    "ns": {"NS": ["1", "2"]},
    "l": {"S": "chỉ mục"},
    "list": {"L": [{"S": ""}, {"M": {"B": {"S": "tên là B"}, "S": {"N": "1"}}}]},
}
BYTES = {**ITEM, "bytes": {"B": b"\x00\xff"}, "more": {"BS": [b"a"]}}


def plain(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer without what differs from call to call."""
    metadata = answer["ResponseMetadata"]
    assert metadata["HTTPStatusCode"] == 200
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


@pytest.mark.parametrize("item", [ITEM, BYTES], ids=["without bytes", "with bytes"])
def test_answers_are_those_of_botocores_parser(aws: Cloud, item: dict[str, Any]) -> None:
    table = spaces.platform().table_name("people")
    ours, stock = client.dynamodb(), boto3.client("dynamodb", endpoint_url=config.current().dynamodb_url)
    key = {"pk": item["pk"], "sk": item["sk"]}
    more = {"TableName": table, "ReturnConsumedCapacity": "TOTAL"}
    query = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": item["pk"]}}
    for one, other in ((ours, stock), (stock, ours)):
        put = [each.put_item(Item=item, ReturnValues="ALL_OLD", **more) for each in (one, other, one)]
        assert plain(put[1]) == plain(put[2])
    for operation, parameters in (
        ("get_item", {"Key": key, **more}),
        ("query", {**query, **more}),
        ("query", {**query, "Limit": 1, **more}),
        ("scan", more),
        ("batch_get_item", {"RequestItems": {table: {"Keys": [key]}}}),
        ("update_item", {"Key": key, "UpdateExpression": "SET x = pk", "ReturnValues": "ALL_NEW", **more}),
        ("batch_write_item", {"RequestItems": {table: [{"PutRequest": {"Item": item}}]}}),
        ("transact_write_items", {"TransactItems": [{"Put": {"TableName": table, "Item": item}}]}),
        ("describe_table", {"TableName": table}),
    ):
        assert plain(getattr(ours, operation)(**parameters)) == plain(getattr(stock, operation)(**parameters)), (
            operation
        )


def test_a_refusal_is_botocores(aws: Cloud) -> None:
    request = {"TableName": spaces.platform().table_name("people"), "Item": ITEM, "ConditionExpression": "pk = sk"}
    with pytest.raises(ClientError) as refused:
        client.dynamodb().put_item(**request)
    assert refused.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
