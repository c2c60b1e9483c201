"""Batches of log lines become figures by tenant and day, each batch once."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app
from chalicelib.errors import Unavailable
from chalicelib.metering import meter
from chalicelib.metering.counts import NAMES, Counts, Sums
from chalicelib.storage import client
from infra.local.log_events import Line, event
from tests.emulated import Cloud, Context
from tests.metering.lines import MONTH, NOON, day_of, line, metered, month_of

pytestmark = pytest.mark.usefixtures("aws")


def test_a_day_and_its_month_add_up_what_the_lines_say(aws: Cloud) -> None:
    lines = [
        line("hue", ms=4.2, rcu=0.5, wcu=1, bytes_in=10, bytes_out=900, s3_calls=2),
        line("hue", ms=0.0, rcu=0.0, wcu=0, status=429),
        line("hue", event="job.ended", ms=1_000, mb=512, messages=1, mails=3, sms=2),
        line("hue", event="changes.applied", ms=20.5, mb=512, rcu=1.5),
    ]
    assert metered(lines, stream="day-and-month") == {"lines": 4, "skipped": 0}
    counted = day_of("hue")
    assert counted == month_of("hue")
    assert (counted.requests, counted.refused, counted.failed, counted.jobs, counted.batches) == (2, 1, 0, 1, 1)
    assert (counted.rcu, counted.wcu) == (2.5, 3)
    assert (counted.bytes_in, counted.bytes_out, counted.s3_calls, counted.mails, counted.sms) == (10, 900, 2, 3, 2)
    assert counted.ms == 6 + 1 + 1_001 + 22
    assert counted.mb_ms == 7 * 1_024 + 1_001 * 512 + 22 * 512
    assert counted.queue_calls == 3  # sent, received, deleted
    assert counted.invocations == 5  # a stream's window closes with a call of its own


def test_a_batch_that_comes_again_counts_once(aws: Cloud) -> None:
    lines = [line("da-nang", id=str(number)) for number in range(7)]
    for _ in range(3):
        metered(lines, stream="again")
    assert day_of("da-nang").requests == 7
    metered(lines, stream="another")
    assert day_of("da-nang").requests == 14


def test_a_batch_that_failed_in_the_middle_is_completed_when_it_comes_again(
    aws: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More tenants than one transaction takes: each part counts by itself."""
    slugs = [f"xa-{number}" for number in range(100)]
    lines = [line(slug, id=str(place)) for place, slug in enumerate(slugs)]
    call, calls = client.call, []

    def breaking(operation: str, request: dict[str, Any]) -> dict[str, Any]:
        calls.append(operation)
        if len(calls) == 2:
            raise Unavailable
        return call(operation, request)

    with monkeypatch.context() as patched:
        patched.setattr(client, "call", breaking)
        with pytest.raises(Unavailable):
            metered(lines, stream="middle")
    assert 0 < sum(day_of(slug).requests for slug in slugs) < 100
    metered(lines, stream="middle")
    assert {day_of(slug).requests for slug in slugs} == {1}


def test_a_day_ends_at_midnight_in_vietnam(aws: Cloud) -> None:
    last = int(datetime(2026, 11, 30, 16, 59, 59, tzinfo=UTC).timestamp() * 1000)
    metered([line("can-tho", at_ms=last), line("can-tho", at_ms=last + 1_000, id="2")], stream="midnight")
    assert day_of("can-tho", "2026-11-30").requests == day_of("can-tho", "2026-12-01").requests == 1
    assert month_of("can-tho", "2026-11").requests == month_of("can-tho", "2026-12").requests == 1


def test_a_batch_may_hold_two_days_of_a_month(aws: Cloud) -> None:
    days = [line("hai-phong", at_ms=NOON - ago * 24 * 3_600_000, id=str(ago)) for ago in range(3)]
    metered(days, stream="two-days")
    assert [day_of("hai-phong", f"2026-11-{day}").requests for day in (28, 29, 30)] == [1, 1, 1]
    assert month_of("hai-phong").requests == 3


def test_what_belongs_to_no_tenant_is_the_platforms(aws: Cloud) -> None:
    metered([line("")], stream="platform")
    assert day_of("platform").requests == 1


@pytest.mark.parametrize(
    "message",
    [
        "",
        "START RequestId: 1",
        "[]",
        "null",
        '{"event": "job.retried", "tenant": "hue"}',
        '{"event": "request.answered", "tenant": "../hue"}',
        '{"event": "request.answered", "tenant": "hue", "rcu": -1}',
        '{"event": "request.answered", "tenant": "hue", "rcu": NaN}',
        '{"event": "request.answered", "tenant": "hue", "ms": "long"}',
        '{"event": "request.answered", "tenant": "hue", "ms": "4"}',
        '{"event": "request.answered", "tenant": "hue", "ms": 900001}',
        '{"event": "request.answered", "tenant": "hue", "wcu": 1e300}',
        '{"event": "request.answered", "tenant": "hue", "rcu": 20000001}',
        '{"event": "job.ended", "tenant": "hue", "mails": 1000001}',
        '{"event": "job.ended", "tenant": "hue", "s3_calls": 99999999999999999999}',
        '{"event": "request.answered", "tenant": "hue", "bytes_in": 10485761}',
        '{"event": "request.answered", "tenant": "hue", "bytes_out": 10485761}',
        '{"event": "request.answered", "tenant": "hue", "mb": 1e9}',
        '{"event": "request.answered", "tenant": "hue", "wcu": 1',
    ],
)
def test_a_line_that_is_none_of_ours_is_passed_over(aws: Cloud, message: str) -> None:
    good = line("vinh-long", id=f"good {message}")
    before = day_of("vinh-long").requests
    assert metered([Line("bad", NOON, message), good], stream="bad")["skipped"] == 1
    assert day_of("vinh-long").requests == before + 1


def test_cloudwatch_may_try_whether_we_can_be_reached(aws: Cloud) -> None:
    batch = {"messageType": "CONTROL_MESSAGE", "logEvents": [{"id": "", "timestamp": 1, "message": "CWL CONTROL"}]}
    data = base64.b64encode(gzip.compress(json.dumps(batch).encode())).decode()
    assert app.meter({"awslogs": {"data": data}}, Context()) == {"lines": 0, "skipped": 0}


def test_a_thousand_lines_of_one_tenant_are_three_writes(aws: Cloud) -> None:
    spent = client.Meter()
    remembered = client.METER.set(spent)
    try:
        meter.take(event("group", "thousand", [line("ha-noi", id=str(number)) for number in range(1_000)]))
    finally:
        client.METER.reset(remembered)
    assert (spent.calls, spent.wcu) == (1, 6)
    assert day_of("ha-noi").requests == month_of("ha-noi", MONTH).requests == 1_000


_lines = st.lists(
    st.tuples(st.sampled_from(["hue", "da-nang", ""]), st.integers(0, 400), st.sampled_from([0.0, 0.5, 3.0])),
    max_size=40,
)


@given(_lines, st.integers(0, 40))
def test_however_lines_are_parted_into_batches_the_sums_are_the_same(
    lines: list[tuple[str, int, float]], cut: int
) -> None:
    messages = [line(tenant, ms=ms, rcu=rcu).message for tenant, ms, rcu in lines]
    whole, parts = _sums(messages), [_sums(messages[:cut]), _sums(messages[cut:])]
    for key, counts in whole.items():
        added = Counts()
        for part in parts:
            added.add(part.get(key, Counts()))
        assert {name: getattr(added, name) for name in NAMES} == {name: getattr(counts, name) for name in NAMES}


def _sums(messages: list[str]) -> dict[tuple[str, str], Counts]:
    sums = Sums()
    for message in messages:
        sums.take(message, NOON)
    assert sums.skipped == 0
    return sums.by_day
