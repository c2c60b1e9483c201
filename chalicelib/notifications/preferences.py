"""What a person is told of, by which way: their choice, and the one link that ends letters."""

from __future__ import annotations

import hmac

from chalicelib import config
from chalicelib.errors import NotFound
from chalicelib.identity import links
from chalicelib.notifications import store
from chalicelib.notifications.kinds import KINDS
from chalicelib.notifications.models import (
    KindPreference,
    Letters,
    NotificationPreferences,
    NotificationPreferencesEdit,
)
from chalicelib.notifications.wishes import Wishes, mark
from chalicelib.people import space_key
from chalicelib.storage.spaces import Space

_PURPOSE = "unsubscribe"
_MAC_CHARS = 32  # 128 bits


def read(space: Space, person_id: str) -> NotificationPreferences:
    """A person's: 1 call."""
    return _shown(Wishes.of(store.wishes(space, person_id)))


def edit(space: Space, person_id: str, body: NotificationPreferencesEdit) -> NotificationPreferences:
    """Change some of them, leaving the others: at most 2 calls."""
    on = [mark(each.kind, each.channel) for each in body.changes if each.on]
    off = [mark(each.kind, each.channel) for each in body.changes if not each.on]
    return _shown(Wishes.of(store.wish(space, person_id, on=on, off=off, letters=body.digest)))


def unsubscribe_token(space: Space, person_id: str) -> str:
    """What ends this person's letters, for their letters alone. It lasts: a letter may be opened years later, and it
    opens nothing else. 0 calls when warm."""
    return f"{person_id}.{space_key.mac(space, _PURPOSE, person_id).hex()[:_MAC_CHARS]}"


def unsubscribe_page(space: Space, person_id: str) -> str:
    """The page that a letter links to: it asks once, since programs that look through mail open every link."""
    return f"{links.root(space)}/unsubscribe/{unsubscribe_token(space, person_id)}"


def unsubscribe_headers(space: Space, person_id: str) -> tuple[tuple[str, str], ...]:
    """The headers by which a mail program does it in one click (RFC 8058, 3.1)."""
    address = f"{config.current().public_url}/v1/spaces/{space.slug}/unsubscribe/{unsubscribe_token(space, person_id)}"
    return ("List-Unsubscribe", f"<{address}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")


def letters_of(space: Space, token: str) -> Letters:
    """Whether letters are sent to whoever got this link: 1 call. Raises: NotFound."""
    return Letters(digest=Wishes.of(store.wishes(space, _person_of(space, token))).letters)


def unsubscribe(space: Space, token: str) -> Letters:
    """Send no more letters; repeating it changes nothing. 1 call. Raises: NotFound."""
    store.wish(space, _person_of(space, token), letters=False)
    return Letters(digest=False)


def _person_of(space: Space, token: str) -> str:
    person_id = token.partition(".")[0]
    if not hmac.compare_digest(unsubscribe_token(space, person_id).encode(), token.encode()):
        raise NotFound
    return person_id


def _shown(wishes: Wishes) -> NotificationPreferences:
    return NotificationPreferences(
        digest=wishes.letters,
        kinds=[
            KindPreference(
                kind=each,
                name_vi=kind.name["vi"],
                name_en=kind.name["en"],
                inbox=wishes.wants(each, "inbox"),
                digest=mark(each, "digest") not in wishes.off if kind.mailed else None,
                push=wishes.wants(each, "push"),
            )
            for each, kind in KINDS.items()
        ],
    )
