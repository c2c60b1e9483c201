"""What the web sees of profiles."""

from __future__ import annotations

from chalicelib.audiences import profiles
from chalicelib.audiences.membership import regrouped
from chalicelib.audiences.profile_models import AskedFields, Profile, ProfileEdit, ProfileFields
from chalicelib.errors import PreconditionFailed, PreconditionRequired
from chalicelib.http.endpoint import Answer, Budget, Feature
from chalicelib.http.models import Id
from chalicelib.http.permissions import MANAGE_PEOPLE, MANAGE_SPACE, READ_DRAFTS, SIGNED_IN
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.people import identification, persons, showing
from chalicelib.people.identification import IdentifierHeld, NoIdentifierLeft, TooManyIdentifiers
from chalicelib.people.models import IdentifiersEdit, PersonProfile
from chalicelib.people.person import MergedAway
from chalicelib.storage.spaces import Space

profile = Feature("profiles")


@profile.get("/spaces/{space}/me/profile", may=SIGNED_IN, budget=Budget(calls=1, rcu=1))
def read_my_profile(space: Space, actor: Actor) -> Answer[Profile]:
    """What the space knows of the person who is signed in, from whom, and what for."""
    me = persons.get(space, actor.person_id)
    return Answer(profiles.shown(space, me), etag=me.etag)


@profile.patch("/spaces/{space}/me/profile", may=SIGNED_IN, budget=Budget(calls=2, rcu=2, wcu=60))
def edit_my_profile(space: Space, actor: Actor, body: ProfileEdit) -> Answer[Profile]:
    """Tell something of oneself, or (with `null`) have it removed. What the organisation has said of unit and position
    is the organisation's to change."""
    me = profiles.edit_own(space, actor.person_id, body.told)
    return Answer(profiles.shown(space, me), etag=me.etag)


@profile.get("/spaces/{space}/people/{person}/profile", may=MANAGE_PEOPLE, budget=Budget(calls=1, rcu=1))
def read_person_profile(space: Space, person: Id) -> Answer[Profile]:
    """What the space knows of a person, and from whom."""
    found = persons.get(space, person)
    return Answer(profiles.shown(space, found), etag=found.etag)


@profile.patch(
    "/spaces/{space}/people/{person}/profile",
    may=MANAGE_PEOPLE,
    raises=[PreconditionRequired, PreconditionFailed, MergedAway],
)
def edit_person_profile(space: Space, person: Id, body: ProfileEdit, circumstances: Circumstances) -> Answer[Profile]:
    """Correct what the space knows of a person: no later list or app writes over it."""
    changed = profiles.edit(space, person, body.told, circumstances)
    return Answer(profiles.shown(space, changed), etag=changed.etag)


@profile.patch(
    "/spaces/{space}/people/{person}/identifiers",
    may=MANAGE_PEOPLE,
    raises=[
        PreconditionRequired,
        PreconditionFailed,
        MergedAway,
        IdentifierHeld,
        NoIdentifierLeft,
        TooManyIdentifiers,
    ],
)
def edit_identifiers(
    space: Space, person: Id, body: IdentifiersEdit, circumstances: Circumstances
) -> Answer[PersonProfile]:
    """Add or remove what a person signs in with. What is somebody else's is named, and whose it is: the two may be one
    person, to be merged."""
    changed = identification.edit(space, person, body, circumstances.require_match, lambda who: regrouped(space, who))
    return Answer(showing.one(space, changed, full=True), etag=changed.etag)


@profile.get("/spaces/{space}/profile-fields", may=READ_DRAFTS, budget=Budget(calls=1, rcu=120))
def read_profile_fields(space: Space) -> Answer[ProfileFields]:
    """What may be asked of people, what for, and which of it this space asks for."""
    fields, etag = profiles.fields(space)
    return Answer(fields, etag=etag)


@profile.put(
    "/spaces/{space}/profile-fields",
    may=MANAGE_SPACE,
    audits=["asked"],
    raises=[PreconditionRequired, PreconditionFailed],
)
def choose_profile_fields(space: Space, circumstances: Circumstances, body: AskedFields) -> Answer[ProfileFields]:
    """Say what this space asks of people. Nothing is asked at the door: a course asks for what it needs."""
    fields, etag = profiles.choose(space, [str(each) for each in body.asked], circumstances)
    return Answer(fields, etag=etag)
