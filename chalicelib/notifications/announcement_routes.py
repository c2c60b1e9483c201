"""What the web sees of announcements."""

from __future__ import annotations

from chalicelib.errors import InvalidInput
from chalicelib.http import paging
from chalicelib.http.endpoint import Answer, Budget, Feature
from chalicelib.http.models import Id, Page, PageQuery
from chalicelib.http.permissions import LEARN, MANAGE_PEOPLE
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.notifications import announcing
from chalicelib.notifications.announcement_models import (
    Announcement,
    AnnouncementPreview,
    MyAnnouncement,
    NewAnnouncement,
    PreviewRequest,
)
from chalicelib.notifications.announcing import AnnouncementEnded, TooManyAnnouncements
from chalicelib.storage.spaces import Space

announcements = Feature("notifications")


@announcements.get(
    "/spaces/{space}/announcements", may=MANAGE_PEOPLE, budget=Budget(calls=1, rcu=60), raises=[paging.BadCursor]
)
def list_announcements(space: Space, query: PageQuery) -> Page[Announcement]:
    """Announcements of the last year, newest first."""
    return announcing.page(space, query)


@announcements.post(
    "/spaces/{space}/announcements/preview", may=MANAGE_PEOPLE, status=200, audited=False, raises=[InvalidInput]
)
def preview_announcement(space: Space, body: PreviewRequest) -> AnnouncementPreview:
    """About how many people an announcement would tell. Nobody is told."""
    return announcing.preview(space, body.to)


@announcements.post(
    "/spaces/{space}/announcements",
    may=MANAGE_PEOPLE,
    status=202,
    creates=True,
    audits=["title", "to"],
    raises=[InvalidInput, TooManyAnnouncements],
)
def make_announcement(
    space: Space, actor: Actor, circumstances: Circumstances, body: NewAnnouncement
) -> Answer[Announcement]:
    """Announce something to everyone, to an audience, or to a course's learners.

    It comes into their inbox, their letter of the next morning, and by push. A job tells them, each once: follow its
    address; it can be stopped while it runs (`cancel_announcement`). A space may make twenty a day.
    """
    made = announcing.start(space, body, circumstances.new_id(), actor.person_id)
    return Answer(made, location=f"/v1/spaces/{space.slug}/jobs/{made.id}")


@announcements.get("/spaces/{space}/announcements/{announcement}", may=MANAGE_PEOPLE, budget=Budget(calls=1, rcu=5))
def read_announcement(space: Space, announcement: Id) -> Announcement:
    """One announcement; its job, of the same id, tells how far it is."""
    return announcing.read(space, announcement)


@announcements.post(
    "/spaces/{space}/announcements/{announcement}/cancel", may=MANAGE_PEOPLE, status=200, raises=[AnnouncementEnded]
)
def cancel_announcement(space: Space, announcement: Id) -> Announcement:
    """Tell nobody more of it. Whoever was told keeps it."""
    return announcing.cancel(space, announcement)


@announcements.get("/spaces/{space}/me/announcements/{announcement}", may=LEARN, budget=Budget(calls=2, rcu=6))
def read_my_announcement(space: Space, actor: Actor, announcement: Id) -> MyAnnouncement:
    """An announcement that one was told of, with its whole text."""
    return announcing.read_mine(space, actor.person_id, announcement)
