"""A person's own password: changing it, and setting a new one when it is forgotten."""

from __future__ import annotations

from chalicelib.errors import Fault, InvalidInput, PreconditionFailed
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor, InvalidToken
from chalicelib.identity import invitations, mail, passwords, sessions, store, throttle
from chalicelib.identity.models import PasswordChange
from chalicelib.people import persons
from chalicelib.people.person import Person
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed

_TRIES = 3


class WrongPassword(InvalidInput):
    """The present password was not given right."""

    code = "wrong_password"
    vi = "Mật khẩu hiện tại chưa đúng."
    en = "The current password is not right."


def change(space: Space, actor: Actor, given: PasswordChange, circumstances: Circumstances) -> None:
    """Replace one's password; all sessions but this one end, and no link sent before is good. 4 calls.

    Raises: WrongPassword, InvalidInput, TooManyTries, InvalidToken when the session has ended meanwhile.
    """
    person = persons.get(space, actor.person_id, consistent=True)
    counted = throttle.sign_in(space, _subject(person), circumstances.address)
    _require_current(space, person, given.current)
    passwords.require_impersonal(given.new, "new", invitations.words_of(space, person))
    password_hash = passwords.hash_new(given.new)
    for _ in range(_TRIES):
        changed = person.with_password()
        staying = store.moving_session(space, person.id, actor.session_id, person.epoch, changed.epoch)
        try:
            persons.change(space, person, changed, password_hash=password_hash, also=[staying, *counted.succeeded()])
            return
        except TransactionFailed:
            raise InvalidToken from None
        except PreconditionFailed:
            person = persons.get(space, actor.person_id, consistent=True)
    raise PreconditionFailed


def request_reset(space: Space, login: str, circumstances: Circumstances) -> None:
    """Send a link to whoever has this login and an e-mail address: 3 calls, the same for a login that nobody has.

    Raises: TooManyTries.
    """
    sessions.require_opened(space)
    subject, candidates = sessions.looked_for(space, login)
    throttle.letter(space, subject, circumstances.address)
    found = persons.login(space, *candidates)
    mail.order(space, found.person_id if found else "", "reset")


def reset(space: Space, token: str, password: str) -> None:
    """Set a new password by a link; all sessions end. 2 calls. Raises: NotFound, LinkSpent, InvalidInput."""
    sessions.require_opened(space)
    invitations.set_password(space, token, "reset", password)


def _require_current(space: Space, person: Person, password: str) -> None:
    found = persons.login(space, *person.logins[:1])
    if not passwords.verify(found.password_hash if found else None, password):
        wrong = Fault("current", WrongPassword.code, WrongPassword.vi, WrongPassword.en)
        raise WrongPassword(faults=[wrong])


def _subject(person: Person) -> str:
    """What tries of this person count for: whoever came in by an app alone has no login."""
    return person.logins[0].text if person.logins else person.id
