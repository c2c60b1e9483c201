"""Assessments as their authors keep them: written, frozen, ended."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import ids
from tests.assessment.taking import draft, exam, filled, made, publish
from tests.banks.filling import BankRef, typed
from tests.crashes import killed_at
from tests.factories import OpenedSpace
from tests.spending import spending


def test_a_draft_is_written_read_and_saved_in_the_state_that_was_read(hue: OpenedSpace, bank: BankRef) -> None:
    assessment, etag = made(hue, draft(bank))
    at = hue.at(f"/assessments/{assessment}")
    read = hue.tutor.get(at)
    assert read.headers["etag"] == etag
    assert (read.ok()["state"], read.ok()["version"], read.ok()["draft"]["pass_mark"]) == ("draft", None, 60)
    hue.author.put(at, draft(bank)).refused(428)
    saved = hue.author.put(at, draft(bank, pass_mark=80), headers={"if-match": etag})
    assert saved.ok()["draft"]["pass_mark"] == 80
    hue.author.put(at, draft(bank), headers={"if-match": etag}).refused(412, "stale")
    hue.learner.get(at).refused(403)
    publish(hue, assessment, etag).refused(412, "stale")


def test_publishing_counts_versions_and_offers_it(hue: OpenedSpace, bank: BankRef) -> None:
    assessment, etag = made(hue, draft(bank, title="Bài có hạn"))
    assert hue.learner.get(hue.at(f"/me/assessments/{assessment}/sittings/1")).refused(404)
    offered = hue.learner.get(hue.at("/me/assessments"), query={"limit": 100}).ok()["items"]
    assert assessment not in {each["id"] for each in offered}
    published = publish(hue, assessment, etag).ok(201)
    assert published == {"id": assessment, "version": 1, "questions": 3, "pool": 6, "job": None}
    assert publish(hue, assessment).ok(201)["version"] == 2
    (mine,) = [
        each
        for each in hue.learner.get(hue.at("/me/assessments"), query={"limit": 100}).ok()["items"]
        if each["id"] == assessment
    ]
    assert (mine["title"], mine["questions"], mine["time_limit_minutes"]) == ("Bài có hạn", 3, 45)


@pytest.mark.parametrize(
    ("parts", "field", "code"),
    [
        ([], "parts", "nothing_to_ask"),
        ([{"kind": "drawn", "count": 5, "tag": "OTP"}], "parts.0", "pool_too_small"),
        (
            [{"kind": "drawn", "count": 3, "tag": "OTP"}, {"kind": "drawn", "count": 4, "difficulty": 1}],
            "parts.1",
            "pool_too_small",
        ),
        ([{"kind": "drawn", "count": 1, "bank": ids.derived("không có")}], "parts.0.bank", "unknown_item"),
        ([{"kind": "fixed", "items": [{"item": ids.derived("không có")}]}], "parts.0.items.0", "unknown_item"),
    ],
)
def test_a_draft_that_cannot_be_asked_is_not_published(
    hue: OpenedSpace, bank: BankRef, parts: list[dict[str, Any]], field: str, code: str
) -> None:
    for part in parts:
        for each in part.get("items", [part]):
            each.setdefault("bank", bank.id)
    assessment, _ = made(hue, draft(bank) | {"parts": parts})
    problem = publish(hue, assessment).refused(422)
    assert [(each["field"], each["code"]) for each in problem["errors"]] == [(field, code)]


def test_a_named_version_is_asked_though_there_is_a_newer_one(hue: OpenedSpace) -> None:
    bank = filled(hue, 1, 0)
    item = bank.add(typed("Câu cũ?", "A"))
    bank.save(item, typed("Câu mới?", "B")).ok()
    fixed = {"kind": "fixed", "items": [{"bank": bank.id, "item": item, "version": 1}]}
    taken = exam(hue, bank, parts=[fixed]).taker().start().ok(201)
    assert [each["prompt"] for each in taken["questions"]] == ["Câu cũ?"]
    assessment, _ = made(hue, draft(bank, parts=[{**fixed, "items": [{"bank": bank.id, "item": item, "version": 9}]}]))
    assert publish(hue, assessment).refused(422)["errors"][0]["field"] == "parts.0.items.0.version"


def test_terms_must_hold_together(hue: OpenedSpace, bank: BankRef) -> None:
    times = {"opens_at": "2026-12-02T00:00:00Z", "closes_at": "2026-12-01T00:00:00Z"}
    wrongs: list[tuple[dict[str, Any], str]] = [
        (times, "closes_at"),
        ({"review": "after_closing"}, "closes_at"),
        ({"parts": [{"kind": "drawn", "bank": bank.id, "count": 60}] * 2}, "parts"),
        ({"pass_mark": 101}, "pass_mark"),
    ]
    for wrong, field in wrongs:
        reply = hue.author.post(hue.at("/assessments"), draft(bank) | wrong)
        reply.refused(422)
        assert reply.bad_fields == {field}


@pytest.mark.parametrize("call", range(1, 6))
def test_a_kill_while_publishing_publishes_once_or_not_at_all(hue: OpenedSpace, bank: BankRef, call: int) -> None:
    assessment, etag = made(hue, draft(bank))
    with killed_at(call):
        publish(hue, assessment, etag)
    state = hue.author.get(hue.at(f"/assessments/{assessment}"))
    if state.ok()["version"] is None:
        publish(hue, assessment, etag).ok(201)
    else:
        publish(hue, assessment, etag).refused(412)
    assert hue.author.get(hue.at(f"/assessments/{assessment}")).ok()["version"] == 1


def test_an_archived_one_takes_no_more_sittings_but_open_ones_go_on(hue: OpenedSpace, bank: BankRef) -> None:
    taken = exam(hue, bank)
    begun, late = taken.taker(), taken.taker()
    sitting = begun.start().ok(201)
    for _ in range(2):
        assert hue.author.post(taken.at("/archive")).ok()["state"] == "archived"
    late.start().refused(409, "assessment_archived")
    begun.answer_right(sitting)
    assert begun.submit().ok()["result"]["passed"]
    publish(hue, taken.id).refused(409, "assessment_archived")


def test_lists_are_paged_and_cost_one_call(hue: OpenedSpace, bank: BankRef) -> None:
    mine = {made(hue, draft(bank))[0] for _ in range(3)}
    found, cursor = set[str](), None
    with spending() as spent:
        while True:
            page = hue.author.get(hue.at("/assessments"), query={"limit": 2, **({"cursor": cursor} if cursor else {})})
            found |= {each["id"] for each in page.ok()["items"]}
            cursor = page.ok()["next"]
            if cursor is None:
                break
    spent.within_budget()
    assert mine <= found
