"""Credentials are issued by what happened, not by a request: exactly once, whoever dies and whatever comes again.

Which number a credential has follows from whose it is, for what, and what its holder has had of it before
(``holding.py``), and the register takes each number once. Whoever comes second (a batch of changes that is handed over
again, whole or in part, or an admin at the same moment) finds the entry and goes on from there.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib import clock, ids, logs
from chalicelib.credentials import addresses, documents, holding, reasons, register, store, templates
from chalicelib.credentials.documents import Draft
from chalicelib.credentials.reasons import Earned
from chalicelib.credentials.status import Entry
from chalicelib.errors import Conflict, NotFound
from chalicelib.people import persons
from chalicelib.people.person import Person
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
class Wanted:
    """An achievement of somebody that is to be certified, under which of their numbers and by which template."""

    earned: Earned
    person: Person
    id: str
    template: Item


def by_hand(space: Space, kind: str, about: str, person_id: str) -> str:
    """Issue what somebody has achieved and was not certified, and give its number: some 14 calls.

    Raises: NotFound, NotAchieved, HoldsAlready, NameMissing.
    """
    person = persons.get(space, person_id)
    counted = reasons.KINDS[kind].finds(space, person_id, about)
    if not counted:
        raise NotAchieved
    if not person.name:
        raise NameMissing
    held = holding.of(space, kind, about, person_id)
    for item in held:
        if "rev" not in item:
            raise HoldsAlready(number=addresses.number(space.slug, holding.id_of(item)))
    # What was revoked stays so: the next one has a number of its own.
    made = holding.next_id(space.slug, kind, about, person_id, {holding.id_of(item) for item in held})
    template = templates.template_for(space, kind, about)
    issue(space, [Wanted(counted[0], person, made, template)])
    number = addresses.number(space.slug, made)
    register.find(number)  # nothing was issued where nothing can be said of it any more
    store.forget_missing(space, person_id, kind, about)
    return number


def issue(space: Space, wanted: Sequence[Wanted]) -> list[Wanted]:
    """Issue these: 1 call, 2 and some 30 ms for each. Gives those whose number was taken: they hold what was issued
    under it before, which may say something else. Raises: Unavailable."""
    drafts = [(each, draft) for each in wanted if (draft := _draft(space, each)) is not None]
    if not drafts:
        return []
    taken = []
    bits = register.bits(space.slug, len(drafts))
    for (each, draft), entry in zip(drafts, bits, strict=True):
        document = documents.credential(draft, entry)
        signed, token = register.sign(space.slug, document)
        facts = _facts(draft, entry)
        if register.add(space.slug, draft.id, facts, signed, token, documents.printed(draft)):
            store.hold(space, draft.person_id, draft.id, holding.noted(facts, str(document["name"])))
        else:
            holding.adopt(space, draft.person_id, draft.id)
            taken.append(each)
    return taken


def left_out(space: Space, earned: Earned, why: str) -> None:
    """An admin sees it in a list, and has it tried again once that is mended: 1 call."""
    if why != "account_gone":
        facts = {"why": why, "at": clock.epoch_s()}
        store.note_missing(space, earned.person_id, earned.kind, earned.about, facts)
    logs.event(
        "credential.unissued", level=logging.ERROR, tenant=space.slug, kind=earned.kind, about=earned.about, why=why
    )


def _draft(space: Space, wanted: Wanted) -> Draft | None:
    """``None`` for what nothing can be said of: one course without its version must not hold up all others."""
    earned = wanted.earned
    try:
        subject = reasons.KINDS[earned.kind].describes(space, earned)
    except NotFound:
        left_out(space, earned, "undescribed")
        return None
    return Draft(
        slug=space.slug,
        issuer=registry.profile(space).name,
        id=wanted.id,
        person_id=wanted.person.id,
        name=wanted.person.name,
        earned=earned,
        subject=subject,
        template=wanted.template,
        issued_at=clock.epoch_s(),
        email=_email(wanted),
    )


def _email(wanted: Wanted) -> tuple[str, str] | None:
    """Only an address that its owner has answered from, or that somebody vouches for."""
    person = wanted.person
    if not wanted.template.get("hashed_email") or person.unproven or not person.email:
        return None
    return person.email, ids.secret()


def _facts(draft: Draft, entry: Entry) -> Item:
    earned = draft.earned
    return {
        "kind": earned.kind, "about": earned.about, "at": draft.issued_at, "achieved": earned.at,
        "until": draft.until, "list": entry.list, "bit": entry.bit, "score": earned.score,
        "minutes": draft.subject.minutes, "course": earned.course,
    }  # fmt: skip
