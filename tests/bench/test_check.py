"""What ``make bench-check`` lets pass, and what it does not."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bench import check, exact, flat, results

KEPT: dict[str, Any] = {
    "machine": {"cpu": "a processor", "cores": 2},
    "learners": {"100": {"progress": {"calls": 1, "rcu": 0, "wcu": 1.0, "s3_calls": 0, "bytes": 1_000}}},
    "items": {"enrolment": 400},
    "built": {"zip_bytes": 13_000_000},
}


def changed(*place: str, to: object) -> dict[str, Any]:
    now: dict[str, Any] = copy.deepcopy(KEPT)
    part = now
    for name in place[:-1]:
        part = part[name]
    part[place[-1]] = to
    return now


def test_what_is_the_same_passes() -> None:
    assert check.differences(KEPT, copy.deepcopy(KEPT)) == []


@pytest.mark.parametrize(
    ("place", "to"),
    [
        (("learners", "100", "progress", "calls"), 2),
        (("learners", "100", "progress", "wcu"), 1.5),
        (("learners", "100", "progress", "wcu"), 0.5),  # cheaper is news too: the committed figure says what is true
        (("learners", "100", "progress", "bytes"), 1_040),
        (("items", "enrolment"), 420),
        (("built", "zip_bytes"), 14_000_000),
    ],
)
def test_a_changed_figure_is_told_with_what_it_was(place: tuple[str, ...], to: object) -> None:
    before: Any = KEPT
    for name in place:
        before = before[name]
    assert check.differences(KEPT, changed(*place, to=to)) == [(".".join(place), before, to)]


def test_an_operation_that_is_new_or_gone_is_told() -> None:
    now = changed("learners", "100", "enrol", to={"calls": 1})
    assert check.differences(KEPT, now) == [("learners.100.enrol.calls", None, 1)]
    assert check.differences(now, KEPT) == [("learners.100.enrol.calls", 1, None)]


def test_a_few_bytes_another_machine_and_what_is_not_built_pass() -> None:
    now = changed("learners", "100", "progress", "bytes", to=1_020) | {"machine": {"cpu": "another"}, "built": {}}
    assert check.differences(KEPT, now) == []


def test_growth_is_told_but_for_sums_over_all_tenants() -> None:
    once = {"calls": 1, "rcu": 0.5, "wcu": 0, "s3_calls": 0}
    more = once | {"rcu": 1.0}
    steady = {"100": {"my learning": once}, "10000": {"my learning": once}}
    assert flat.uneven(steady) == []
    assert flat.uneven(steady | {"10000": {"my learning": more}}) == ["my learning"]
    sums = {size: {flat.SUMS[0]: found["my learning"]} for size, found in steady.items()}
    assert flat.uneven(sums | {"10000": {flat.SUMS[0]: more}}) == []


def test_what_is_committed_has_every_part_that_is_compared() -> None:
    kept = results.read("exact")
    assert set(kept) == {"machine", "learners", "tenants", "opening", "enrolment_units", "items", "built"}
    assert set(kept["learners"]) == {str(size) for size in exact.LEARNERS}
