"""What tenants store is measured at night, where anything was used since; killed anywhere, the job goes on."""

from __future__ import annotations

from datetime import datetime

import boto3
import pytest

from chalicelib import clock, config
from chalicelib.jobs import queue
from chalicelib.jobs.queue import GoOn, Job, Run
from chalicelib.metering import measuring, quotas, store
from chalicelib.metering.quotas import Stored
from chalicelib.storage import files, spaces
from tests import rights
from tests.emulated import Cloud, Context
from tests.factories import OpenedSpace, open_space
from tests.metering.lines import line, metered
from tests.spending import spending

NIGHT = datetime(2026, 12, 1, 2, 5, tzinfo=clock.VIETNAM).timestamp()
DAY = 24 * 3_600


def _at(moment: float) -> None:
    clock.set_source(lambda: moment)


def _used(space: OpenedSpace, moment: float) -> None:
    metered([line(space.slug, at_ms=int(moment * 1000), id=str(moment))], stream=space.slug)


def _put(key: str, size: int) -> None:
    boto3.client("s3").put_object(Bucket=config.current().bucket, Key=key, Body=b"x" * size)


def _a_night(aws: Cloud, moment: float) -> None:
    import app

    _at(moment)
    for _ in range(3):  # several minutes of it
        with rights.running_as("tick"):
            app.tick({}, Context())
    aws.drain()


def _stored(space: OpenedSpace) -> Stored:
    return quotas.stored_of(store.stored(space.slug))


def test_who_used_anything_is_measured_and_who_did_not_is_left_alone(aws: Cloud) -> None:
    busy, idle = open_space(), open_space()
    for number in range(3):
        _put(f"{busy.slug}/files/{number}", 100)
    _put(f"{busy.slug}-xa/files/1", 5_000)  # another tenant, whose name begins with the same letters
    _used(busy, NIGHT - 3_600)
    with spending() as spent:
        _a_night(aws, NIGHT)
    assert (_stored(busy).files, _stored(busy).files_bytes) == (3, 300)
    assert _stored(busy).items_bytes >= 0
    assert _stored(idle).at is None
    measured = [each["tenant"] for each in spent.lines if each.get("kind") == measuring.MEASURE]
    assert measured == [busy.slug]


def test_the_next_night_measures_only_what_was_used_since(aws: Cloud) -> None:
    space = open_space()
    _used(space, NIGHT + 10 * DAY - 60)
    _a_night(aws, NIGHT + 10 * DAY)
    assert _stored(space).at == int((NIGHT + 10 * DAY) * 1000)
    _a_night(aws, NIGHT + 11 * DAY)
    assert _stored(space).at == int((NIGHT + 10 * DAY) * 1000)
    _used(space, NIGHT + 11 * DAY + 60)
    _put(f"{space.slug}/files/1", 7)
    _a_night(aws, NIGHT + 12 * DAY)
    assert _stored(space).files_bytes == 7


def test_by_day_nothing_is_asked(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    _at(NIGHT + 12 * 3_600)
    monkeypatch.setattr(queue, "enqueue", lambda *_, **__: pytest.fail("by day nothing is enqueued"))
    measuring.at_night()


def test_a_measure_that_was_killed_goes_on_where_it_was(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    space = open_space()
    for number in range(7):
        _put(f"{space.slug}/files/{number:04}", 1)
    monkeypatch.setattr(files, "LISTED_AT_ONCE", 2)
    late = iter([True, False])

    def killed(_run: Run) -> None:
        if next(late, False):
            raise GoOn

    monkeypatch.setattr(Run, "go_on_if_late", killed)
    queue.enqueue(measuring.MEASURE, space.slug, {})
    aws.drain()
    assert (_stored(space).files, _stored(space).files_bytes) == (7, 7)


def test_what_is_confirmed_while_it_is_measured_stays_counted(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """The measure replaces what was confirmed before it, and nothing else; the same one again changes nothing."""
    space = open_space()
    for number in range(4):
        _put(f"{space.slug}/files/{number:04}", 10)
    store.confirmed(space.slug, 10)  # one of the four
    monkeypatch.setattr(files, "LISTED_AT_ONCE", 2)
    late = iter([True, False])

    def killed(_run: Run) -> None:
        if next(late, False):
            _put(f"{space.slug}/files/0000-a", 5)  # where the list has been already
            store.confirmed(space.slug, 5)
            raise GoOn

    monkeypatch.setattr(Run, "go_on_if_late", killed)
    queue.enqueue(measuring.MEASURE, space.slug, {"added_bytes": 10, "added_files": 1})
    aws.drain()
    assert (_stored(space).files, _stored(space).files_bytes) == (5, 45)
    at = _stored(space).at
    assert at is not None
    store.measured(space.slug, 0, 40, 4, at, (10, 1))
    assert (_stored(space).files, _stored(space).files_bytes) == (5, 45)


def test_a_space_that_was_closed_meanwhile_is_left(aws: Cloud) -> None:
    job = Job("1", "khong-co", measuring.MEASURE, {}, {}, 1, "")
    measuring.measure(job, Run(job, clock.epoch_ms() + 60_000))
    assert store.stored("khong-co") is None


def test_a_survey_of_many_tenants_goes_on_where_it_was(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = NIGHT + 40 * DAY
    opened = [open_space(status="suspended") for _ in range(3)]
    for space in opened:
        _used(space, moment - 60)
    late = iter([False, True])

    def killed(_run: Run) -> None:
        if next(late, False):
            raise GoOn

    monkeypatch.setattr(Run, "go_on_if_late", killed)
    _a_night(aws, moment)
    assert {_stored(space).at for space in opened} == {int(moment * 1000)}
    assert spaces.platform().table("people").get("usage-stored", "platform") is None
