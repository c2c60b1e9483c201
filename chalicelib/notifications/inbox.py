"""What a person was told: page by page, how much of it is unread, and marking it read."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.errors import Language, NotFound
from chalicelib.http import paging
from chalicelib.http.models import Page
from chalicelib.identity import links
from chalicelib.notifications import store
from chalicelib.notifications.models import Notification, NotificationQuery, ReadAll, Unread
from chalicelib.notifications.notes import Note
from chalicelib.notifications.wishes import Wishes
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

_LOOKED_AT = 50  # of the newest: a badge says no more than that


def page(space: Space, person_id: str, query: NotificationQuery, language: Language) -> Page[Notification]:
    """A page of an inbox, newest first: 2 calls. What is not wished, or read already where only what is not was asked
    for, is left out: a page may be short. Raises: BadCursor."""
    after = paging.decode(query.cursor, str)[0] if query.cursor else None
    wishes = Wishes.of(store.wishes(space, person_id))
    rows = store.notes(space, person_id, after, query.limit)
    found = _shown([Note.of(item) for item in rows.items], wishes)
    if query.unread:
        found = [each for each in found if not wishes.has_read(each)]
    return Page[Notification](
        items=[shown(space, each, wishes, language) for each in found],
        next=paging.encode(rows.after["sk"].partition("#")[2]) if rows.after else None,
    )


def unread(space: Space, person_id: str) -> Unread:
    """How many of the newest fifty are unread: 2 calls."""
    wishes = Wishes.of(store.wishes(space, person_id))
    rows = store.notes(space, person_id, None, _LOOKED_AT)
    number = sum(not wishes.has_read(each) for each in _shown([Note.of(item) for item in rows.items], wishes))
    return Unread(unread=number, more=number == _LOOKED_AT and rows.after is not None)


def mark_read(space: Space, person_id: str, note_id: str, language: Language) -> Notification:
    """Mark one as read; repeating it changes nothing. 1 call. Raises: NotFound."""
    try:
        note = Note.of(store.mark_read(space, person_id, note_id))
    except ConditionFailed:
        raise NotFound from None
    if note is None:
        raise NotFound
    return shown(space, note, Wishes(), language)


def mark_all_read(space: Space, person_id: str, body: ReadAll) -> None:
    """Mark all as read that was told until then, never what comes: 1 call."""
    until = round(body.until.timestamp() * 1000)
    store.read_until(space, person_id, min(until, clock.epoch_ms()))


def shown(space: Space, note: Note, wishes: Wishes, language: Language) -> Notification:
    """A note as its reader sees it."""
    return Notification(
        id=note.id,
        kind=note.kind,
        title=note.title(language),
        text=note.text(language),
        link=links.root(space) + note.link,
        happened_at=clock.from_epoch_ms(note.at),
        told_at=clock.from_epoch_ms(note.told_at),
        read=wishes.has_read(note),
    )


def _shown(notes: list[Note | None], wishes: Wishes) -> list[Note]:
    return [each for each in notes if each is not None and wishes.wants(each.kind, "inbox")]
