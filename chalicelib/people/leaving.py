"""Staff who leave: who is deactivated or loses a role may have something in hand that is somebody else's from then on.

What is to follow, the features above say themselves (:func:`follows`); it is done by a job that is asked for before the
person is changed and waits for the change, so that no kill between the two loses it.
"""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.http.permissions import MANAGE_PEOPLE
from chalicelib.jobs import queue
from chalicelib.jobs.queue import GoOn, Job, Run
from chalicelib.people import store
from chalicelib.people.person import Person
from chalicelib.storage import spaces
from chalicelib.storage.spaces import Space

LEFT = "people.left"
_LOOKED_AGAIN_S = 90  # containers know for a minute who holds a role
Follow = Callable[[Space, Person, Run], None]
_FOLLOWING: list[Follow] = []


def follows(follow: Follow) -> Follow:
    """Declare what follows when somebody of the staff leaves or loses a role; it is called with who
    they are now, twice and perhaps more often, and looks for itself at what they still may."""
    _FOLLOWING.append(follow)
    return follow


def order(space: Space, old: Person, new: Person) -> None:
    """Have done what follows from a change that is about to be stored: 0 calls where nobody leaves, else 1."""
    if space.is_platform or not _leaves(old, new):
        return
    # Each try has a job of its own: that of a change which was refused ends without having done anything.
    queue.enqueue(LEFT, space.slug, {"person": new.id, "version": new.version})


def _leaves(old: Person, new: Person) -> bool:
    return old.is_staff and old.status == "active" and (new.status != "active" or not old.roles <= new.roles)


@queue.handles(LEFT, shown_to=MANAGE_PEOPLE)
def follow_up(job: Job, run: Run) -> None:
    """Have each feature see to what the person had in hand; and again, for what was given to them meanwhile."""
    space = spaces.find(job.tenant)
    person = store.get(space, job.payload["person"], consistent=True)
    if person is None or person.version < job.payload["version"]:
        run.wait()  # raises until it is stored; after ten minutes it never was
        return
    for follow in _FOLLOWING:
        follow(space, person, run)
    if not job.checkpoint.get("again"):
        run.progress(1, 2, {"again": True})
        raise GoOn(in_s=_LOOKED_AGAIN_S)
