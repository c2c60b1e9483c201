"""Closing a sitting with its grade, exactly once: by whoever takes it, or when its time is over."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib import clock
from chalicelib.assessment import freezing, keys, papers, store
from chalicelib.assessment.definition_models import Terms
from chalicelib.banks import contents
from chalicelib.banks.contents import Ref
from chalicelib.errors import NotFound, Unavailable
from chalicelib.questions import marking
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

_TRIES = 6


def close(space: Space, sheet: Item) -> Item:
    """The sheet with its grade: 3 calls when warm, and 2 more for each answer that is saved meanwhile: none that was
    saved is left out. One that is closed already stays as it is: 0 calls. Raises: NotFound, Unavailable."""
    for _ in range(_TRIES):
        if sheet["st"] != "open":
            return sheet
        try:
            return store.grade_sitting(space, sheet, _closing(space, sheet))
        except ConditionFailed as failed:
            if failed.item is None:
                raise NotFound from None
            sheet = failed.item
    raise Unavailable


def paper_of(space: Space, sheet: Item) -> papers.Paper:
    """The paper of a sheet: 1 call. Raises: NotFound."""
    person_id, (assessment_id, number) = person_of(sheet), keys.sitting_place(sheet["sk"])
    item = store.paper(space, person_id, assessment_id, number)
    if item is None:
        raise NotFound
    return papers.of_item(item)


def person_of(sheet: Item) -> str:
    """Whose sitting it is."""
    return str(sheet["pk"].removeprefix(keys.partition("")))


def terms_of(space: Space, sheet: Item) -> Terms:
    """The terms that a sitting was begun under: 0 calls when warm."""
    assessment_id, _ = keys.sitting_place(sheet["sk"])
    return freezing.read(space, assessment_id, sheet["v"]).terms


def graded(space: Space, sheet: Item, refs: Sequence[Ref]) -> Item:
    """The grade of a sheet by these keys: 0 calls when warm, else 1. ``ky`` are the keys that it was marked by."""
    terms = terms_of(space, sheet)
    marks = papers.marked(contents.contents(space, refs), refs, sheet, partial=terms.partial_credit)
    score = marking.percent(marks)
    return {"sc": score, "ok": score >= terms.pass_mark, "mk": papers.shares(marks), "ky": [ref.key for ref in refs]}


def _closing(space: Space, sheet: Item) -> Item:
    _, number = keys.sitting_place(sheet["sk"])
    now = clock.epoch_s()
    # Whoever forgot to submit did so when time was up, not when somebody looked.
    submitted = now if now <= sheet["until"] else int(sheet["due"])
    place = keys.done_key(submitted, person_of(sheet), number)
    paper = paper_of(space, sheet)
    grade = graded(space, sheet, papers.newest_keys(space, paper))
    return {"st": "done", "sub": submitted, "cs": place, **grade}
