"""Keys that are corrected after the exam: listed first, applied once, certified and told accordingly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib import clock, ids
from tests.api import Reply
from tests.assessment.taking import Exam, Taker, exam, sweep
from tests.banks.filling import BankRef, begin, typed
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.identity.people import somebody


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    hue = open_space()
    hue.admin.put(hue.at("/credential-settings"), {"courses": "chosen", "assessments": "all"}).ok()
    return hue


@dataclass(frozen=True)
class Case:
    """An exam of one question whose key was wrong: those who answered well failed, and the other way round."""

    aws: Cloud
    exam: Exam
    bank: BankRef
    item: str
    well: Taker
    badly: Taker
    neither: Taker

    def correct(self, *accepted: str) -> None:
        """Another key."""
        etag = self.exam.space.author.get(self.bank.item(self.item)).headers["etag"]
        self.bank.correct(self.item, typed("Thủ đô?", *accepted), etag=etag).ok()

    def tried(self) -> str:
        """A dry run that is done: its id."""
        job: str = self.exam.space.admin.post(self.exam.at("/regradings")).ok(202)["job"]
        self.aws.drain()
        return job

    def changes(self, job: str) -> dict[str, Any]:
        """What it lists, by person."""
        found = self.exam.space.tutor.get(self.exam.at(f"/regradings/{job}/changes")).ok()["items"]
        return {each["person"]: (each["score_before"], each["score"], each["passed"]) for each in found}

    def apply(self, job: str) -> Reply:
        """Ask for it to be applied."""
        return self.exam.space.admin.post(self.exam.at(f"/regradings/{job}/application"))

    def apply_as_author(self, job: str) -> Reply:
        """As whoever corrects keys."""
        return self.exam.space.author.post(self.exam.at(f"/regradings/{job}/application"))

    def job(self, job: str) -> Any:
        """A job as it stands."""
        return self.exam.space.admin.get(self.exam.space.at(f"/jobs/{job}")).ok()


@pytest.fixture
def case(aws: Cloud, hue: OpenedSpace) -> Case:
    bank = begin(hue)
    item = bank.add(typed("Thủ đô?", "Huế"))
    taken = exam(hue, bank, parts=[{"kind": "fixed", "items": [{"bank": bank.id, "item": item}]}])
    takers = []
    for answer in ("Hà Nội", "Huế", "Đà Lạt"):
        taker = taken.taker(somebody(hue, f"{ids.new()}@hue.example", ("learner",), f"Người {answer}").id)
        (question,) = taker.start().ok(201)["questions"]
        taker.save(question, answer).ok()
        taker.submit().ok()
        takers.append(taker)
    aws.drain()
    return Case(aws, taken, bank, item, *takers)


def credentials(taker: Taker) -> list[tuple[str, str]]:
    """What somebody was issued: for what, and its state."""
    found = taker.api.get(taker.exam.space.at("/me/credentials")).ok()["items"]
    return [(each["title"], each["state"]) for each in found]


def told(taker: Taker) -> list[str]:
    """Of what they were told about results."""
    found = taker.api.get(taker.exam.space.at("/me/notifications")).ok()["items"]
    return [each["text"] for each in found if each["kind"] == "sitting.regraded"]


def test_passing_is_certified(case: Case) -> None:
    assert credentials(case.badly) == [("Đánh giá cuối khoá", "valid")]
    assert credentials(case.well) == []


def test_a_dry_run_lists_who_would_change_and_changes_nothing(case: Case) -> None:
    case.correct("Hà Nội")
    job = case.tried()
    assert case.changes(job) == {case.well.id: (0, 100, True), case.badly.id: (100, 0, False)}
    assert case.job(job)["result"] == {"looked": 3, "changed": 2, "flipped": 2}
    case.apply_as_author(job).refused(403, "forbidden")
    assert (case.well.read()["score"], case.badly.read()["score"]) == (0, 100)
    case.exam.space.learner.get(case.exam.at(f"/regradings/{job}/changes")).refused(403)
    problem = case.exam.space.author.post(case.exam.at("/regradings")).refused(403, "forbidden")
    assert "Hãy liên hệ quản trị" in problem["detail"], "whoever corrected the key is told who may"
    case.exam.space.tutor.get(case.exam.at(f"/regradings/{ids.new()}/changes")).refused(404)


def test_applying_grades_certifies_and_tells_once(case: Case) -> None:
    case.correct("Hà Nội")
    job = case.tried()
    applied = [case.apply(job).ok(202)["job"] for _ in range(2)]
    case.aws.drain()
    assert applied[0] == applied[1]
    assert case.job(applied[0])["result"] == {"applied": 3, "left": 0}
    assert (case.well.read()["score"], case.badly.read()["score"], case.neither.read()["score"]) == (100, 0, 0)
    assert credentials(case.well) == [("Đánh giá cuối khoá", "valid")]
    assert credentials(case.badly) == [("Đánh giá cuối khoá", "revoked")]
    assert told(case.well) == ["Điểm trước: 0%. Điểm mới: 100%."]
    assert told(case.neither) == []
    assert case.neither.read()["result"]["questions"][0]["right"] == "Hà Nội", "whose score stays sees the new key, too"
    assert case.changes(case.tried()) == {}


def test_what_was_listed_before_another_correction_is_not_applied_over_it(case: Case) -> None:
    case.correct("Hà Nội")
    old = case.tried()
    case.correct("Hà Nội", "Huế")
    new = case.tried()
    assert case.changes(new) == {case.well.id: (0, 100, True)}
    case.apply(new).ok(202)
    case.aws.drain()
    late = case.apply(old).ok(202)["job"]
    case.aws.drain()
    assert case.job(late)["result"] == {"applied": 0, "left": 3}
    assert (case.well.read()["score"], case.badly.read()["score"]) == (100, 100)
    assert credentials(case.badly) == [("Đánh giá cuối khoá", "valid")]


def test_what_is_not_listed_yet_is_not_applied(case: Case) -> None:
    job = case.exam.space.admin.post(case.exam.at("/regradings")).ok(202)["job"]
    case.apply(job).refused(409, "regrading_unready")


@pytest.mark.parametrize("call", [2, 4, 6, 8, 10, 12])
def test_killed_anywhere_it_is_applied_once(case: Case, call: int) -> None:
    case.correct("Hà Nội")
    job = case.tried()
    case.apply(job).ok(202)
    with killed_at(call):
        case.aws.run_jobs()
    later = clock.epoch_s() + 300
    clock.set_source(lambda: later)
    try:
        for _ in range(3):
            sweep(case.aws)
        assert told(case.well) == ["Điểm trước: 0%. Điểm mới: 100%."]
        assert case.well.read()["score"] == 100
        assert credentials(case.well) == [("Đánh giá cuối khoá", "valid")]
    finally:
        clock.set_source(None)
