"""Where attempts at quizzes stand in the learning table."""

from __future__ import annotations


def partition(person_id: str) -> str:
    """Where everything of one learner is."""
    return f"learner#{person_id}"


def key(person_id: str, course_id: str, lesson: str, number: int) -> tuple[str, str]:
    """Where an attempt is."""
    return partition(person_id), f"attempt#{course_id}#{lesson}#{number:04d}"


def place(sort_key: str) -> tuple[str, int]:
    """Of which lesson an attempt is, and its number."""
    _, _, lesson, number = sort_key.split("#")
    return lesson, int(number)
