"""Banks of questions: begun, filled, searched; keys corrected; what the centre shares."""

from __future__ import annotations

from chalicelib.banks import banking, browsing, contents, jobs, national, refs, views, writing
from chalicelib.banks.banking import ArchivedBank, BankNotEmpty, TooManyBanks
from chalicelib.banks.contents import Ref
from chalicelib.banks.models import (
    Bank,
    BankItem,
    BankQuery,
    ItemCard,
    ItemContent,
    ItemFilter,
    KeyCorrection,
    KeyNumber,
    NationalBank,
    NewBank,
    Revision,
    VersionNumber,
)
from chalicelib.banks.writing import BankFull, OtherQuestion, TooManyVersions
from chalicelib.errors import InvalidInput, PreconditionFailed, PreconditionRequired
from chalicelib.http.endpoint import Answer, Budget, Feature
from chalicelib.http.models import Id, Page, PageQuery
from chalicelib.http.permissions import EDIT_COURSES, READ_DRAFTS
from chalicelib.http.requests import Circumstances
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

banks = Feature("banks")
JOBS = jobs  # importing it declares the handlers
_EDITS = [ArchivedBank, PreconditionRequired, PreconditionFailed, InvalidInput, TooManyVersions]


@banks.post("/spaces/{space}/banks", may=EDIT_COURSES, creates=True, raises=[InvalidInput, TooManyBanks])
def create_bank(space: Space, body: NewBank, circumstances: Circumstances) -> Answer[Bank]:
    """Begin a bank of questions."""
    made = banking.create(space, body, circumstances)
    answer = _bank(made)
    return Answer(answer.body, 201, answer.etag, location=f"/v1/spaces/{space.slug}/banks/{made['sk']}")


@banks.get("/spaces/{space}/banks", may=READ_DRAFTS, budget=Budget(calls=2, rcu=350))
def list_banks(space: Space, query: BankQuery) -> Page[Bank]:
    """The space's banks, by Vietnamese title."""
    found, after = browsing.banks(space, query)
    return Page[Bank](items=[views.bank(each) for each in found], next=after)


@banks.get("/spaces/{space}/banks/{bank}", may=READ_DRAFTS, budget=Budget(calls=1, rcu=3))
def read_bank(space: Space, bank: Id) -> Answer[Bank]:
    """A bank, without its items."""
    return _bank(banking.require(space, bank))


@banks.put(
    "/spaces/{space}/banks/{bank}",
    may=EDIT_COURSES,
    raises=[PreconditionRequired, PreconditionFailed, InvalidInput],
)
def describe_bank(space: Space, bank: Id, body: NewBank, circumstances: Circumstances) -> Answer[Bank]:
    """Change a bank's title and description, on the state that was read (`If-Match`)."""
    return _bank(banking.describe(space, bank, body, circumstances))


@banks.delete("/spaces/{space}/banks/{bank}", may=EDIT_COURSES, raises=[BankNotEmpty])
def remove_bank(space: Space, bank: Id) -> None:
    """Remove a bank that has no items; one that has is archived instead."""
    banking.remove(space, bank)


@banks.post("/spaces/{space}/banks/{bank}/archive", may=EDIT_COURSES)
def archive_bank(space: Space, bank: Id) -> Answer[Bank]:
    """Take a bank out of use: nothing new is written into it or drawn from it."""
    return _bank(banking.archive(space, bank))


@banks.delete("/spaces/{space}/banks/{bank}/archive", may=EDIT_COURSES)
def restore_bank(space: Space, bank: Id) -> Answer[Bank]:
    """Put an archived bank back into use."""
    return _bank(banking.restore(space, bank))


@banks.post(
    "/spaces/{space}/banks/{bank}/items",
    may=EDIT_COURSES,
    creates=True,
    raises=[ArchivedBank, BankFull, InvalidInput],
)
def add_item(space: Space, bank: Id, body: ItemContent, circumstances: Circumstances) -> Answer[BankItem]:
    """Add a whole question, with the tags that it is found by."""
    made = writing.add(space, bank, body, circumstances)
    answer = _item(space, bank, made)
    at = f"/v1/spaces/{space.slug}/banks/{bank}/items/{answer.body.id}"
    return Answer(answer.body, 201, answer.etag, location=at)


@banks.get("/spaces/{space}/banks/{bank}/items", may=READ_DRAFTS, budget=Budget(calls=11, rcu=1_600))
def list_items(space: Space, bank: Id, query: ItemFilter) -> Page[ItemCard]:
    """A bank's items, those that have all that is asked for. A filtered page may have fewer than `limit` and go on."""
    found, after = browsing.items(space, bank, query)
    return Page[ItemCard](items=[views.card(bank, each) for each in found], next=after)


@banks.get("/spaces/{space}/banks/{bank}/items/{item}", may=READ_DRAFTS, budget=Budget(calls=2, rcu=27))
def read_item(space: Space, bank: Id, item: Id) -> Answer[BankItem]:
    """An item's newest version, with its newest key."""
    return _item(space, bank, writing.require(space, bank, item))


@banks.put("/spaces/{space}/banks/{bank}/items/{item}", may=EDIT_COURSES, raises=_EDITS)
def save_item(space: Space, bank: Id, item: Id, body: ItemContent, circumstances: Circumstances) -> Answer[BankItem]:
    """Replace an item, on the state that was read (`If-Match`): as its next version, or with other tags alone when the
    question is the same. Whoever was given an older version keeps it."""
    return _item(space, bank, writing.save(space, bank, item, body, circumstances))


@banks.post("/spaces/{space}/banks/{bank}/items/{item}/archive", may=EDIT_COURSES)
def archive_item(space: Space, bank: Id, item: Id) -> Answer[BankItem]:
    """Take an item out of use: it is drawn no more. Assessments that have it go on."""
    return _item(space, bank, writing.archive(space, bank, item))


@banks.delete("/spaces/{space}/banks/{bank}/items/{item}/archive", may=EDIT_COURSES)
def restore_item(space: Space, bank: Id, item: Id) -> Answer[BankItem]:
    """Put an archived item back into use."""
    return _item(space, bank, writing.restore(space, bank, item))


@banks.get("/spaces/{space}/banks/{bank}/items/{item}/versions", may=READ_DRAFTS, budget=Budget(calls=2, rcu=2_600))
def list_item_versions(space: Space, bank: Id, item: Id, query: PageQuery) -> Page[Revision]:
    """An item's versions and the corrections of their keys, newest first: who wrote them, when and why."""
    writing.require(space, bank, item)
    found, after = browsing.revisions(space, bank, item, query)
    return Page[Revision](items=[views.revision(bank, each) for each in found], next=after)


@banks.get(
    "/spaces/{space}/banks/{bank}/items/{item}/versions/{version}/keys/{number}",
    may=READ_DRAFTS,
    budget=Budget(calls=2, rcu=27),
)
def read_item_version(space: Space, bank: Id, item: Id, version: VersionNumber, number: KeyNumber) -> Answer[BankItem]:
    """A version as it was with its key at that time: 0 as first written, else after so many corrections."""
    return _item(space, bank, writing.require(space, bank, item), Ref(bank, item, version, number))


@banks.post(
    "/spaces/{space}/banks/{bank}/items/{item}/versions/{version}/keys",
    may=EDIT_COURSES,
    raises=[*_EDITS, OtherQuestion],
)
def correct_key(
    space: Space, bank: Id, item: Id, version: VersionNumber, body: KeyCorrection, circumstances: Circumstances
) -> Answer[BankItem]:
    """Correct the key of a version, and say why (`If-Match`: the item). What the question asks stays.

    Who was marked by the old key keeps that mark until their assessment is regraded, which tutors and admins begin.
    """
    head = writing.correct_key(space, bank, item, version, body, circumstances)
    return _item(space, bank, head, Ref(bank, item, version, refs.corrections(head, version)))


@banks.post(
    "/spaces/{space}/banks/{bank}/offer",
    may=EDIT_COURSES,
    also={202: "A job copies the bank's pictures first."},
    raises=[ArchivedBank],
)
def offer_bank(space: Space, bank: Id) -> Answer[Bank]:
    """Share a bank with all spaces (the central space only)."""
    head, job = national.share(space, bank)
    return Answer(views.bank(head), status=202 if job else 200)


@banks.delete("/spaces/{space}/banks/{bank}/offer", may=EDIT_COURSES)
def withdraw_bank(space: Space, bank: Id) -> Bank:
    """Share a bank no longer (the central space only). Assessments that use its items go on."""
    return views.bank(national.withdraw(space, bank))


@banks.get("/spaces/{space}/national-banks", may=READ_DRAFTS, crosses="centre", budget=Budget(calls=2, rcu=350))
def list_national_banks(space: Space, query: PageQuery) -> Page[NationalBank]:
    """The banks that the centre shares, by Vietnamese title."""
    found, after = national.banks(query)
    return Page[NationalBank](items=[views.national_bank(each) for each in found], next=after)


@banks.get(
    "/spaces/{space}/national-banks/{bank}/items",
    may=READ_DRAFTS,
    crosses="centre",
    budget=Budget(calls=12, rcu=1_602),
)
def list_national_items(space: Space, bank: Id, query: ItemFilter) -> Page[ItemCard]:
    """The items of a bank that the centre shares."""
    found, after = national.items(bank, query)
    return Page[ItemCard](items=[views.card(bank, each) for each in found], next=after)


@banks.get(
    "/spaces/{space}/national-banks/{bank}/items/{item}",
    may=READ_DRAFTS,
    crosses="centre",
    budget=Budget(calls=3, rcu=28),
)
def read_national_item(space: Space, bank: Id, item: Id) -> BankItem:
    """An item of a bank that the centre shares: its newest version."""
    return views.item(*national.item(bank, item))


def _bank(head: Item) -> Answer[Bank]:
    return Answer(views.bank(head), etag=banking.etag(head))


def _item(space: Space, bank_id: str, head: Item, ref: Ref | None = None) -> Answer[BankItem]:
    ref = ref or refs.newest(bank_id, head)
    content = contents.contents(space, [ref])[ref]
    return Answer(views.item(head, ref, content), etag=writing.etag(head))
