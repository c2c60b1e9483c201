"""Invitations: an admin names a person, a mail brings the link, the person sets a password and is in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import cast

from chalicelib import clock, ids
from chalicelib.audiences.membership import regrouped
from chalicelib.errors import Conflict, Language, PreconditionFailed
from chalicelib.http.permissions import Role
from chalicelib.http.requests import Circumstances
from chalicelib.identity import links, mail, passwords, sessions, throttle
from chalicelib.identity.links import LinkSpent
from chalicelib.identity.models import Acceptance, InvitationView, SignedIn
from chalicelib.identity.sessions import Holder
from chalicelib.people import identifiers, persons
from chalicelib.people.identifiers import Identifier
from chalicelib.people.person import Person
from chalicelib.people.persons import IdentifierTaken
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed

_RESENT_S = 60  # an impatient double click sends one mail


class AlreadyJoined(Conflict):
    """There is nothing left to invite to."""

    code = "already_joined"
    vi = "Người này đã có tài khoản hoạt động hoặc đã bị ngừng; không cần gửi lại lời mời."
    en = "This person has joined already, or has been deactivated; there is no invitation to send."


def invite(space: Space, name: str, email: str, roles: Iterable[str], language: Language, *, by: str) -> str:
    """Invite whoever has this e-mail address; gives the person's id. Repeating it invites nobody twice.

    Whoever is of the space already, in whatever state, is left as they are.
    """
    identifier = Identifier("email", identifiers.email(email))
    person = persons.create(
        space,
        name,
        [identifier],
        cast(Iterable[Role], roles),
        status="invited",
        locale=language,
        via="invitation",
        become=partial(regrouped, space),
    )
    _order_first(space, person, by)
    return person.id


def invite_new(
    space: Space, name: str, email: str, roles: Iterable[Role], language: Language, circumstances: Circumstances
) -> Person:
    """Invite somebody who is not of the space yet: 2 calls. Raises: IdentifierTaken."""
    person = persons.new(
        name,
        [Identifier("email", email)],
        roles,
        person_id=circumstances.new_id(),
        status="invited",
        locale=language,
    )
    try:
        person = persons.add(space, regrouped(space, person), via="invitation")
    except IdentifierTaken:
        raise IdentifierTaken.at("email") from None
    _order_first(space, person, circumstances.actor_id)
    return person


def resend(space: Space, person_id: str, circumstances: Circumstances) -> None:
    """Send the invitation again, at most once a minute: 2 calls. Links sent before stay good.

    Raises: NotFound, AlreadyJoined.
    """
    person = persons.get(space, person_id, consistent=True)
    if person.status != "invited":
        raise AlreadyJoined
    minute = str(clock.epoch_s() // _RESENT_S)
    job_id = ids.derived("invitation", space.slug, person_id, minute)
    mail.order(space, person_id, "invitation", by=circumstances.actor_id, job_id=job_id)


def show(space: Space, token: str) -> InvitationView:
    """What an invitation says: 1 call. Raises: NotFound, LinkSpent."""
    link = links.find(space, token, "invitation")
    return InvitationView(
        name=link.person.name,
        login=link.person.logins[0].value,
        space=mail.name_of(space),
        slug=space.slug,
        expires_at=link.expires_at,
    )


def accept(space: Space, token: str, acceptance: Acceptance, circumstances: Circumstances) -> SignedIn:
    """Set the password, become active and be signed in: 3 calls. Of many at once, one is in.

    Raises: NotFound, LinkSpent, InvalidInput.
    """
    person = set_password(space, token, "invitation", acceptance.password, name=acceptance.name)
    return sessions.begin(space, Holder.of(person), circumstances)


def set_password(space: Space, token: str, purpose: links.Purpose, password: str, *, name: str | None = None) -> Person:
    """Use a link up: the person becomes active with this password, and everything issued to them before is void.

    2 calls. Raises: NotFound, LinkSpent, InvalidInput.
    """
    link = links.find(space, token, purpose)
    passwords.require_impersonal(password, "password", words_of(space, link.person))
    password_hash = passwords.hash_new(password)
    for _ in range(3):
        changed = link.person.edited(name=name).proven().with_password()
        also = [link.using(space), *(throttle.forgiving(space, each.text) for each in link.person.logins)]
        try:
            return persons.change(space, link.person, changed, password_hash=password_hash, also=also)
        except TransactionFailed:
            raise LinkSpent from None
        except PreconditionFailed:
            # An admin edited the person meanwhile: the link says anew whether it is good.
            link = links.find(space, token, purpose)
    raise LinkSpent


def words_of(space: Space, person: Person) -> list[str]:
    """What this person's password must not be."""
    return [person.name, *(each.value for each in person.logins), space.slug, mail.name_of(space)]


def _order_first(space: Space, person: Person, by: str) -> None:
    if person.status == "invited":
        job_id = ids.derived("invitation", space.slug, person.id)
        mail.order(space, person.id, "invitation", by=by, job_id=job_id)
