"""Grading a quiz: pure rules. Only the server knows which answers are right, and only from here does it say so.

Each question earns its points as ``questions.marking`` has it. The score is the share of points in percent, rounded
down, so that 2 of 3 is 66 and never lifts anyone over a pass mark of 67.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.courses.lessons import Quiz
from chalicelib.errors import Fault
from chalicelib.questions import marking, responses
from chalicelib.questions.marking import Marked
from chalicelib.questions.responses import Response

# All answers of one attempt as JSON: an item of the database holds 400 KB, and each KB of it is a unit to write.
MAX_ANSWERS_BYTES = 64_000

Answers = Mapping[str, Response]  # by the question's id; a question left out is not answered


@dataclass(frozen=True, slots=True)
class Grade:
    """The outcome of one attempt: ``score`` in percent, rounded down."""

    score: int
    passed: bool
    marked: tuple[Marked, ...]

    def kept(self, answers: Answers) -> dict[str, Response]:
        """The answers that were given, in the form in which they are stored."""
        return {each.question.id or "": each.response for each in self.marked if each.question.id in answers}


def grade(quiz: Quiz, answers: Answers) -> Grade:
    """Grade answers that :func:`faults` found nothing wrong with."""
    marked = tuple(marking.mark(question, answers.get(question.id or "")) for question in quiz.questions)
    points = marking.percent(marked)
    return Grade(points, points >= quiz.pass_mark, marked)


def faults(quiz: Quiz, answers: Answers) -> list[Fault]:
    """What cannot be an answer to this quiz: an unknown question, or what its question cannot be answered by."""
    questions = {question.id: question for question in quiz.questions}
    found = []
    for name, response in answers.items():
        question, field = questions.get(name), f"answers.{name}"
        if question is None:
            found.append(Fault(field, "unknown_question", "Không có câu hỏi này.", "There is no such question."))
        else:
            found += marking.faults(question, response, field)
    if sum(responses.size(each) for each in answers.values()) > MAX_ANSWERS_BYTES:
        kilobytes = MAX_ANSWERS_BYTES // 1_000
        vi, en = f"Toàn bộ câu trả lời không quá {kilobytes} KB.", f"All answers together have at most {kilobytes} KB."
        found.append(Fault("answers", "answers_too_large", vi, en))
    return found
