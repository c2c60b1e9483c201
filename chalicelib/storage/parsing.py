"""DynamoDB's answers taken as they are sent.

botocore's parser calls a function for each attribute of each item to make of the answer's JSON the very same thing
again: three quarters of the CPU that a long list costs. Only bytes are sent otherwise than they are given to us.
"""

from __future__ import annotations

import json
from typing import Any

# Outputs that hold nothing but items, capacity and counts; all others have times or bytes of their own.
_PLAIN = frozenset(
    {
        "GetItemOutput",
        "BatchGetItemOutput",
        "TransactGetItemsOutput",
        "QueryOutput",
        "ScanOutput",
        "PutItemOutput",
        "UpdateItemOutput",
        "DeleteItemOutput",
        "BatchWriteItemOutput",
        "TransactWriteItemsOutput",
    }
)


class PlainParsers:
    """In the place of a botocore client's factory of parsers: answers with items are taken as they are sent, all others
    left to it."""

    def __init__(self, stock: Any) -> None:
        self._stock = stock

    def create_parser(self, protocol: str) -> Any:
        """The parser of a protocol's answers."""
        return _Plain(self._stock.create_parser(protocol))


class _Plain:
    def __init__(self, stock: Any) -> None:
        self._stock = stock

    def parse(self, response: dict[str, Any], shape: Any) -> Any:
        body = response["body"]
        if response["status_code"] != 200 or shape is None or shape.name not in _PLAIN or _has_bytes(body):
            return self._stock.parse(response, shape)
        parsed = json.loads(body)
        headers = {name.lower(): value for name, value in response["headers"].items()}
        parsed["ResponseMetadata"] = {
            "RequestId": headers.get("x-amzn-requestid", ""),
            "HTTPStatusCode": 200,
            "HTTPHeaders": headers,
        }
        return parsed


def _has_bytes(body: bytes) -> bool:
    """Whether bytes may be among the values: an attribute that is called ``B`` only costs the longer way."""
    return b'"B"' in body or b'"BS"' in body
