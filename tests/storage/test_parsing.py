"""What our transport sends and makes of DynamoDB's answers is what botocore's client would send and make of them."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import config
from chalicelib.storage import client, credentials, spaces
from chalicelib.storage.items import to_item
from chalicelib.storage.parsing import parsed
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
    "list": {"L": [{"S": ""}, {"M": {"B": {"S": "tên là B"}, "S": {"N": "1"}}}, {"M": {"BS": {"SS": ["x"]}}}]},
}
BYTES = {**ITEM, "bytes": {"B": b"\x00\xff"}, "more": {"BS": [b"a"]}, "B": {"L": [{"B": b""}]}}


def ours(operation: str, request: dict[str, Any]) -> dict[str, Any]:
    return client.transport().call(operation, dict(request), credentials.own)


def stocks(operation: str, request: dict[str, Any]) -> dict[str, Any]:
    stock = boto3.client("dynamodb", endpoint_url=config.current().dynamodb_url)
    answer = stock._make_api_call(operation, dict(request))
    answer.pop("ResponseMetadata")
    return dict(answer)


def table() -> str:
    return spaces.platform().table_name("people")


@pytest.mark.parametrize("item", [ITEM, BYTES], ids=["without bytes", "with bytes"])
def test_answers_are_those_of_botocores_client(aws: Cloud, item: dict[str, Any]) -> None:
    key = {"pk": item["pk"], "sk": item["sk"]}
    more = {"TableName": table(), "ReturnConsumedCapacity": "TOTAL"}
    query = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": item["pk"]}}
    put = {"Item": item, "ReturnValues": "ALL_OLD", **more}
    for one, other in ((ours, stocks), (stocks, ours)):
        one("PutItem", put)
        assert other("PutItem", put) == one("PutItem", put)
    requests: list[tuple[str, dict[str, Any]]] = [
        ("GetItem", {"Key": key, **more}),
        ("GetItem", {"Key": {**key, "sk": {"S": "không có"}}, **more}),
        ("Query", {**query, **more}),
        ("Query", {**query, "Limit": 1, **more}),
        ("Scan", more),
        ("BatchGetItem", {"RequestItems": {table(): {"Keys": [key]}}}),
        ("UpdateItem", {"Key": key, "UpdateExpression": "SET x = pk", "ReturnValues": "ALL_NEW", **more}),
        ("BatchWriteItem", {"RequestItems": {table(): [{"PutRequest": {"Item": item}}]}}),
        ("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": table(), "Item": item}}]}),
        ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": table(), "Key": key}}]}),
    ]
    for operation, request in requests:
        assert ours(operation, request) == stocks(operation, request), operation


@pytest.mark.parametrize("item", [ITEM, BYTES], ids=["without bytes", "with bytes"])
@pytest.mark.parametrize("transacted", [False, True])
def test_refusals_are_those_of_botocores_client(aws: Cloud, item: dict[str, Any], transacted: bool) -> None:
    ours("PutItem", {"TableName": table(), "Item": item})
    put = {"TableName": table(), "Item": item, "ConditionExpression": "pk = sk"}
    put["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    request = {"TransactItems": [{"Put": put}]} if transacted else put
    told = []
    for call in (ours, stocks):
        with pytest.raises(ClientError) as refused:
            call("TransactWriteItems" if transacted else "PutItem", request)
        response: Any = refused.value.response
        assert response.pop("ResponseMetadata")["HTTPStatusCode"] == 400
        told.append((response["Error"], response.get("Item"), response.get("CancellationReasons"), str(refused.value)))
    assert told[0] == told[1]
    assert told[0][1] or told[0][2]


@given(st.dictionaries(st.text(min_size=1, max_size=9), st.text(max_size=50) | st.binary(max_size=50), max_size=4))
def test_any_text_and_any_bytes_come_back(values: dict[str, str | bytes]) -> None:
    from chalicelib.storage.transport import encoded

    request = {"Item": to_item(values)}
    assert parsed(encoded(request)) == request


def test_an_answer_that_is_no_object_is_none() -> None:
    for body in (b"[]", b"<html>", b""):
        with pytest.raises(ValueError, match=r"object|Expecting"):
            parsed(body)
