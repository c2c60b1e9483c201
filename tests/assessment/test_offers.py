"""What one is told of an assessment before it is begun, and the list of one's sittings of it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import ids
from tests.assessment.taking import Taker, after, exam
from tests.banks.filling import BankRef
from tests.factories import OpenedSpace

pytestmark = pytest.mark.usefixtures("at")


def _told(seconds: int) -> str:
    """A time of whole seconds as the API tells it."""
    return after(seconds).replace(".000Z", "Z")


def test_before_beginning_one_is_told_where_one_stands(hue: OpenedSpace, bank: BankRef, at: Any) -> None:
    taken = exam(hue, bank, attempts_allowed=2, wait_minutes=10, opens_at=after(60), audiences=["citizen"])
    taker, there = Taker(taken, ids.new(), ("citizen",)), hue.at(f"/me/assessments/{taken.id}")
    taken.taker().api.get(there).refused(403, "other_audience")
    early = taker.api.get(there).ok()
    assert (early["questions"], early["wait_minutes"], early["review"]) == (3, 10, "after_submission")
    assert (early["refusal"], early["begins_at"], early["last"]) == ("assessment_not_open", _told(60), None)
    at(60)
    assert taker.api.get(there).ok()["refusal"] is None
    sitting = taker.start().ok(201)
    assert sitting["answers_until"] == _told(60 + 45 * 60 + 30)
    assert [taker.api.get(there).ok()[name] for name in ("open", "taken", "left", "refusal")] == [1, 1, 1, None]
    at(60 + 45 * 60 + 31)
    over = taker.api.get(there).ok()
    assert (over["open"], over["last"]["state"], over["refusal"]) == (None, "submitted", "wait_longer")
    assert over["begins_at"] == _told(60 + 45 * 60 + 600)
    taker.exam.space.author.post(taken.at("/archive")).ok()
    assert taker.api.get(there).ok()["refusal"] == "assessment_archived"
    Taker(taken, ids.new(), ("citizen",)).api.get(there).refused(404)


def test_one_lists_the_sittings_of_one_assessment(hue: OpenedSpace, bank: BankRef) -> None:
    one, other = exam(hue, bank, attempts_allowed=3), exam(hue, bank)
    taker = one.taker()
    for number in (1, 2):
        taker.start().ok(201)
        taker.submit(number).ok()
    other.taker(taker.id).start().ok(201)
    first = taker.api.get(hue.at("/me/sittings"), query={"assessment": one.id, "limit": 1}).ok()
    rest = {"assessment": one.id, "cursor": first["next"]}
    found = first["items"] + taker.api.get(hue.at("/me/sittings"), query=rest).ok()["items"]
    assert [(each["assessment"], each["number"]) for each in found] == [(one.id, 1), (one.id, 2)]
    taker.api.get(hue.at("/me/sittings"), query={**rest, "assessment": other.id}).refused(400, "bad_cursor")
