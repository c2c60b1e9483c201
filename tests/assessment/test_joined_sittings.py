"""Sittings of two accounts that become one: they go along, numbered on, and come back."""

from __future__ import annotations

import pytest

from chalicelib import clock
from tests.accounts.test_merging import merge, two
from tests.assessment.taking import exam, sweep
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


@pytest.mark.parametrize("call", [None, 3, 9, 12, 15])
def test_sittings_go_along_with_an_account(aws: Cloud, hue: OpenedSpace, call: int | None) -> None:
    kept, other = two(hue)
    taken = exam(hue, attempts_allowed=None)
    own, others = taken.taker(kept.id), taken.taker(other.id)
    own.start().ok(201)
    own.submit().ok()
    others.answer_right(others.start().ok(201))
    others.submit().ok()
    second = others.start().ok(201)
    others.save(second["questions"][0], "x", number=2).ok()
    aws.drain()
    merge(hue, kept, other).ok(202)
    if call is not None:
        with killed_at(call):
            aws.run_jobs()
        later = clock.epoch_s() + 300
        clock.set_source(lambda: later)
        sweep(aws)
    aws.drain()
    mine = own.api.get(hue.at("/me/sittings")).ok()["items"]
    assert [(each["number"], each["state"], each["score"]) for each in mine] == [
        (1, "submitted", 0), (2, "submitted", 100), (3, "open", None),
    ]  # fmt: skip
    going_on = own.start().ok(200)
    assert (going_on["number"], going_on["questions"]) == (3, second["questions"])
    assert going_on["answers"]["1"]["response"] == "x"
    assert hue.tutor.get(taken.at(f"/sittings/{kept.id}/2")).ok()["drawn_again"], "it was drawn for the other"
    assert others.api.get(hue.at("/me/sittings")).ok()["items"] == []


def test_and_come_back_when_it_is_undone(aws: Cloud, hue: OpenedSpace) -> None:
    kept, other = two(hue)
    taken = exam(hue)
    own, others = taken.taker(kept.id), taken.taker(other.id)
    own.start().ok(201)
    first = others.start().ok(201)
    made = merge(hue, kept, other).ok(202)
    aws.drain()
    assert len(own.api.get(hue.at("/me/sittings")).ok()["items"]) == 2
    hue.admin.delete(hue.at(f"/people/{kept.id}/merges/{made['id']}")).ok(202)
    aws.drain()
    assert others.start().ok(200)["questions"] == first["questions"]
    for each in (own, others):
        assert [found["number"] for found in each.api.get(hue.at("/me/sittings")).ok()["items"]] == [1]


def test_ones_records_tell_of_sittings(aws: Cloud, hue: OpenedSpace) -> None:
    kept, _ = two(hue)
    taker = exam(hue).taker(kept.id)
    taker.answer_right(taker.start().ok(201))
    taker.submit().ok()
    found = taker.api.get(hue.at("/me/data/records"), query={"part": "learning"}).ok()["items"]
    (sitting,) = [each["facts"] for each in found if each["kind"] == "sitting"]
    assert (sitting["score"], sitting["passed"], sitting["answers"]["1"] != "") == (100, True, True)
    assert "paper" in {each["kind"] for each in found}
