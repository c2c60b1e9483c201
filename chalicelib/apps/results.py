"""Which changes of a learning table are results that an app is told of: kinds as data, rules without I/O.

A new kind is one more line in :data:`KINDS`: what of a change is one, and what is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib import clock
from chalicelib.assessment import achievements
from chalicelib.learning import items
from chalicelib.storage.changes import Change
from chalicelib.storage.items import Item

_LEARNER, _ENROLMENT, _ATTEMPT, _CREDENTIAL = "learner#", "enrolment#", "attempt#", "credential#"


@dataclass(frozen=True, slots=True)
class Result:
    """Something that a person reached, in a course or (``None``) in none. ``key`` tells it from others of its kind in
    the same course, ``at`` is when (epoch seconds), ``data`` what is told of it. ``sat`` is the assessment, and its
    version, of what was reached by a sitting: what it is called is told besides."""

    kind: str
    person_id: str
    course_id: str | None
    key: str
    at: int
    data: Mapping[str, Any]
    sat: tuple[str, int] | None = None


def of(change: Change) -> Iterator[Result]:
    """The results that one change is."""
    if change.new is None or not change.pk.startswith(_LEARNER):
        return
    for tell in KINDS.values():
        result = tell(change, change.new)
        if result:
            yield result


def _completed(change: Change, new: Item) -> Result | None:
    at = new.get("fin")
    if not change.sk.startswith(_ENROLMENT) or at is None or (change.old and change.old.get("fin") is not None):
        return None
    if items.is_moved(change.old, new):
        return None
    scores = {name[2:]: max(value) for name, value in sorted(new.items()) if name.startswith("b_")}
    data = {"version": new["v"], "completed_at": clock.told(at), "scores": scores}
    return _result("course.completed", change, change.sk.removeprefix(_ENROLMENT), "", at, data)


def _graded(change: Change, new: Item) -> Result | None:
    if not change.sk.startswith(_ATTEMPT) or change.old or items.is_moved(None, new):
        return None
    _, course, lesson, number = change.sk.split("#")
    data = {
        "version": new["v"], "lesson": lesson, "attempt": int(number),
        "score": new["score"], "passed": new["passed"], "submitted_at": clock.told(new["at"]),
    }  # fmt: skip
    return _result("attempt.graded", change, course, f"{lesson}#{number}", new["at"], data)


def _sat(change: Change, _: Item) -> Result | None:
    """A sitting that is graded, and one that is graded anew with another result: that is told when it happens, however
    long ago it was submitted."""
    before, after = achievements.of_change(change)
    if after is None or (before and (before.score, before.passed) == (after.score, after.passed)):
        return None
    data = {
        "version": after.version, "sitting": after.number, "score": after.score, "passed": after.passed,
        "submitted_at": clock.told(after.at), "regraded": before is not None,
    }  # fmt: skip
    at, key = (clock.epoch_s(), f"#{change.sequence}") if before else (after.at, "")
    key = f"{after.assessment}#{after.number}{key}"
    return Result("assessment.graded", after.person_id, None, key, at, data, (after.assessment, after.version))


def _issued(change: Change, new: Item) -> Result | None:
    """A credential. One that follows its holder into another account, or was found again after a restore, was told of
    before."""
    if not change.sk.startswith(_CREDENTIAL) or change.old or "from" in new or "rev" in new:
        return None
    number = change.sk.removeprefix(_CREDENTIAL)
    return _result("credential.issued", change, new.get("course"), number, new["at"], _credential(number, new))


def _revoked(change: Change, new: Item) -> Result | None:
    """A credential that holds no more: also one that was issued anew, which ``superseded_by`` then names."""
    ended = new.get("rev")
    if not change.sk.startswith(_CREDENTIAL) or ended is None:
        return None
    if change.old is None or "rev" in change.old:
        return None
    number = change.sk.removeprefix(_CREDENTIAL)
    data = {**_credential(number, new), "reason": ended["why"], "superseded_by": ended.get("next")}
    return _result("credential.revoked", change, new.get("course"), number, ended["at"], data)


def _credential(number: str, new: Item) -> dict[str, Any]:
    achieved = {"kind": new["kind"], "id": new["about"], "title": new.get("title", "")}
    told = {"credential": f"{new['space']}.{number}", "achieved_at": clock.told(new["achieved"])}
    return {**told, "achievement": achieved, "score": new.get("score")}


# What an app is told of: scores are percent, ``scores`` the best of each quiz.
KINDS: Mapping[str, Callable[[Change, Item], Result | None]] = {
    "course.completed": _completed,
    "attempt.graded": _graded,
    "assessment.graded": _sat,
    "credential.issued": _issued,
    "credential.revoked": _revoked,
}


def _result(kind: str, change: Change, course: str | None, key: str, at: int, data: Mapping[str, Any]) -> Result:
    return Result(kind, change.pk.removeprefix(_LEARNER), course, key, at, data)
