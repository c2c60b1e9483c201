"""The page of costs says what the price table, the template and the measures say."""

from __future__ import annotations

import json

from bench import cost, cost_page
from chalicelib.metering.prices import Usage


def test_the_page_is_what_its_sources_say() -> None:
    text = cost_page.PAGE.read_text(encoding="utf-8")
    assert text == cost_page.page(text), "docs/cost.md is not what its sources say: run `make cost`"


def test_a_course_and_a_visit_were_measured_and_cost_something() -> None:
    found = json.loads(cost.RESULT.read_text())
    for name in ("course", "visit"):
        usage = Usage(**found[name])
        assert min(usage.requests, usage.invocations, usage.mb_ms, usage.rcu, usage.wcu, usage.bytes_out) > 0
    assert set(found["assumed"]) == set(cost.ASSUMED)
