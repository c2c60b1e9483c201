"""One-time entry codes: what a sign-in elsewhere (a super-app, single sign-on) ends with, redeemed for tokens.

A browser that comes back from elsewhere brings the code in its address, where it may be seen; so a code is good once,
for a minute, and only for the client that began: that client holds a verifier whose challenge (S256, as in RFC 7636)
was given at the beginning. A code that an app's server fetched for its person over a channel of its own needs none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib import clock, ids
from chalicelib.errors import Unauthenticated
from chalicelib.federation import pkce
from chalicelib.http.requests import Circumstances
from chalicelib.identity import origins, sessions, store
from chalicelib.identity.models import Entered
from chalicelib.identity.origins import Origin
from chalicelib.identity.sessions import AccountDeactivated, Holder
from chalicelib.people import persons
from chalicelib.people.person import Person
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed, Write, transact

LASTING_S = 60


class EntryInvalid(Unauthenticated):
    """A code that was used, is too old, was never given, or was given to another client."""

    code = "entry_invalid"
    vi = "Mã vào học này đã được dùng hoặc đã quá hạn. Hãy mở lại từ ứng dụng hoặc trang đăng nhập."
    en = "This entry code has been used or has expired. Come again from the app or the sign-in page."


@dataclass(frozen=True, slots=True)
class Entry:
    """What a code leads to: where to land (a path within the space, ``/courses/…``), which client may redeem it
    (the challenge; ``None``: whoever has it), and who vouched."""

    to: str | None = None
    challenge: str | None = None
    origin: Origin | None = None


def issue(space: Space, person_id: str, epoch: int, entry: Entry, also: Sequence[Write] = ()) -> str:
    """A code for a person who has just been vouched for, together with other writes: 1 call, 2 WCU a KB.

    Raises: TransactionFailed when a condition of ``also`` fails.
    """
    secret, expires = ids.secret(), clock.epoch_s() + LASTING_S
    kept = {
        "epoch": epoch,
        "ttl": expires,
        **({"to": entry.to} if entry.to else {}),
        **({"challenge": entry.challenge} if entry.challenge else {}),
        **({"origin": entry.origin.stored()} if entry.origin else {}),
    }
    transact([store.putting_entry(space, person_id, ids.fingerprint(secret), kept), *also])
    return f"{person_id}.{secret}"


def redeem(space: Space, code: str, verifier: str | None, circumstances: Circumstances) -> Entered:
    """Tokens for a code: 2 calls. Raises: EntryInvalid, AccountDeactivated, SpaceOpening, SpaceSuspended."""
    sessions.require_opened(space)
    person_id, _, secret = code.partition(".")
    fingerprint = ids.fingerprint(secret)
    kept, stored = store.entry_and_person(space, person_id, fingerprint)
    if kept is None or stored is None or not pkce.is_held(kept.get("challenge"), verifier):
        raise EntryInvalid
    person = persons.from_item(stored)
    _require_good(person, kept["epoch"])
    holder = Holder.of(person)
    sessions.require_admitted(space, holder.roles)
    origin = origins.of_stored(kept.get("origin"))
    try:
        using = store.using_entry(space, person_id, fingerprint)
        signed_in = sessions.begin(space, holder, circumstances, also=[using], origin=origin)
    except TransactionFailed:
        raise EntryInvalid from None
    return Entered(**signed_in.__dict__, to=kept.get("to"))


def _require_good(person: Person, epoch: int) -> None:
    if person.status != "active":
        raise AccountDeactivated
    if person.epoch != epoch:
        raise EntryInvalid  # signed out everywhere meanwhile
