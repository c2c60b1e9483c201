"""Activation codes: what a person whom a list made comes in with, printed on a slip.

A code is derived from the space's key, the person and the number of their code; it is kept nowhere, so a sheet may be
printed again until it is used, and an admin who gives a new code voids the old one by counting on. Ten characters of
Crockford's base 32 are 50 bits: with the tries that a login has, that is never guessed.
"""

from __future__ import annotations

import hmac

from chalicelib import ids
from chalicelib.errors import Conflict, NotFound, PreconditionFailed, Refusal, refuse_field
from chalicelib.http.requests import Circumstances
from chalicelib.identity import codes, invitations, links, passwords, sessions
from chalicelib.identity.code_models import ActivationCode
from chalicelib.identity.codes import WrongCode
from chalicelib.identity.models import SignedIn
from chalicelib.identity.sessions import AccountDeactivated, Holder
from chalicelib.people import persons, space_key
from chalicelib.people.identifiers import Identifier, Kind
from chalicelib.people.person import Person
from chalicelib.people.persons import Login
from chalicelib.storage.spaces import Space

LENGTH = 10
_RACES = 3
_NOBODY = "-"
_ORDER: tuple[Kind, ...] = ("staff_code", "phone", "email", "national_id")  # what people know by heart comes first
_NEEDED = (
    "password_needed",
    "Bạn chưa có email hoặc số di động để nhận mã đăng nhập, nên cần đặt mật khẩu ngay bây giờ.",
    "You have no e-mail address or mobile number to get codes by, so a password has to be set now.",
)


class CodeSpent(Refusal):
    """The right code of somebody who has come in already."""

    status = 410
    code = "code_spent"
    vi = "Mã này đã được dùng. Hãy đăng nhập bằng mật khẩu hoặc mã một lần; nếu không được, hãy xin quản trị mã mới."
    en = "This code has been used. Sign in by password or one-time code; if you cannot, ask an admin for a new code."


class PersonDeactivated(Conflict):
    """No code is given to whoever has been shut out."""

    code = "person_deactivated"
    vi = "Người này đã bị ngừng. Hãy cho hoạt động lại trước khi cấp mã."
    en = "This person has been deactivated. Let them in again before giving them a code."


def code_of(space: Space, person: Person) -> str | None:
    """The code that lets this person in, as it is stored nowhere: ten characters; ``None`` when there is none.

    0 calls when warm.
    """
    return _code(space, person.id, person.activation) if person.status == "invited" and person.activation else None


def shown(code: str) -> str:
    """As people read it: ``K7QPM-3XW0D``."""
    return f"{code[:5]}-{code[5:]}"


def login_of(person: Person) -> Identifier | None:
    """What goes with the code on a slip."""
    found = {each.kind: each for each in reversed(person.logins)}
    return next((found[kind] for kind in _ORDER if kind in found), None)


def page(space: Space) -> str:
    """Where a code is typed."""
    return f"{links.root(space)}/activation"


def renew(space: Space, person_id: str) -> ActivationCode:
    """Give a person another code: 2 calls. Whoever had come in is out, with every session, until they use it.

    Raises: NotFound, PersonDeactivated, LastKeeper, PreconditionFailed.
    """
    person = _renewed(space, person_id)
    login = login_of(person)
    return ActivationCode(
        person=person.id,
        name=person.name,
        login=login.shown if login else None,
        code=shown(_code(space, person.id, person.activation)),
        address=page(space),
    )


def use(space: Space, login: str, code: str, password: str | None, circumstances: Circumstances) -> SignedIn:
    """Come in by a code, and be signed in: 5 calls. Of many who use it at once, one is in.

    Raises: WrongCode, CodeSpent, AccountDeactivated, InvalidInput, TooManyTries, SpaceOpening, SpaceSuspended.
    """
    sessions.require_opened(space)
    counted, found = sessions.look_up(space, login, circumstances)
    typed = _normal(code)
    for _ in range(_RACES):
        person = _proved(space, found, typed)
        try:
            joined = _joined(space, person, password)
        except PreconditionFailed:
            continue  # edited meanwhile, or come in by another way: looked at anew
        return sessions.begin(space, Holder.of(joined), circumstances, also=counted.succeeded())
    raise PreconditionFailed


def _proved(space: Space, found: Login | None, typed: str) -> Person:
    """Whoever this code lets in; also when there is nobody, so that both cost the same."""
    person = _person(space, found.person_id if found else _NOBODY)
    expected = _code(space, person.id if person else _NOBODY, person.activation if person else 0)
    if not hmac.compare_digest(expected, typed) or person is None or not person.activation:
        raise WrongCode
    if person.status == "deactivated":
        raise AccountDeactivated
    if person.status == "active":
        raise CodeSpent
    sessions.require_admitted(space, person.roles)
    return person


def _joined(space: Space, person: Person, password: str | None) -> Person:
    if password is None:
        if codes.address_of(person, by_phone=False) is None:
            raise refuse_field("password", *_NEEDED)
        return persons.change(space, person, person.joined().proven())
    passwords.require_impersonal(password, "password", invitations.words_of(space, person))
    return persons.change(space, person, person.proven().with_password(), password_hash=passwords.hash_new(password))


def _person(space: Space, person_id: str) -> Person | None:
    try:
        return persons.get(space, person_id, consistent=True)
    except NotFound:
        return None


def _renewed(space: Space, person_id: str) -> Person:
    for _ in range(_RACES):
        person = persons.get(space, person_id, consistent=True)
        if person.status == "deactivated":
            raise PersonDeactivated
        # A password that nobody has takes the place of the old one: whoever knows that may be why a code is asked for.
        nobodys = passwords.hash_new(ids.secret()) if person.status == "active" else None
        try:
            return persons.change(space, person, person.reinvited(), password_hash=nobodys)
        except PreconditionFailed:
            continue
    raise PreconditionFailed


def _code(space: Space, person_id: str, number: int) -> str:
    coded = ids.encoded(int.from_bytes(space_key.mac(space, "activation", person_id, str(number))[:8]), LENGTH)
    return coded.upper()


def _normal(code: str) -> str:
    """As it was printed: Crockford reads O as 0, I and L as 1, and takes no notice of case and hyphens."""
    plain = "".join(each for each in code.upper() if each.isascii() and each.isalnum())
    return plain.translate(str.maketrans("OIL", "011"))
