"""A closing that is brought forward holds for all who sit, and nothing is told before the last of them has ended."""

from __future__ import annotations

from typing import Any

import pytest

from tests.assessment.taking import Exam, Taker, after, exam, right, sweep
from tests.banks.filling import BankRef
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import OpenedSpace

pytestmark = pytest.mark.usefixtures("at")
DAY_S, HOUR_S = 86_400, 3_600


def review_of(taker: Taker) -> Any:
    """The questions of a submitted sitting, as far as they are told."""
    return taker.read()["result"]["questions"]


def sits(taken: Exam) -> tuple[Taker, dict[str, Any]]:
    """Somebody who sits, and the sitting."""
    taker = taken.taker()
    return taker, taker.start().ok(201)


def submitted(taken: Exam) -> Taker:
    """Somebody who has submitted."""
    taker, _ = sits(taken)
    taker.submit().ok()
    return taker


def test_a_sitting_ends_with_the_closing_whatever_version_it_is_of(
    aws: Cloud, hue: OpenedSpace, bank: BankRef, at: Any
) -> None:
    taken = exam(hue, bank, review="after_closing", closes_at=after(DAY_S), time_limit_minutes=None)
    early = submitted(taken)
    (first, sitting), (short, _) = sits(taken), sits(taken)
    taken.change(pass_mark=50)
    (second, _) = sits(taken)
    taken.change(closes_at=after(HOUR_S))
    aws.drain()
    assert [each.read()["seconds_left"] for each in (first, second, short)] == [HOUR_S] * 3
    question = sitting["questions"][0]
    first.save(question, right(question)).ok()
    at(130)
    sweep(aws)
    at(HOUR_S + 30)
    first.save(question, right(question), 2).ok()
    assert review_of(early) is None
    at(HOUR_S + 31)
    first.save(question, right(question), 3).refused(409, "time_over")
    assert len(review_of(early)) == 3
    assert [each.read()["submitted_at"] for each in (first, second)] == [first.read()["due_at"]] * 2


def test_closing_at_once_ends_all_before_anything_is_told(aws: Cloud, hue: OpenedSpace, bank: BankRef, at: Any) -> None:
    taken = exam(hue, bank, review="after_closing", closes_at=after(DAY_S))
    early, (late, sitting) = submitted(taken), sits(taken)
    question = sitting["questions"][0]
    at(100)
    taken.change(closes_at=after(99))
    at(140)
    late.save(question, right(question)).ok()
    assert review_of(early) is None, "somebody sits still: the job has not come to them"
    aws.drain()
    at(171)
    late.save(question, right(question), 2).refused(409, "time_over")
    assert review_of(early) is None, "who was just beginning may be there still"
    at(270)
    sweep(aws)
    at(301)
    assert len(review_of(early)) == 3


def test_a_time_limit_that_ends_sooner_stays(aws: Cloud, hue: OpenedSpace, bank: BankRef, at: Any) -> None:
    taken = exam(hue, bank, time_limit_minutes=30, closes_at=after(DAY_S))
    taker, _ = sits(taken)
    taken.change(closes_at=after(HOUR_S))
    aws.drain()
    assert taker.read()["seconds_left"] == 30 * 60


def test_a_closing_that_is_put_off_again_holds(aws: Cloud, hue: OpenedSpace, bank: BankRef, at: Any) -> None:
    taken = exam(hue, bank, review="after_closing", closes_at=after(DAY_S), time_limit_minutes=None)
    early, (late, _) = submitted(taken), sits(taken)
    taken.change(closes_at=after(10))
    taken.change(closes_at=after(2 * DAY_S))
    aws.drain()
    at(130)
    sweep(aws)
    assert late.read()["seconds_left"] == DAY_S - 130, "the newest version alone is brought"
    at(DAY_S + HOUR_S)
    assert review_of(early) is None
    at(2 * DAY_S + 31)
    assert len(review_of(early)) == 3


@pytest.mark.parametrize("call", [3, 5, 7, 9, 20])
def test_killed_anywhere_it_is_brought_to_all(aws: Cloud, hue: OpenedSpace, bank: BankRef, at: Any, call: int) -> None:
    taken = exam(hue, bank, review="after_closing", closes_at=after(DAY_S), time_limit_minutes=None)
    early, sitting = submitted(taken), [sits(taken)[0] for _ in range(3)]
    taken.change(closes_at=after(HOUR_S))
    with killed_at(call):
        aws.run_jobs()
    for moment in (400, 800):
        at(moment)
        sweep(aws)
    assert {each.read()["seconds_left"] for each in sitting} == {HOUR_S - 800}
    at(HOUR_S + 31)
    assert len(review_of(early)) == 3
