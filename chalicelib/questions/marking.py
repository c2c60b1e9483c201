"""Asking, marking and telling, for a question of any kind. Pure: no I/O, and all marks are exact.

A right answer leaves the server through :func:`told` alone, and only when whoever calls it says that it may.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from chalicelib.errors import Fault
from chalicelib.questions import responses
from chalicelib.questions.models import AnyQuestion, AskedQuestion, QuestionResult
from chalicelib.questions.parts import QuestionBase
from chalicelib.questions.responses import MAX_RESPONSE_BYTES, Response


@dataclass(frozen=True, slots=True)
class Marked:
    """A question with its answer. ``share`` of its points was earned; ``right`` is the key as it may be told."""

    question: AnyQuestion
    response: Response
    share: Fraction
    right: Any

    @property
    def correct(self) -> bool:
        """Whether the answer is wholly right."""
        return self.share == 1

    @property
    def points(self) -> Fraction:
        """What the answer earned."""
        return self.share * self.question.points


def faults(question: QuestionBase, response: Response, field: str) -> list[Fault]:
    """What cannot be an answer to this question, each at its path below ``field``: another form than its kind asks
    for, unknown choices, too much of them, too long. An empty answer is one: the question is not answered."""
    found = [Fault(_below(field, each.field), each.code, each.vi, each.en) for each in question.faults(response)]
    if not found and responses.size(response) > MAX_RESPONSE_BYTES:
        vi = f"Câu trả lời không quá {MAX_RESPONSE_BYTES} byte."
        found.append(Fault(field, "response_too_large", vi, f"An answer has at most {MAX_RESPONSE_BYTES} bytes."))
    return found


def mark(question: AnyQuestion, response: Response | None, *, partial: bool = True) -> Marked:
    """Mark an answer; ``None`` is none. A part of the points is earned only where the question and ``partial`` both
    allow it. What :func:`faults` would refuse earns nothing, or what its right parts earn."""
    share = question.share(response)
    if share < 1 and not (partial and question.partly()):
        share = Fraction(0)
    return Marked(question, question.canonical(response), share, question.key())


def percent(marked: Iterable[Marked]) -> int:
    """The share of all points in percent, rounded down, so that 2 of 3 is 66; nothing asked is nothing scored."""
    earned, possible = Fraction(0), 0
    for each in marked:
        earned, possible = earned + each.points, possible + each.question.points
    return int(100 * earned / possible) if possible else 0


def asked(question: AnyQuestion, seed: str) -> AskedQuestion:
    """A question without its key, for who is to answer it. What is shuffled stands in an order that follows from the
    seed and from what is shown, never from the author's order: so even a seed that everyone knows tells nothing."""
    return question.asked(seed)


def told(marked: Marked, *, revealed: bool) -> QuestionResult:
    """What may be said of a question that was answered. ``revealed``: everything; else the key to one answered wrong
    is held back, since it would be given away to the next attempt."""
    question, tell = marked.question, revealed or marked.correct
    return QuestionResult(
        id=question.id or "",
        correct=marked.correct,
        points=int(100 * marked.points) / 100,
        points_possible=question.points,
        chosen=marked.response,
        right=marked.right if tell else None,
        explanation=(question.explanation or None) if tell else None,
        feedback=question.feedback(marked.response, everything=revealed),
    )


def missing(question: QuestionBase, field: str) -> list[Fault]:
    """What a question still needs before it can be asked, each at its path below ``field``."""
    return [Fault(_below(field, each.field), each.code, each.vi, each.en) for each in question.missing()]


def same_content(one: AnyQuestion, other: AnyQuestion) -> bool:
    """Whether two questions ask the same, whatever their keys: what a corrected key must not change."""
    return one.kind == other.kind and asked(one, "") == asked(other, "")


def _below(field: str, path: str) -> str:
    return ".".join(part for part in (field, path) if part)
