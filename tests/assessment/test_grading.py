"""Grading: a table of cases that people would argue about, then the rules for any quiz."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.assessment import grading
from chalicelib.courses.lessons import Quiz
from chalicelib.questions.choosing import ChoiceQuestion
from chalicelib.questions.models import AnyQuestion
from chalicelib.questions.responses import Response

ONE = {"id": "q1", "kind": "single", "prompt": "Có nên đọc mã OTP?", "right": "a", "wrong": "bc"}
SOME = {"id": "q2", "kind": "multiple", "prompt": "Đâu là dấu hiệu lừa đảo?", "right": "ab", "wrong": "cd"}


def _question(given: dict[str, Any]) -> dict[str, Any]:
    choices = [{"id": each, "text": each, "correct": True} for each in given["right"]]
    choices += [{"id": each, "text": each, "correct": False} for each in given["wrong"]]
    return {"id": given["id"], "kind": given["kind"], "prompt": given["prompt"], "choices": choices}


def _quiz(*questions: dict[str, Any], pass_mark: int = 60) -> Quiz:
    return Quiz.model_validate({"pass_mark": pass_mark, "questions": [_question(each) for each in questions]})


@pytest.mark.parametrize(
    ("answers", "score"),
    [
        ({"q1": ["a"], "q2": ["a", "b"]}, 100),
        ({"q1": ["a"], "q2": ["b", "a", "a"]}, 100),  # order and repetition say nothing
        ({"q1": ["a"], "q2": ["a"]}, 50),  # a part of a multiple is no point
        ({"q1": ["a"], "q2": ["a", "b", "c"]}, 50),  # nor is ticking more
        ({"q1": ["a"], "q2": ["a", "b", "c", "d"]}, 50),  # nor ticking everything
        ({"q1": ["b"], "q2": ["a", "b"]}, 50),
        ({"q1": ["a"]}, 50),  # a question left out is not answered
        ({"q1": [], "q2": []}, 0),
        ({}, 0),
    ],
)
def test_all_or_nothing(answers: dict[str, list[str]], score: int) -> None:
    quiz = _quiz(ONE, SOME)
    assert grading.faults(quiz, answers) == []
    assert grading.grade(quiz, answers).score == score


@pytest.mark.parametrize(
    ("correct", "total", "score"),
    [(2, 3, 66), (1, 3, 33), (5, 6, 83), (3, 5, 60), (99, 100, 99), (1, 1, 100), (0, 0, 0)],
)
def test_percent_is_rounded_down(correct: int, total: int, score: int) -> None:
    quiz = _quiz(*({**ONE, "id": f"q{place}"} for place in range(total)))
    assert grading.grade(quiz, {f"q{place}": ["a"] for place in range(correct)}).score == score


@pytest.mark.parametrize(("pass_mark", "passed"), [(66, True), (67, False), (1, True), (100, False)])
def test_the_pass_mark_counts_as_passed_and_rounding_lifts_nobody(pass_mark: int, passed: bool) -> None:
    three = [{**ONE, "id": f"q{place}"} for place in range(3)]
    grade = grading.grade(_quiz(*three, pass_mark=pass_mark), {"q0": ["a"], "q1": ["a"], "q2": ["b"]})
    assert (grade.score, grade.passed) == (66, passed)


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"q9": ["a"]}, "unknown_question"),
        ({"q1": ["z"]}, "unknown_choice"),
        ({"q1": ["c", "z"]}, "unknown_choice"),
        ({"q1": ["a", "b"]}, "one_choice_only"),
    ],
)
def test_what_no_learner_could_have_chosen_is_named(answers: dict[str, list[str]], code: str) -> None:
    ((field, found),) = [(each.field, each.code) for each in grading.faults(_quiz(ONE, SOME), answers)]
    assert (field, found) == (f"answers.{next(iter(answers))}", code)


def test_questions_count_by_their_points() -> None:
    quiz = Quiz.model_validate({"questions": [{**_question(ONE), "points": 3}, _question(SOME)]})
    assert grading.grade(quiz, {"q1": ["a"]}).score == 75
    assert grading.grade(quiz, {"q2": ["a", "b"]}).score == 25


def test_all_answers_together_are_bounded() -> None:
    gaps = [{"id": each, "accepted": ["x"]} for each in "abcdefghij"]
    text = "".join(f"[[{gap['id']}]]" for gap in gaps)
    questions = [
        {"id": f"q{place}", "kind": "fill_in", "prompt": "?", "text": text, "gaps": gaps} for place in range(100)
    ]
    quiz = Quiz.model_validate({"questions": questions})
    fits: dict[str, Response] = {f"q{place}": dict.fromkeys("abcdefghij", "x" * 50) for place in range(100)}
    assert grading.faults(quiz, fits) == []
    large: dict[str, Response] = {f"q{place}": dict.fromkeys("abcdefghij", "x" * 100) for place in range(100)}
    assert [(each.field, each.code) for each in grading.faults(quiz, large)] == [("answers", "answers_too_large")]


def test_every_fault_is_named_at_once() -> None:
    answers = {"q9": ["a"], "q1": ["a", "b"], "q2": ["z"]}
    assert {each.field for each in grading.faults(_quiz(ONE, SOME), answers)} == {
        "answers.q9",
        "answers.q1",
        "answers.q2",
    }


def test_a_question_without_a_right_choice_is_nobodys_point() -> None:
    assert grading.grade(_quiz({**SOME, "right": ""}), {}).score == 0


@st.composite
def quizzes(draw: st.DrawFn) -> Quiz:
    questions = []
    for place in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(["single", "multiple"]))
        letters = "abcdefgh"[: draw(st.integers(2, 8))]
        rights = 1 if kind == "single" else draw(st.integers(1, len(letters)))
        questions.append(
            {"id": f"q{place}", "kind": kind, "prompt": "?", "right": letters[:rights], "wrong": letters[rights:]}
        )
    return _quiz(*questions, pass_mark=draw(st.integers(1, 100)))


@st.composite
def sittings(draw: st.DrawFn) -> tuple[Quiz, dict[str, list[str]]]:
    quiz = draw(quizzes())
    answers = {}
    for question in quiz.questions:
        among = sorted(_choices(question).among())
        choices = st.lists(st.sampled_from(among), max_size=1 if question.kind == "single" else len(among))
        if draw(st.booleans()):
            answers[str(question.id)] = draw(choices)
    return quiz, answers


def _key(quiz: Quiz) -> dict[str, list[str]]:
    return {str(each.id): _choices(each).key() for each in quiz.questions}


def _choices(question: AnyQuestion) -> ChoiceQuestion:
    assert isinstance(question, ChoiceQuestion)
    return question


@given(sittings())
def test_the_score_is_the_share_of_questions_answered_like_the_key(given: tuple[Quiz, dict[str, list[str]]]) -> None:
    quiz, answers = given
    key = _key(quiz)
    right = sum(set(answers.get(name, ())) == set(rights) for name, rights in key.items())
    grade = grading.grade(quiz, answers)
    assert grading.faults(quiz, answers) == []
    assert grade.score <= 100 * right / len(key) < grade.score + 1
    assert grade.passed == (grade.score >= quiz.pass_mark)
    assert sum(each.correct for each in grade.marked) == right


@given(quizzes())
def test_only_the_whole_key_scores_a_hundred(quiz: Quiz) -> None:
    key = _key(quiz)
    assert grading.grade(quiz, key).score == 100
    for name in key:
        assert grading.grade(quiz, {**key, name: []}).score < 100


@given(sittings(), st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(given: tuple[Quiz, dict[str, list[str]]], random: Any) -> None:
    quiz, answers = given
    shuffled = {name: chosen * 2 for name, chosen in random.sample(sorted(answers.items()), len(answers))}
    for chosen in shuffled.values():
        random.shuffle(chosen)
    assert grading.grade(quiz, shuffled) == grading.grade(quiz, answers)
