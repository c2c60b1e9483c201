"""Registering: a name, one identifier, a password, and one is in the space as a learner.

Registering gives no token, so that its answer may be kept for a repeated request; the client signs in with what was
just typed (``docs/decisions/registering.md``).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from chalicelib.audiences.membership import regrouped
from chalicelib.errors import Forbidden
from chalicelib.http.permissions import Role
from chalicelib.http.requests import Circumstances
from chalicelib.identity import mail, passwords, throttle
from chalicelib.identity.models import Registration
from chalicelib.people import identifiers, persons
from chalicelib.people.person import Person
from chalicelib.people.persons import IdentifierTaken, Via
from chalicelib.storage.spaces import Space
from chalicelib.tenants import registry


class RegistrationClosed(Forbidden):
    """The space takes only those whom it invites."""

    code = "registration_closed"
    vi = "Đơn vị này chỉ nhận người được mời. Hãy liên hệ quản trị của đơn vị để được thêm vào."
    en = "This space takes invited people only. Ask its administrator to add you."


def register(space: Space, given: Registration, circumstances: Circumstances) -> Person:
    """Add a learner: 2 calls (count the try; the person with every copy), 4 when the identifier is taken; 1 more once a
    minute for the rules of audiences.

    Raises: RegistrationClosed, TooManyTries, InvalidInput, IdentifierTaken.
    """
    if not registry.settings(space).self_registration:
        raise RegistrationClosed
    passwords.require_impersonal(given.password, "password", [space.slug, mail.name_of(space)])
    throttle.registration(space, circumstances.address)
    person = persons.new(
        given.name,
        [identifiers.stored(given.login)],
        ["learner"],
        person_id=circumstances.new_id(),
        locale=circumstances.language,
        unproven=True,
    )
    try:
        return persons.add(space, regrouped(space, person), password_hash=passwords.hash_new(given.password))
    except IdentifierTaken:
        throttle.taken(space, circumstances.address)
        raise IdentifierTaken.at("login") from None


def ensure(space: Space, name: str, login: str, password: str, roles: Sequence[Role], *, via: Via = "admin") -> Person:
    """The person of this login, added with this password unless there is one: for set-up and demos, not for requests.

    Raises: PydanticCustomError when the login is none.
    """
    identifier = identifiers.parse(login)
    found = persons.find(space, identifier)
    if found is not None:
        return found
    return persons.create(
        space,
        name,
        [identifier],
        roles,
        password_hash=passwords.hash_new(password),
        via=via,
        become=partial(regrouped, space),
    )
