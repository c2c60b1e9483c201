"""The emulated cloud that feature tests run on: dynoxide for DynamoDB and streams, moto for S3, SQS and SES.

``Cloud.drain`` does what the queue and the stream triggers do: it hands real Lambda events to the app's own handlers
until
nothing is left to do, so that a test needs no sleep.
"""

from __future__ import annotations

import logging
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from unittest import mock

import boto3
import botocore.session
import requests
from moto import mock_aws

from chalicelib import clock, config, logs
from chalicelib.http import caching, quotas, tokens
from chalicelib.jobs import queue
from chalicelib.storage import client, files, mail, mappings, secrets, sms, spaces, tables
from chalicelib.storage.lines import Lines, Reply
from infra.local import engine, log_events
from infra.local.log_events import Line
from infra.local.logs import METERED
from infra.local.streams import Shard, Streams
from tests import rights

REGION = "ap-southeast-1"

# Each account has sessions of its own; how AWS's services are described is read once for all of them, since reading it
# takes longer than all else of an account.
botocore.session.create_loader = lru_cache(botocore.session.create_loader)


class Context:
    """The part of Lambda's context that handlers read."""

    function_name = "test"
    memory_limit_in_mb = 512
    aws_request_id = "test"

    def get_remaining_time_in_millis(self) -> int:
        """Always ten minutes."""
        return 600_000


class _Lines(logging.Handler):
    """The log lines that metering asks for, as standard output would have them."""

    def __init__(self) -> None:
        super().__init__()
        self._records: list[tuple[int, logging.LogRecord]] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() in METERED:
            self._records.append((clock.epoch_ms(), record))

    def take(self) -> list[Line]:
        """What was written since the last time."""
        taken, self._records = self._records, []
        written = logs.JsonLine()
        return [Line(uuid.uuid4().hex, at, written.format(record)) for at, record in taken]


class Cloud:
    """One emulated account."""

    def __init__(self, dynamodb_url: str) -> None:
        # Not by the SDK, in which moto sits: a drained account may have a hundred streams to be asked.
        self._streams = Streams(dynamodb_url)
        self.dynamodb = boto3.client("dynamodb", endpoint_url=dynamodb_url)
        self.sqs = boto3.client("sqs")
        self.ses = boto3.client("sesv2")
        self._shards: dict[str, list[Shard]] = {}  # of each stream
        self._positions: dict[str, str] = {}  # the number of the last record that was taken, by shard
        self._iterators: dict[tuple[str, str | None], str] = {}  # from there on
        self.lines = _Lines()

    def drain(self, rounds: int = 50) -> None:
        """Run jobs and apply changes until both are quiet."""
        for _ in range(rounds):
            if not self.run_jobs() + self.apply_changes():
                self.meter()
                return
        raise AssertionError("jobs or changes never come to rest")

    def run_jobs(self) -> int:
        """Hand each queue's messages to its function; gives how many there were."""
        import app

        here = config.current()
        with rights.running_as("run_jobs"):
            handled = self._hand_over(here.jobs_queue_url, app.run_jobs)
        with rights.running_as("provision"):
            return handled + self._hand_over(here.provisioning_queue_url, app.provision)

    def _hand_over(self, url: str, handler: Callable[[dict[str, Any], Context], dict[str, Any]]) -> int:
        messages = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            record = {"messageId": message["MessageId"], "body": message["Body"], "receiptHandle": "x"}
            answer = handler({"Records": [record]}, Context())
            if not answer["batchItemFailures"]:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return len(messages)

    def apply_changes(self) -> int:
        """Hand what is new in every learning table's stream to ``apply_changes``; gives how many changes there were."""
        import app

        applied = 0
        for stream in sorted(self._streams.of_tables(f"{config.current().prefix}-", "-learning")):
            for event in self._batches(stream):
                with rights.running_as("apply_changes"):
                    answer = app.apply_changes(event, Context())
                assert not answer["batchItemFailures"], answer
                self._positions[event["shardId"]] = event["Records"][-1]["dynamodb"]["SequenceNumber"]
                applied += len(event["Records"])
        return applied

    def meter(self) -> int:
        """Hand the log lines written since the last time to ``meter``; gives how many there were."""
        import app

        lines = self.lines.take()
        if lines:
            with rights.running_as("meter"):
                app.meter(log_events.event("/aws/lambda/hocmo-test", uuid.uuid4().hex, lines), Context())
        return len(lines)

    def tables(self) -> list[str]:
        """The names of all tables."""
        pages = self.dynamodb.get_paginator("list_tables").paginate()
        return [name for page in pages for name in page["TableNames"]]

    def changes_of(self, table: str) -> Iterator[dict[str, Any]]:
        """The batches of a table's stream after the position reached, as Lambda events."""
        for stream in self._streams.of_tables(table, table):
            yield from self._batches(stream)

    def _batches(self, stream: str) -> Iterator[dict[str, Any]]:
        for shard in self._shards_of(stream):
            iterator: str | None = self._iterator(shard)
            while iterator:
                records, following = self._streams.records(iterator)
                if not records:
                    break
                yield {"Records": records, "shardId": shard.id, "eventSourceARN": stream}
                iterator = following
                if following:
                    self._iterators[shard.id, records[-1]["dynamodb"]["SequenceNumber"]] = following

    def _iterator(self, shard: Shard) -> str:
        """Where the shard is to be read on, kept for as long as nothing more of it was taken."""
        position = self._positions.get(shard.id)
        key = shard.id, position
        if key not in self._iterators:
            self._iterators[key] = self._streams.iterator(shard, position)
        return self._iterators[key]

    def _shards_of(self, stream: str) -> list[Shard]:
        if stream not in self._shards:
            self._shards[stream] = self._streams.shards(stream)
        return self._shards[stream]


@contextmanager
def _ends_of_lines() -> Iterator[None]:
    """Our own lines to AWS end at moto, which sits in the SDK and in ``requests``; those to the engine, which asks for
    no rights, at what the function's role allows."""
    real = Lines.exchange

    def exchange(lines: Lines, headers: dict[str, str], body: bytes, **how: Any) -> Reply:
        if not lines.host.endswith(".amazonaws.com"):
            refused = rights.refusal(headers.get("x-amz-target", ""), body)
            return refused or real(lines, headers, body, **how)
        answer = requests.request(
            how.get("method", "POST"),
            f"https://{lines.host}{how.get('path', '/')}",
            headers=headers,
            data=body,
            stream=True,
            timeout=6,
        )
        named = {name.lower(): value for name, value in answer.headers.items()}
        return Reply(answer.status_code, named, answer.raw.read(decode_content=False))

    with mock.patch.object(Lines, "exchange", exchange):
        yield


@contextmanager
def cloud() -> Iterator[Cloud]:
    """An account of its own: a fresh stage name on a fresh engine, so that tests never meet."""
    with engine.dynoxide() as url, mock_aws(), _ends_of_lines():
        stage = f"t{uuid.uuid4().hex[:6]}"
        os.environ.update(
            HOCMO_STAGE=stage,
            HOCMO_DYNAMODB_URL=url,
            HOCMO_LOCAL="1",
            HOCMO_BUCKET=f"hocmo-{stage}",
            AWS_DEFAULT_REGION=REGION,
            AWS_ACCESS_KEY_ID="test",
            AWS_SECRET_ACCESS_KEY="test",
        )
        os.environ.pop("HOCMO_AWS_URL", None)
        forget_everything()
        for kind in ("jobs", "provisioning"):
            made = boto3.client("sqs").create_queue(QueueName=f"hocmo-{stage}-{kind}")
            os.environ[f"HOCMO_{kind.upper()}_QUEUE_URL"] = made["QueueUrl"]
        config.current.cache_clear()
        boto3.client("s3").create_bucket(
            Bucket=f"hocmo-{stage}", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        boto3.client("sesv2").create_email_identity(EmailIdentity="no-reply@hocmo.local")
        tables.create_platform()
        account = Cloud(url)
        logs.log.addHandler(account.lines)
        try:
            yield account
        finally:
            logs.log.removeHandler(account.lines)
    forget_everything()


def forget_everything() -> None:
    """What a container remembers of one account must not reach into the next."""
    config.current.cache_clear()
    client.reset()
    files.reset()
    mail.reset()
    mappings.reset()
    queue.reset()
    secrets.reset()
    sms.reset()
    tokens.forget()
    spaces.directory.forget()
    caching.forget_everything()
    quotas.forget()
    spaces._bound.cache_clear()
