"""Who vouched for a session: remembered beside it, so that signing out there ends it here, and signing out here can go
on there (OpenID Connect Back-Channel and RP-Initiated Logout 1.0).

A party that is trusted no more takes all the sessions along that began by its word. They are not looked for: that it
was dismissed, and when, is noted once, and held against every session that goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib import clock, ids
from chalicelib.http.caching import Remembered
from chalicelib.http.tokens import Actor
from chalicelib.identity import store
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Write

MOST_ENDED = 100  # sessions at one word of a provider: one person has fewer
# A container may still know a party for a minute after it was dismissed, and an entry code that it gives is good for
# another: what begins in that time began by the party's word as well.
_SETTLES_S = 180
_FRESH_S = 60
_dismissed: Remembered[str, Mapping[str, int]] = Remembered(2_000, fresh_s=_FRESH_S)


@dataclass(frozen=True, slots=True)
class Origin:
    """``party`` is the id of the app or provider, ``sid`` its own name for the sign-in there, ``id_token`` what it is
    reminded with when the person signs out."""

    party: str
    sid: str | None = None
    id_token: str | None = None

    def stored(self) -> Item:
        """As it stands in an item."""
        told = {"party": self.party, "sid": self.sid, "id_token": self.id_token}
        return {name: value for name, value in told.items() if value is not None}


def of_stored(kept: Mapping[str, Any] | None) -> Origin | None:
    """The origin of what :meth:`Origin.stored` gave."""
    return Origin(kept["party"], kept.get("sid"), kept.get("id_token")) if kept else None


def putting(space: Space, person_id: str, session_id: str, origin: Origin, until: int) -> list[Write]:
    """The writes that remember who vouched for a session, as long as it may last (epoch seconds)."""
    named = ids.fingerprint(origin.sid) if origin.sid else None
    return store.putting_origin(space, person_id, session_id, origin.stored(), named, until)


def dismiss(space: Space, party: str, lasting_s: int) -> None:
    """End all sessions that a party has vouched for until now, of which none lasts longer than that: 1 call, whatever
    there are. Elsewhere it is heard of within a minute."""
    now = clock.epoch_s()
    store.put_dismissed(space, party, now + _SETTLES_S, now + _SETTLES_S + lasting_s)
    _dismissed.forget(space.slug)


def is_dismissed(space: Space, party: str | None, began: int) -> bool:
    """Whether who vouched for a session that began then (epoch seconds) is trusted no more: 0 calls for a session that
    nobody vouched for, and when warm (60 s); else 1."""
    if party is None:
        return False
    return began < _dismissed.get(space.slug, lambda: store.dismissed(space)).get(party, 0)


def of_session(space: Space, actor: Actor) -> Origin | None:
    """Who vouched for this session: 1 call."""
    return of_stored(store.origin(space, actor.person_id, actor.session_id))


def end_by_sid(space: Space, party: str, sid: str) -> int:
    """End the sessions of one sign-in at a party: 1 Query, and 1 call for each. Gives how many were named."""
    found = store.vouched(space, party, ids.fingerprint(sid), MOST_ENDED)
    for person_id, session_id in found:
        store.end_session(space, person_id, session_id)
    return len(found)


def end_by_person(space: Space, party: str, person_id: str) -> int:
    """End the sessions of a person that a party vouched for: 1 Query, and 1 call for each. Gives how many there
    were."""
    found = store.origins_of(space, person_id, party, MOST_ENDED)
    for session_id in found:
        store.end_session(space, person_id, session_id)
    return len(found)
