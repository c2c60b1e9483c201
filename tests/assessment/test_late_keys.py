"""Keys that the centre corrects while a space's tables are not there, or before they are those of an earlier time."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import clock, ids
from chalicelib.banks import spreading
from chalicelib.http import caching
from chalicelib.jobs import queue
from chalicelib.jobs.queue import JobItem
from chalicelib.provisioning import restoring
from chalicelib.storage import tables
from chalicelib.storage.spaces import SpaceStatus
from tests import rights
from tests.assessment.taking import Exam, answered, exam, fixed, later
from tests.banks.filling import BankRef, begin, share, typed
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import OpenedSpace, become, open_space

TO = "20261124T023000"
Items = list[dict[str, Any]]


@pytest.fixture
def bank(aws: Cloud, centre: OpenedSpace) -> BankRef:
    return share(aws, begin(centre))


@pytest.fixture
def item(bank: BankRef) -> str:
    """A question of it, whose key is wrong."""
    return bank.add(typed("Thủ đô?", "Huế"))


def asked(bank: BankRef, item: str) -> Exam:
    """A space that asks this."""
    return exam(open_space(), bank, parts=[fixed(bank, item)])


def mended(bank: BankRef, item: str) -> None:
    """The centre corrects the key."""
    bank.correct(item, typed("Thủ đô?", "Hà Nội")).ok()


def hears(taken: Exam) -> bool:
    """Whether the space marks by the corrected key."""
    return bool(answered(taken.taker(), "Hà Nội") == 100)


def held(aws: Cloud, space: OpenedSpace) -> Items:
    """What the table of a space's courses and banks holds now."""
    found: Items = aws.dynamodb.scan(TableName=space.space.table_name("courses"))["Items"]
    return found


def dropped(aws: Cloud, space: OpenedSpace) -> None:
    """It is gone."""
    name = space.space.table_name("courses")
    aws.dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
    aws.dynamodb.delete_table(TableName=name)


def put_back(aws: Cloud, space: OpenedSpace, items: Items) -> None:
    """It is there again, and holds this."""
    tables.create(space.space, "courses")
    for each in items:
        aws.dynamodb.put_item(TableName=space.space.table_name("courses"), Item=each)
    caching.forget_everything()


def catching_up(space: OpenedSpace) -> list[JobItem]:
    """The jobs that bring a space all keys."""
    return [each for each in queue.of_tenant(space.slug, None, 100).items if each.kind == spreading.CATCH_UP]


def restored(aws: Cloud, space: OpenedSpace, items: Items) -> None:
    """The space's tables are brought to a time before; the run dies as it ends, and the next one goes on."""
    become(space, "suspended")
    restoring.begin(space.slug, TO, run := ids.new())
    restoring.hold(space.slug, run, "replacing")
    dropped(aws, space)
    put_back(aws, space, items)
    with killed_at(3) as kill:
        restoring.leave(space.slug, run)
    assert kill.happened
    then = clock.epoch_s() + restoring.LEASE_S + 1
    clock.set_source(lambda: float(then))
    restoring.begin(space.slug, TO, run := ids.new())
    restoring.leave(space.slug, run)
    become(space, "open")


@pytest.mark.parametrize("call", [2, 4, 6, 8, 9, 10, 11])
def test_a_restored_space_hears_of_keys_that_were_corrected_since(
    aws: Cloud, bank: BankRef, item: str, call: int
) -> None:
    taken = asked(bank, item)
    before = held(aws, taken.space)
    mended(bank, item)
    aws.drain()
    restored(aws, taken.space, before)
    (job,) = catching_up(taken.space)
    assert not hears(taken)
    with rights.running_as("run_jobs"), killed_at(call) as kill:
        queue.run(taken.space.slug, job.id)
    assert kill.happened
    later(aws)
    assert hears(taken)
    assert [each.state for each in catching_up(taken.space)] == ["done"]


def test_a_space_whose_table_is_missing_for_a_moment_keeps_nobody_waiting_and_hears_later(
    aws: Cloud, bank: BankRef, item: str
) -> None:
    away, another = asked(bank, item), asked(bank, item)
    items = held(aws, away.space)
    dropped(aws, away.space)
    mended(bank, item)
    aws.drain()
    assert hears(another)
    assert [each.state for each in catching_up(away.space)] == ["queued"], "it is tried again"
    put_back(aws, away.space, items)
    assert not hears(away)
    later(aws)
    assert hears(away)
    assert [each.state for each in catching_up(away.space)] == ["done"]


def test_where_it_stays_missing_the_staff_sees_that_it_failed(aws: Cloud, bank: BankRef, item: str) -> None:
    away = asked(bank, item)
    dropped(aws, away.space)
    mended(bank, item)
    aws.drain()
    for _ in range(queue.MAX_ATTEMPTS):
        later(aws)
    found = away.space.tutor.get(away.space.at("/jobs")).ok()["items"]
    (job,) = (each for each in found if each["kind"] == spreading.CATCH_UP)
    assert (job["state"], job["error"]["code"]) == ("failed", "unavailable")


@pytest.mark.parametrize("status", ["closing", "closed"])
def test_a_closed_space_is_asked_no_more(aws: Cloud, bank: BankRef, item: str, status: SpaceStatus) -> None:
    closed, another = asked(bank, item), asked(bank, item)
    become(closed.space, status)
    dropped(aws, closed.space)
    mended(bank, item)
    aws.drain()
    assert catching_up(closed.space) == []
    assert hears(another)
