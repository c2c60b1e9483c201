"""What sittings say of those who took them, for whoever measures skills by it: which items were asked, what they are
filed by, what the answers earned."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from chalicelib import logs
from chalicelib.assessment import definitions, freezing, keys, papers, store
from chalicelib.assessment.definition_models import OfferedAssessment
from chalicelib.banks import contents
from chalicelib.errors import NotFound
from chalicelib.questions.models import AnyQuestion
from chalicelib.storage.changes import Change
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

Place = tuple[str, str, int]  # whose sitting of which assessment, and its number


@dataclass(frozen=True, slots=True)
class Piece:
    """One question of a sitting: what it was filed by when the assessment was published, and which share of its points
    the answer earned."""

    question: AnyQuestion
    competences: tuple[str, ...]
    difficulty: int | None
    share: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """A graded sitting; ``submitted`` in seconds since the epoch."""

    person_id: str
    assessment: str
    number: int
    submitted: int
    pieces: tuple[Piece, ...]


def place_of(change: Change) -> Place | None:
    """Which sitting has another grade by a change, has come, is gone, or was brought up (:func:`bring_up`); ``None``
    for any other change. No call."""
    if not change.sk.startswith("sitting#"):
        return None
    before, after = (_grade(each) for each in (change.old, change.new))
    if before == after:
        return None
    assessment_id, number = keys.sitting_place(change.sk)
    return change.pk.removeprefix(keys.partition("")), assessment_id, number


def of(space: Space, places: Collection[Place]) -> dict[Place, Evidence]:
    """What these sittings say now, without those that are gone or open: 1 BatchGetItem for each fifty, and 1 call for
    questions and versions that are not remembered. One that cannot be read is left out, and told of in the log: it
    must not hold up all others."""
    found: dict[Place, Evidence] = {}
    for place, (sheet, paper) in store.sheets_and_papers(space, places).items():
        if sheet["st"] != "done":
            continue
        try:
            found[place] = _evidence(space, place, sheet, papers.of_item(paper))
        except NotFound as error:
            logs.event("sitting.unreadable", level=logging.ERROR, tenant=space.slug, assessment=place[1], error=error)
    return found


def bring_up(space: Space, sheet: Item, mark: str) -> None:
    """Have a graded sitting followed as if it had just been graded: 1 call. Under the same mark it happens once."""
    with suppress(ConditionFailed):  # it has moved to another account meanwhile, and was followed by that
        store.mark_sitting(space, sheet, mark)


def surely_asked(space: Space, assessment_id: str, version: int, codes: Collection[str]) -> int:
    """How many questions with any of these codes every paper of a version has: fixed ones, and of drawn ones those that
    are left when all others are taken first. 0 calls when warm. Raises: NotFound."""
    frozen = freezing.read(space, assessment_id, version)
    wanted = {what for what, filed in frozen.filed.items() if not set(codes).isdisjoint(filed.competences)}
    found = 0
    for part in frozen.parts:
        others = sum((ref.bank, ref.item) not in wanted for ref in part.pool)
        found += max((len(part.pool) if part.count is None else part.count) - others, 0)
    return found


def offered(space: Space, assessment_ids: Sequence[str]) -> list[tuple[OfferedAssessment, tuple[str, ...]]]:
    """Those of these assessments that take sittings, each with the audiences that it is for (none: everyone): 1
    BatchGetItem a hundred."""
    found = store.some_assessments(space, assessment_ids)
    return [
        (definitions.offer(each), tuple(each["live"]["audiences"]))
        for each in found
        if "live" in each and "archived_at" not in each
    ]


def newest(space: Space, assessment_id: str) -> int | None:
    """The newest published version of an assessment; ``None`` before the first. 1 call. Raises: NotFound."""
    version = definitions.find(space, assessment_id).get("live", {}).get("version")
    return None if version is None else int(version)


def _evidence(space: Space, place: Place, sheet: Item, paper: papers.Paper) -> Evidence:
    person_id, assessment_id, number = place
    frozen = freezing.read(space, assessment_id, paper.version)
    asked = [
        (ref, frozen.filed.get((ref.bank, ref.item)), float(papers.share(share)))
        for ref, share in zip(paper.refs, sheet["mk"], strict=True)
    ]
    found = contents.contents(space, [ref for ref, filed, _ in asked if filed])
    pieces = [
        Piece(found[ref].question, filed.competences, filed.difficulty, share) for ref, filed, share in asked if filed
    ]
    return Evidence(person_id, assessment_id, number, int(sheet["sub"]), tuple(pieces))


def _grade(sheet: Item | None) -> object:
    """What of a sheet measures: nothing before it is graded."""
    if sheet is None or sheet["st"] != "done":
        return None
    return sheet["mk"], sheet["sub"], sheet.get("mark")
