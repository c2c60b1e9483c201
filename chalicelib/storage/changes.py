"""A table's stream as typed changes: what an item was, what it is, and where in which shard that stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib import config
from chalicelib.storage.items import Item, from_item


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
    """A Lambda event of a DynamoDB stream with a tumbling window (which is what names the shard)."""
    table = event["eventSourceARN"].split(":table/")[1].split("/")[0]
    return Batch(
        space=table.removeprefix(f"{config.current().prefix}-").removesuffix("-learning"),
        shard=event["shardId"],
        changes=[_change(record["dynamodb"]) for record in event.get("Records", [])],
    )


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
