"""An assessment as whoever may take it sees it before beginning."""

from __future__ import annotations

from datetime import datetime

from chalicelib import clock
from chalicelib.assessment import definitions, keys, showing, sittings, store
from chalicelib.assessment.definition_models import OfferedAssessment, Terms
from chalicelib.assessment.definitions import AssessmentArchived
from chalicelib.assessment.freezing import Frozen
from chalicelib.assessment.sitting_models import MyAssessment
from chalicelib.assessment.sittings import NotForYou, NotOpen, WaitLonger
from chalicelib.errors import NotFound, Refusal
from chalicelib.http.tokens import Actor
from chalicelib.learning.models import instant
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

_TERMS = {*OfferedAssessment.model_fields, "wait_minutes", "grace_seconds", "partial_credit", "review"}


def mine(space: Space, actor: Actor, assessment_id: str) -> MyAssessment:
    """Its terms and where one stands: 2 calls when warm, 1 more for one with a course, and those that close a sitting
    whose time is over. Raises: NotFound, NotForYou."""
    frozen, in_use = definitions.newest(space, assessment_id)
    last = store.last_sitting(space, actor.person_id, assessment_id)
    if last is None:
        _require_offered(actor, frozen, in_use=in_use)
    else:
        last = sittings.ended(space, last)
    terms = frozen.terms
    is_open = last is not None and last["st"] == "open"
    taken = keys.sitting_place(last["sk"])[1] if last else 0
    refused = None if is_open else _refused(space, actor, frozen, last, in_use=in_use)
    return MyAssessment(
        **{name: each for name, each in terms.model_dump().items() if name in _TERMS},
        id=assessment_id,
        questions=frozen.questions,
        taken=taken,
        left=None if terms.attempts_allowed is None else max(terms.attempts_allowed - taken, 0),
        open=taken if is_open else None,
        last=showing.card(space, last) if last else None,
        refusal=refused.code if refused else None,
        begins_at=_begins_at(terms, last, refused),
        server_time=clock.now(),
    )


def _require_offered(actor: Actor, frozen: Frozen, *, in_use: bool) -> None:
    if not in_use:
        raise NotFound
    if not definitions.suits(actor.audiences, frozen.terms.audiences):
        raise NotForYou


def _refused(space: Space, actor: Actor, frozen: Frozen, last: Item | None, *, in_use: bool) -> Refusal | None:
    """What beginning would be refused with now: by the very rules that do."""
    if not in_use:
        return AssessmentArchived()
    try:
        sittings.require_terms(space, actor, frozen, last)
    except Refusal as refused:
        return refused
    return None


def _begins_at(terms: Terms, last: Item | None, refused: Refusal | None) -> datetime | None:
    if isinstance(refused, WaitLonger) and last:
        return instant(sittings.waited_until(terms, last))
    is_early = isinstance(refused, NotOpen) and terms.opens_at and terms.opens_at > clock.now()
    return terms.opens_at if is_early else None
