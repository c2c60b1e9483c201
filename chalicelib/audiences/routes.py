"""What the web sees of audiences, and of the profiles that decide who is in which. An audience is removed where it is
known what is asked of it (``assignments/routes.py``)."""

from __future__ import annotations

import chalicelib.audiences.profile_routes  # noqa: F401 (declares the operations on profiles)
from chalicelib.audiences import editing, previews
from chalicelib.audiences.editing import TooManyAudiences
from chalicelib.audiences.models import (
    Audience,
    AudienceEdit,
    AudienceId,
    Audiences,
    NewAudience,
    NewPreview,
    Preview,
    Regrouping,
)
from chalicelib.errors import PreconditionFailed, PreconditionRequired
from chalicelib.http import paging
from chalicelib.http.endpoint import Answer, Budget, Feature
from chalicelib.http.models import Id, Page, PageQuery
from chalicelib.http.permissions import MANAGE_PEOPLE, READ_DRAFTS, READ_LEARNERS, allows
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.people import directory, showing
from chalicelib.people.directory import Wanted
from chalicelib.people.models import PersonProfile
from chalicelib.storage.spaces import Space

audiences = Feature("audiences")


@audiences.get("/spaces/{space}/audiences", may=READ_DRAFTS, budget=Budget(calls=1, rcu=120))
def list_audiences(space: Space, circumstances: Circumstances) -> Audiences:
    """All audiences of the space: the four of decision 757/QĐ-BKHCN, then its own by name."""
    return editing.listed(space, circumstances.language)


@audiences.post(
    "/spaces/{space}/audiences",
    may=MANAGE_PEOPLE,
    creates=True,
    audits=["name"],
    raises=[TooManyAudiences],
)
def create_audience(space: Space, circumstances: Circumstances, body: NewAudience) -> Answer[Audience]:
    """Make an audience. A job puts everyone into it whom the rule fits; the list says which."""
    made = editing.create(space, body, circumstances)
    return Answer(made.shown, etag=made.etag, location=f"/v1/spaces/{space.slug}/audiences/{made.id}")


@audiences.post("/spaces/{space}/audiences/regroupings", may=MANAGE_PEOPLE, status=202)
def regroup_audiences(space: Space, circumstances: Circumstances) -> Answer[Regrouping]:
    """Have everyone looked at again by the rules as they are: a job does it."""
    job = editing.regroup(space, circumstances)
    return Answer(Regrouping(job=job), location=f"/v1/spaces/{space.slug}/jobs/{job}")


@audiences.post(
    "/spaces/{space}/audiences/previews",
    may=MANAGE_PEOPLE,
    audited=False,
    also={202: "The space is large: a job looks at everyone; `Location` tells how far it is."},
)
def preview_audience(space: Space, circumstances: Circumstances, body: NewPreview) -> Answer[Preview]:
    """Try a rule: how many people it fits, and ten of them. Nothing is changed."""
    tried = previews.start(space, body.rule, job_id=circumstances.new_id(space.slug), actor=circumstances.actor_id)
    if tried.job is None:
        return Answer(tried)
    return Answer(tried, status=202, location=f"/v1/spaces/{space.slug}/audiences/previews/{tried.job}")


@audiences.get("/spaces/{space}/audiences/previews/{job}", may=MANAGE_PEOPLE, budget=Budget(calls=2, rcu=6))
def read_preview(space: Space, job: Id) -> Preview:
    """What a job has found that tries a rule."""
    return previews.follow(space, job)


@audiences.get("/spaces/{space}/audiences/{audience}", may=READ_DRAFTS, budget=Budget(calls=1, rcu=120))
def read_audience(space: Space, circumstances: Circumstances, audience: AudienceId) -> Answer[Audience]:
    """One audience."""
    found = editing.get(space, audience, circumstances.language)
    return Answer(found.shown, etag=found.etag)


@audiences.patch(
    "/spaces/{space}/audiences/{audience}",
    may=MANAGE_PEOPLE,
    audits=["name"],
    raises=[PreconditionRequired, PreconditionFailed],
)
def edit_audience(
    space: Space, circumstances: Circumstances, audience: AudienceId, body: AudienceEdit
) -> Answer[Audience]:
    """Change an audience's name or rule. A job brings a new rule to everyone; the list says which."""
    changed = editing.edit(space, audience, body, circumstances)
    return Answer(changed.shown, etag=changed.etag)


@audiences.get(
    "/spaces/{space}/audiences/{audience}/people",
    may=READ_LEARNERS,
    budget=Budget(calls=5, rcu=50),
    raises=[paging.BadCursor],
)
def list_audience_people(space: Space, actor: Actor, audience: AudienceId, query: PageQuery) -> Page[PersonProfile]:
    """The people of an audience by Vietnamese order of names; of one that there is not, nobody."""
    after = paging.decode(query.cursor, str)[0] if query.cursor else ""
    found, position = directory.page(space, Wanted(audience=audience), after, query.limit)
    full = allows(actor.roles, MANAGE_PEOPLE)
    return Page[PersonProfile](
        items=showing.shown(space, found, full=full),
        next=paging.encode(position) if position else None,
    )
