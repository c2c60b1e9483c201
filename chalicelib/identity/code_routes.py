"""What the web sees of activation codes and one-time codes."""

from __future__ import annotations

from chalicelib.errors import InvalidInput, PreconditionFailed
from chalicelib.http.endpoint import Answer, Budget, Feature
from chalicelib.http.gate import SpaceOpening, SpaceSuspended
from chalicelib.http.models import Id
from chalicelib.http.permissions import ANYONE, MANAGE_PEOPLE
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.identity import activation, codes, sheets
from chalicelib.identity.activation import CodeSpent, PersonDeactivated
from chalicelib.identity.code_models import (
    Activation,
    ActivationCode,
    CodeCredentials,
    CodeRequest,
    NewSheet,
    Sheet,
)
from chalicelib.identity.codes import WrongCode
from chalicelib.identity.models import ResetAccepted, SignedIn
from chalicelib.identity.sessions import AccountDeactivated
from chalicelib.identity.sheets import ListUnready
from chalicelib.identity.throttle import TooManyTries
from chalicelib.people.person import LastKeeper
from chalicelib.storage.spaces import Space

identity = Feature("identity")


@identity.post(
    "/spaces/{space}/sessions/activation",
    may=ANYONE,
    session="gives",
    while_suspended=True,
    budget=Budget(calls=5, rcu=5, wcu=60),
    raises=[
        WrongCode, CodeSpent, AccountDeactivated, InvalidInput, TooManyTries, PreconditionFailed, SpaceOpening,
        SpaceSuspended,
    ],
)  # fmt: skip
def activate(space: Space, body: Activation, circumstances: Circumstances) -> SignedIn:
    """Come in for the first time, by the code of one's slip; one is signed in at once. The code is good once."""
    return activation.use(space, body.login, body.code, body.password, circumstances)


@identity.post(
    "/spaces/{space}/sessions/codes",
    may=ANYONE,
    while_suspended=True,
    status=202,
    budget=Budget(calls=3, rcu=4, wcu=10),
    raises=[TooManyTries, SpaceOpening],
)
def request_code(space: Space, body: CodeRequest, circumstances: Circumstances) -> ResetAccepted:
    """Have a one-time code sent by mail or short message. The answer is the same for a login that nobody has."""
    codes.request(space, body.login, circumstances)
    return ResetAccepted()


@identity.post(
    "/spaces/{space}/sessions/code",
    may=ANYONE,
    session="gives",
    while_suspended=True,
    budget=Budget(calls=6, rcu=5, wcu=60),
    raises=[WrongCode, AccountDeactivated, TooManyTries, PreconditionFailed, SpaceOpening, SpaceSuspended],
)
def sign_in_by_code(space: Space, body: CodeCredentials, circumstances: Circumstances) -> SignedIn:
    """Sign in by a one-time code: good for ten minutes and five tries, and only the last one that was sent."""
    return codes.sign_in(space, body.login, body.code, circumstances)


@identity.post(
    "/spaces/{space}/people/{person}/activation",
    may=MANAGE_PEOPLE,
    raises=[PersonDeactivated, LastKeeper, PreconditionFailed],
)
def renew_activation(space: Space, person: Id) -> ActivationCode:
    """Give a person a new activation code; the old one is void. Whoever had come in already is out, with every session
    and password, until they come in by the code."""
    return activation.renew(space, person)


@identity.post(
    "/spaces/{space}/activation-sheets",
    may=MANAGE_PEOPLE,
    status=202,
    creates=True,
    audits=["roster", "unit", "format"],
    raises=[ListUnready],
)
def print_activation_sheets(space: Space, actor: Actor, body: NewSheet, circumstances: Circumstances) -> Answer[Sheet]:
    """Have slips with activation codes printed for those who have not come in yet, unit by unit. A job does it; they
    may be printed again until they are used."""
    sheet = sheets.start(space, body, job_id=circumstances.new_id(), actor=actor.person_id)
    return Answer(sheet, location=f"/v1/spaces/{space.slug}/activation-sheets/{sheet.job}")


@identity.get(
    "/spaces/{space}/activation-sheets/{job}", may=MANAGE_PEOPLE, audited=True, budget=Budget(calls=2, rcu=1, wcu=1)
)
def read_activation_sheets(space: Space, job: Id) -> Sheet:
    """How far the slips are; once they are done, addresses to read the files from, good for a quarter of an hour."""
    return sheets.follow(space, job)
