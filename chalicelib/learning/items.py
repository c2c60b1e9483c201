"""An enrolment's item: its keys, and what its short attributes mean. No I/O.

| attribute | meaning |
|---|---|
| ``v``, ``st`` | the version it is pinned to; ``active`` or ``left`` |
| ``at``, ``fin`` | enrolled and completed at, in seconds since the epoch |
| ``seen``, ``last`` | when the newest report happened, in milliseconds since the epoch; its lesson |
| ``done`` | ids of lessons done, a set of strings; absent when there are none |
| ``p_4`` | the place in lesson 4: (second of the report) x 100,000 + seconds into the lesson |
| ``n_4``, ``b_4`` | attempts used at the quiz 4; the set of scores reached in it, in percent |
| ``k`` | the newest attempt's key: what its repetition is known by |
| ``nat`` | the national course's id, when the course was adopted |
| ``g`` | the audiences that the learner is in (``grouping.py``), parted by spaces: reports count it for them |
| ``due`` | the last day, in Vietnam, on which to complete it: ``2026-12-31`` |
| ``by`` | the job that enrolled them, or after a ``+`` the one that gave a deadline to who was enrolled |
| ``was`` | what was required before: ``due``, ``by``, and of who had left, when they were brought ``back`` (ms) |
| ``mv`` | the merge of accounts that brought it here, or home: what comes with it is no news (:func:`is_moved`) |
| ``c``, ``cs`` | keys of the index ``by-course``: shard of the course; state (``a#``, ``c#``, ``l#``) and learner |
"""

from __future__ import annotations

from chalicelib import ids
from chalicelib.learning.merging import Before, Enrolment
from chalicelib.storage.items import Item
from chalicelib.storage.table import ConditionFailed

PREFIX = "enrolment#"
HOME = "enrol"  # what the keys begin with of all that a learner's home shows: their audiences, then their enrolments
MOST_AUDIENCES = 12  # that an enrolment keeps: it is one small item
SHARDS = 16  # of a course's index: a million learners enrol in one week, and a partition takes 1,000 writes a second
STATES = {"active": "a#", "completed": "c#", "left": "l#"}


def is_moved(before: Item | None, after: Item) -> bool:
    """Whether a change brought an enrolment, or an attempt, from one account to another: it was told of before."""
    return after.get("mv") != (before or {}).get("mv")


def partition(person_id: str) -> str:
    """Where everything of one learner is."""
    return f"learner#{person_id}"


def key(person_id: str, course_id: str) -> tuple[str, str]:
    """Where one learner's enrolment in one course is."""
    return partition(person_id), PREFIX + course_id


def index_partition(course_id: str, shard: int) -> str:
    """One shard of a course's learners in the index ``by-course``."""
    return f"course#{course_id}#{shard}"


def is_index_key(text: str, state: str | None) -> bool:
    """Whether :func:`learners_of` could have ended there."""
    return text.startswith(STATES[state] if state else tuple(STATES.values()))


def index_key(person_id: str, state: str) -> str:
    """Where in its shard a learner in that state is."""
    return STATES[state] + person_id


def new(enrolment: Enrolment) -> Item:
    """The item of someone who enrols."""
    pk, sk = key(enrolment.person_id, enrolment.course_id)
    return {
        "pk": pk,
        "sk": sk,
        "v": enrolment.version,
        "st": "active",
        "at": enrolment.enrolled_at,
        "seen": enrolment.seen_ms,
        "nat": enrolment.national,
        "g": " ".join(enrolment.audiences) or None,
        "due": enrolment.due,
        "by": enrolment.required_by,
        "c": index_partition(enrolment.course_id, ids.shard(enrolment.person_id, SHARDS)),
        "cs": index_key(enrolment.person_id, "active"),
    }


def found(error: ConditionFailed) -> Enrolment | None:
    """The enrolment that a failed condition found, if there is one."""
    return of_item(error.item) if error.item else None


def of_item(item: Item) -> Enrolment:
    """An enrolment's item as rules see it."""
    places: dict[str, int] = {}
    attempts: dict[str, int] = {}
    scores: dict[str, int] = {}
    for name, value in item.items():
        prefix = name[:2]
        if prefix == "p_":
            places[name[2:]] = value
        elif prefix == "n_":
            attempts[name[2:]] = value
        elif prefix == "b_":
            scores[name[2:]] = max(value)
    return Enrolment(
        person_id=item["pk"].removeprefix("learner#"),
        course_id=item["sk"].removeprefix(PREFIX),
        version=item["v"],
        active=item["st"] == "active",
        enrolled_at=item["at"],
        seen_ms=item["seen"],
        last=item.get("last"),
        done=frozenset(item.get("done", ())),
        places=places,
        attempts=attempts,
        scores=scores,
        completed_at=item.get("fin"),
        national=item.get("nat"),
        audiences=tuple(item.get("g", "").split()),
        due=item.get("due"),
        required_by=item.get("by"),
        before=_before(item.get("was")),
        last_key=item.get("k", ""),
    )


def _before(was: Item | None) -> Before | None:
    return None if was is None else Before(was.get("due"), was.get("by"), was.get("back"))
