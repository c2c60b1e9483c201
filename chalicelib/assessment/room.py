"""How much a sheet takes: each write of an answer costs what the whole sheet weighs, so whoever takes an assessment can
neither fill a sheet nor write on it without end. Pure: no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.questions import responses
from chalicelib.questions.responses import Response

_SAVES, _SAVES_EACH = 100, 20  # writes to a sheet, and more for each question
_BYTES, _BYTES_EACH = 4_000, 700  # of a sheet's answers: the 200 characters that may be typed are 600 at most


@dataclass(frozen=True, slots=True)
class Given:
    """An answer to keep; ``size`` in bytes."""

    question: int
    response: Response
    sequence: int
    spent_s: int
    size: int


@dataclass(frozen=True, slots=True)
class Room:
    """How many bytes of answers a sheet has room for once an answer is kept, counted in the state ``w`` of it."""

    left: int
    w: int


def saves_for(questions: int) -> int:
    """How often answers to so many questions may be saved."""
    return _SAVES + _SAVES_EACH * questions


def bytes_for(questions: int) -> int:
    """How long the answers to so many questions may be together."""
    return _BYTES + _BYTES_EACH * questions


def with_answer(answers: Mapping[str, Response], given: Given, questions: int) -> int:
    """How many bytes are left with that answer among these; below 0: it has no room."""
    others = (responses.size(each) for place, each in answers.items() if place != str(given.question))
    return bytes_for(questions) - given.size - sum(others)
