"""What one report of a learner's device makes of an enrolment: the rule alone, without any database.

Phones report late, twice and out of order: each keeps a queue while it has no line. So reports are merged, never simply
written. What is done only grows. A position yields only to a newer one, and finishing a lesson forgets the position in
it; a late report does not bring a forgotten position back. What the learner last touched moves only forward in time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

MAX_POSITION_S = 86_400
_PLACE = 100_000  # more than a day has seconds: a place is (second of the report, second in the lesson) as one number


def unpacked(place: int) -> tuple[int, int]:
    """Of a place: when it was reported (epoch seconds), and its second in the lesson."""
    return divmod(place, _PLACE)


@dataclass(frozen=True, slots=True)
class Report:
    """What a device says of one lesson. ``at_ms`` is when it happened there, in milliseconds since the epoch."""

    lesson: str
    done: bool
    position_s: int | None
    at_ms: int

    @property
    def place(self) -> int | None:
        """The position with its time, comparable as one number; ``None`` when the report has none."""
        if self.done or self.position_s is None:
            return None
        return self.at_ms // 1000 * _PLACE + self.position_s

    @property
    def forgets_up_to(self) -> int:
        """The greatest place that a lesson finished at this time forgets."""
        return self.at_ms // 1000 * _PLACE + _PLACE - 1


@dataclass(frozen=True, slots=True)
class Submission:
    """A graded attempt about to be counted. ``key`` begins with ``key_scope``, which an Idempotency-Key gives."""

    lesson: str
    version: int
    score: int
    passed: bool
    allowed: int | None
    key_scope: str
    key: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Before:
    """What was required of a learner before an order required something else: until when, by which job, and of whoever
    had left, when the order brought them back (milliseconds since the epoch)."""

    due: str | None
    by: str | None
    back_ms: int | None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One learner in one course: pinned to a version, what is done, where they stand, what they scored."""

    person_id: str
    course_id: str
    version: int
    active: bool
    enrolled_at: int  # seconds since the epoch, as completed_at is
    seen_ms: int  # when the newest report happened
    last: str | None = None  # the lesson of that report
    done: frozenset[str] = frozenset()
    places: dict[str, int] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    scores: dict[str, int] = field(default_factory=dict)  # the best of each quiz, in percent
    completed_at: int | None = None
    national: str | None = None
    audiences: tuple[str, ...] = ()  # that it counts for: those that the learner is in
    due: str | None = None  # the last day on which to complete it, in Vietnam: 2026-12-31
    required_by: str | None = (
        None  # the job that enrolled them, or gave the deadline: the audit trail knows whose it was
    )
    before: Before | None = None  # the order that required it came; what undoing it brings back
    last_key: str = ""  # names the newest attempt, so that its repetition is known

    @property
    def begun(self) -> bool:
        """Whether the learner has done anything in it."""
        return bool(self.last or self.done or self.places or self.attempts)

    def position_s(self, lesson: str) -> int | None:
        """Seconds into the lesson at which the learner left it, if a device said so."""
        place = self.places.get(lesson)
        return None if place is None else place % _PLACE


def merge(enrolment: Enrolment, report: Report) -> Enrolment:
    """The enrolment after the report. Any order of the same reports gives the same lessons done, the same positions in
    unfinished lessons and the same last activity (up to ties within one second)."""
    merged = replace(
        enrolment,
        done=enrolment.done | {report.lesson} if report.done else enrolment.done,
        places=_places(enrolment, report),
    )
    if is_late(enrolment, report):
        return merged
    return replace(merged, seen_ms=report.at_ms, last=report.lesson)


def is_late(enrolment: Enrolment, report: Report) -> bool:
    """Whether something newer was reported already."""
    return report.at_ms < enrolment.seen_ms


def _places(enrolment: Enrolment, report: Report) -> dict[str, int]:
    places, kept, place = enrolment.places, enrolment.places.get(report.lesson, -1), report.place
    if report.done:
        if kept > report.forgets_up_to:
            return places
        return {lesson: at for lesson, at in places.items() if lesson != report.lesson}
    if place is None:
        return places
    if is_late(enrolment, report) and (report.lesson in enrolment.done or place <= kept):
        return places
    return {**places, report.lesson: place}
