"""DynamoDB Streams in its own words: JSON over HTTP, so that records reach the handlers as Lambda would bring them.

boto3 would decode every record (numbers, bytes, times) only for us to encode it again; and polling a hundred tables is
mostly overhead, of which this has a quarter. Neither engine checks signatures.
"""

import json
from dataclasses import dataclass
from typing import Any

import urllib3

from infra.local.settings import REGION

BATCH = 100

_HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Date": "20260101T000000Z",
    "Authorization": f"AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/dynamodb/aws4_request, "
    "SignedHeaders=host, Signature=0",
}
_LOST_PLACE = ("ExpiredIteratorException", "TrimmedDataAccessException", "ValidationException")


class Gone(Exception):
    """The stream's table was dropped."""


class LostPlace(Exception):
    """An iterator or a position is no longer good: read on from the last position, or from the oldest record kept."""


class EngineFault(Exception):
    """The engine answers with an error of its own."""


@dataclass(frozen=True)
class Shard:
    """One ordered part of a table's stream, which was made at `born` (seconds since 1970)."""

    stream: str
    id: str
    born: int = 0

    def own(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """`records` without those of an earlier table of the same name: dynoxide shows them in the new one's stream.

        A space that is closed and opened again must not count what its forerunner's people did. Records know their
        time to the second, so one of the very second of the opening passes.
        """
        return [each for each in records if each["dynamodb"].get("ApproximateCreationDateTime", self.born) >= self.born]


class Streams:
    """A client of the engine at `url`. Raises from all its methods: urllib3's HTTPError, EngineFault."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = urllib3.PoolManager(retries=False, timeout=10)

    def of_tables(self, prefix: str, suffix: str) -> set[str]:
        """The streams of the tables with such names."""
        found: set[str] = set()
        page: dict[str, Any] = {}
        while True:
            answer = self._call("ListStreams", Limit=100, **page)
            tables = [each for each in answer["Streams"] if each["TableName"].startswith(prefix)]
            found |= {each["StreamArn"] for each in tables if each["TableName"].endswith(suffix)}
            last = answer.get("LastEvaluatedStreamArn")
            if not last:
                return found
            page = {"ExclusiveStartStreamArn": last}

    def shards(self, stream: str) -> list[Shard]:
        """Raises: Gone."""
        described = self._call("DescribeStream", StreamArn=stream)["StreamDescription"]
        born = int(described.get("CreationRequestDateTime", 0))
        return [Shard(stream, each["ShardId"], born) for each in described["Shards"]]

    def iterator(self, shard: Shard, after: str | None) -> str:
        """Where to read on: behind the record numbered `after`, or at the oldest kept. Raises: Gone, LostPlace."""
        place = {"ShardIteratorType": "TRIM_HORIZON"}
        if after is not None:
            place = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": after}
        answer = self._call("GetShardIterator", StreamArn=shard.stream, ShardId=shard.id, **place)
        iterator: str = answer["ShardIterator"]
        return iterator

    def records(self, iterator: str) -> tuple[list[dict[str, Any]], str | None]:
        """Up to a hundred records, and where to read on: None at the end of a closed shard. Raises: Gone, LostPlace."""
        answer = self._call("GetRecords", ShardIterator=iterator, Limit=BATCH)
        return answer["Records"], answer.get("NextShardIterator")

    def _call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        headers = {**_HEADERS, "X-Amz-Target": f"DynamoDBStreams_20120810.{operation}"}
        answer = self._http.request("POST", self._url, body=json.dumps(parameters), headers=headers)
        if answer.status == 200:
            content: dict[str, Any] = json.loads(answer.data)
            return content
        kind = answer.data.decode(errors="replace")
        if "ResourceNotFoundException" in kind:
            raise Gone
        if any(name in kind for name in _LOST_PLACE):
            raise LostPlace
        raise EngineFault(f"{operation}: {answer.status} {kind[:200]}")
