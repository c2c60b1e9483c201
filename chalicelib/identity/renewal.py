"""Going on with a session: a refresh token is exchanged for the next.

A token that was used before means that two hold it, of whom one is a thief, and ends the session for both (RFC 9700,
4.14.2). It comes again from its owner too, where the answer was lost on a poor line; so an exchange may carry an
``attempt``, a secret of the client's that it keeps until it has the answer. The next token is then derived from both
under the space's key: the token before with its attempt gives the same next token again, and with none or another it
is a thief's.
"""

from __future__ import annotations

import hmac
import logging
import re
from base64 import urlsafe_b64encode

from chalicelib import clock, ids, logs
from chalicelib.errors import Fault, InvalidInput, Unauthenticated
from chalicelib.http.session_cookie import WebClient
from chalicelib.identity import sessions, store
from chalicelib.identity.models import REFRESH_TOKEN, Refresh, SignedIn
from chalicelib.identity.sessions import Holder
from chalicelib.people import persons, space_key
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

REPEATED_S = 24 * 3600  # for so long a client may ask for an answer that it lost


class SessionEnded(Unauthenticated):
    """A refresh token of no session that is alive."""

    ends_session = True
    code = "session_ended"
    vi = "Phiên đăng nhập đã kết thúc. Hãy đăng nhập lại."
    en = "This session has ended. Sign in again."


class TokenReused(Unauthenticated):
    """A refresh token that was used before: the session is ended."""

    ends_session = True
    code = "refresh_token_reused"
    vi = "Phiên đăng nhập đã bị kết thúc vì lý do an toàn. Hãy đăng nhập lại."
    en = "This session was ended for safety. Sign in again."


class RefreshRaced(Unauthenticated):
    """Another request with the same token was quicker: go on with the token that it was given."""

    code = "refresh_raced"
    vi = "Phiên đăng nhập vừa được làm mới ở cửa sổ khác."
    en = "Another request has just refreshed this session."


def refresh(space: Space, given: Refresh, web: WebClient | None) -> SignedIn:
    """The next pair of tokens, with the roles that the person has now: 2 calls when warm.

    Raises: InvalidInput, SessionEnded, TokenReused, RefreshRaced, SpaceOpening, SpaceSuspended.
    """
    sessions.require_opened(space)
    parts = re.fullmatch(REFRESH_TOKEN, _presented(given, web))
    if parts is None:
        raise SessionEnded
    person_id, session_id, secret = parts.groups()
    session, stored = store.session_and_person(space, person_id, session_id)
    if session is None or stored is None:
        raise SessionEnded
    person = persons.from_item(stored)
    alive = sessions.is_alive(space, session["epoch"], session["until"], session.get("party"), person)
    if person.status != "active" or not alive:
        store.end_session(space, person_id, session_id)
        raise SessionEnded
    following = _following(space, person_id, session_id, secret, given.attempt)
    lost = _is_lost_answer(session, secret, given.attempt, following)
    if not lost and not hmac.compare_digest(session["hash"], ids.fingerprint(secret)):
        _end_family(space, person_id, session_id)
    sessions.require_admitted(space, person.roles)
    if not lost:
        _exchange(space, person_id, session, _digest(secret, given.attempt), following)
    return sessions.tokens(space, Holder.of(person), session_id, following)


def _presented(given: Refresh, web: WebClient | None) -> str:
    """The token: of the web client the cookie's, of others the body's. Raises: SessionEnded, InvalidInput."""
    if web is None and given.refresh_token is None:
        vi, en = "Thiếu mã làm mới phiên.", "The refresh token is missing."
        raise InvalidInput(faults=[Fault("refresh_token", "missing", vi, en)])
    if web is None or given.refresh_token is None:
        return (web.token if web else given.refresh_token) or ""
    vi, en = "Trang web không gửi mã này: mã nằm trong cookie.", "The web client sends no token: its cookie holds it."
    raise InvalidInput(faults=[Fault("refresh_token", "in_the_cookie", vi, en)])


def _following(space: Space, person_id: str, session_id: str, secret: str, attempt: str | None) -> str:
    """The secret that follows: without an attempt any, with one always the same. Nobody without the space's key can
    tell it, also where a client's attempts could be guessed."""
    if attempt is None:
        return ids.secret()
    derived = space_key.mac(space, "refresh", person_id, session_id, secret, attempt)
    return urlsafe_b64encode(derived).decode().rstrip("=")


def _digest(secret: str, attempt: str | None) -> str:
    """What is kept of an exchange, so that it is known again; nothing of one without an attempt."""
    return "" if attempt is None else ids.fingerprint(f"{secret}.{attempt}")


def _is_lost_answer(session: Item, secret: str, attempt: str | None, following: str) -> bool:
    """Whether this very exchange was the newest, not long ago: its answer is then given again, and nothing written."""
    if attempt is None or not hmac.compare_digest(session.get("exchange", ""), _digest(secret, attempt)):
        return False
    since = clock.from_timestamp(session["used_at"]).timestamp()
    # A release that knows of no attempts may have exchanged the token since.
    is_newest = hmac.compare_digest(session["hash"], ids.fingerprint(following))
    return is_newest and clock.epoch_s() - since <= REPEATED_S


def _exchange(space: Space, person_id: str, session: Item, digest: str, following: str) -> None:
    """Make the following secret the good one. Of two who ask at once one gets it; a retry of our own, and the client's
    under the same attempt, find what they have written."""
    now = clock.epoch_s()
    facts = {
        "hash": ids.fingerprint(following),
        "exchange": digest,
        "used_at": clock.timestamp(),
        "ttl": min(now + sessions.IDLE_S, session["until"]),
    }
    try:
        store.rotate(space, person_id, session["id"], session["hash"], facts)
    except ConditionFailed as lost:
        if lost.item is None:
            raise SessionEnded from None
        if lost.item["hash"] != facts["hash"]:
            raise RefreshRaced from None


def _end_family(space: Space, person_id: str, session_id: str) -> None:
    store.end_session(space, person_id, session_id)
    logs.event("session.reuse_detected", level=logging.WARNING, tenant=space.slug, person=person_id, session=session_id)
    raise TokenReused
