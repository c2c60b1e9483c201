"""What a tenant used is seen by its admins and by operators, and nobody else; the nation's month adds it up."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.metering import prices, store
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, operator
from tests.metering.lines import NOON, line, metered
from tests.spending import spending

DAY_MS = 24 * 3_600_000
GB = 2**30


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    clock.set_source(lambda: NOON / 1000)
    return open_space()


def used(space: OpenedSpace, *lines: dict[str, Any], days_ago: int = 0) -> None:
    """Lines of requests of one day."""
    at_ms = NOON - days_ago * DAY_MS
    written = [line(space.slug, at_ms=at_ms, id=f"{days_ago}-{place}", **facts) for place, facts in enumerate(lines)]
    metered(written, stream=f"{space.slug} {days_ago}")


def test_a_tenant_sees_what_it_used_day_by_day(hue: OpenedSpace) -> None:
    used(hue, {"rcu": 0.5, "wcu": 1, "bytes_out": 1_000}, {"status": 429, "rcu": 0, "wcu": 0}, days_ago=1)
    used(hue, {"rcu": 2, "wcu": 0, "bytes_in": 70})
    seen = hue.admin.get(hue.at("/usage"), query={"from": "2026-11-28", "to": "2026-11-30"}).ok()
    assert (seen["slug"], seen["first_day"], seen["last_day"]) == (hue.slug, "2026-11-28", "2026-11-30")
    assert datetime.fromisoformat(seen["as_of"]).timestamp() * 1000 == NOON
    assert [(day["day"], day["requests"]) for day in seen["days"]] == [
        ("2026-11-28", 0),
        ("2026-11-29", 2),
        ("2026-11-30", 1),
    ]
    totals = seen["totals"]
    assert (totals["requests"], totals["refused"], totals["reads"], totals["writes"]) == (3, 1, 2.5, 1)
    assert (totals["bytes_in"], totals["bytes_out"]) == (70, 1_000)


def test_the_whole_is_the_sum_of_its_items_and_what_is_stored(hue: OpenedSpace) -> None:
    used(hue, *[{"rcu": 100, "wcu": 100, "ms": 50, "bytes_out": 10**8} for _ in range(20)])
    store.measured(hue.slug, 3 * GB, 50 * GB, 9, NOON, (0, 0))
    seen = hue.admin.get(hue.at("/usage"), query={"from": "2026-11-01"}).ok()
    costs = {each["item"]: Decimal(each["cost"]) for each in seen["costs"]}
    assert list(costs) == list(prices.PRICES)
    assert sum(costs.values()) == Decimal(seen["cost"])
    a_month = Decimal(30) / prices.DAYS_A_MONTH
    assert costs["s3_storage"] == (50 * Decimal("0.025") * a_month).quantize(Decimal("0.000001"))
    by_day = sum(Decimal(day["cost"]) for day in seen["days"])
    kept = costs["s3_storage"] + costs["dynamodb_storage"] + costs["dynamodb_backups"]
    assert by_day + kept == Decimal(seen["cost"])
    assert seen["prices"] == {"as_of": "2026-09-11", "region": "ap-southeast-1", "currency": "USD"}
    assert seen["stored"] == {
        "items_bytes": 3 * GB,
        "files_bytes": 50 * GB,
        "files": 9,
        "measured_at": "2026-11-30T05:00:00Z",
    }


def test_how_much_of_the_quotas_is_used(hue: OpenedSpace) -> None:
    store.measured(hue.slug, 0, 25 * GB, 9, NOON, (0, 0))
    quotas = {each["quota"]: each for each in hue.admin.get(hue.at("/usage")).ok()["quotas"]}
    assert quotas["storage_gb"] == {"quota": "storage_gb", "limit": 100, "used": 25, "percent": 25}
    assert quotas["people"] == {"quota": "people", "limit": 1_000_000, "used": 0, "percent": 0}
    assert quotas["requests_per_second"]["limit"] == 2_000


def test_a_tenant_that_used_nothing_has_used_nothing(hue: OpenedSpace) -> None:
    seen = operator().get(f"/tenants/{hue.slug}/usage").ok()
    assert seen["as_of"] is seen["stored"]["measured_at"] is None
    assert seen["cost"] == "0.000000"
    assert len(seen["days"]) == 30
    assert {number for name, number in seen["totals"].items()} == {0}


def test_operators_see_the_same(hue: OpenedSpace) -> None:
    used(hue, {"rcu": 1})
    mine, theirs = hue.admin.get(hue.at("/usage")).ok(), operator().get(f"/tenants/{hue.slug}/usage").ok()
    assert mine == theirs
    operator().get("/tenants/khong-co/usage").refused(404)


def test_what_was_asked_and_done_is_what_is_seen(aws: Cloud) -> None:
    """Nothing is put in by hand here: real requests write lines, and the lines are metered."""
    space = open_space()
    space.learner.get(space.at("/me/enrolments")).ok()
    aws.drain()
    before = operator().get(f"/tenants/{space.slug}/usage").ok()["totals"]
    for _ in range(5):
        space.learner.get(space.at("/me/enrolments")).ok()
    aws.drain()
    after = operator().get(f"/tenants/{space.slug}/usage").ok()["totals"]
    assert after["requests"] - before["requests"] == 5
    assert after["reads"] - before["reads"] == 2.5
    assert after["bytes_out"] - before["bytes_out"] == 5 * len('{"items":[],"next":null}')
    assert after["compute_gb_s"] > before["compute_gb_s"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"from": "2026-08-01", "to": "2026-11-30"}, "too_many_days"),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "after_end"),
    ],
)
def test_a_period_has_an_end(hue: OpenedSpace, query: dict[str, str], code: str) -> None:
    for reply in (
        hue.admin.get(hue.at("/usage"), query=query),
        operator().get(f"/tenants/{hue.slug}/usage", query=query),
    ):
        assert reply.refused(422)["errors"][0]["code"] == code


def test_a_longest_question_keeps_to_its_budget(hue: OpenedSpace) -> None:
    for days_ago in range(92):
        used(hue, {"rcu": 123_456.5, "wcu": 123_456, "bytes_out": 10**9, "mails": 5}, days_ago=days_ago)
    query = {"from": str(date(2026, 8, 31)), "to": "2026-11-30"}
    admin, caller = hue.admin, operator()
    admin.get(hue.at("/usage"), query=query).ok()
    with spending() as spent:
        assert len(admin.get(hue.at("/usage"), query=query).ok()["days"]) == 92
        caller.get(f"/tenants/{hue.slug}/usage", query=query).ok()
    spent.within_budget()


def test_short_messages_are_paid_for_by_the_part(hue: OpenedSpace) -> None:
    used(hue, {"sms": 3, "mails": 5})
    usage = hue.admin.get(hue.at("/usage")).ok()
    assert usage["totals"]["sms"] == 3
    (item,) = [each for each in usage["costs"] if each["item"] == "sns_sms_parts"]
    assert (item["quantity"], item["cost"]) == (3, "0.240000")


def test_who_else_may_not_see_it(hue: OpenedSpace, api: Api) -> None:
    other = open_space()
    for caller in (hue.author, hue.tutor, hue.learner):
        caller.get(hue.at("/usage")).refused(403)
        caller.get(f"/tenants/{hue.slug}/usage").refused(401)
    other.admin.get(hue.at("/usage")).refused(401)
    hue.admin.get(f"/tenants/{hue.slug}/usage").refused(401)
    api.get(hue.at("/usage")).refused(401)
