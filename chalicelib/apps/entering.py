"""One tap, no form: an app's server signs who its person is (RFC 7523), and the person is in.

Whoever is known, and consented to the text as it is now, costs three calls: the assertion is used up, the login is
read, the session begins on the condition that the consent stands. Whoever is not is asked first, and nothing about them
is stored before they have consented.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.apps import accounts, consents, registry, store
from chalicelib.apps.claims import SuperAppClaims, accepted
from chalicelib.apps.models import AppEntry, ConsentTicket, Deliver, EntryRequest
from chalicelib.apps.registry import App
from chalicelib.courses import catalogue
from chalicelib.errors import Forbidden, NotFound, PreconditionFailed, Refusal, Unavailable
from chalicelib.federation import assertions, pkce
from chalicelib.federation.assertions import Assertion, Expected, IssuerMismatch
from chalicelib.federation.tickets import TicketInvalid
from chalicelib.http.requests import Circumstances
from chalicelib.identity import entries, sessions
from chalicelib.identity.origins import Origin
from chalicelib.identity.sessions import Holder
from chalicelib.people import persons
from chalicelib.people.persons import IdentifierTaken
from chalicelib.sso import sign_in
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_TRIES = 3


class GrantUnsupported(Refusal):
    """Another grant of OAuth."""

    code = "grant_unsupported"
    oauth = "unsupported_grant_type"
    vi = "grant_type phải là urn:ietf:params:oauth:grant-type:jwt-bearer."
    en = "grant_type must be urn:ietf:params:oauth:grant-type:jwt-bearer."


class OriginRefused(Forbidden):
    """A page that the app did not name as its own."""

    code = "origin_refused"
    vi = "Trang gọi đến không thuộc các nguồn gốc (origins) mà ứng dụng đã đăng ký."
    en = "The page that asks is none of the origins that the app is registered with."


@dataclass(frozen=True, slots=True)
class Wish:
    """Where to land (a path within the space), how to be let in, and for a sign-in that a browser began: the challenge
    of its verifier."""

    to: str | None = None
    deliver: Deliver = "token"
    challenge: str | None = None

    def kept(self) -> dict[str, Any]:
        """As plain data, for a ticket."""
        return {"to": self.to, "challenge": self.challenge}


def enter(space: Space, given: EntryRequest, circumstances: Circumstances) -> AppEntry:
    """Let an app's person in, or ask them first: 3 calls for whoever is known, 2 when consent is asked for.

    Raises: GrantUnsupported, OriginRefused, AssertionRefused, KeysUnavailable, AccountDeactivated, StaffEntry,
    SpaceOpening, SpaceSuspended.
    """
    if given.grant_type != GRANT:
        raise GrantUnsupported
    sessions.require_opened(space)
    app, assertion = verified(space, given.assertion)
    _require_origin(app, circumstances)
    told = accepted(space, app, assertion.claims)
    assertions.use(space, app.id, assertion)
    return admit(space, app, told, Wish(landing(space, given.course), given.deliver), circumstances)


def verified(space: Space, assertion: str) -> tuple[App, Assertion]:
    """Which app signed this, and what it says: 0 calls when warm. Raises: AssertionRefused, KeysUnavailable."""
    _, claims = assertions.read(assertion)
    app = registry.of_issuer(space, claims.get("iss"))
    if app is None or not app.signs:
        raise IssuerMismatch
    return app, assertions.verify(space, assertion, app.keys, Expected(app.issuer, registry.audiences(space)))


def admit(space: Space, app: App, told: SuperAppClaims, wish: Wish, circumstances: Circumstances) -> AppEntry:
    """Let somebody in whom an app vouches for, if they consented; otherwise the question.

    2 calls; up to 6 more when the app tells something new. Raises: AccountDeactivated, StaffEntry, SpaceSuspended,
    Unavailable.
    """
    for _ in range(_TRIES):
        login = persons.login(space, told.login)
        if login is None or login.status == "invited":
            break
        accounts.require_open(login.status, login.roles)
        try:
            return _let_in(space, app, told, Holder.of_login(login), wish, circumstances)
        except TransactionFailed:
            if not _tell_news(space, app, told, login.person_id):
                break
    return AppEntry(status="consent_required", consent=consents.ask(space, app, told, wish.kept()))


def consent(space: Space, given: ConsentTicket, circumstances: Circumstances) -> AppEntry:
    """What a person consented to comes true: account, audience, consent, and they are in.

    A ticket is good once, whatever comes of it: who is interrupted opens the app again, and is known by then.

    Raises: TicketInvalid, TicketExpired, ConsentOutdated, AccountDeactivated, StaffEntry, SpaceFull, SpaceOpening,
    SpaceSuspended.
    """
    sessions.require_opened(space)
    asked = consents.opened(space, given.ticket)
    app, told, wish = asked.app, asked.told, asked.wish
    if not pkce.is_held(wish["challenge"], given.verifier):
        raise TicketInvalid
    consents.use(space, given.ticket)
    person = accounts.settle(space, app, told, circumstances.language)
    try:
        return _let_in(space, app, told, Holder.of(person), Wish(wish["to"]), circumstances)
    except TransactionFailed:
        raise consents.ConsentOutdated from None  # withdrawn elsewhere at this very moment


def landing(space: Space, course: str | None) -> str | None:
    """Where somebody lands who asked for a course: there, if it may be found; 0 calls when warm."""
    if course is None:
        return None
    try:
        return f"/courses/{catalogue.shown(space, course).course_id}"
    except NotFound:
        return None  # a course withdrawn since the app linked to it keeps nobody out


def _let_in(
    space: Space,
    app: App,
    told: SuperAppClaims,
    holder: Holder,
    wish: Wish,
    circumstances: Circumstances,
) -> AppEntry:
    """Tokens or a link, if the consent stands and the app tells nothing new: 1 call. Raises: TransactionFailed,
    SpaceSuspended."""
    sessions.require_admitted(space, holder.roles)
    stands = store.checking_consent(space, holder.person_id, app.id, app.consent_version, told.fingerprint)
    origin = Origin(app.id)
    if wish.deliver == "link":
        entry = entries.Entry(wish.to, wish.challenge, origin)
        code = entries.issue(space, holder.person_id, holder.epoch, entry, also=[stands])
        return AppEntry(status="link", link=sign_in.landing(space, {"code": code}), to=wish.to)
    signed_in = sessions.begin(space, holder, circumstances, also=[stands], origin=origin)
    return AppEntry(status="signed_in", **signed_in.__dict__, to=wish.to)


def _tell_news(space: Space, app: App, told: SuperAppClaims, person_id: str) -> bool:
    """Take what the app tells otherwise than before, if the consent to that stands; gives whether it does."""
    # In this order: who withdraws after the consent was read has changed the person, and nothing is told.
    person = persons.get(space, person_id, consistent=True)
    kept = store.consent(space, person_id, app.id)
    if kept is None or "withdrawn_at" in kept or kept["version"] != app.consent_version:
        return False
    try:
        accounts.tell(space, app, told, person, kept, renews=False)
    except (PreconditionFailed, IdentifierTaken):
        raise Unavailable from None  # edited at this very moment: the app asks again
    return True


def _require_origin(app: App, circumstances: Circumstances) -> None:
    """A browser says which page asks; a server says nothing."""
    origin = circumstances.headers.get("origin")
    if origin and origin not in app.terms["origins"]:
        raise OriginRefused
