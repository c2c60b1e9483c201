"""Operators of the platform: persons of the control plane's own space, with the same accounts as everyone's."""

from __future__ import annotations

from chalicelib.http.requests import Circumstances
from chalicelib.identity import invitations, registration
from chalicelib.identity.models import NewOperator
from chalicelib.people import administration
from chalicelib.people.person import Person
from chalicelib.storage.spaces import platform


def ensure(email: str, name: str, password: str) -> Person:
    """The operator of this address, made with this password unless there is one: the first of a deployment.

    An account that exists keeps its password. Raises: PydanticCustomError when the address is none.
    """
    return registration.ensure(platform(), name, email, password, ["operator"])


def invite(given: NewOperator, circumstances: Circumstances) -> Person:
    """Invite another operator: 2 calls. Raises: IdentifierTaken."""
    return invitations.invite_new(platform(), given.name, given.email, ["operator"], given.locale, circumstances)


def deactivate(person_id: str) -> None:
    """Shut an operator out; the last one stays. 2 calls. Raises: NotFound, LastKeeper."""
    administration.deactivate(platform(), person_id)
