"""Where attempts at quizzes, and sittings of assessments, stand in the learning table."""

from __future__ import annotations

from chalicelib import ids


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


NEVER = 32_503_680_000  # the year 3000: when a sitting ends that has no time
SHARDS = 8  # of an assessment's index: a ministry's exam is begun by many in the same minute
_OPEN, _DONE = "o#", "s#"


def sitting(person_id: str, assessment_id: str, number: int) -> tuple[str, str]:
    """Where the sheet of a sitting is."""
    return partition(person_id), f"{sittings(assessment_id)}{number:04d}"


def paper(person_id: str, assessment_id: str, number: int) -> tuple[str, str]:
    """Where the questions of a sitting are."""
    return partition(person_id), f"paper#{assessment_id}#{number:04d}"


def sittings(assessment_id: str) -> str:
    """What the sort keys of one's sittings of an assessment begin with."""
    return f"sitting#{assessment_id}#"


def sitting_place(sort_key: str) -> tuple[str, int]:
    """Of which assessment a sitting is, and its number."""
    _, assessment_id, number = sort_key.split("#")
    return assessment_id, int(number)


def index_partition(assessment_id: str, shard: int) -> str:
    """One shard of an assessment's sittings in the index ``by-course``."""
    return f"sitting#{assessment_id}#{shard}"


def shard_of(person_id: str) -> int:
    """In which shard a person's sittings are."""
    return ids.shard(person_id, SHARDS)


def open_key(until: int, person_id: str, number: int) -> str:
    """Where in its shard an open sitting is: the first to end comes first."""
    return f"{_OPEN}{until:011d}#{person_id}#{number:04d}"


def done_key(submitted: int, person_id: str, number: int) -> str:
    """Where in its shard a submitted sitting is."""
    return f"{_DONE}{submitted:011d}#{person_id}#{number:04d}"


def of_state(*, submitted: bool) -> str:
    """What the index keys of sittings in that state begin with."""
    return _DONE if submitted else _OPEN


def of_index_key(text: str) -> tuple[str, int]:
    """Whose sitting stands there, and its number."""
    _, _, person_id, number = text.split("#")
    return person_id, int(number)
