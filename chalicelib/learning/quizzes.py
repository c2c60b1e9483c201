"""Counting attempts at a quiz in the enrolment: how many, the scores, whether it is done. Grading is not done here."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.errors import Conflict, Unavailable
from chalicelib.http.idempotency import KeyReused
from chalicelib.learning import items, store
from chalicelib.learning.merging import Enrolment, Submission
from chalicelib.learning.progress import require_active
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed


class NoAttemptsLeft(Conflict):
    """Every attempt that the quiz allows is used."""

    code = "no_attempts_left"
    vi = "Bạn đã dùng hết {allowed} lượt làm bài trắc nghiệm này."
    en = "All {allowed} attempts at this quiz are used."


class OtherVersion(Exception):
    """The learner is on another version than the one the attempt was graded by."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


@dataclass(frozen=True, slots=True)
class Counted:
    """An attempt that was counted: now, or by an earlier try of the same request (``again``)."""

    enrolment: Enrolment
    number: int
    again: bool


def count(space: Space, person_id: str, course_id: str, submission: Submission) -> Counted:
    """Count a graded attempt once, however often it is sent: 1 call, 1 WCU.

    Raises: NotEnrolled, EnrolmentLeft, KeyReused, NoAttemptsLeft, OtherVersion.
    """
    try:
        enrolment = store.count_attempt(space, person_id, course_id, submission)
    except ConditionFailed as found:
        return _judged(require_active(items.found(found)), submission)
    return Counted(enrolment, enrolment.attempts[submission.lesson], again=False)


def _judged(enrolment: Enrolment, submission: Submission) -> Counted:
    used = enrolment.attempts.get(submission.lesson, 0)
    if enrolment.last_key == submission.key:
        return Counted(enrolment, used, again=True)
    if enrolment.last_key.startswith(submission.key_scope):
        raise KeyReused
    if enrolment.version != submission.version:
        raise OtherVersion(enrolment.version)
    if submission.allowed is not None and used >= submission.allowed:
        raise NoAttemptsLeft(allowed=submission.allowed)
    raise Unavailable
