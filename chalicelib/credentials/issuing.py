"""Credentials are issued by what happened, not by a request: exactly once, whoever dies and whatever comes again.

A credential's number follows from what was achieved, by whom and when, and the register takes each number once. Whoever
comes second (a batch of changes that is handed over again, whole or in part, or an admin at the same moment) finds the
entry and goes on from there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chalicelib import clock, ids, logs
from chalicelib.credentials import addresses, documents, ending, reasons, register, store, templates
from chalicelib.credentials.documents import Draft
from chalicelib.credentials.reasons import Earned, Undone
from chalicelib.credentials.status import Entry
from chalicelib.errors import Conflict, NotFound
from chalicelib.jobs import streams
from chalicelib.people import persons
from chalicelib.people.person import Person
from chalicelib.storage.changes import Batch
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.tenants import registry


class NotAchieved(Conflict):
    """A certificate is asked for that was not earned."""

    code = "not_achieved"
    vi = "Người này chưa hoàn thành nội dung đó nên chưa thể cấp chứng nhận."
    en = "This person has not completed that, so no certificate can be issued."


class HoldsAlready(Conflict):
    """One valid credential for one achievement."""

    code = "holds_already"
    vi = "Người này đã có chứng nhận {number} cho nội dung đó. Nếu sai tên, hãy cấp lại."
    en = "This person holds the certificate {number} for that. To correct a name, issue it anew."


class NameMissing(Conflict):
    """A certificate for nobody."""

    code = "name_missing"
    vi = "Tài khoản này chưa có họ tên. Hãy bổ sung họ tên rồi cấp chứng nhận."
    en = "This account has no name. Add one, then issue the certificate."


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An achievement of somebody that is to be certified."""

    earned: Earned
    person: Person
    template: Item


@streams.reacts
def follow(space: Space, batch: Batch) -> None:
    """Issue what was earned, and revoke what was undone.

    0 calls for a batch without either; 1 for one of which nothing is certified. Else some 5, and for each credential 1
    to see what its person holds, and 2 writes; for each that was undone 1 to see that it is.
    """
    found = [each for change in batch.changes if (each := reasons.of(change)) is not None]
    earned = [each for each in found if isinstance(each, Earned)]
    if earned:
        _issue(space, earned)
    for each in found:
        # Who passed it twice, or has completed it again meanwhile, has it still.
        if isinstance(each, Undone) and reasons.KINDS[each.kind].finds(space, each.person_id, each.about) is None:
            ending.undo(space, each)


def by_hand(space: Space, kind: str, about: str, person_id: str) -> str:
    """Issue what somebody has achieved and was not certified, and give its number: some 10 calls.

    Raises: NotFound, NotAchieved, HoldsAlready, NameMissing.
    """
    person = persons.get(space, person_id)
    earned = reasons.KINDS[kind].finds(space, person_id, about)
    if earned is None:
        raise NotAchieved
    if not person.name:
        raise NameMissing
    holds = _held(space, earned, person_id)
    for item in holds:
        number = addresses.number(space.slug, _id(item))
        if "rev" not in item:
            raise HoldsAlready(number=number)
    # What was revoked stays so: the next one has a number of its own, by how many there were.
    template = templates.template_for(space, kind, about)
    return _write(space, [_Wanted(earned, person, template)], again=len(holds))[0]


def _issue(space: Space, earned: Sequence[Earned]) -> None:
    certified = templates.certified(space, earned)
    due = [each for each in earned if (each.kind, each.about) in certified]
    if not due:
        return
    people = _people(space, {each.person_id for each in due})
    wanted: dict[tuple[str, str, str], _Wanted] = {}
    for each in due:
        person = people.get(each.person_id)
        if person is None or not person.name:
            _left_out(space, each, "name_missing")
        elif not _is_held(space, each, person.id):
            template = certified[each.kind, each.about]
            wanted.setdefault((person.id, each.kind, each.about), _Wanted(each, person, template))
    _write(space, list(wanted.values()))


def _people(space: Space, person_ids: Iterable[str]) -> dict[str, Person]:
    """Who these are: for an account that went up in another, that other one."""
    found = persons.many(space, person_ids)
    into = {each.merged_into for each in found.values() if each.merged_into}
    kept = persons.many(space, into) if into else {}
    return {person_id: kept.get(each.merged_into, each) for person_id, each in found.items()}


def _is_held(space: Space, earned: Earned, person_id: str) -> bool:
    """Whether it is certified already: for this very achievement, or by a credential that still holds."""
    own = _number(space, earned, person_id, 0)
    held = _held(space, earned, person_id)
    return any(_id(item) == own or item["achieved"] == earned.at or "rev" not in item for item in held)


def _held(space: Space, earned: Earned, person_id: str) -> list[Item]:
    held = store.held(space, person_id)
    return [item for item in held if (item["kind"], item["about"]) == (earned.kind, earned.about)]


def _write(space: Space, wanted: Sequence[_Wanted], *, again: int = 0) -> list[str]:
    drafts = [draft for each in wanted if (draft := _draft(space, each, again)) is not None]
    if not drafts:
        return []
    bits = register.bits(space.slug, len(drafts))
    for draft, entry in zip(drafts, bits, strict=True):
        document = documents.credential(draft, entry)
        signed, token = register.sign(space.slug, document)
        facts, printed = _facts(draft, entry), documents.printed(draft)
        register.add(space.slug, draft.id, facts, signed, token, printed)
        store.hold(space, draft.person_id, draft.id, _holding(draft))
    return [draft.number for draft in drafts]


def _draft(space: Space, wanted: _Wanted, again: int) -> Draft | None:
    """``None`` for what nothing can be said of: one course without its version must not hold up all others."""
    earned = wanted.earned
    try:
        subject = reasons.KINDS[earned.kind].describes(space, earned)
    except NotFound:
        _left_out(space, earned, "undescribed")
        return None
    return Draft(
        slug=space.slug,
        issuer=registry.profile(space).name,
        id=_number(space, earned, wanted.person.id, again),
        person_id=wanted.person.id,
        name=wanted.person.name,
        earned=earned,
        subject=subject,
        template=wanted.template,
        issued_at=clock.epoch_s(),
    )


def _number(space: Space, earned: Earned, person_id: str, again: int) -> str:
    parts = [space.slug, earned.kind, earned.about, person_id, str(earned.at)]
    return ids.derived("credential", *parts, *([str(again)] if again else []))


def _facts(draft: Draft, entry: Entry) -> Item:
    earned = draft.earned
    return {
        "kind": earned.kind, "about": earned.about, "at": draft.issued_at, "achieved": earned.at,
        "until": draft.until, "list": entry.list, "bit": entry.bit, "score": earned.score,
        "minutes": draft.subject.minutes, "course": earned.course,
    }  # fmt: skip


def _holding(draft: Draft) -> Item:
    earned = draft.earned
    found = {"kind": earned.kind, "about": earned.about, "at": draft.issued_at, "achieved": earned.at}
    return found | ({"course": earned.course} if earned.course else {})


def _left_out(space: Space, earned: Earned, why: str) -> None:
    """An admin issues it by hand once that is mended."""
    logs.event(
        "credential.unissued", level=logging.ERROR, tenant=space.slug, kind=earned.kind, about=earned.about, why=why
    )


def _id(held_item: Item) -> str:
    return str(held_item["sk"].removeprefix(store.HELD))
