"""What the web sees of people's own data, and of what they ask to be done with it."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.accounts import data_requests, own_data
from chalicelib.accounts.data_models import (
    DataAnswer,
    DataRequest,
    DataRequestQuery,
    KeptRecord,
    NewDataRequest,
    OwnData,
    PersonDataRequest,
    RecordQuery,
)
from chalicelib.accounts.data_requests import AlreadyAnswered, RequestOpen
from chalicelib.accounts.store import DataRequestItem
from chalicelib.http import paging
from chalicelib.http.endpoint import Budget, Feature
from chalicelib.http.models import Id, Page, PageQuery
from chalicelib.http.permissions import MANAGE_PEOPLE, SIGNED_IN
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.people import persons
from chalicelib.storage.spaces import Space

own = Feature("own-data")


@own.get("/spaces/{space}/me/data", may=SIGNED_IN, budget=Budget(calls=4, rcu=10))
def read_my_data(space: Space, actor: Actor) -> OwnData:
    """All that is kept about oneself, from whom and what for, and what may be asked to be done with it."""
    return own_data.whole(space, actor)


@own.get("/spaces/{space}/me/data/records", may=SIGNED_IN, budget=Budget(calls=1, rcu=60), raises=[paging.BadCursor])
def list_my_records(space: Space, actor: Actor, query: RecordQuery) -> Page[KeptRecord]:
    """What is kept about oneself, thing by thing. A page may hold fewer than `limit` while `next` leads on."""
    found, more = own_data.records(space, actor.person_id, query.part, query.cursor, query.limit)
    return Page[KeptRecord](items=found, next=more)


@own.post(
    "/spaces/{space}/me/requests",
    may=SIGNED_IN,
    creates=True,
    audited=True,
    audits=["kind"],
    raises=[RequestOpen],
)
def ask_about_my_data(space: Space, actor: Actor, body: NewDataRequest, circumstances: Circumstances) -> DataRequest:
    """Ask to have one's data corrected or deleted, to have a withdrawn consent respected, or object to its use. One of
    each kind at a time."""
    return DataRequest.of(data_requests.ask(space, actor.person_id, body.kind, body.text, circumstances))


@own.get("/spaces/{space}/me/requests", may=SIGNED_IN, budget=Budget(calls=1, rcu=60), raises=[paging.BadCursor])
def list_my_requests(space: Space, actor: Actor, query: PageQuery) -> Page[DataRequest]:
    """One's own requests, newest first."""
    found, more = data_requests.own(space, actor.person_id, query.cursor, query.limit)
    return Page[DataRequest](items=[DataRequest.of(each) for each in found], next=more)


@own.get("/spaces/{space}/data-requests", may=MANAGE_PEOPLE, budget=Budget(calls=3, rcu=120), raises=[paging.BadCursor])
def list_data_requests(space: Space, query: DataRequestQuery) -> Page[PersonDataRequest]:
    """What people ask to be done with their data: the overdue first, then the newest."""
    listed = data_requests.opened if query.state == "open" else data_requests.answered
    found, more = listed(space, query.cursor, query.limit)
    return Page[PersonDataRequest](items=_shown(space, found), next=more)


@own.patch(
    "/spaces/{space}/people/{person}/data-requests/{request}",
    may=MANAGE_PEOPLE,
    audits=["state"],
    raises=[AlreadyAnswered],
)
def answer_data_request(
    space: Space, person: Id, request: Id, body: DataAnswer, circumstances: Circumstances
) -> PersonDataRequest:
    """Acknowledge a request, or say that it was done or why not, once; the person gets a mail."""
    settled = data_requests.settle(space, person, request, body.state, body.answer, circumstances)
    return _shown(space, [settled])[0]


def _shown(space: Space, found: list[DataRequestItem]) -> list[PersonDataRequest]:
    cards = persons.cards(space, {each.person for each in found})
    today = clock.vietnam_day().isoformat()
    return [
        PersonDataRequest.of(
            each,
            person=each.person,
            name=cards[each.person].name if each.person in cards else "",
            overdue=each.answered_at is None and each.next_term < today,
        )
        for each in found
    ]
