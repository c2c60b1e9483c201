"""What usage costs: sums in exact decimals, whatever is used."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.metering import prices
from chalicelib.metering.prices import DAYS_A_MONTH, GIB, Usage

_wholes = st.integers(0, 10**12)
_halves = st.integers(0, 10**9).map(lambda n: n / 2)
_usages = st.builds(
    Usage,
    **{each.name: _halves if each.name in ("rcu", "wcu") else _wholes for each in fields(Usage)},
)
# Half a millionth of a dollar for each item of each sum that is rounded.
_ROUNDING = Decimal("0.0000005")


@given(_usages)
def test_no_item_is_negative_and_each_is_there_once(usage: Usage) -> None:
    costs = prices.cost(usage)
    assert [each.item for each in costs] == list(get_args(prices.Item)) == list(prices.PRICES)
    assert all(each.usd >= 0 and each.quantity >= 0 for each in costs)
    assert all(each.usd == each.usd.quantize(Decimal("0.000001")) for each in costs)


@given(_usages, _usages)
def test_two_usages_together_cost_what_they_cost_apart(one: Usage, other: Usage) -> None:
    for each, first, second in zip(prices.cost(one + other), prices.cost(one), prices.cost(other), strict=True):
        assert abs(each.usd - first.usd - second.usd) <= 3 * _ROUNDING


@given(_usages, st.sampled_from([each.name for each in fields(Usage)]), st.integers(1, 10**9))
def test_to_use_more_never_costs_less(usage: Usage, name: str, more: int) -> None:
    increased = replace(usage, **{name: getattr(usage, name) + more})
    assert prices.total(prices.cost(increased)) >= prices.total(prices.cost(usage))


def test_nothing_used_costs_nothing() -> None:
    assert prices.total(prices.cost(Usage())) == 0


@pytest.mark.parametrize(
    ("usage", "usd"),
    [
        (Usage(requests=1_000_000), "6.650000"),  # 4.25 of the gateway, 1.20 of the edge, twice 0.60 of the firewalls
        (Usage(edge_requests=1_000_000), "1.800000"),  # 1.20 of the edge, 0.60 of its firewall
        (Usage(invocations=1_000_000, mb_ms=1_000_000 * 1024 * 10), "0.333334"),  # 10 ms of 1 GB each
        (Usage(wcu=1_000_000), "0.710000"),
        (Usage(rcu=0.5), "0.000000"),
        (Usage(rcu=2_000_000), "0.285000"),
        (Usage(bytes_out=int(GIB)), "0.120000"),
        (Usage(items_byte_days=int(GIB * DAYS_A_MONTH)), "0.513000"),  # kept, and backed up
        (Usage(files_byte_days=int(GIB * DAYS_A_MONTH)), "0.025000"),
        (Usage(mails=10), "0.001000"),
        (Usage(sms=2), "0.160000"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_known_usage_costs_what_the_table_says(usage: Usage, usd: str) -> None:
    assert str(prices.total(prices.cost(usage))) == usd


def test_so_many_times_as_much_costs_so_many_times_as_much() -> None:
    usage = Usage(requests=3, rcu=1.5, wcu=2, mb_ms=20_480)
    assert usage.times(1_000_000) == Usage(requests=3_000_000, rcu=1_500_000, wcu=2_000_000, mb_ms=20_480_000_000)
