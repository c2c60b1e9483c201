"""Jobs and changes that failed come again, those that were done do not, and no table waits for another's failure."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from infra.local import engine, resources, settings
from infra.local.changes import Changes
from infra.local.jobs import Jobs
from infra.local.streams import Shard, Streams

CLOSED = {"dynamodb": {"ApproximateCreationDateTime": 1000.0}}
OPEN = {"dynamodb": {"ApproximateCreationDateTime": 2000.0}}


@dataclass
class Clock:
    """Time that passes when the test says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Recorder:
    """A handler that keeps what it got, and fails as told: `fails` is given the event."""

    fails: Callable[[dict[str, Any]], list[str]] = lambda _event: []
    events: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, event: dict[str, Any]) -> dict[str, Any]:
        self.events.append(event)
        return {"batchItemFailures": [{"itemIdentifier": name} for name in self.fails(event)]}

    def batches_of(self, table: str) -> list[list[str]]:
        """The items' keys in each batch of one table."""
        batches = [event["Records"] for event in self.events if f"/{table}/" in event["eventSourceARN"]]
        return [[record["dynamodb"]["Keys"]["pk"]["S"] for record in batch] for batch in batches]


@dataclass
class Stage:
    """A deployment of its own in a shared engine, with one learning table to begin with."""

    url: str
    folder: Path
    name: str = field(default_factory=lambda: f"test{uuid.uuid4().hex[:8]}")
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.client = resources.client("dynamodb", self.url)
        self.table = self.create("hue")

    def create(self, slug: str) -> str:
        table = f"hocmo-{self.name}-{slug}-learning"
        self.client.create_table(
            TableName=table,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        return table

    def put(self, *keys: str, table: str | None = None) -> None:
        for key in keys:
            self.client.put_item(TableName=table or self.table, Item={"pk": {"S": key}, "raw": {"B": b"\x00"}})

    def follow(self, handler: Recorder) -> Changes:
        """A worker's view of it; a second one is that of a worker that was started anew."""
        return Changes(Streams(self.url), handler, f"hocmo-{self.name}-", self.folder / "positions.json", self.clock)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with engine.dynoxide() as url:
        yield url


@pytest.fixture
def stage(url: str, tmp_path: Path) -> Stage:
    return Stage(url, tmp_path)


def test_changes_arrive_as_lambda_brings_them(stage: Stage) -> None:
    recorder = Recorder()
    stage.put("a")
    stage.follow(recorder).step()
    (event,) = recorder.events
    (record,) = event["Records"]
    assert f":table/{stage.table}/stream/" in event["eventSourceARN"] == record["eventSourceARN"]
    assert event["shardId"]
    assert record["eventName"] == "INSERT"
    assert record["dynamodb"]["NewImage"] == {"pk": {"S": "a"}, "raw": {"B": "AA=="}}


def test_batches_are_of_a_hundred_at_most(stage: Stage) -> None:
    recorder = Recorder()
    stage.put(*(f"{number:03}" for number in range(130)))
    changes = stage.follow(recorder)
    assert changes.step() == 0
    changes.step()
    assert [len(batch) for batch in recorder.batches_of(stage.table)] == [100, 30]


def test_what_was_done_does_not_come_again_after_a_restart(stage: Stage) -> None:
    stage.put("a")
    stage.follow(Recorder()).step()
    stage.put("b")
    after = Recorder()
    stage.follow(after).step()
    assert after.batches_of(stage.table) == [["b"]]


def test_a_failed_batch_comes_again_later_and_later(stage: Stage) -> None:
    recorder = Recorder(fails=lambda event: [event["Records"][0]["dynamodb"]["SequenceNumber"]])
    stage.put("a", "b")
    changes = stage.follow(recorder)
    tried = []
    for _ in range(20):
        before = len(recorder.events)
        changes.step()
        if len(recorder.events) > before:
            tried.append(stage.clock.now)
        stage.clock.now += 0.25
    pauses = [later - earlier for earlier, later in pairwise(tried)]
    assert pauses == sorted(pauses)
    assert pauses[-1] > pauses[0]
    recorder.fails = lambda _event: []
    stage.clock.now += 60
    changes.step()
    assert recorder.batches_of(stage.table)[-1] == ["a", "b"]


def test_a_handler_that_raises_keeps_the_batch(stage: Stage) -> None:
    def fail(_event: dict[str, Any]) -> list[str]:
        raise OSError

    stage.put("a")
    stage.follow(Recorder(fails=fail)).step()
    after = Recorder()
    stage.follow(after).step()
    assert after.batches_of(stage.table) == [["a"]]


def test_a_batch_goes_on_at_its_first_failure(stage: Stage) -> None:
    def third(event: dict[str, Any]) -> list[str]:
        records = event["Records"]
        return [records[2]["dynamodb"]["SequenceNumber"]] if len(records) > 2 else []

    recorder = Recorder(fails=third)
    stage.put("a", "b", "c", "d")
    changes = stage.follow(recorder)
    changes.step()
    stage.clock.now += 60
    changes.step()
    assert recorder.batches_of(stage.table) == [["a", "b", "c", "d"], ["c", "d"]]


def test_one_tables_failure_does_not_hold_up_another(stage: Stage) -> None:
    other = stage.create("vinh")
    recorder = Recorder(fails=lambda event: ["x"] if stage.table in event["eventSourceARN"] else [])
    changes = stage.follow(recorder)
    for key in ("a", "b"):
        stage.put(key)
        stage.put(key, table=other)
        stage.clock.now += 1
        changes.step()
    assert recorder.batches_of(other) == [["a"], ["b"]]


def test_tables_are_found_and_forgotten(stage: Stage) -> None:
    recorder = Recorder()
    changes = stage.follow(recorder)
    changes.step()
    new = stage.create("vinh")
    stage.put("a", table=new)
    stage.clock.now += 1
    changes.step()
    assert recorder.batches_of(new) == [["a"]]
    stage.client.delete_table(TableName=new)
    stage.clock.now += 1
    changes.step()
    assert [each.shard.stream.split("/")[1] for each in changes.followers.values()] == [stage.table]


def test_another_deployments_tables_are_none_of_ours(stage: Stage, tmp_path: Path) -> None:
    other = Stage(stage.url, tmp_path)
    other.put("a")
    recorder = Recorder()
    stage.follow(recorder).step()
    assert recorder.events == []


def test_records_of_an_earlier_table_of_that_name_are_dropped() -> None:
    assert Shard("arn:…", "shard", born=1500).own([CLOSED, OPEN]) == [OPEN]


def test_quiet_tables_are_asked_less_often(stage: Stage) -> None:
    changes = stage.follow(Recorder())
    assert changes.step() == 1.0
    stage.put("a")
    stage.clock.now += 1
    assert changes.step() == 0.25


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with engine.ministack(tmp_path_factory.mktemp("aws")) as url:
        resources.create_queues(resources.client("sqs", url))
        yield url


@pytest.fixture
def queue(aws: str) -> Iterator[tuple[Any, str]]:
    sqs = resources.client("sqs", aws)
    url = sqs.get_queue_url(QueueName=settings.JOBS_QUEUE)["QueueUrl"]
    yield sqs, url
    sqs.purge_queue(QueueUrl=url)


def waiting(sqs: Any, url: str) -> tuple[int, int]:
    """How many messages wait, and how many are put off."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return int(told[names[0]]), int(told[names[1]])


def test_done_messages_are_deleted_and_failed_ones_put_off(queue: tuple[Any, str]) -> None:
    sqs, url = queue
    for body in ("good", "bad"):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    recorder = Recorder(fails=lambda event: [each["messageId"] for each in event["Records"] if each["body"] == "bad"])
    jobs = Jobs(sqs, url, recorder)
    while sum(len(event["Records"]) for event in recorder.events) < 2:
        jobs.step(wait_s=1)
    assert waiting(sqs, url) == (0, 1)


def test_a_failing_handler_loses_no_message(queue: tuple[Any, str]) -> None:
    sqs, url = queue

    def fail(_event: dict[str, Any]) -> list[str]:
        raise OSError

    sqs.send_message(QueueUrl=url, MessageBody="a")
    assert Jobs(sqs, url, Recorder(fails=fail)).step(wait_s=1) == 1
    assert waiting(sqs, url) == (0, 1)


def test_messages_arrive_as_lambda_brings_them(queue: tuple[Any, str]) -> None:
    sqs, url = queue
    sqs.send_message(QueueUrl=url, MessageBody='{"job": 1}')
    recorder = Recorder()
    Jobs(sqs, url, recorder).step(wait_s=1)
    (record,) = recorder.events[0]["Records"]
    assert record["body"] == '{"job": 1}'
    assert record["eventSourceARN"].endswith(f":{settings.JOBS_QUEUE}")
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
