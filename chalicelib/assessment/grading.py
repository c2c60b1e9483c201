"""Grading a quiz: pure rules. Only the server knows which choices are right, and only from here does it say so.

A question counts one point, all or nothing: ``single`` wants its right choice, ``multiple`` all of its right choices
and no other (partial credit would reward ticking everything). The score is the share of points in percent, rounded
down, so that 2 of 3 is 66 and never lifts anyone over a pass mark of 67.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.courses.lessons import Question, Quiz
from chalicelib.errors import Fault

Answers = Mapping[str, Sequence[str]]  # question id -> ids of the choices taken; a question left out is not answered


@dataclass(frozen=True, slots=True)
class Marked:
    """One question with what was chosen and whether that is right."""

    question: Question
    chosen: frozenset[str]
    right: frozenset[str]

    @property
    def correct(self) -> bool:
        """Whether the choices taken are exactly the right ones."""
        return bool(self.right) and self.chosen == self.right


@dataclass(frozen=True, slots=True)
class Grade:
    """The outcome of one attempt: ``score`` in percent, rounded down."""

    score: int
    passed: bool
    marked: tuple[Marked, ...]


def grade(quiz: Quiz, answers: Answers) -> Grade:
    """Grade answers that :func:`faults` found nothing wrong with."""
    marked = tuple(
        Marked(
            question,
            frozenset(answers.get(question.id or "", ())),
            frozenset(choice.id or "" for choice in question.choices if choice.correct),
        )
        for question in quiz.questions
    )
    points = score(sum(each.correct for each in marked), len(marked))
    return Grade(points, points >= quiz.pass_mark, marked)


def score(correct: int, total: int) -> int:
    """The share of right answers in percent, rounded down; nothing asked is nothing scored."""
    return 100 * correct // total if total else 0


def faults(quiz: Quiz, answers: Answers) -> list[Fault]:
    """What cannot be an answer to this quiz: an unknown question or choice, two choices where one is asked for."""
    questions = {question.id: question for question in quiz.questions}
    found = []
    for name, chosen in answers.items():
        question = questions.get(name)
        if question is None:
            found.append(_fault(name, "unknown_question", "Không có câu hỏi này.", "There is no such question."))
        elif not {choice.id for choice in question.choices}.issuperset(chosen):
            found.append(_fault(name, "unknown_choice", "Không có lựa chọn này.", "There is no such choice."))
        elif question.kind == "single" and len(set(chosen)) > 1:
            found.append(_fault(name, "one_choice_only", "Chỉ được chọn một đáp án.", "Only one choice is allowed."))
    return found


def _fault(question: str, code: str, vi: str, en: str) -> Fault:
    return Fault(f"answers.{question}", code, vi, en)
