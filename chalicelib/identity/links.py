"""One-time links: a secret of 256 bits in a mail, kept as its hash, good once and for a while.

The token names its person, so it is found by key. Whatever voids a person's sessions voids their links too: a link
that was used, or any later password, leaves none of the others good.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from chalicelib import clock, config, ids
from chalicelib.errors import NotFound, Refusal
from chalicelib.identity import store
from chalicelib.people import persons
from chalicelib.people.person import Person
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Write

Purpose = Literal["invitation", "reset"]
LASTING_S: dict[Purpose, int] = {"invitation": 72 * 3600, "reset": 3600}
_REMEMBERED_S = 30 * 24 * 3600  # so long an old link is told from a false one
_PATHS: dict[Purpose, str] = {"invitation": "invitations", "reset": "password-resets"}


class LinkSpent(Refusal):
    """A link that has been used, has expired, or has been replaced by a later one."""

    status = 410
    code = "link_spent"
    vi = "Liên kết này đã được dùng hoặc đã hết hạn. Hãy yêu cầu gửi thư mới."
    en = "This link has been used or has expired. Ask for a new mail."


@dataclass(frozen=True, slots=True)
class Link:
    """A link that is good, and whose it is."""

    purpose: Purpose
    person: Person
    fingerprint: str
    expires: int

    @property
    def expires_at(self) -> datetime:
        """Until when it is good."""
        return datetime.fromtimestamp(self.expires, UTC)

    def using(self, space: Space) -> Write:
        """The write that uses it up; its condition fails for all but the first who do."""
        return store.using_link(space, self.person.id, self.purpose, self.fingerprint)


def make(space: Space, person: Person, purpose: Purpose) -> str:
    """A new link's address, for a mail and for nothing else. 1 call."""
    secret, now = ids.secret(), clock.epoch_s()
    expires = now + LASTING_S[purpose]
    facts = {"epoch": person.epoch, "expires": expires, "ttl": expires + _REMEMBERED_S}
    store.put_link(space, person.id, purpose, ids.fingerprint(secret), facts)
    return f"{root(space)}/{_PATHS[purpose]}/{person.id}.{secret}"


def root(space: Space) -> str:
    """What the addresses of a space's pages begin with."""
    return config.current().public_url + ("" if space.is_platform else f"/s/{space.slug}")


def find(space: Space, token: str, purpose: Purpose) -> Link:
    """The link of a token. 1 call. Raises: NotFound, LinkSpent."""
    person_id, _, secret = token.partition(".")
    fingerprint = ids.fingerprint(secret)
    item, stored = store.link_and_person(space, person_id, purpose, fingerprint)
    if item is None or stored is None:
        raise NotFound
    person = persons.from_item(stored)
    due = person.status == "invited" if purpose == "invitation" else person.status != "deactivated"
    if item.used_at or item.expires <= clock.epoch_s() or item.epoch != person.epoch or not due:
        raise LinkSpent
    return Link(purpose, person, fingerprint, item.expires)
