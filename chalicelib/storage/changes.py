"""A table's stream as typed changes: what an item was, what it is, and where in which shard that stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import config
from chalicelib.storage import client, tables
from chalicelib.storage.items import Item, from_item
from chalicelib.storage.spaces import Space

# An open shard may answer with nothing although more is to come; so many times in a row is taken for its end.
_EMPTY_ANSWERS = 3


@dataclass(frozen=True, slots=True)
class Change:
    """One write to one item; ``old`` is ``None`` for a new item, ``new`` for a deleted one."""

    pk: str
    sk: str
    old: Item | None
    new: Item | None
    sequence: str

    @property
    def position(self) -> int:
        """Order within a shard (sequence numbers are decimal strings of varying length)."""
        return int(self.sequence)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one invocation was handed: consecutive changes of one shard of one tenant's learning table."""

    space: str
    shard: str
    changes: list[Change]


def read(event: Mapping[str, Any]) -> Batch:
    """A Lambda event of a DynamoDB stream with a tumbling window (which is what names the stream and the shard; each
    record names the stream too)."""
    stream = event.get("eventSourceARN") or event["Records"][0]["eventSourceARN"]
    table = stream.split(":table/")[1].split("/")[0]
    return Batch(
        space=table.removeprefix(f"{config.current().prefix}-").removesuffix("-learning"),
        shard=event.get("shardId") or _only_shard(stream),
        changes=[_change(record["dynamodb"]) for record in event.get("Records", [])],
    )


def _only_shard(stream: str) -> str:
    """An engine that knows no windows names no shard; its streams have one. Raises: ValueError when there are more."""
    (shard,) = _shards(_streams(config.current().dynamodb_url), stream)
    return shard


def _change(record: Mapping[str, Any]) -> Change:
    keys = from_item(record["Keys"])
    old, new = record.get("OldImage"), record.get("NewImage")
    return Change(
        pk=keys["pk"],
        sk=keys["sk"],
        old=from_item(old) if old else None,
        new=from_item(new) if new else None,
        sequence=record["SequenceNumber"],
    )


def kept(space: Space, after: Mapping[str, str]) -> Iterator[Batch]:
    """What the stream of a space's learning table still holds (24 hours of it), shard by shard: after the sequence
    number given for a shard, or from the oldest change kept. For maintenance: a stream has room for few readers.
    """
    stream = tables.stream(space)
    streams = _streams(config.current().dynamodb_url)
    for shard in _shards(streams, stream):
        for records in _records(streams, stream, shard, after.get(shard)):
            yield Batch(space.slug, shard, [_change(record["dynamodb"]) for record in records])


@lru_cache(maxsize=1)
def _streams(url: str | None) -> Any:
    return client.session().create_client("dynamodbstreams", endpoint_url=url, config=client.client_settings())


def _shards(streams: Any, stream: str) -> Iterator[str]:
    page: dict[str, str] = {}
    while True:
        described = streams.describe_stream(StreamArn=stream, **page)["StreamDescription"]
        for shard in described["Shards"]:
            yield shard["ShardId"]
        if not described.get("LastEvaluatedShardId"):
            return
        page = {"ExclusiveStartShardId": described["LastEvaluatedShardId"]}


def _records(streams: Any, stream: str, shard: str, after: str | None) -> Iterator[list[dict[str, Any]]]:
    iterator = _iterator(streams, stream, shard, after)
    empty = 0
    while iterator and empty < _EMPTY_ANSWERS:
        answer = streams.get_records(ShardIterator=iterator)
        if answer["Records"]:
            yield answer["Records"]
        empty = 0 if answer["Records"] else empty + 1
        iterator = answer.get("NextShardIterator")


def _iterator(streams: Any, stream: str, shard: str, after: str | None) -> str | None:
    oldest: dict[str, str] = {"ShardIteratorType": "TRIM_HORIZON"}
    place = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": after} if after else oldest
    for where in (place, oldest):
        try:
            answer = streams.get_shard_iterator(StreamArn=stream, ShardId=shard, **where)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None  # all of the shard has left the stream since it was named
            if error.response["Error"]["Code"] != "TrimmedDataAccessException":
                raise
        else:
            return str(answer["ShardIterator"])
    return None
