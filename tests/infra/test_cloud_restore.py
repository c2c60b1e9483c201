"""A space's tables are brought to a point in time beside the live ones, then put in their place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from chalicelib import clock
from chalicelib.jobs import queue
from chalicelib.provisioning import opening, restoring
from chalicelib.provisioning.closing import QUIET_S
from chalicelib.provisioning.restoring import LEASE_S, OtherRestoreUnfinished, RestoreUnderWay, SpaceInUse
from chalicelib.storage import client, tables
from chalicelib.storage.names import TABLE_KINDS, TableKind
from chalicelib.storage.spaces import Space, SpaceStatus
from chalicelib.tenants import registry
from infra.cloud.account import DeployFailed
from infra.cloud.restore import JOBS_WITHIN_S, Restoring, moment
from infra.cloud.restored_tables import Patience
from tests import factories
from tests.crashes import Kill, killed_at

AT = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
TO = "20261124T023000"
NEVER = 10_000  # no way is this long


@pytest.fixture
def dynamodb(in_the_cloud: Any) -> Any:
    if not in_the_cloud.list_tables()["TableNames"]:
        tables.create_platform()
    return in_the_cloud


def opened(dynamodb: Any, status: SpaceStatus = "suspended") -> str:
    """A space whose tables hold something; gives its slug."""
    slug = factories.register(status=status).slug
    for kind in TABLE_KINDS:
        name = Space(slug).table_name(kind)
        tables.create(Space(slug), kind)
        tables.protect(name)
        put(dynamodb, name, "before")
    return slug


def put(client: Any, table: str, key: str) -> None:
    client.put_item(TableName=table, Item={"pk": {"S": key}, "sk": {"S": "a"}})


def held(client: Any, slug: str, kind: TableKind) -> set[str]:
    return {each["pk"]["S"] for each in client.scan(TableName=Space(slug).table_name(kind))["Items"]}


def written_since(dynamodb: Any, slug: str) -> None:
    for kind in TABLE_KINDS:
        put(dynamodb, Space(slug).table_name(kind), "after")


def later(seconds: float) -> None:
    now = clock.epoch_s()
    clock.set_source(lambda: now + seconds)


def run(client: Any, slug: str, at: datetime = AT, pause: Callable[[float], None] = later) -> Restoring:
    """A run for which waiting takes no time."""
    return Restoring(client, slug, at, pause)


def switched(client: Any, slug: str) -> None:
    """It is put in place, and the job that this asks for is done."""
    run(client, slug).switch()
    for job in queue.of_tenant(slug, None, 10).items:
        queue.run(slug, job.id)


def beside(client: Any, slug: str) -> list[str]:
    return [
        name for name in client.list_tables()["TableNames"] if name.startswith(f"{Space(slug).table_name('people')}-")
    ]


def is_restored(client: Any, slug: str) -> None:
    """The live tables are those of then, whole, and nothing is left over."""
    for kind in TABLE_KINDS:
        assert held(client, slug, kind) == {"before"}
        table = client.describe_table(TableName=Space(slug).table_name(kind))["Table"]
        assert table["DeletionProtectionEnabled"] is True
        assert bool(table.get("StreamSpecification", {}).get("StreamEnabled")) == (kind == "learning")
        ttl = client.describe_time_to_live(TableName=table["TableName"])["TimeToLiveDescription"]
        assert ttl["TimeToLiveStatus"] == "ENABLED"
        backups = client.describe_continuous_backups(TableName=table["TableName"])["ContinuousBackupsDescription"]
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    nothing_is_left(client, slug)
    assert not [each for each in client.list_backups()["BackupSummaries"] if f"-{slug}-" in each["TableName"]]
    record = registry.require(slug)
    assert (record.status, record.restoring, record.beside) == ("suspended", None, None)


def nothing_is_left(client: Any, slug: str) -> None:
    assert beside(client, slug) == []
    kept = client.list_backups(BackupType="USER")["BackupSummaries"]
    assert not [each for each in kept if f"-{slug}-" in each["TableName"] and each["BackupName"].startswith("switch-")]


def nothing_was_dropped(client: Any, slug: str) -> None:
    for kind in TABLE_KINDS:
        assert held(client, slug, kind) == {"before", "after"}


class TestBeside:
    """The state of then, out of every function's reach."""

    def test_it_leaves_what_is_live(self, dynamodb: Any) -> None:
        slug = opened(dynamodb, "open")
        names = run(dynamodb, slug).beside()
        assert run(dynamodb, slug).beside() == names
        put(dynamodb, Space(slug).table_name("people"), "after")
        assert names == [f"{Space(slug).table_name(kind)}-at-{TO}" for kind in TABLE_KINDS]
        assert [each["pk"]["S"] for each in dynamodb.scan(TableName=names[0])["Items"]] == ["before"]
        assert held(dynamodb, slug, "people") == {"before", "after"}
        assert registry.require(slug).status == "open"

    def test_what_nobody_wants_any_more_is_cleared_and_until_then_named(self, dynamodb: Any) -> None:
        slug = opened(dynamodb, "open")
        run(dynamodb, slug).beside()
        assert run(dynamodb, slug).left_beside() == [TO]
        for _ in range(2):
            run(dynamodb, slug).clear()
        nothing_is_left(dynamodb, slug)
        assert run(dynamodb, slug).left_beside() == []
        assert held(dynamodb, slug, "people") == {"before"}


class TestSwitch:
    """The state of then in the place of the live one."""

    def test_it_replaces_what_was_written_since(self, dynamodb: Any) -> None:
        slug = opened(dynamodb)
        run(dynamodb, slug).beside()
        written_since(dynamodb, slug)
        run(dynamodb, slug).switch()
        is_restored(dynamodb, slug)

    def test_nobody_is_signed_in_by_what_was_signed_out_since(self, dynamodb: Any) -> None:
        slug = opened(dynamodb)
        name = Space(slug).table_name("people")
        session = {"pk": {"S": "person#1"}, "sk": {"S": "session#1"}}
        dynamodb.put_item(TableName=name, Item=session)
        dynamodb.put_item(TableName=name, Item={**session, "sk": {"S": "person"}})
        run(dynamodb, slug).beside()
        run(dynamodb, slug).switch()
        assert {each["sk"]["S"] for each in dynamodb.scan(TableName=name)["Items"]} == {"a", "person"}

    def test_once_it_has_ended_it_is_not_done_again(self, dynamodb: Any) -> None:
        slug = opened(dynamodb)
        run(dynamodb, slug).beside()
        run(dynamodb, slug).switch()
        written_since(dynamodb, slug)
        with pytest.raises(DeployFailed, match="restore beside first"):
            run(dynamodb, slug).switch()
        nothing_was_dropped(dynamodb, slug)
        assert registry.require(slug).status == "suspended"

    def test_the_same_point_in_time_may_be_restored_again(self, dynamodb: Any) -> None:
        slug = opened(dynamodb)
        for _ in range(2):
            run(dynamodb, slug).beside()
            written_since(dynamodb, slug)
            switched(dynamodb, slug)
            is_restored(dynamodb, slug)

    def test_what_others_backed_up_is_not_taken_for_it(self, dynamodb: Any) -> None:
        slug = opened(dynamodb)
        names = run(dynamodb, slug).beside()
        put(dynamodb, names[0], "tried by hand")
        dynamodb.create_backup(TableName=names[0], BackupName="by-hand")
        dynamodb.delete_item(TableName=names[0], Key={"pk": {"S": "tried by hand"}, "sk": {"S": "a"}})
        run(dynamodb, slug).switch()
        assert held(dynamodb, slug, "people") == {"before"}
        nothing_is_left(dynamodb, slug)


class TestRefused:
    """Nothing is dropped, and the space is as it was."""

    @pytest.mark.parametrize("status", ["open", "opening", "closing", "closed"])
    def test_a_space_that_is_not_suspended(self, dynamodb: Any, status: SpaceStatus) -> None:
        slug = opened(dynamodb, status)
        written_since(dynamodb, slug)
        with pytest.raises(SpaceInUse) as refused:
            run(dynamodb, slug).switch()
        assert status in refused.value.detail("en")
        nothing_was_dropped(dynamodb, slug)
        assert registry.require(slug).status == status

    def test_before_there_is_something_to_put_in_place(self, dynamodb: Any) -> None:
        slug = opened(dynamodb)
        written_since(dynamodb, slug)
        with pytest.raises(DeployFailed, match="restore beside first"):
            run(dynamodb, slug).switch()
        nothing_was_dropped(dynamodb, slug)
        assert registry.require(slug).status == "suspended"

    def test_while_a_job_may_still_write(self, dynamodb: Any) -> None:
        slug = opened(dynamodb)
        run(dynamodb, slug).beside()
        written_since(dynamodb, slug)
        queue.enqueue(opening.KIND, slug, {}, job_id="1")
        began = clock.epoch_s()
        with pytest.raises(DeployFailed, match="jobs of the space are still open"):
            run(dynamodb, slug).switch()
        assert clock.epoch_s() - began > JOBS_WITHIN_S
        nothing_was_dropped(dynamodb, slug)
        assert registry.require(slug).status == "suspended"

    def test_where_what_is_live_could_not_be_brought_back(self, dynamodb: Any) -> None:
        slug = opened(dynamodb)
        run(dynamodb, slug).beside()
        written_since(dynamodb, slug)
        off = {"PointInTimeRecoveryEnabled": False}
        name = Space(slug).table_name("courses")
        dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=off)
        with pytest.raises(DeployFailed, match="could not be brought back"):
            run(dynamodb, slug).switch()
        nothing_was_dropped(dynamodb, slug)
        assert registry.require(slug).status == "suspended"


def test_nothing_is_dropped_before_it_is_quiet(dynamodb: Any) -> None:
    slug = opened(dynamodb)
    run(dynamodb, slug).beside()
    began = clock.epoch_s()
    dropped: list[float] = []
    dynamodb.meta.events.register("before-call.dynamodb.DeleteTable", lambda **_: dropped.append(clock.epoch_s()))
    run(dynamodb, slug).switch()
    assert dropped[0] - began >= QUIET_S - 1  # what the registry says of the beginning has milliseconds


class TestTwoRuns:
    """One is at it; where it died, another goes on."""

    def test_the_second_is_refused_while_the_first_lives(self, dynamodb: Any) -> None:
        slug = opened(dynamodb)
        run(dynamodb, slug).beside()
        refused: list[bool] = []

        def meanwhile(seconds: float) -> None:
            later(seconds)
            for at in (AT, AT.replace(hour=1)):
                with pytest.raises(RestoreUnderWay):
                    run(dynamodb, slug, at).switch()
                refused.append(True)

        run(dynamodb, slug, pause=meanwhile).switch()
        assert len(refused) > QUIET_S // 10
        is_restored(dynamodb, slug)

    def test_one_that_was_away_for_too_long_does_nothing_more(self, dynamodb: Any) -> None:
        slug = opened(dynamodb)
        run(dynamodb, slug).beside()
        done: list[bool] = []

        def meanwhile(_: float) -> None:
            later(LEASE_S + 1)
            switched(dynamodb, slug)
            done.append(True)

        with pytest.raises(RestoreUnderWay):
            run(dynamodb, slug, pause=meanwhile).switch()
        assert done == [True]
        is_restored(dynamodb, slug)

    def test_one_who_gives_up_half_way_lets_the_next_go_on_but_to_no_other_time(self, dynamodb: Any) -> None:
        slug = opened(dynamodb)
        run(dynamodb, slug).beside()
        refusals = [True]

        def refuse(**_: Any) -> None:
            if refusals:
                refusals.pop()
                raise KeyboardInterrupt

        dynamodb.meta.events.register("before-call.dynamodb.RestoreTableFromBackup", refuse)
        with pytest.raises(KeyboardInterrupt):
            run(dynamodb, slug).switch()
        assert registry.require(slug).status == "restoring"
        with pytest.raises(OtherRestoreUnfinished):
            run(dynamodb, slug, AT.replace(hour=1)).switch()
        with pytest.raises(restoring.SpaceRestoring):
            run(dynamodb, slug).clear()
        run(dynamodb, slug).switch()
        is_restored(dynamodb, slug)


class TestKilled:
    """A run that died anywhere is finished by the next. What is done to the four tables is alike, so one of them dies
    for all."""

    @pytest.mark.parametrize(
        ("operation", "time"),
        [
            ("CreateBackup", 2),
            ("UpdateTable", 2),
            ("DeleteTable", 2),
            ("RestoreTableFromBackup", 2),
            ("UpdateTable", 6),
            ("TagResource", 2),
            ("UpdateTimeToLive", 2),
            ("UpdateContinuousBackups", 2),
            ("DeleteBackup", 2),
            ("DeleteTable", 6),
        ],
    )
    def test_after_what_it_did_to_a_table(self, dynamodb: Any, operation: str, time: int) -> None:
        slug = to_be_switched(dynamodb)
        with killed_at(NEVER, dynamodb) as kill:
            left = iter(range(time - 1))

            def counted(**_: Any) -> None:
                if next(left, None) is None:
                    die(kill)

            for each in (dynamodb, client.dynamodb()):  # the deployer's own, and the program's
                each.meta.events.register(f"after-call.dynamodb.{operation}", counted)
            try:
                run(dynamodb, slug).switch()
            finally:
                for each in (dynamodb, client.dynamodb()):
                    each.meta.events.unregister(f"after-call.dynamodb.{operation}", counted)
        assert kill.happened
        assert registry.require(slug).status == "restoring"
        goes_on(dynamodb, slug)

    @pytest.mark.parametrize("transition", ["begin", "replacing", "clearing", "forget_beside", "leave"])
    def test_after_what_it_told_the_registry(
        self, dynamodb: Any, monkeypatch: pytest.MonkeyPatch, transition: str
    ) -> None:
        slug = to_be_switched(dynamodb)
        name = "hold" if transition in ("replacing", "clearing") else transition
        real = getattr(restoring, name)
        with killed_at(NEVER, dynamodb) as kill, monkeypatch.context() as patch:

            def told(*given: Any) -> Any:
                answer = real(*given)
                return die(kill) if name != "hold" or given[-1] == transition else answer

            patch.setattr(restoring, name, told)
            run(dynamodb, slug).switch()
        assert kill.happened
        assert (registry.require(slug).status == "suspended") == (transition == "leave")
        goes_on(dynamodb, slug)


def to_be_switched(dynamodb: Any) -> str:
    slug = opened(dynamodb)
    run(dynamodb, slug).beside()
    written_since(dynamodb, slug)
    return slug


def die(kill: Kill) -> None:
    kill.happened = True
    kill.before()


def goes_on(dynamodb: Any, slug: str) -> None:
    if registry.require(slug).status == "restoring":
        with pytest.raises(RestoreUnderWay):  # it may live still
            run(boto3.client("dynamodb"), slug).switch()
        later(LEASE_S + 1)
        run(boto3.client("dynamodb"), slug).switch()
    is_restored(dynamodb, slug)


def test_what_never_ends_is_told_and_how_to_go_on() -> None:
    with pytest.raises(DeployFailed, match=r"the table: not within 10 minutes\. The same command goes on from there"):
        Patience(lambda: None, later).until(lambda: False, "the table", 600)


@pytest.mark.parametrize("text", ["yesterday", "2026-11-24T09:30:00"])
def test_a_time_needs_its_zone(text: str) -> None:
    with pytest.raises(DeployFailed, match="no time with its zone"):
        moment(text)
