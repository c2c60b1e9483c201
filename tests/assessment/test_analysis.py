"""Analysis of an assessment's items, as staff ask for it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import clock
from chalicelib.assessment import analysis, analysis_figures, results
from chalicelib.jobs import queue
from tests.assessment.taking import Exam, exam, right, sweep, wrong
from tests.banks.filling import begin, single, typed
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import OpenedSpace

PEOPLE = 12


@pytest.fixture(scope="module")
def taken(aws: Cloud, hue: OpenedSpace) -> Exam:
    """Twelve sittings: eight know the first question, four of them the second; nobody looks at the third."""
    bank = begin(hue)
    items = [bank.add(single("Câu dễ")), bank.add(typed("Câu khó", "Hà Nội") | {"ignore_diacritics": True})]
    items.append(bank.add(single("Câu bỏ qua")))
    fixed = {"kind": "fixed", "items": [{"bank": bank.id, "item": each} for each in items]}
    made = exam(hue, bank, parts=[fixed], shuffle_questions=False)
    for number in range(PEOPLE):
        taker = made.taker()
        easy, hard, _ = taker.start().ok(201)["questions"]
        path = taker.at(f"/1/answers/{easy['id']}")
        response = right(easy) if number < 8 else wrong(easy)
        taker.api.put(path, {"response": response, "sequence": 1, "spent_s": 20}).ok()
        taker.save(hard, right(hard) if number < 4 else wrong(hard)).ok()
        taker.submit().ok()
    return made


def analysed(aws: Cloud, made: Exam) -> str:
    """An analysis that is done: its job's id."""
    job: str = made.space.author.post(made.at("/analyses")).ok(202)["job"]
    aws.drain()
    return job


def items(made: Exam) -> list[dict[str, Any]]:
    """What it says of the items, the easiest first."""
    found: list[dict[str, Any]] = made.space.author.get(made.at("/analysis/items")).ok()["items"]
    return sorted(found, key=lambda each: -(each["facility"] or 0))


def test_staff_read_what_sittings_say_of_the_items(aws: Cloud, taken: Exam) -> None:
    began = clock.now().replace(microsecond=0)
    job = analysed(aws, taken)
    whole = taken.space.tutor.get(taken.at("/analysis")).ok()
    assert (whole["job"], whole["sittings"], whole["items"]) == (job, PEOPLE, 3)
    assert whole["reliability_sittings"] == PEOPLE
    assert began <= clock.from_timestamp(whole["analysed_at"]) <= clock.now()
    easy, hard, skipped = items(taken)
    assert (easy["answered"], easy["skipped"], easy["facility"], easy["median_s"]) == (12, 0, 0.667, 21)
    assert sorted(each["taken"] for each in easy["choices"] if each["taken"]) == [4, 8]
    assert easy["upper_lower"] == 1
    assert hard["facility"] == 0.333
    assert hard["choices"] == []
    assert easy["discrimination"] == hard["discrimination"] == 0.5
    assert (skipped["answered"], skipped["skipped"], skipped["facility"]) == (0, 12, 0)
    assert skipped["discrimination"] is None


def test_items_are_paged(aws: Cloud, taken: Exam) -> None:
    analysed(aws, taken)
    first = taken.space.author.get(taken.at("/analysis/items?limit=2")).ok()
    last = taken.space.author.get(taken.at(f"/analysis/items?limit=2&cursor={first['next']}")).ok()
    assert [len(first["items"]), len(last["items"]), last["next"]] == [2, 1, None]
    assert len({each["item"] for each in first["items"] + last["items"]}) == 3


def test_too_few_sittings_have_no_figures(aws: Cloud, hue: OpenedSpace) -> None:
    made = exam(hue)
    made.space.author.get(made.at("/analysis")).refused(404, "not_analysed")
    taker = made.taker()
    taker.answer_right(taker.start().ok(201))
    taker.submit().ok()
    analysed(aws, made)
    found = items(made)
    assert [(each["answered"], each["facility"], each["choices"]) for each in found] == [(1, None, [])] * 3
    assert made.space.author.get(made.at("/analysis")).ok()["reliability"] is None


def test_what_is_odd_is_said_in_words(aws: Cloud, taken: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis_figures, "FLAGGED_FROM", PEOPLE)
    analysed(aws, taken)
    said = [[(each["code"], each["detail"]) for each in item["flags"]] for item in items(taken)]
    assert said == [[], [], [("too_hard", "Quá khó: rất ít người đúng.")]]
    headers = {"accept-language": "en"}
    found = taken.space.author.get(taken.at("/analysis/items"), headers=headers).ok()["items"]
    details = [each["detail"] for item in found for each in item["flags"]]
    assert details == ["Too hard: hardly anyone is right."]


def test_learners_see_nothing_of_it(taken: Exam) -> None:
    for path in ("/analysis", "/analysis/items"):
        taken.space.learner.get(taken.at(path)).refused(403)
    taken.space.tutor.post(taken.at("/analyses")).refused(403)


def test_it_goes_on_where_an_invocation_ended(aws: Cloud, taken: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
    analysed(aws, taken)
    straight = items(taken)
    monkeypatch.setattr(results, "_SLICE", 5)
    job = taken.space.author.post(taken.at("/analyses")).ok(202)["job"]
    for _ in range(2):
        queue.run(taken.space.slug, job, 0)
    assert taken.space.admin.get(taken.space.at(f"/jobs/{job}")).ok()["state"] != "done"
    aws.drain()
    assert taken.space.author.get(taken.at("/analysis")).ok()["job"] == job
    assert items(taken) == straight


@pytest.mark.parametrize("call", [3, 5, 7, 9])
def test_killed_anywhere_it_counts_everyone_once(
    aws: Cloud, taken: Exam, call: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysed(aws, taken)
    straight = items(taken)
    monkeypatch.setattr(results, "_SLICE", 5)
    monkeypatch.setattr(analysis, "_SLICES_KEPT", 1)
    job = taken.space.author.post(taken.at("/analyses")).ok(202)["job"]
    with killed_at(call):
        aws.run_jobs()
    later = clock.epoch_s() + 300
    clock.set_source(lambda: later)
    try:
        sweep(aws)
    finally:
        clock.set_source(None)
    assert taken.space.author.get(taken.at("/analysis")).ok()["job"] == job
    assert items(taken) == straight
