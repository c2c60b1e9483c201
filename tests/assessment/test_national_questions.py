"""Assessments that ask questions of the centre's banks: copied when it is published, mended when the centre mends."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import config, ids
from chalicelib.assessment import publishing
from chalicelib.storage.lines import Reply
from tests.assessment.taking import Exam, answered, draft, drawn, exam, filled, fixed, later, made, publish, right
from tests.banks.filling import BankRef, begin, share, single, typed
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.spending import spending
from tests.wire import Passing, on_call, steered


def test_a_space_asks_questions_of_its_own_and_of_the_centre(aws: Cloud, centre: OpenedSpace, hue: OpenedSpace) -> None:
    own, national = filled(hue, 2, 0), share(aws, filled(centre, 3, 2))
    parts = [drawn(own, 1), drawn(national, 2, tag="otp"), drawn(national, 1, difficulty=4)]
    taken = exam(hue, own, parts=parts)
    taker = taken.taker()
    taken.taker().start().ok(201)  # from now on the container is warm
    with spending() as spent:
        sitting = taker.start().ok(201)
        taker.answer_right(sitting)
        assert taker.submit().ok()["score"] == 100
    spent.within_budget()
    centre.author.delete(national.at("/offer")).ok()
    assert len(taken.taker().start().ok(201)["questions"]) == 4, "what was taken over stays"


def test_a_bank_that_is_not_shared_is_not_there(centre: OpenedSpace, hue: OpenedSpace) -> None:
    private, of_another = filled(centre, 1, 0), filled(open_space(), 1, 0)
    assessment, _ = made(hue, draft(private, parts=[drawn(private), drawn(of_another)]))
    problem = publish(hue, assessment).refused(422)
    assert [(each["field"], each["code"]) for each in problem["errors"]] == [
        ("parts.0.bank", "unknown_item"),
        ("parts.1.bank", "unknown_item"),
    ]


def test_the_centre_asks_its_own_shared_bank(aws: Cloud, centre: OpenedSpace) -> None:
    bank = share(aws, begin(centre))
    item = bank.add(typed("Thủ đô?", "Huế"))
    taken = exam(centre, bank, parts=[fixed(bank, item)])
    bank.correct(item, typed("Thủ đô?", "Hà Nội")).ok()
    assert answered(taken.taker(), "Hà Nội") == 100


def test_other_terms_are_published_though_a_bank_was_withdrawn(
    aws: Cloud, centre: OpenedSpace, hue: OpenedSpace
) -> None:
    national, own = share(aws, filled(centre, 3, 0)), filled(hue, 3, 0)
    taken = exam(hue, own, parts=[drawn(national, 2), drawn(own, 2)])
    centre.author.delete(national.at("/offer")).ok()
    hue.author.post(own.at("/archive")).ok()
    taken.change(pass_mark=10)
    taken.change(pass_mark=20)
    assert len(taken.taker().start().ok(201)["questions"]) == 4
    found = hue.author.get(taken.at())
    changed = found.ok()["draft"] | {"parts": [drawn(national, 3), drawn(own, 2)]}
    saved = hue.author.put(taken.at(), changed, headers={"if-match": found.headers["etag"]})
    problem = publish(hue, taken.id, saved.headers["etag"]).refused(422)
    assert [each["field"] for each in problem["errors"]] == ["parts.0.bank"]


def test_a_named_version_comes_with_its_corrected_key(aws: Cloud, centre: OpenedSpace, hue: OpenedSpace) -> None:
    bank = share(aws, begin(centre))
    item = bank.add(typed("Thủ đô?", "Huế"))
    bank.correct(item, typed("Thủ đô?", "Hà Nội")).ok()
    bank.save(item, typed("Thủ đô của ta?", "Hà Nội")).ok()
    aws.drain()
    assert answered(exam(hue, bank, parts=[fixed(bank, item, version=1)]).taker(), "Hà Nội") == 100
    assessment, _ = made(hue, draft(bank, parts=[fixed(bank, item, version=3)]))
    assert publish(hue, assessment).refused(422)["errors"][0]["field"] == "parts.0.items.0.version"


def asked(aws: Cloud, centre: OpenedSpace, hue: OpenedSpace) -> tuple[Exam, BankRef, str]:
    """An exam of one question of a shared bank, whose key is wrong."""
    bank = share(aws, begin(centre))
    item = bank.add(typed("Thủ đô?", "Huế"))
    return exam(hue, bank, parts=[fixed(bank, item)]), bank, item


def regraded(aws: Cloud, taken: Exam) -> dict[str, tuple[int, int]]:
    """Whom a dry run would change, from what to what."""
    job = taken.space.admin.post(taken.at("/regradings")).ok(202)["job"]
    aws.drain()
    changes = taken.space.tutor.get(taken.at(f"/regradings/{job}/changes")).ok()["items"]
    return {each["person"]: (each["score_before"], each["score"]) for each in changes}


def test_a_key_that_the_centre_corrects_reaches_closings_and_regradings(
    aws: Cloud, centre: OpenedSpace, hue: OpenedSpace
) -> None:
    taken, bank, item = asked(aws, centre, hue)
    before, sitting = taken.taker(), taken.taker()
    assert answered(before, "Hà Nội") == 0
    (question,) = sitting.start().ok(201)["questions"]
    sitting.save(question, "Hà Nội").ok()
    centre.author.delete(bank.at("/offer")).ok()
    bank.correct(item, typed("Thủ đô?", "Hà Nội")).ok()
    assert regraded(aws, taken) == {before.id: (0, 100)}
    assert sitting.submit().ok()["score"] == 100
    bank.correct(item, typed("Thủ đô?", "Hà Nội", "Thăng Long")).ok()
    aws.drain()
    assert answered(taken.taker(), "Thăng Long") == 100


def test_a_correction_comes_late_and_never_goes_back(aws: Cloud, centre: OpenedSpace, hue: OpenedSpace) -> None:
    taken, bank, item = asked(aws, centre, hue)
    bank.correct(item, typed("Thủ đô?", "Hà Nội")).ok()
    with killed_at(5):
        aws.run_jobs()  # the job of the first correction dies
    bank.correct(item, typed("Thủ đô?", "Thăng Long")).ok()
    aws.drain()
    later(aws)
    assert answered(taken.taker(), "Thăng Long") == 100


def test_a_correction_that_is_refused_is_brought_to_nobody(aws: Cloud, centre: OpenedSpace, hue: OpenedSpace) -> None:
    taken, bank, item = asked(aws, centre, hue)
    with killed_at(8):
        bank.correct(item, typed("Thủ đô?", "Hà Nội"))
    newest = centre.tutor.get(bank.item(item)).ok()["key"]
    aws.drain()
    assert answered(taken.taker(), "Hà Nội") == 100 * newest


def reads_of_the_centre(space: OpenedSpace, assessment: str) -> list[str]:
    """What a try to publish that is refused asks of the centre's banks."""
    asked: list[str] = []

    def watch(passing: Passing) -> Reply:
        if f"-{config.current().central}-courses" in passing.body.decode():
            asked.append(passing.operation)
        return passing.send()

    with steered(watch):
        publish(space, assessment).refused(422)
    return asked


def test_who_tries_again_within_a_minute_reads_nothing_of_a_national_bank(
    aws: Cloud, centre: OpenedSpace, hue: OpenedSpace, at: Any
) -> None:
    bank = share(aws, filled(centre, 2, 0))
    assessment, _ = made(hue, draft(bank, parts=[drawn(bank, 3)]))
    assert reads_of_the_centre(hue, assessment) == ["GetItem", "Query"]
    at(59)
    assert reads_of_the_centre(hue, assessment) == []
    at(61)
    bank.add(single("Câu mới"))
    assert reads_of_the_centre(hue, made(hue, draft(bank, parts=[drawn(bank, 4)]))[0]) == ["GetItem", "Query"]
    publish(hue, assessment).ok(201)


def test_of_a_bank_from_which_nothing_is_drawn_only_what_is_named_is_read(
    aws: Cloud, centre: OpenedSpace, hue: OpenedSpace
) -> None:
    national, own = share(aws, filled(centre, 2, 0)), filled(hue, 2, 0)
    parts = [fixed(each, each.add(single("Câu cố định"))) for each in (national, own)]
    assessment, _ = made(hue, draft(own, parts=parts))
    read: list[str] = []
    with on_call("before", read.append):
        publish(hue, assessment).ok(201)
    assert "Query" not in read


def test_a_key_that_was_corrected_since_the_container_looked_is_taken_over_too(
    aws: Cloud, centre: OpenedSpace, hue: OpenedSpace
) -> None:
    bank = share(aws, begin(centre))
    item = bank.add(typed("Thủ đô?", "Huế"))
    exam(hue, bank, parts=[drawn(bank)])  # from now on the container remembers the bank
    bank.correct(item, typed("Thủ đô?", "Hà Nội")).ok()
    aws.drain()  # and the space that is next is none of those to which the key is brought
    assert answered(exam(open_space(), bank, parts=[drawn(bank)]).taker(), "Hà Nội") == 100


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let three questions be many."""
    monkeypatch.setattr(publishing, "AT_ONCE", 2)
    monkeypatch.setattr(publishing, "_SLICE", 2)


def offered(space: OpenedSpace) -> set[str]:
    """What somebody may take."""
    return {each["id"] for each in space.learner.get(space.at("/me/assessments"), query={"limit": 100}).ok()["items"]}


@pytest.mark.usefixtures("few")
def test_of_many_questions_a_job_takes_over_and_publishes(aws: Cloud, centre: OpenedSpace, hue: OpenedSpace) -> None:
    bank = share(aws, filled(centre, 5, 0))
    assessment, etag = made(hue, draft(bank, parts=[drawn(bank, 2)]))
    made_fast = publish(hue, assessment, etag).ok(202)
    assert (made_fast["version"], made_fast["pool"]) == (1, 5)
    assert assessment not in offered(hue)
    aws.drain()
    assert hue.author.get(hue.at(f"/jobs/{made_fast['job']}")).ok()["result"] == {
        "version": 1, "questions": 2, "pool": 5,
    }  # fmt: skip
    taken = Exam(hue, assessment, bank)
    sitting = taken.taker().start().ok(201)
    assert all(right(each) for each in sitting["questions"])
    taken.change(pass_mark=10)  # at once: it has them
    bank.add(single("Câu mới"))
    taken.change(pass_mark=20)


@pytest.mark.usefixtures("few")
def test_a_draft_that_is_saved_meanwhile_is_not_published_over(
    aws: Cloud, centre: OpenedSpace, hue: OpenedSpace
) -> None:
    bank = share(aws, filled(centre, 5, 0))
    body = draft(bank, parts=[drawn(bank, 2)])
    assessment, etag = made(hue, body)
    job = publish(hue, assessment, etag).ok(202)["job"]
    hue.author.put(hue.at(f"/assessments/{assessment}"), body, headers={"if-match": etag}).ok()
    aws.drain()
    assert hue.author.get(hue.at(f"/jobs/{job}")).ok()["error"]["code"] == "stale"
    assert assessment not in offered(hue)


@pytest.mark.usefixtures("few")
def test_a_bank_that_is_withdrawn_meanwhile_is_told(aws: Cloud, centre: OpenedSpace, hue: OpenedSpace) -> None:
    bank = share(aws, filled(centre, 5, 0))
    assessment, etag = made(hue, draft(bank, parts=[drawn(bank, 2)]))
    job = publish(hue, assessment, etag).ok(202)["job"]
    centre.author.delete(bank.at("/offer")).ok()
    aws.drain()
    assert hue.author.get(hue.at(f"/jobs/{job}")).ok()["error"]["code"] == "national_bank_withdrawn"


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("call", [4, 7, 10, 13, 15, 17])
def test_killed_anywhere_the_job_publishes_once(aws: Cloud, centre: OpenedSpace, hue: OpenedSpace, call: int) -> None:
    bank = share(aws, filled(centre, 5, 0))
    assessment, etag = made(hue, draft(bank, parts=[drawn(bank, 2)]))
    key = {"if-match": etag, "idempotency-key": ids.new()}
    job = hue.author.post(hue.at(f"/assessments/{assessment}/versions"), headers=key).ok(202)["job"]
    with killed_at(call):
        aws.run_jobs()
    later(aws)
    assert hue.author.get(hue.at(f"/jobs/{job}")).ok()["state"] == "done"
    assert hue.author.get(hue.at(f"/assessments/{assessment}")).ok()["version"] == 1
    assert len(Exam(hue, assessment, bank).taker().start().ok(201)["questions"]) == 2
