"""Submitting a quiz over HTTP: what is graded, what is told before and after, what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib import clock, ids
from tests.api import Api
from tests.factories import OpenedSpace, token_for
from tests.learning.courses import HALF, QUIZ, RIGHT, WRONG, publish, publish_again

TOLD = [
    {
        "id": "q1",
        "correct": True,
        "points": 1.0,
        "points_possible": 1,
        "chosen": ["a"],
        "right": ["a"],
        "explanation": "Ngân hàng không bao giờ hỏi mã OTP.",
        "feedback": {"a": "Đúng.", "b": "Mã OTP là chìa khoá tài khoản của bạn."},
    },
    {
        "id": "q2",
        "correct": True,
        "points": 1.0,
        "points_possible": 1,
        "chosen": ["a", "b"],
        "right": ["a", "b"],
        "explanation": "Kẻ gian thúc giục và hứa hẹn.",
        "feedback": {"c": "Tin nhắn thật cũng có dấu."},
    },
]
NEXT = {"id": "2", "title": "Bài 2", "kind": "text", "minutes": 5}


def enrolled(hue: OpenedSpace, lessons: str = "1Q 2", **quiz: Any) -> tuple[Api, str, str]:
    """A learner, their enrolment's address, and the course."""
    course = publish(hue.space, lessons, **quiz)
    learner = token_for(hue, ["learner"], ids.new())
    at = hue.at(f"/me/enrolments/{course}")
    learner.put(at).ok(201)
    return learner, at, course


def sheet(answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"lesson": "1", "answers": answers, **more}


def test_a_pass_tells_everything(hue: OpenedSpace) -> None:
    clock.set_source(lambda: 1_790_000_000.0)
    learner, at, course = enrolled(hue)
    result = learner.post(f"{at}/attempts", sheet(RIGHT, started_at="2026-09-21T14:03:20Z")).ok(201)
    assert result == {
        "lesson": "1",
        "number": 1,
        "version": 1,
        "score": 100,
        "passed": True,
        "answers": RIGHT,
        "started_at": "2026-09-21T14:03:20Z",
        "submitted_at": "2026-09-21T14:13:20Z",
        "pass_mark": 60,
        "attempts_left": None,
        "revealed": True,
        "questions": TOLD,
        "standing": {
            "course": course,
            "state": "active",
            "version": 1,
            "percent": 50,
            "next_lesson": NEXT,
            "position_s": None,
            "minutes_left": NEXT["minutes"],
            "last_activity_at": "2026-09-21T14:13:20Z",
            "completed_at": None,
        },
    }


def test_a_fail_with_attempts_left_does_not_give_the_key_away(hue: OpenedSpace) -> None:
    learner, at, _ = enrolled(hue, attempts_allowed=2)
    result = learner.post(f"{at}/attempts", sheet(HALF)).ok(201)
    assert (result["score"], result["passed"], result["revealed"], result["attempts_left"]) == (50, False, False, 1)
    right, missed = result["questions"]
    assert right["right"] == ["a"], "what was answered right is no secret"
    assert (missed["correct"], missed["right"], missed["explanation"]) == (False, None, None)
    assert missed["feedback"] == {"c": "Tin nhắn thật cũng có dấu."}, "of the choices taken, the author's word"
    assert learner.get(at).ok()["done"] == []


def test_the_last_attempt_tells_everything(hue: OpenedSpace) -> None:
    learner, at, _ = enrolled(hue, attempts_allowed=2)
    learner.post(f"{at}/attempts", sheet(HALF)).ok(201)
    result = learner.post(f"{at}/attempts", sheet(WRONG)).ok(201)
    assert (result["number"], result["attempts_left"], result["revealed"]) == (2, 0, True)
    assert [each["right"] for each in result["questions"]] == [["a"], ["a", "b"]]
    problem = learner.post(f"{at}/attempts", sheet(RIGHT)).refused(409, "no_attempts_left")
    assert "2 lượt" in problem["detail"]
    assert learner.get(at).ok()["quizzes"]["1"] == {
        "attempts": 2, "attempts_left": 0, "best_score": 50, "passed": False,
    }  # fmt: skip


def test_the_best_score_stays_and_a_passed_quiz_stays_passed(hue: OpenedSpace) -> None:
    learner, at, _ = enrolled(hue)
    for answers in (HALF, RIGHT, WRONG, HALF):
        learner.post(f"{at}/attempts", sheet(answers)).ok(201)
    assert learner.get(at).ok()["quizzes"]["1"] == {
        "attempts": 4, "attempts_left": None, "best_score": 100, "passed": True,
    }  # fmt: skip


def test_the_quiz_that_was_missing_completes_the_course(hue: OpenedSpace) -> None:
    learner, at, _ = enrolled(hue)
    learner.put(f"{at}/progress/2", {"status": "done"}).ok()
    assert learner.post(f"{at}/attempts", sheet(HALF)).ok(201)["standing"]["state"] == "active"
    done = learner.post(f"{at}/attempts", sheet(RIGHT)).ok(201)["standing"]
    assert (done["state"], done["percent"], done["next_lesson"]) == ("completed", 100, None)


def test_right_answers_are_nowhere_before_submission(hue: OpenedSpace) -> None:
    """Neither the enrolment nor a failed attempt nor its list holds what the learner did not choose."""
    learner, at, _ = enrolled(hue)
    learner.post(f"{at}/attempts", sheet({"q2": ["c"]})).ok(201)
    for path in (at, f"{at}/attempts", f"{at}/attempts/1/1"):
        text = json.dumps(learner.get(path).ok(), ensure_ascii=False)
        assert "Kẻ gian thúc giục" not in text
        assert '["a", "b"]' not in text


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"lesson", "answers"}),
        (sheet({"q9": ["a"]}), {"answers.q9"}),
        (sheet({"q1": ["z"], "q2": ["x"]}), {"answers.q1", "answers.q2"}),
        (sheet({"q1": ["a", "b"]}), {"answers.q1"}),
        (sheet({"q1": ["a"] * 21}), {"answers.q1"}),
        (sheet(RIGHT, version=0), {"version"}),
        (sheet(RIGHT, score=100), {"score"}),
        (sheet(RIGHT, started_at="2026-11-24"), {"started_at"}),
    ],
)
def test_bad_sheets_name_every_field_and_cost_no_attempt(
    hue: OpenedSpace, body: dict[str, Any], fields: set[str]
) -> None:
    learner, at, _ = enrolled(hue, attempts_allowed=1)
    reply = learner.post(f"{at}/attempts", body)
    reply.refused(422)
    assert reply.bad_fields == fields
    learner.post(f"{at}/attempts", sheet(RIGHT)).ok(201)


def test_what_cannot_be_attempted(hue: OpenedSpace) -> None:
    learner, at, course = enrolled(hue)
    learner.post(f"{at}/attempts", {"lesson": "2", "answers": {}}).refused(404, "not_a_quiz")
    learner.post(f"{at}/attempts", {"lesson": "9", "answers": {}}).refused(404, "unknown_lesson")
    other = token_for(hue, ["learner"], ids.new())
    other.post(f"{at}/attempts", sheet(RIGHT)).refused(409, "not_enrolled")
    other.post(f"{at}/attempts", {"lesson": "9", "answers": {}}).refused(409, "not_enrolled")
    learner.delete(at)
    learner.post(f"{at}/attempts", sheet(RIGHT)).refused(409, "enrolment_left")
    unknown = hue.at(f"/me/enrolments/{ids.new()}/attempts")
    learner.post(unknown, sheet(RIGHT)).refused(404, "not_found")
    assert course


def test_a_key_makes_one_attempt_of_many_requests(hue: OpenedSpace) -> None:
    learner, at, _ = enrolled(hue, attempts_allowed=2)
    key = {"idempotency-key": "a1b2"}
    first = learner.post(f"{at}/attempts", sheet(HALF), headers=key).ok(201)
    again = learner.post(f"{at}/attempts", sheet(HALF), headers=key).ok(201)
    assert {**again, "standing": None} == {**first, "standing": None}
    learner.post(f"{at}/attempts", sheet(RIGHT), headers=key).refused(422, "idempotency_key_reused")
    learner.post(f"{at}/attempts", sheet(RIGHT), headers={"idempotency-key": "ü"}).refused(400, "bad_idempotency_key")
    learner.post(f"{at}/attempts", sheet(RIGHT), headers={"idempotency-key": "x" * 256}).refused(400)
    second = learner.post(f"{at}/attempts", sheet(HALF), headers={"idempotency-key": "a1b3"}).ok(201)
    assert (first["number"], second["number"]) == (1, 2)


def test_the_repetition_of_the_last_allowed_attempt_is_no_refusal(hue: OpenedSpace) -> None:
    learner, at, _ = enrolled(hue, attempts_allowed=1)
    key = {"idempotency-key": "k"}
    for _ in range(2):
        assert learner.post(f"{at}/attempts", sheet(HALF), headers=key).ok(201)["number"] == 1


def test_ones_key_says_nothing_of_anothers(hue: OpenedSpace) -> None:
    learner, at, _ = enrolled(hue)
    other = token_for(hue, ["learner"], ids.new())
    other.put(at).ok(201)
    key = {"idempotency-key": "1"}
    learner.post(f"{at}/attempts", sheet(HALF), headers=key).ok(201)
    assert other.post(f"{at}/attempts", sheet(RIGHT), headers=key).ok(201)["score"] == 100
    other.get(f"{at}/attempts/1/2").refused(404)


def test_attempts_are_listed_newest_first_by_quiz_and_paged(hue: OpenedSpace) -> None:
    learner, at, _ = enrolled(hue, "1Q 2Q")
    for lesson, answers in (("1", WRONG), ("2", HALF), ("1", HALF), ("1", RIGHT)):
        learner.post(f"{at}/attempts", {"lesson": lesson, "answers": answers}).ok(201)
    scores = [each["score"] for each in learner.get(f"{at}/attempts", query={"lesson": "1"}).ok()["items"]]
    assert scores == [100, 50, 0]
    pages, query = [], {"limit": 3}
    while True:
        page = learner.get(f"{at}/attempts", query=query).ok()
        pages.append([(each["lesson"], each["number"]) for each in page["items"]])
        if not page["next"]:
            break
        query["cursor"] = page["next"]
    assert pages == [[("2", 1), ("1", 3), ("1", 2)], [("1", 1)]]
    learner.get(f"{at}/attempts", query={"limit": 3, "lesson": "2", "cursor": query["cursor"]}).refused(
        400, "bad_cursor"
    )


def test_one_attempt_read_again_tells_what_may_be_told_now(hue: OpenedSpace) -> None:
    learner, at, _ = enrolled(hue)
    learner.post(f"{at}/attempts", sheet(HALF)).ok(201)
    assert learner.get(f"{at}/attempts/1/1").ok()["questions"][1]["right"] is None
    learner.post(f"{at}/attempts", sheet(RIGHT)).ok(201)
    first = learner.get(f"{at}/attempts/1/1").ok()
    assert (first["score"], first["questions"][1]["right"]) == (50, ["a", "b"])
    for missing in ("1/3", "9/1", "1/0", "1/x", "1/99999999999"):
        learner.get(f"{at}/attempts/{missing}").refused(404)


def test_a_quiz_is_graded_by_the_version_that_the_learner_is_on(hue: OpenedSpace) -> None:
    learner, at, course = enrolled(hue)
    other_key = [
        {**QUIZ["questions"][0], "id": "q9"},
        QUIZ["questions"][1],
    ]
    publish_again(hue.space, course, "1Q 2", version=2, questions=other_key)
    result = learner.post(f"{at}/attempts", sheet(RIGHT)).ok(201)
    assert (result["version"], result["score"]) == (1, 100), "its questions were those of version 1"
    newcomer = token_for(hue, ["learner"], ids.new())
    newcomer.put(at).ok(201)
    reply = newcomer.post(f"{at}/attempts", sheet(RIGHT))
    reply.refused(422)
    assert reply.bad_fields == {"answers.q1"}
    answers = {"q9": ["a"], "q2": ["a", "b"]}
    assert newcomer.post(f"{at}/attempts", sheet(answers)).ok(201)["version"] == 2


def test_who_was_moved_while_answering_loses_no_attempt(hue: OpenedSpace) -> None:
    learner, at, course = enrolled(hue, attempts_allowed=1)
    publish_again(hue.space, course, "1Q 2", version=2, attempts_allowed=1)
    learner.post(f"{at}/version").ok()
    learner.post(f"{at}/attempts", sheet(RIGHT, version=1)).refused(409, "version_changed")
    learner.post(f"{at}/attempts", sheet(RIGHT, version=7)).refused(404)
    assert learner.post(f"{at}/attempts", sheet(RIGHT, version=2)).ok(201)["number"] == 1


def test_attempts_of_an_earlier_version_still_read(hue: OpenedSpace) -> None:
    learner, at, course = enrolled(hue)
    learner.post(f"{at}/attempts", sheet(HALF)).ok(201)
    publish_again(hue.space, course, "2", version=2)
    learner.post(f"{at}/version").ok()
    result = learner.get(f"{at}/attempts/1/1").ok()
    assert (result["version"], result["score"], result["standing"]["version"]) == (1, 50, 2)


PICTURE = {"file": ids.derived("a picture"), "alt": "Màn hình", "width": 400, "height": 200}
KINDS: list[dict[str, Any]] = [
    {"kind": "true_false", "prompt": "OTP là bí mật.", "right": True, "feedback_true": "Phải."},
    {"kind": "matching", "prompt": "Ghép",
     "pairs": [{"id": "a", "text": "a", "match": "1"}, {"id": "b", "text": "b", "match": "2"}]},
    {"kind": "ordering", "prompt": "Xếp", "items": [{"text": "một"}, {"text": "hai"}, {"text": "ba"}], "partial": True},
    {"kind": "numeric", "prompt": "Số pi", "value": "3.14", "tolerance": "0.01", "points": 3},
    {"kind": "short_answer", "prompt": "Khoá gì?", "accepted": ["mật khẩu"], "ignore_diacritics": True},
    {"kind": "fill_in", "prompt": "Điền", "text": "[[a]] ký tự", "gaps": [{"id": "a", "accepted": ["12"]}]},
    {"kind": "hot_spot", "prompt": "Chạm", "picture": PICTURE,
     "areas": [{"shape": "rectangle", "x": 0.5, "y": 0, "width": 0.5, "height": 1}]},
]  # fmt: skip


def test_a_quiz_of_every_kind(hue: OpenedSpace) -> None:
    learner, at, course = enrolled(hue, questions=[{**each, "id": f"k{at}"} for at, each in enumerate(KINDS)])
    questions = learner.get(hue.at(f"/courses/{course}/versions/1/lessons/1")).ok()["quiz"]["questions"]
    targets = {each["text"]: each["id"] for each in questions[1]["targets"]}
    items = {each["text"]: each["id"] for each in questions[2]["items"]}
    answers = {
        "k0": ["true"],
        "k1": {"a": targets["1"], "b": targets["2"]},
        "k2": [items["ba"], items["một"], items["hai"]],  # one of two neighbours
        "k3": "3,13",
        "k4": "Mat  khau ",
        "k5": {"a": " 12"},
        "k6": [{"x": 0.75, "y": 1}],
    }
    result = learner.post(f"{at}/attempts", sheet(answers)).ok(201)
    earned = [(each["points"], each["points_possible"]) for each in result["questions"]]
    assert earned == [(1, 1), (1, 1), (0.5, 1), (3, 3), (1, 1), (1, 1), (1, 1)]
    assert (result["score"], result["passed"], result["revealed"]) == (94, True, True)
    kept = {**answers, "k4": "Mat khau", "k5": {"a": "12"}}
    assert result["answers"] == kept
    again = learner.get(f"{at}/attempts/1/1").ok()
    assert again["questions"] == result["questions"]
    assert [each["chosen"] for each in again["questions"]] == list(kept.values())
    told = [each["right"] for each in again["questions"]]
    assert told[0] == ["true"]
    assert told[2:6] == [[items["một"], items["hai"], items["ba"]], "3.14", "mật khẩu", {"a": "12"}]
    assert told[6] == KINDS[6]["areas"]
    assert learner.get(f"{at}/attempts").ok()["items"][0]["answers"] == kept


def test_an_answer_of_the_wrong_form_is_refused_with_the_reason(hue: OpenedSpace) -> None:
    learner, at, _ = enrolled(hue, questions=[{**each, "id": f"k{at}"} for at, each in enumerate(KINDS)])
    reply = learner.post(
        f"{at}/attempts", sheet({"k0": "true", "k1": {"z": "1"}, "k3": "ba", "k5": {"a": "1", "b": "2"}, "k6": []})
    )
    reply.refused(422)
    assert reply.bad_fields == {"answers.k0", "answers.k1.z", "answers.k3", "answers.k5.b"}
    learner.post(f"{at}/attempts", sheet({"k0": 5})).refused(422)
