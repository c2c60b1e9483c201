"""Passing an assessment as an achievement: read from a change of its sheet, or looked up. For those above that certify
it or tell others."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.assessment import definitions, freezing, grades, keys, results, store
from chalicelib.storage.changes import Change
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

_SHEET = "sitting#"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A sitting that is graded. ``at`` is when it was submitted (epoch seconds), ``score`` in percent."""

    assessment: str
    person_id: str
    number: int
    version: int
    at: int
    score: int
    passed: bool


def of_change(change: Change) -> tuple[Outcome | None, Outcome | None]:
    """What a sitting came to before and after a change, as far as it was graded; nothing for anything else. What moves
    between accounts is no change: its sheet is new here, or gone there, with its grade."""
    if not change.sk.startswith(_SHEET) or change.old is None or change.new is None:
        return None, None
    return _outcome(change.old), _outcome(change.new)


def passed(space: Space, person_id: str, assessment_id: str) -> list[Outcome]:
    """One's sittings that are passed, the first one first: 1 call."""
    found = (_outcome(each) for each in store.outcomes(space, person_id, assessment_id))
    return sorted((each for each in found if each and each.passed), key=lambda each: each.at)


def passed_by(space: Space, assessment_id: str, cursor: str | None) -> tuple[list[str], str | None]:
    """A page of those who have passed, one for each sitting that is, and where to go on: 10 calls at most."""
    sheets, more = next(results.walk(space, assessment_id, cursor))
    return [grades.person_of(each) for each in sheets if each["ok"]], more


def require(space: Space, assessment_id: str) -> Item:
    """1 call. Raises: NotFound for an assessment that the space has not."""
    return definitions.find(space, assessment_id)


def title(space: Space, assessment_id: str, version: int) -> str:
    """What it was called when it was taken: 0 calls when warm. Raises: NotFound."""
    return freezing.read(space, assessment_id, version).terms.title


def _outcome(sheet: Item) -> Outcome | None:
    if sheet["st"] != "done":
        return None
    assessment_id, number = keys.sitting_place(sheet["sk"])
    person_id = grades.person_of(sheet)
    return Outcome(assessment_id, person_id, number, sheet["v"], sheet["sub"], sheet["sc"], sheet["ok"])
