"""What a credential is issued for: kinds as data. Which changes of a learning table are such an achievement, and which
undo one; what is to be said of it.

A new kind is one more entry of :data:`KINDS`, its name in ``models.AboutKind``, its texts in ``texts.py`` and its name
in ``documents.TYPES``. Everything else (exactly once, lists, revoking, the register) follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.assessment import achievements
from chalicelib.assessment.achievements import Outcome
from chalicelib.courses import catalogue
from chalicelib.errors import Language
from chalicelib.learning import enrolments, items, versions
from chalicelib.storage.changes import Change
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

_SLICE = 100


@dataclass(frozen=True, slots=True)
class Earned:
    """Somebody achieved something. ``about`` is its id, ``at`` when (epoch seconds): of two achievements of the same
    by the same person, ``at`` tells them apart. ``score`` is in percent. ``course`` is the course that it belongs to,
    if any: apps are told of that."""

    kind: str
    about: str
    person_id: str
    at: int
    version: int
    score: int | None = None
    course: str | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """What somebody had achieved counts no more, or with another score."""

    kind: str
    about: str
    person_id: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What is said of an achievement: its title, language, and how long it takes."""

    title: str
    language: Language
    minutes: int


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of achievement.

    ``setting`` is the field of ``models.CredentialSettings`` that says whether all of it is certified. ``requires``
    raises NotFound for what a space has not. ``reads`` tells what a change of the learning table is (it costs no call),
    ``finds`` looks up what counts for somebody now, the first one first, ``achievers`` gives a page of those for whom
    something does, and where to go on; ``describes`` what is said of it (it may raise NotFound). ``is_exact``: each of
    what was achieved is found again for itself, with the score that it counts with now (a sitting); of a course there
    is one completion, and quizzes that are tried again later have nothing to do with it.
    """

    setting: str
    requires: Callable[[Space, str], object]
    is_exact: bool
    reads: Callable[[Change], Earned | Changed | None]
    finds: Callable[[Space, str, str], list[Earned]]
    achievers: Callable[[Space, str, str | None], tuple[list[str], str | None]]
    describes: Callable[[Space, Earned], Subject]


def _course_change(change: Change) -> Earned | Changed | None:
    """A completed enrolment. One that is gone undoes nothing: it moved to the account that its learner's went up in."""
    if change.new is None or not change.sk.startswith(items.PREFIX):
        return None
    before = None if change.old is None else change.old.get("fin")
    after = change.new.get("fin")
    if after is not None and before is None:
        return _completed(change.new)
    if before is not None and after is None:
        enrolment = items.of_item(change.new)
        return Changed("course", enrolment.course_id, enrolment.person_id)
    return None


def _completed(item: Item) -> Earned:
    enrolment = items.of_item(item)
    return _earned(enrolment.person_id, enrolment.course_id, item["fin"], enrolment.version, enrolment.scores)


def _course_completion(space: Space, person_id: str, course_id: str) -> list[Earned]:
    """1 call."""
    found = enrolments.get(space, person_id, course_id)
    if found is None or found.completed_at is None:
        return []
    return [_earned(person_id, course_id, found.completed_at, found.version, found.scores)]


def _completers(space: Space, course_id: str, cursor: str | None) -> tuple[list[str], str | None]:
    """18 calls at most."""
    found, more = enrolments.of_course(space, course_id, "completed", cursor, _SLICE)
    return [each.person_id for each in found], more


def _earned(person_id: str, course_id: str, at: int, version: int, scores: Mapping[str, int]) -> Earned:
    """A course's score is the mean of its quizzes' best ones."""
    score = round(sum(scores.values()) / len(scores)) if scores else None
    return Earned("course", course_id, person_id, at, version, score, course=course_id)


def _course(space: Space, earned: Earned) -> Subject:
    """0 calls when warm. Raises: NotFound."""
    outline = versions.pinned(space, earned.about, earned.version)
    card = catalogue.card(space, earned.about)
    language: Language = "en" if card.language == "en" else "vi"
    return Subject(outline.title, language, card.minutes or outline.structure.minutes)


def _assessment_change(change: Change) -> Earned | Changed | None:
    """A sitting that is passed now, at once or when it was graded anew; one that is passed no more, or with another
    score."""
    before, after = achievements.of_change(change)
    if after is not None and after.passed and not (before and before.passed):
        return _passed(after)
    if before is not None and before.passed and not (after and after.passed and after.score == before.score):
        return Changed("assessment", before.assessment, before.person_id)
    return None


def _passed(outcome: Outcome) -> Earned:
    about, person_id = outcome.assessment, outcome.person_id
    return Earned("assessment", about, person_id, outcome.at, outcome.version, outcome.score)


def _assessment_passes(space: Space, person_id: str, assessment_id: str) -> list[Earned]:
    """1 call."""
    return [_passed(each) for each in achievements.passed(space, person_id, assessment_id)]


def _assessment(space: Space, earned: Earned) -> Subject:
    """0 calls when warm. Raises: NotFound."""
    return Subject(achievements.title(space, earned.about, earned.version), "vi", 0)


KINDS: Mapping[str, Kind] = {
    "course": Kind(
        setting="courses",
        is_exact=False,
        requires=catalogue.card,
        reads=_course_change,
        finds=_course_completion,
        achievers=_completers,
        describes=_course,
    ),
    "assessment": Kind(
        setting="assessments",
        is_exact=True,
        requires=achievements.require,
        reads=_assessment_change,
        finds=_assessment_passes,
        achievers=achievements.passed_by,
        describes=_assessment,
    ),
}


def of(change: Change) -> Earned | Changed | None:
    """What a change is, if it is any of the kinds."""
    for kind in KINDS.values():
        found = kind.reads(change)
        if found is not None:
            return found
    return None
