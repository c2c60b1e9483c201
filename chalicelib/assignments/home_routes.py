"""What the web sees of a learner's home. It is mounted by itself: a learner does not wait for the code that assigns,
enrols many and reminds (``docs/decisions/cold-start.md``)."""

from __future__ import annotations

from chalicelib.assignments import asking, home
from chalicelib.assignments.asking import NextField, NextQuery
from chalicelib.assignments.home_models import Home
from chalicelib.http.endpoint import Budget, Feature
from chalicelib.http.permissions import LEARN
from chalicelib.http.tokens import Actor
from chalicelib.storage.spaces import Space

assignments = Feature("assignments")


@assignments.get("/spaces/{space}/me/home", may=LEARN, budget=Budget(calls=1, rcu=1))
def read_home(space: Space, actor: Actor) -> Home:
    """What a learner comes to: required, recommended, in progress, finished."""
    return home.of(space, actor.person_id)


@assignments.get("/spaces/{space}/me/profile/next", may=LEARN, budget=Budget(calls=1, rcu=0.5))
def read_next_field(space: Space, actor: Actor, query: NextQuery) -> NextField:
    """The next thing that a course needs to know of whoever opens it; answered by `PATCH …/me/profile`, or passed over.

    Asked one at a time, when the course is opened, and never at the door.
    """
    return asking.next_field(space, actor.person_id, query.course, query.skip.split(","))
