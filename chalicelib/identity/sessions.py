"""Sessions: signing in, signing out, where one is signed in.

A session has one refresh token that is good. Using it gives the next; using an earlier one means that two hold it, of
whom one is a thief, and ends the session for both (RFC 9700, 4.14.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from chalicelib import clock, ids
from chalicelib.errors import Forbidden, Language, NotFound, Unauthenticated
from chalicelib.http import paging, session_cookie
from chalicelib.http.gate import SpaceOpening, SpaceSuspended
from chalicelib.http.models import Page, PageQuery
from chalicelib.http.permissions import STAFF, Role
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import LIFETIME_S, Actor, issue
from chalicelib.identity import devices, origins, passwords, store, throttle
from chalicelib.identity.keys import SESSIONS
from chalicelib.identity.models import Session, SignedIn, SignedInPerson
from chalicelib.identity.origins import Origin
from chalicelib.identity.store import SessionItem
from chalicelib.people import persons, space_key
from chalicelib.people.administration import on_latest
from chalicelib.people.identifiers import Identifier
from chalicelib.people.person import Person
from chalicelib.people.persons import Login
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Write, transact

IDLE_S = session_cookie.LASTING_S  # a browser keeps it as long as it is good
_NOBODYS = Identifier("email", "-")
LONGEST_S = 90 * 24 * 3600


class WrongCredentials(Unauthenticated):
    """Said alike of a wrong password and of a login that nobody has."""

    code = "wrong_credentials"
    vi = "Tên đăng nhập hoặc mật khẩu chưa đúng."
    en = "The login or the password is not right."


class AccountDeactivated(Forbidden):
    """The right password of a person whom an admin has shut out."""

    code = "account_deactivated"
    vi = "Tài khoản của bạn đã bị ngừng. Hãy liên hệ quản trị của đơn vị."
    en = "Your account has been deactivated. Ask the administrator of your space."


@dataclass(frozen=True, slots=True)
class Holder:
    """Who a session is for."""

    person_id: str
    name: str
    roles: frozenset[Role]
    locale: Language
    epoch: int
    audiences: tuple[str, ...] = ()

    @classmethod
    def of(cls, person: Person) -> Holder:
        """A person as the holder of a session."""
        return cls(person.id, person.name, person.roles, person.locale, person.epoch, tuple(sorted(person.audiences)))

    @classmethod
    def of_login(cls, login: Login) -> Holder:
        """The person whom a login leads to."""
        return cls(login.person_id, login.name, login.roles, login.locale, login.epoch, login.audiences)


def sign_in(space: Space, login: str, password: str, circumstances: Circumstances) -> SignedIn:
    """Sign a person in by password: 3 calls (count the try; read the login; begin the session and forgive the try).

    Raises: WrongCredentials, AccountDeactivated, TooManyTries, SpaceOpening, SpaceSuspended.
    """
    require_opened(space)
    subject, found = look_up(space, login, circumstances)
    kept = found.password_hash if found else None
    if not passwords.verify(kept, password) or not found or not kept:
        raise WrongCredentials
    if found.status != "active":
        raise AccountDeactivated
    holder = Holder.of_login(found)
    require_admitted(space, holder.roles)
    signed_in = begin(space, holder, circumstances, also=subject.succeeded())
    if passwords.is_outdated(kept):
        # When another change is quicker, the next sign-in does it.
        persons.rehash(space, holder.person_id, kept, passwords.hash_new(password))
    return signed_in


def begin(
    space: Space,
    holder: Holder,
    circumstances: Circumstances,
    also: list[Write] | None = None,
    *,
    origin: Origin | None = None,
) -> SignedIn:
    """Begin a session of someone who has proved who they are, or for whom ``origin`` vouched, together with other
    writes: 1 call. Raises: TransactionFailed when a condition of ``also`` fails."""
    session_id, secret, now = ids.new(), ids.secret(), clock.epoch_s()
    facts = {
        "hash": ids.fingerprint(secret),
        "epoch": holder.epoch,
        "device": devices.name(circumstances.headers.get("user-agent") or ""),
        "created_at": clock.timestamp(),
        "used_at": clock.timestamp(),
        "until": now + LONGEST_S,
        "ttl": now + IDLE_S,
        **({"party": origin.party} if origin else {}),
    }
    vouched = origins.putting(space, holder.person_id, session_id, origin, now + LONGEST_S) if origin else []
    transact([store.putting_session(space, holder.person_id, session_id, facts), *vouched, *(also or [])])
    return tokens(space, holder, session_id, secret)


def end(space: Space, actor: Actor, *, everywhere: bool) -> None:
    """Sign out: this session (1 call), or all that the person has (2 calls)."""
    if everywhere:
        on_latest(space, actor.person_id, Person.signed_out)
    else:
        store.end_session(space, actor.person_id, actor.session_id)


def end_by_party(space: Space, party: str) -> None:
    """Sign out all whom an app or a provider has signed in: 1 call, whatever there are. Repeating it ends those who
    came since, too."""
    origins.dismiss(space, party, LONGEST_S)


def end_one(space: Space, actor: Actor, session_id: str) -> None:
    """Sign a person's own session out, wherever it is: 1 call. Raises: NotFound."""
    if not store.end_session(space, actor.person_id, session_id):
        raise NotFound


def page(space: Space, actor: Actor, query: PageQuery) -> Page[Session]:
    """A page of a person's sessions that are alive, newest first: 2 calls. Raises: BadCursor."""
    after = paging.decode(query.cursor, str)[0] if query.cursor else None
    person = persons.get(space, actor.person_id, consistent=True)
    found = store.sessions_of(space, person.id, after, query.limit)
    alive = [item for item in found.items if is_alive(space, item.epoch, item.until, item.party, person)]
    return Page[Session](
        items=[_shown(item, actor) for item in alive],
        next=paging.encode(found.after.removeprefix(SESSIONS)) if found.after else None,
    )


def is_alive(space: Space, epoch: int, until: int, party: str | None, person: Person) -> bool:
    """Whether a session has been voided neither for its person, nor by time, nor with who vouched for it."""
    dismissed = origins.is_dismissed(space, party, until - LONGEST_S)
    return epoch == person.epoch and until > clock.epoch_s() and not dismissed


def _shown(item: SessionItem, actor: Actor) -> Session:
    return Session(
        id=item.id,
        device=item.device,
        created_at=clock.from_timestamp(item.created_at),
        used_at=clock.from_timestamp(item.used_at),
        current=item.id == actor.session_id,
    )


def require_opened(space: Space) -> None:
    """Refuse a space whose tables are still being made, or just being replaced. Raises: SpaceOpening,
    SpaceSuspended."""
    if space.status == "opening":
        raise SpaceOpening
    if space.status == "restoring":
        raise SpaceSuspended


def require_admitted(space: Space, roles: frozenset[Role]) -> None:
    """Refuse whoever may not enter a suspended space. Raises: SpaceSuspended."""
    if space.status == "suspended" and not roles & STAFF:
        raise SpaceSuspended


def looked_for(space: Space, login: str) -> tuple[str, list[Identifier]]:
    """What is counted for a login as it was typed (its likeliest stored form, or what was typed when it has none), and
    what it may be: never nothing, so that looking for what can be no login costs the same."""
    candidates = space_key.candidates(space, login)
    return (candidates[0].text if candidates else login.strip().lower()), candidates or [_NOBODYS]


def look_up(space: Space, login: str, circumstances: Circumstances) -> tuple[throttle.Try, Login | None]:
    """Count the try, then look for the login; also when there can be none, so that both cost the same. 2 calls.

    Raises: TooManyTries.
    """
    subject, candidates = looked_for(space, login)
    counted = throttle.sign_in(space, subject, circumstances.address)
    return counted, persons.login(space, *candidates)


def tokens(space: Space, holder: Holder, session_id: str, secret: str) -> SignedIn:
    """What goes out of a session: its tokens, and whose they are. No call is made."""
    actor = Actor(holder.person_id, space.slug, holder.roles, session_id, holder.audiences)
    return SignedIn(
        access_token=issue(actor),
        expires_in=LIFETIME_S,
        refresh_token=f"{holder.person_id}.{session_id}.{secret}",
        person=SignedInPerson(
            id=holder.person_id,
            name=holder.name,
            roles=cast(list[Role], sorted(holder.roles)),
            locale=holder.locale,
        ),
    )
