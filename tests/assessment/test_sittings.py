"""Taking assessments over HTTP: on several devices, by the server's clock, and with whatever may die on the way."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib import ids
from tests.assessment.taking import Exam, Taker, after, exam, right, sweep, wrong
from tests.banks.filling import BankRef
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import OpenedSpace, published_course
from tests.identity.people import somebody
from tests.spending import spending
from tests.wire import losing

pytestmark = pytest.mark.usefixtures("at")


@pytest.fixture(scope="module")
def test_exam(hue: OpenedSpace, bank: BankRef) -> Exam:
    return exam(hue, bank, attempts_allowed=None)


def test_a_sitting_is_begun_answered_and_passed(hue: OpenedSpace, test_exam: Exam) -> None:
    taker = test_exam.taker()
    sitting = taker.start().ok(201)
    assert (sitting["state"], sitting["number"], sitting["seconds_left"]) == ("open", 1, 45 * 60)
    assert sorted(each["kind"] for each in sitting["questions"]) == ["short_answer", "single", "single"]
    assert [each["id"] for each in sitting["questions"]] == ["1", "2", "3"]
    taker.answer_right(sitting)
    done = taker.submit().ok()
    assert (done["state"], done["score"], done["passed"]) == ("submitted", 100, True)
    assert [each["correct"] for each in done["result"]["questions"]] == [True] * 3
    (mine,) = taker.api.get(hue.at("/me/sittings")).ok()["items"]
    assert (mine["assessment"], mine["title"], mine["score"]) == (test_exam.id, "Đánh giá cuối khoá", 100)


def test_it_goes_on_on_another_device_with_what_was_saved(test_exam: Exam, at: Any) -> None:
    taker = test_exam.taker()
    sitting = taker.start().ok(201)
    first = sitting["questions"][0]
    taker.save(first, right(first)).ok()
    at(60)
    again = taker.start().ok(200)
    assert again["questions"] == sitting["questions"]
    assert again["answers"] == {"1": {"response": right(first), "sequence": 1}}
    assert again["seconds_left"] == 44 * 60
    assert again == taker.read()


def test_late_repeated_and_reordered_saves_change_nothing(test_exam: Exam) -> None:
    taker = test_exam.taker()
    question = taker.start().ok(201)["questions"][0]
    assert taker.save(question, right(question), 5).ok()["sequence"] == 5
    assert taker.save(question, wrong(question), 3).ok()["sequence"] == 5, "what comes late is told what is kept"
    assert taker.save(question, right(question), 5).ok()["sequence"] == 5
    taker.save(question, wrong(question), 5).refused(409, "answered_elsewhere")
    assert taker.read()["answers"]["1"]["response"] == right(question)


def test_time_is_the_servers_and_what_was_saved_in_time_is_graded(test_exam: Exam, at: Any) -> None:
    taker = test_exam.taker()
    sitting = taker.start().ok(201)
    at(45 * 60 + 30)  # within the grace
    for question in sitting["questions"][:2]:
        taker.save(question, right(question)).ok()
    at(45 * 60 + 31)
    problem = taker.save(sitting["questions"][2], right(sitting["questions"][2])).refused(409, "time_over")
    assert "Đã hết giờ" in problem["detail"]
    assert taker.save(sitting["questions"][0], right(sitting["questions"][0])).ok()["sequence"] == 1, "it is kept"
    done = taker.submit().ok()
    assert (done["score"], done["passed"], done["submitted_at"]) == (66, True, done["due_at"])
    taker.save(sitting["questions"][2], right(sitting["questions"][2])).refused(409, "sitting_submitted")


def test_the_job_closes_what_nobody_submits_and_tells(aws: Cloud, hue: OpenedSpace, bank: BankRef, at: Any) -> None:
    taken = exam(hue, bank)
    takers = [taken.taker() for _ in range(3)]
    for taker in takers:
        taker.answer_right(taker.start().ok(201))
    takers[0].submit().ok()
    aws.drain()
    at(45 * 60 + 30 + 900 + 60)
    sweep(aws)
    found = hue.tutor.get(taken.at("/sittings")).ok()["items"]
    assert {each["person"] for each in found} == {each.id for each in takers}
    assert all(each["score"] == 100 for each in found)
    assert hue.tutor.get(taken.at("/sittings"), query={"state": "open"}).ok()["items"] == []
    told = [[each["kind"] for each in taker.api.get(hue.at("/me/notifications")).ok()["items"]] for taker in takers]
    assert told == [[], ["sitting.graded"], ["sitting.graded"]]


@pytest.mark.parametrize("call", range(1, 9))
def test_killed_while_beginning_there_is_one_sitting(
    hue: OpenedSpace, bank: BankRef, test_exam: Exam, call: int
) -> None:
    taker = test_exam.taker()
    with killed_at(call):
        taker.start()
    assert taker.start().ok()["number"] == 1
    assert len(taker.api.get(hue.at("/me/sittings")).ok()["items"]) == 1


@pytest.mark.parametrize("call", range(1, 7))
def test_killed_while_submitting_it_is_graded_once(test_exam: Exam, call: int, at: Any) -> None:
    taker = test_exam.taker()
    taker.answer_right(taker.start().ok(201))
    at(100)
    with killed_at(call):
        taker.submit()
    before = taker.read()
    at(200)
    done = taker.submit().ok()
    assert (done["score"], done["state"]) == (100, "submitted")
    if before["state"] == "submitted":
        assert done["submitted_at"] == before["submitted_at"]


def test_answers_that_were_lost_on_their_way_change_nothing(test_exam: Exam) -> None:
    taker = test_exam.taker()
    with losing("TransactWriteItems", "UpdateItem"):
        sitting = taker.start().ok()
        taker.answer_right(sitting)
        done = taker.submit().ok()
    assert (done["number"], done["score"]) == (1, 100)


def test_of_two_devices_that_begin_at_once_both_have_the_same_sitting(hue: OpenedSpace, test_exam: Exam) -> None:
    taker = test_exam.taker()
    with ThreadPoolExecutor(4) as threads:
        begun = list(threads.map(lambda _: taker.start().ok(), range(4)))
    assert all(each["questions"] == begun[0]["questions"] and each["number"] == 1 for each in begun)
    assert len(taker.api.get(hue.at("/me/sittings")).ok()["items"]) == 1


def test_what_is_said_to_be_kept_is_graded_whoever_submits_meanwhile(test_exam: Exam) -> None:
    taker = test_exam.taker()
    sitting = taker.start().ok(201)

    def act(place: int) -> int:
        if place == 3:
            return taker.submit().status
        question = sitting["questions"][place]
        return taker.save(question, right(question)).status

    with ThreadPoolExecutor(4) as threads:
        statuses = list(threads.map(act, range(4)))
    saved = sum(status == 200 for status in statuses[:3])
    assert taker.read()["score"] == int(100 * saved / 3)


def test_papers_differ_and_are_drawn_again_for_an_appeal(hue: OpenedSpace, test_exam: Exam) -> None:
    papers = set()
    for _ in range(8):
        taker = test_exam.taker()
        sitting = taker.start().ok(201)
        papers.add(tuple(each["prompt"] for each in sitting["questions"]))
        taker.answer_right(sitting)
        taker.submit().ok()
        appeal = hue.tutor.get(test_exam.at(f"/sittings/{taker.id}/1")).ok()
        assert appeal["drawn_again"] is True
        assert [each["share"] for each in appeal["paper"]] == ["1", "1", "1"]
        assert len(appeal["seed"]) == 64
        assert appeal["seed"] not in json.dumps(sitting)
    assert len(papers) > 1
    hue.learner.get(test_exam.at(f"/sittings/{taker.id}/1")).refused(403)


@pytest.mark.parametrize(
    ("review", "told_at"), [("after_submission", 1), ("after_closing", 86_400 + 31), ("never", None)]
)  # fmt: skip
def test_no_key_leaves_before_its_time(
    hue: OpenedSpace, bank: BankRef, at: Any, review: str, told_at: int | None
) -> None:
    taken = exam(hue, bank, review=review, closes_at=after(86_400))
    taker = taken.taker()
    sitting = taker.start().ok(201)
    assert "correct" not in json.dumps(sitting)
    assert "Hà Nội" not in json.dumps(sitting, ensure_ascii=False)
    for question in sitting["questions"]:
        taker.save(question, wrong(question)).ok()
    taker.submit().ok()
    for moment in (0, 1, 86_400 + 30, 86_400 + 31, 10**7):
        at(moment)
        result = taker.read()["result"]
        told = told_at is not None and (moment >= told_at or review == "after_submission")
        assert (result["questions"] is not None) == told, moment
        assert (result["score"], result["passed"]) == (0, False)
        assert ("Hà Nội" in json.dumps(taker.read(), ensure_ascii=False)) == told


def test_no_key_helps_a_further_try(hue: OpenedSpace, bank: BankRef) -> None:
    taker = exam(hue, bank, attempts_allowed=2).taker()
    for number, told in ((1, False), (2, True)):
        sitting = taker.start().ok(201)
        for question in sitting["questions"]:
            taker.save(question, wrong(question), number=number).ok()
        questions = taker.submit(number).ok()["result"]["questions"]
        assert [each["correct"] for each in questions] == [False] * 3
        assert ("Hà Nội" in json.dumps(questions, ensure_ascii=False)) == told


def test_a_closing_that_is_brought_forward_tells_nothing_while_others_sit(
    hue: OpenedSpace, bank: BankRef, at: Any
) -> None:
    later, sooner = after(86_400), after(3_600)
    taken = exam(hue, bank, review="after_closing", closes_at=later, time_limit_minutes=None)
    early, late = taken.taker(), taken.taker()
    early.start().ok(201)
    early.submit().ok()
    sitting = late.start().ok(201)
    taken.change(closes_at=sooner)
    at(7_200)
    assert late.save(sitting["questions"][0], right(sitting["questions"][0])).ok()
    assert early.read()["result"]["questions"] is None
    at(86_400 + 31)
    assert early.read()["result"]["questions"] is not None


def test_nobody_supervises_themselves(hue: OpenedSpace, bank: BankRef) -> None:
    taken = exam(hue, bank, supervised="release")
    tutor = hue.people["tutor"]
    hue.tutor.put(taken.at(f"/releases/{tutor}")).refused(403, "own_sitting")
    hue.tutor.get(taken.at(f"/sittings/{tutor}/1")).refused(403, "own_sitting")


def test_another_policy_holds_for_sittings_that_are_over(hue: OpenedSpace, bank: BankRef) -> None:
    taken = exam(hue, bank, review="never")
    taker = taken.taker()
    taker.start().ok(201)
    assert taker.submit().ok()["result"]["questions"] is None
    taken.change(review="after_submission")
    assert len(taker.read()["result"]["questions"]) == 3
    assert taker.read()["version"] == 1


def test_attempts_and_waits_are_kept(hue: OpenedSpace, bank: BankRef, at: Any) -> None:
    taker = exam(hue, bank, attempts_allowed=2, wait_minutes=10).taker()
    taker.start().ok(201)
    taker.submit().ok()
    at(30)
    problem = taker.start().refused(409, "wait_longer")
    assert "10 phút" in problem["detail"]
    at(600)
    second = taker.start().ok(201)
    assert second["number"] == 2
    taker.submit(2).ok()
    at(3_000)
    taker.start().refused(409, "no_sittings_left")


def test_a_sitting_whose_time_is_over_ends_before_the_next_begins(hue: OpenedSpace, bank: BankRef, at: Any) -> None:
    taker = exam(hue, bank, attempts_allowed=2).taker()
    taker.answer_right(taker.start().ok(201))
    at(45 * 60 + 31)
    assert taker.start().ok(201)["number"] == 2
    assert (taker.read(1)["state"], taker.read(1)["score"]) == ("submitted", 100)


def test_it_opens_and_closes_by_the_servers_clock(hue: OpenedSpace, bank: BankRef, at: Any) -> None:
    taken = exam(hue, bank, opens_at=after(100), closes_at=after(1_000))
    early, late = taken.taker(), taken.taker()
    problem = early.start().refused(409, "assessment_not_open")
    assert (problem["opens_at"], problem["closes_at"]) == (after(100), after(1_000))
    assert "mở lúc 18:08 ngày 18/11/2026 (giờ Việt Nam)" in problem["detail"]
    at(100)
    assert early.start().ok(201)["seconds_left"] == 900, "closing ends what is open"
    at(1_000)
    assert "đã đóng lúc 18:23 ngày 18/11/2026" in late.start().refused(409, "assessment_not_open")["detail"]
    open_end = exam(hue, bank, opens_at=after(2_000)).taker().start().refused(409, "assessment_not_open")
    assert "closes_at" not in open_end


def test_without_a_limit_one_may_take_as_long_as_one_likes(hue: OpenedSpace, bank: BankRef, at: Any) -> None:
    taker = exam(hue, bank, time_limit_minutes=None).taker()
    sitting = taker.start().ok(201)
    assert (sitting["due_at"], sitting["seconds_left"]) == (None, None)
    at(10**7)
    taker.answer_right(sitting)
    assert taker.submit().ok()["score"] == 100


def test_audiences_and_courses_decide_who_may(hue: OpenedSpace, bank: BankRef) -> None:
    course = published_course(hue)
    taken = exam(hue, bank, audiences=["citizen"], course=course.id)
    outsider = taken.taker()
    outsider.start().refused(403, "other_audience")
    citizen = Taker(taken, ids.new(), ("citizen",))
    citizen.start().refused(409, "not_enrolled")
    citizen.api.put(hue.at(f"/me/enrolments/{course.id}")).ok(201)
    citizen.start().ok(201)
    listed = [each["id"] for each in citizen.api.get(hue.at("/me/assessments"), query={"limit": 100}).ok()["items"]]
    assert taken.id in listed
    assert taken.id not in [
        each["id"] for each in outsider.api.get(hue.at("/me/assessments"), query={"limit": 100}).ok()["items"]
    ]


def test_a_code_lets_those_begin_who_were_told_it(hue: OpenedSpace, bank: BankRef, at: Any) -> None:
    taken = exam(hue, bank, supervised="code")
    told = hue.tutor.get(taken.at("/code")).ok()["code"]
    taker, guesser = taken.taker(), taken.taker()
    taker.start().refused(403, "wrong_supervisor_code")
    taker.start(code=f"{(int(told) + 1) % 10**6:06d}").refused(403, "wrong_supervisor_code")
    at(600)
    taker.start(code=told).ok(201)
    for _ in range(5):
        guesser.start(code=f"{(int(told) + 1) % 10**6:06d}").refused(403, "wrong_supervisor_code")
    guesser.start(code=told).refused(429, "too_many_codes")
    at(1_200)
    late = taken.taker()
    late.start(code=told).refused(403, "wrong_supervisor_code")
    hue.learner.get(taken.at("/code")).refused(403)


def test_a_release_lets_one_person_begin_once(hue: OpenedSpace, bank: BankRef, at: Any) -> None:
    taken = exam(hue, bank, supervised="release", attempts_allowed=None)
    person = somebody(hue, f"{ids.new()}@hue.example", ("learner",), "Lê Văn Tám").id
    taker = taken.taker(person)
    taker.start().refused(403, "release_needed")
    hue.tutor.put(taken.at(f"/releases/{person}")).ok()
    taker.start().ok(201)
    taker.start().ok(200)
    taker.submit().ok()
    taker.start().refused(403, "release_needed")
    hue.tutor.put(taken.at(f"/releases/{person}")).ok()
    at(3_601)
    taker.start().refused(403, "release_needed")
    hue.admin.put(taken.at(f"/releases/{ids.new()}")).refused(404)


def test_anothers_sitting_is_not_there(test_exam: Exam) -> None:
    taker, other = test_exam.taker(), test_exam.taker()
    question = taker.start().ok(201)["questions"][0]
    other.save(question, right(question)).refused(404)
    other.submit().refused(404)
    other.api.get(other.at("/1")).refused(404)
    taker.save({"id": "4"}, ["a"]).refused(404)
    reply = taker.save(question, "x" * 201)
    reply.refused(422)
    assert reply.bad_fields == {"response"}


def test_what_is_no_answer_to_its_question_earns_nothing(test_exam: Exam) -> None:
    taker = test_exam.taker()
    sitting = taker.start().ok(201)
    for question in sitting["questions"]:
        taker.save(question, {"a": "b"}).ok()
    assert taker.submit().ok()["score"] == 0


def test_it_costs_what_it_may(test_exam: Exam) -> None:
    test_exam.taker().start().ok(201)
    taker = test_exam.taker()
    with spending() as spent:
        sitting = taker.start().ok(201)
        taker.answer_right(sitting)
        taker.read()
        taker.submit().ok()
        taker.read()
    spent.within_budget()
    saves = [line for line in spent.lines if line["operation"] == "save_my_answer"]
    assert [(line["calls"], line["rcu"], line["wcu"]) for line in saves] == [(1, 0, 1)] * 3
