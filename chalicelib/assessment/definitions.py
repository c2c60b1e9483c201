"""Assessments as their authors keep them: a draft, published versions, an end."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from chalicelib import clock
from chalicelib.assessment import freezing, keys, store
from chalicelib.assessment.definition_models import (
    Assessment,
    AssessmentCard,
    AssessmentDraft,
    OfferedAssessment,
    Terms,
)
from chalicelib.assessment.freezing import Frozen
from chalicelib.errors import Conflict, NotFound, PreconditionFailed
from chalicelib.http import paging
from chalicelib.http.models import Page, PageQuery
from chalicelib.http.requests import Circumstances
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, TransactionFailed


class TooManyAssessments(Conflict):
    """A space has as many assessments as it may have."""

    code = "too_many_assessments"
    vi = "Một không gian có tối đa {most} bài đánh giá. Hãy sửa và xuất bản lại bài đã có."
    en = "A space has at most {most} assessments. Edit one of those and publish it again."


class AssessmentArchived(Conflict):
    """It is not offered any more."""

    code = "assessment_archived"
    vi = "Bài đánh giá này đã ngừng nhận lượt làm mới."
    en = "This assessment takes no new sittings."


def create(space: Space, draft: AssessmentDraft, circumstances: Circumstances) -> Item:
    """A new assessment: 2 calls. Repeated under the same key, it gives the same one. Raises: TooManyAssessments."""
    assessment_id, at = circumstances.new_id(space.slug), clock.timestamp()
    facts = {"draft": _stored(draft), "created_at": at, "updated_at": at, "by": circumstances.actor_id}
    try:
        store.create_assessment(space, assessment_id, facts)
    except TransactionFailed as failed:
        if 0 not in failed.failed:
            raise TooManyAssessments(most=store.MOST_ASSESSMENTS) from None
    return find(space, assessment_id)


def find(space: Space, assessment_id: str) -> Item:
    """An assessment as it is now: 1 call. Raises: NotFound."""
    found = store.assessment(space, assessment_id)
    if found is None:
        raise NotFound
    return found


def in_use(space: Space, assessment_id: str) -> Item:
    """An assessment that may be edited: 1 call. Raises: NotFound, AssessmentArchived."""
    found = find(space, assessment_id)
    if "archived_at" in found:
        raise AssessmentArchived
    return found


def save(space: Space, assessment_id: str, draft: AssessmentDraft, circumstances: Circumstances) -> Item:
    """Another draft, in place of the one that was read: 2 calls. What was published stays.

    Raises: NotFound, AssessmentArchived, PreconditionRequired, PreconditionFailed.
    """
    found = in_use(space, assessment_id)
    circumstances.require_match(etag(found))
    return _change(space, assessment_id, {"draft": _stored(draft)}, found["v"])


def archive(space: Space, assessment_id: str) -> Item:
    """Take no new sittings; those that are open go on. Repeating it changes nothing. 2 calls. Raises: NotFound."""
    found = find(space, assessment_id)
    if "archived_at" in found:
        return found
    return _change(space, assessment_id, {"archived_at": clock.timestamp()}, found["v"])


def newest(space: Space, assessment_id: str) -> tuple[Frozen, bool]:
    """The newest published version, and whether it still takes sittings: 1 call when warm. Raises: NotFound."""
    found = find(space, assessment_id)
    if "live" not in found:
        raise NotFound
    return freezing.read(space, assessment_id, found["live"]["version"]), "archived_at" not in found


def rules(space: Space, assessment_id: str) -> tuple[Terms, int]:
    """The newest terms, and until when sittings may be open at the latest, whatever version they are of (epoch
    seconds): 1 call when warm. Raises: NotFound."""
    found = find(space, assessment_id)
    if "live" not in found:
        raise NotFound
    return freezing.read(space, assessment_id, found["live"]["version"]).terms, ends_at(found)


def ends_at(found: Item) -> int:
    """Until when sittings may be open at the latest (epoch seconds); 0 before it is published."""
    return int(found.get("ends", keys.NEVER if "live" in found else 0))  # an older release told none


def page(space: Space, query: PageQuery) -> Page[AssessmentCard]:
    """A page of a space's assessments, newest first: 1 call. Raises: BadCursor."""
    rows = store.assessments(space, _after(query), query.limit)
    items = [AssessmentCard(**_card(each)) for each in rows.items]
    return Page[AssessmentCard](items=items, next=paging.encode(rows.after["sk"]) if rows.after else None)


def offered(space: Space, audiences: Collection[str], query: PageQuery) -> Page[OfferedAssessment]:
    """A page of what somebody in these audiences may take, newest first; it may be short. 1 call. Raises: BadCursor."""
    rows = store.assessments(space, _after(query), query.limit)
    items = [offer(each) for each in rows.items if _is_offered(each, audiences)]
    return Page[OfferedAssessment](items=items, next=paging.encode(rows.after["sk"]) if rows.after else None)


def shown(item: Item) -> Assessment:
    """An assessment as its authors see it."""
    return Assessment(**_card(item), draft=draft_of(item))


def draft_of(item: Item) -> AssessmentDraft:
    """Its draft."""
    return AssessmentDraft.model_validate(item["draft"])


def etag(item: Item) -> str:
    """The validator of an assessment's state."""
    return f'"{item["v"]}"'


def suits(audiences: Collection[str], wanted: Collection[str]) -> bool:
    """Whether somebody in these audiences is one of those whom it is for."""
    return not wanted or not set(wanted).isdisjoint(audiences)


def offer(item: Item) -> OfferedAssessment:
    """A published assessment as who may take it sees it."""
    live = item["live"]
    return OfferedAssessment(
        id=item["sk"], **{name: live[name] for name in OfferedAssessment.model_fields.keys() - {"id"}}
    )


def _after(query: PageQuery) -> str | None:
    return str(paging.decode(query.cursor, str)[0]) if query.cursor else None


def _change(space: Space, assessment_id: str, facts: Item, seen: int) -> Item:
    try:
        return store.change_assessment(space, assessment_id, {**facts, "updated_at": clock.timestamp()}, seen)
    except ConditionFailed:
        raise PreconditionFailed from None


def _stored(draft: AssessmentDraft) -> Item:
    stored: Item = draft.model_dump(mode="json")
    return stored


def _card(item: Item) -> Item:
    live, state = item.get("live", {}), "draft"
    if "archived_at" in item:
        state = "archived"
    elif live:
        state = "published"
    return {
        "id": item["sk"],
        "title": item["draft"]["title"],
        "state": state,
        "version": live.get("version"),
        "updated_at": datetime.fromisoformat(item["updated_at"]),
    }


def _is_offered(item: Item, audiences: Collection[str]) -> bool:
    return "live" in item and "archived_at" not in item and suits(audiences, item["live"]["audiences"])
