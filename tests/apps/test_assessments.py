"""Apps are told of assessments, which belong to no course: of each grade, of what keys put right, of certificates."""

from __future__ import annotations

from chalicelib.apps import results
from chalicelib.storage.changes import Change
from chalicelib.storage.items import Item
from tests.apps.receiver import receiving
from tests.credentials.grading import sat
from tests.emulated import Cloud
from tests.factories import OpenedSpace


def test_apps_are_told_of_assessments_and_of_their_certificates(aws: Cloud, hue: OpenedSpace) -> None:
    hue.admin.put(hue.at("/credential-settings"), {"courses": "chosen", "assessments": "all"}).ok()
    with receiving(hue) as receiver:
        graded = sat(aws, hue, receiver.app.entered("an")["person"]["id"])
        graded.keyed("Đà Lạt")
        aws.drain()
        graded.keyed("Đà Lạt", "Đà Lạt")
        aws.drain()
        aws.drain()
    told = [(each.json["type"], each.json["data"]) for each in receiver.received]
    grades = sorted((data["score"], data["passed"], data["regraded"]) for kind, data in told if kind.endswith("graded"))
    assert grades == [(0, False, True), (50, True, True), (100, True, False)]
    of_kind = dict(told)
    assert of_kind["assessment.graded"]["assessment"] == {"id": graded.exam.id, "title": "Đánh giá cuối khoá"}
    assert of_kind["assessment.graded"]["sub"] == "an"
    assert "course" not in of_kind["assessment.graded"]
    issued = {data["score"]: data for kind, data in told if kind == "credential.issued"}
    achievement = {"kind": "assessment", "id": graded.exam.id, "title": "Đánh giá cuối khoá"}
    assert [issued[score]["achievement"] for score in (100, 50)] == [achievement, achievement]
    ended = {data["credential"]: data for kind, data in told if kind == "credential.revoked"}
    assert ended[issued[100]["credential"]]["superseded_by"] == issued[50]["credential"]
    assert ended[issued[50]["credential"]]["reason"] == "undone"
    assert len(receiver.received) == len({each.id for each in receiver.received}) == 7


def test_a_sitting_that_moves_between_accounts_is_told_of_only_once_its_grade_changes() -> None:
    sheet: Item = {"pk": "learner#an", "sk": "sitting#a1#0002", "o": "hai", "on": 1}
    sheet |= {"st": "done", "v": 1, "sub": 1_700_000_000, "sc": 40, "ok": False}
    moved = Change(sheet["pk"], sheet["sk"], None, sheet, "1")
    assert list(results.of(moved)) == []
    anew = Change(sheet["pk"], sheet["sk"], sheet, {**sheet, "sc": 80, "ok": True}, "2")
    assert [(each.kind, each.data["score"], each.data["regraded"]) for each in results.of(anew)] == [
        ("assessment.graded", 80, True)
    ]
