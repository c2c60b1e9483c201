"""Follows the streams of all learning tables and hands their records to the app, as Lambda's stream triggers do.

Each shard has a position, kept on disk, which moves only when the handler took a batch; a batch that failed comes
again, later each time, while the other tables go on.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local import places
from infra.local.streams import BATCH, EngineFault, Gone, LostPlace, Shard, Streams

DISCOVER_S = 1.0
DESCRIBE_S = 60.0  # shards are closed and opened now and then, in DynamoDB every four hours
ACTIVE_S = 0.25
STAYS_ACTIVE_S = 10.0
QUIET_S = 1.0
QUIET_PER_SHARD_S = 0.02  # a hundred quiet tables are asked every 2 s: 50 calls a second, 3 % of a core
QUIET_AT_MOST_S = 4.0  # reports may lag by ten
RETRY_AT_MOST_S = 30.0

_log = logging.getLogger("hocmo.worker")

Handler = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class Follower:
    """How far one shard is read, and when it is due. Times are monotonic seconds."""

    shard: Shard
    position: str | None
    iterator: str | None = None
    due: float = 0.0
    active_until: float = 0.0
    failures: int = 0
    closed: bool = False

    @property
    def key(self) -> str:
        return f"{self.shard.stream}/{self.shard.id}"


@dataclass
class Changes:
    """The followers of all shards of all learning tables of this deployment. Used from one thread."""

    streams: Streams
    handler: Handler
    prefix: str
    kept_at: Path = places.POSITIONS
    clock: Callable[[], float] = time.monotonic
    followers: dict[str, Follower] = field(default_factory=dict)
    _positions: dict[str, Any] = field(default_factory=dict)
    _described: dict[str, float] = field(default_factory=dict)
    _discover_at: float = 0.0

    def __post_init__(self) -> None:
        self._positions = places.read_json(self.kept_at)

    def step(self) -> float:
        """Look for new tables and poll every shard, each when it is due. Returns seconds until the next is.

        Raises: urllib3's HTTPError when the engine is not there; what was done till then is kept.
        """
        if self.clock() >= self._discover_at:
            self.discover()
        due = sorted((each for each in self.followers.values() if each.due <= self.clock()), key=lambda each: each.due)
        before = dict(self._positions)
        try:
            for follower in due:
                self._poll(follower)
        finally:
            if self._positions != before:
                places.write_json(self.kept_at, self._positions)
        next_due = min((each.due for each in self.followers.values()), default=self._discover_at)
        return max(0.0, min(next_due, self._discover_at) - self.clock())

    def discover(self) -> None:
        """Follow tables that are new, and forget those that were dropped."""
        self._discover_at = self.clock() + DISCOVER_S
        there = self.streams.of_tables(self.prefix, "-learning")
        for stream in there:
            if self.clock() >= self._described.get(stream, 0.0):
                self._describe(stream)
        self._described = {stream: at for stream, at in self._described.items() if stream in there}
        self.followers = {key: each for key, each in self.followers.items() if each.shard.stream in there}
        kept = {key: position for key, position in self._positions.items() if key.rpartition("/")[0] in there}
        if kept != self._positions:
            self._positions = kept
            places.write_json(self.kept_at, kept)

    def _describe(self, stream: str) -> None:
        try:
            shards = self.streams.shards(stream)
        except Gone:
            return
        self._described[stream] = self.clock() + DESCRIBE_S
        for shard in shards:
            follower = Follower(shard, None)
            follower.position = self._positions.get(follower.key)
            self.followers.setdefault(follower.key, follower)

    def _poll(self, follower: Follower) -> None:
        """Read one batch and hand it over."""
        if follower.closed:
            follower.due = self.clock() + DESCRIBE_S
            return
        try:
            iterator = follower.iterator or self.streams.iterator(follower.shard, follower.position)
            records, following = self.streams.records(iterator)
        except Gone:
            self._retry(follower)  # `discover` forgets it, or finds it anew
        except LostPlace:
            self._lost(follower)
        except EngineFault as error:
            _log.warning("changes.unread %s %s", follower.shard.stream, error)
            self._retry(follower)
        else:
            self._hand_over(follower, iterator, records, following)

    def _hand_over(
        self, follower: Follower, iterator: str, records: list[dict[str, Any]], following: str | None
    ) -> None:
        taken = self._taken(follower.shard, records)
        if taken:
            follower.position = records[taken - 1]["dynamodb"]["SequenceNumber"]
            self._positions[follower.key] = follower.position
        if taken < len(records):
            # The rest comes again; from its first record on, if some before it were taken.
            follower.iterator = None if taken else iterator
            self._retry(follower)
            return
        follower.iterator, follower.closed, follower.failures = following, following is None, 0
        self._reschedule(follower, len(records))

    def _taken(self, shard: Shard, records: list[dict[str, Any]]) -> int:
        """How many records, from the first on, the handler took (Lambda's partial batch response)."""
        own = shard.own(records)
        if not own:
            return len(records)
        event = {
            "Records": [{**record, "eventSourceARN": shard.stream} for record in own],
            "shardId": shard.id,
            "eventSourceARN": shard.stream,
        }
        try:
            failures = (self.handler(event) or {}).get("batchItemFailures") or []
        except Exception:
            _log.exception("changes.failed %s", shard.stream)
            return 0
        failed = {each["itemIdentifier"] for each in failures}
        numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
        firsts = [index for index, number in enumerate(numbers) if number in failed]
        # As Lambda does: a failure that names no record of the batch is one of the whole batch.
        return min(firsts, default=0) if failed else len(records)

    def _reschedule(self, follower: Follower, got: int) -> None:
        now = self.clock()
        if got:
            follower.active_until = now + STAYS_ACTIVE_S
        if got == BATCH:
            follower.due = now  # there is more
        elif now < follower.active_until:
            follower.due = now + ACTIVE_S
        else:
            follower.due = now + min(max(QUIET_S, QUIET_PER_SHARD_S * len(self.followers)), QUIET_AT_MOST_S)

    def _retry(self, follower: Follower) -> None:
        follower.failures += 1
        follower.due = self.clock() + min(0.25 * 2**follower.failures, RETRY_AT_MOST_S)

    def _lost(self, follower: Follower) -> None:
        """An iterator has expired, or, if there was none, the position itself is gone: then from the oldest record on.

        Nothing is counted twice by that: every batch carries its checkpoint.
        """
        if follower.iterator is None:
            _log.warning("changes.position_lost %s", follower.key)
            follower.position = None
        follower.iterator = None
        self._retry(follower)
