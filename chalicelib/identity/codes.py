"""One-time codes: six digits by mail or short message, good once, for ten minutes and five tries.

A code is derived from the space's key and from what the job that sent it left with the person, so that it is kept
nowhere, and a job that is done twice sends the same code twice. Asking is answered alike for everyone: what is sent,
and whether anything is, is known to whoever reads the mail.
"""

from __future__ import annotations

import hmac
from typing import Any
from urllib.parse import urlsplit

from chalicelib import clock, config, ids
from chalicelib.errors import NotFound, PreconditionFailed, Unauthenticated
from chalicelib.http.permissions import MANAGE_PEOPLE
from chalicelib.http.requests import Circumstances
from chalicelib.identity import letters, mail, sessions, store, throttle
from chalicelib.identity.models import SignedIn
from chalicelib.identity.sessions import AccountDeactivated, Holder
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.people import persons, space_key
from chalicelib.people.identifiers import Identifier, is_mobile
from chalicelib.people.person import Person
from chalicelib.people.persons import Login
from chalicelib.storage import sms, spaces
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed, Write

SEND = "code.send"
LASTING_S = 600
TRIES = 5
_RACES = 3
_NOBODY = "-"


class WrongCode(Unauthenticated):
    """Said alike of a wrong code, of one that is too old or was tried too often, and of a login that nobody has."""

    code = "wrong_code"
    vi = "Mã chưa đúng hoặc đã hết hạn. Hãy kiểm tra lại, hoặc yêu cầu mã mới."
    en = "The code is not right, or has expired. Check it, or ask for a new one."


def request(space: Space, login: str, circumstances: Circumstances) -> None:
    """Have a code sent to whoever has this login: 3 calls, the same for a login that nobody has.

    Raises: TooManyTries, SpaceOpening.
    """
    sessions.require_opened(space)
    subject, candidates = sessions.looked_for(space, login)
    throttle.code(space, subject, circumstances.address)
    found = persons.login(space, *candidates)
    queue.enqueue(SEND, space.slug, asked_by(found.person_id if found else "", candidates[0]))


def sign_in(space: Space, login: str, code: str, circumstances: Circumstances) -> SignedIn:
    """Sign in by a code: 4 calls, 6 for whoever comes in for the first time. Of many who use it at once, one is in.

    Raises: WrongCode, AccountDeactivated, TooManyTries, SpaceOpening, SpaceSuspended.
    """
    sessions.require_opened(space)
    counted, found = sessions.look_up(space, login, circumstances)
    kept = store.try_code(space, found.person_id if found else _NOBODY, TRIES)
    expected = _digits(space, found.person_id if found else _NOBODY, kept["nonce"] if kept else "")
    if (
        not hmac.compare_digest(expected, code.replace(" ", ""))
        or not found
        or not kept
        or kept["epoch"] != found.epoch
    ):
        raise WrongCode
    if found.status == "deactivated":
        raise AccountDeactivated
    sessions.require_admitted(space, found.roles)
    using = store.using_code(space, found.person_id, kept["nonce"])
    try:
        holder, also = _come_in(space, found, using)
        return sessions.begin(space, holder, circumstances, also=[*also, *counted.succeeded()])
    except TransactionFailed:
        raise WrongCode from None


def address_of(person: Person, *, by_phone: bool) -> Identifier | None:
    """Where a code for this person goes: to the telephone if that was asked for, else by mail, which costs nothing."""
    phone = Identifier("phone", person.phone) if person.phone else None
    email = Identifier("email", person.email) if person.email else None
    return phone or email if by_phone else email or phone


@queue.handles(SEND, shown_to=MANAGE_PEOPLE)  # that somebody asked for a code is theirs alone
def send(job: Job, run: Run) -> None:
    """Send the code that this job stands for, if there is somebody to send it to. Whether there was is not told."""
    space = spaces.find(job.tenant)
    person = _addressee(space, job.payload["person"])
    to = _typed(person, job.payload["to"]) or address_of(person, by_phone=job.payload["phone"]) if person else None
    if person is None or to is None:
        return
    expires = clock.epoch_s() + LASTING_S
    store.put_code(space, person.id, {"nonce": job.id, "epoch": person.epoch, "expires": expires, "ttl": expires})
    code = _digits(space, person.id, job.id)
    if to.kind == "phone":
        _send_message(space, person, to.value, code)
    else:
        _send_letter(space, person, to.value, code)


def asked_by(person_id: str, typed: Identifier) -> dict[str, Any]:
    """What a job knows of a wish for a code: who, or nobody ("" for a login that leads nowhere), and the typed."""
    return {"person": person_id, "phone": typed.kind == "phone", "to": _mark(typed)}


def _mark(identifier: Identifier) -> str:
    # Jobs are shown to admins, and tell nobody's address.
    return ids.fingerprint(identifier.text)[:32]


def _typed(person: Person, mark: str) -> Identifier | None:
    """The very address or mobile that was typed, of the several that a person may have."""
    takes = (
        each for each in person.identifiers if each.kind == "email" or (each.kind == "phone" and is_mobile(each.value))
    )
    return next((each for each in takes if _mark(each) == mark), None)


def _send_letter(space: Space, person: Person, to: str, code: str) -> None:
    mail.post(space, to, lambda name: letters.write_code(person.locale, name=person.name, space=name, code=code))


def _send_message(space: Space, person: Person, to: str, code: str) -> None:
    throttle.message(space)
    host = urlsplit(config.current().public_url).hostname or ""
    sms.send(to, letters.write_message(person.locale, space=mail.name_of(space), code=code, host=host))


def _addressee(space: Space, person_id: str) -> Person | None:
    if not person_id:
        return None
    try:
        person = persons.get(space, person_id, consistent=True)
    except NotFound:
        return None
    return None if person.status == "deactivated" else person


def _come_in(space: Space, found: Login, using: Write) -> tuple[Holder, list[Write]]:
    """Who comes in, and what is left to write with their session: whoever was invited has joined, and whoever
    registered has proved that they may, before it begins."""
    if found.status == "active" and not found.unproven:
        return Holder.of_login(found), [using]
    for _ in range(_RACES):
        person = persons.get(space, found.person_id, consistent=True)
        try:
            return Holder.of(persons.change(space, person, person.joined().proven(), also=[using])), []
        except PreconditionFailed:
            continue  # edited meanwhile: the code is still theirs
    raise PreconditionFailed


def _digits(space: Space, person_id: str, nonce: str) -> str:
    number = int.from_bytes(space_key.mac(space, "one-time-code", person_id, nonce)[:8])
    return f"{number % 10**6:06d}"
