"""What the web sees of people. Registering and inviting stand in ``identity/routes.py``: they set and ask passwords.
What moves people from one audience to another stands in ``audiences/profile_routes.py``."""

from __future__ import annotations

import chalicelib.people.place_routes
import chalicelib.people.unit_routes  # noqa: F401 (these declare the operations on places and units)
from chalicelib.errors import PreconditionFailed, PreconditionRequired
from chalicelib.http import paging
from chalicelib.http.endpoint import Answer, Budget, Feature
from chalicelib.http.models import Id, Page
from chalicelib.http.permissions import MANAGE_PEOPLE, READ_LEARNERS, SIGNED_IN, allows
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.people import administration, directory, persons, showing
from chalicelib.people.directory import Wanted
from chalicelib.people.models import Me, MeEdit, PeopleQuery, PersonEdit, PersonProfile
from chalicelib.people.person import AppLinked, LastKeeper, MergedAway, NotYetJoined
from chalicelib.storage.spaces import Space

people = Feature("people")


@people.get("/spaces/{space}/people", may=READ_LEARNERS, budget=Budget(calls=21, rcu=200), raises=[paging.BadCursor])
def list_people(space: Space, actor: Actor, query: PeopleQuery) -> Page[PersonProfile]:
    """People of the space by Vietnamese order of names; found by search, by the word found.

    With a filter that few suit, a page may hold fewer than `limit`, down to none, while `next` leads on. An identity
    number finds its owner alone.
    """
    after = paging.decode(query.cursor, str)[0] if query.cursor else ""
    full = allows(actor.roles, MANAGE_PEOPLE)
    wanted = Wanted(query.q, query.role, query.status, query.audience, query.unit, query.source, identifiers=full)
    found, position = directory.page(space, wanted, after, query.limit)
    return Page[PersonProfile](
        items=showing.shown(space, found, full=full),
        next=paging.encode(position) if position else None,
    )


@people.get("/spaces/{space}/people/{person}", may=READ_LEARNERS, budget=Budget(calls=2, rcu=5))
def read_person(space: Space, actor: Actor, person: Id) -> Answer[PersonProfile]:
    """One person of the space."""
    found = persons.get(space, person)
    return Answer(showing.one(space, found, full=allows(actor.roles, MANAGE_PEOPLE)), etag=found.etag)


@people.patch(
    "/spaces/{space}/people/{person}",
    may=MANAGE_PEOPLE,
    audits=["roles", "status"],
    raises=[PreconditionRequired, PreconditionFailed, LastKeeper, NotYetJoined, MergedAway, AppLinked],
)
def edit_person(space: Space, person: Id, body: PersonEdit, circumstances: Circumstances) -> Answer[PersonProfile]:
    """Change a person's name, roles or status. The last active admin keeps role and status."""
    changed = administration.edit(space, person, body, circumstances.require_match)
    return Answer(showing.one(space, changed, full=True), etag=changed.etag)


@people.delete("/spaces/{space}/people/{person}", may=MANAGE_PEOPLE, raises=[LastKeeper])
def deactivate_person(space: Space, person: Id) -> None:
    """Shut a person out: sign-in is refused and all sessions end. What they have learned stays."""
    administration.deactivate(space, person)


@people.get("/spaces/{space}/me", may=SIGNED_IN, budget=Budget(calls=1, rcu=0.5))
def read_me(space: Space, actor: Actor) -> Answer[Me]:
    """The person who is signed in."""
    me = persons.get(space, actor.person_id)
    return Answer(Me.of(me), etag=me.etag)


@people.patch("/spaces/{space}/me", may=SIGNED_IN, budget=Budget(calls=2, rcu=1))
def edit_me(space: Space, actor: Actor, body: MeEdit) -> Answer[Me]:
    """Change one's own name or language."""
    me = administration.edit_self(space, actor.person_id, body)
    return Answer(Me.of(me), etag=me.etag)
