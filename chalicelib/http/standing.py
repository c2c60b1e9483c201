"""Whether a token still tells the truth: asked before every action of the staff, since a token outlasts what it says.

An access token is good for a quarter of an hour and is not looked up. That suffices for learning; it must not suffice
for an admin who has just been shut out to let themselves in again, or to invite a second self.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from chalicelib.http.permissions import Role
from chalicelib.http.tokens import Actor, InvalidToken
from chalicelib.storage.spaces import Space

Told = Callable[[Space, str], frozenset[Role] | None]
T = TypeVar("T", bound=Told)

_told: list[Told] = []


def tells(function: T) -> T:
    """Declare who knows the roles that a person holds now: none when they are shut out, ``None`` when unknown."""
    _told.append(function)
    return function


def require(space: Space, actor: Actor) -> None:
    """Refuse a token that names a role which its holder has no longer: a new one, by the refresh token, says what is.

    What asking costs. Raises: InvalidToken.
    """
    for tell in _told:
        held = tell(space, actor.person_id)
        # Persons are deactivated, never deleted: nobody whom a token was issued to is unknown.
        if held is not None and not actor.roles <= held:
            raise InvalidToken
