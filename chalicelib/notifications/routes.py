"""What the web sees of a person's notifications; announcements stand in ``announcement_routes.py``."""

from __future__ import annotations

import chalicelib.notifications.device_routes  # noqa: F401 (declares operations of its own)
from chalicelib.http import paging
from chalicelib.http.endpoint import Budget, Feature
from chalicelib.http.models import Id, Page
from chalicelib.http.permissions import ANYONE, LEARN
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.notifications import digest, inbox, preferences  # noqa: F401 (digest declares jobs)
from chalicelib.notifications.models import (
    Letters,
    Notification,
    NotificationPreferences,
    NotificationPreferencesEdit,
    NotificationQuery,
    ReadAll,
    Unread,
    UnsubscribeToken,
)
from chalicelib.storage.spaces import Space

notifications = Feature("notifications")


@notifications.get(
    "/spaces/{space}/me/notifications", may=LEARN, budget=Budget(calls=2, rcu=16), raises=[paging.BadCursor]
)
def list_notifications(
    space: Space, actor: Actor, query: NotificationQuery, circumstances: Circumstances
) -> Page[Notification]:
    """What one was told in the last 180 days, newest first, without what one wishes not to see. A page may be short."""
    return inbox.page(space, actor.person_id, query, circumstances.language)


@notifications.get("/spaces/{space}/me/notifications/unread", may=LEARN, budget=Budget(calls=2, rcu=8))
def count_unread(space: Space, actor: Actor) -> Unread:
    """How many of the newest fifty are unread."""
    return inbox.unread(space, actor.person_id)


@notifications.post("/spaces/{space}/me/notifications/read", may=LEARN, status=204, budget=Budget(calls=1, wcu=1))
def read_all_notifications(space: Space, actor: Actor, body: ReadAll) -> None:
    """Mark as read all that one was told until a moment."""
    inbox.mark_all_read(space, actor.person_id, body)


@notifications.put("/spaces/{space}/me/notifications/{notification}/read", may=LEARN, budget=Budget(calls=1, wcu=4))
def read_notification(space: Space, actor: Actor, notification: Id, circumstances: Circumstances) -> Notification:
    """Mark one as read. Repeating it changes nothing."""
    return inbox.mark_read(space, actor.person_id, notification, circumstances.language)


@notifications.get("/spaces/{space}/me/notification-preferences", may=LEARN, budget=Budget(calls=1, rcu=1))
def read_notification_preferences(space: Space, actor: Actor) -> NotificationPreferences:
    """What one is told of, by which way: the inbox, the daily letter, the browser's push."""
    return preferences.read(space, actor.person_id)


@notifications.patch("/spaces/{space}/me/notification-preferences", may=LEARN, budget=Budget(calls=2, rcu=1, wcu=2))
def edit_notification_preferences(
    space: Space, actor: Actor, body: NotificationPreferencesEdit
) -> NotificationPreferences:
    """Choose otherwise; what is not named stays as it is."""
    return preferences.edit(space, actor.person_id, body)


@notifications.get("/spaces/{space}/unsubscribe/{token}", may=ANYONE, budget=Budget(calls=1, rcu=1))
def read_letters(space: Space, token: UnsubscribeToken) -> Letters:
    """Whether letters are sent to whoever got this link. Looking changes nothing: programs open every link of a
    mail."""
    return preferences.letters_of(space, token)


@notifications.post("/spaces/{space}/unsubscribe/{token}", may=ANYONE, status=200, budget=Budget(calls=1, wcu=1))
def unsubscribe(space: Space, token: UnsubscribeToken) -> Letters:
    """Send no more letters to whoever got this link: at one click, also of a mail program (RFC 8058).

    Its form is not looked at: the link is the proof. Letters come again when the person chooses so
    (`edit_notification_preferences`).
    """
    return preferences.unsubscribe(space, token)
