"""What of an app's word is taken, and as what. Pure, but for the key that identity numbers are hashed with.

An identifier counts when the app says that it has verified it (``phone_number_verified``, as OpenID Connect Core, 5.1
has it, and so for every claim that tells one). One that is not verified is neither stored nor looked for: it would let
whoever types another's number at the app into that other's account here, or keep them out of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

from pydantic import TypeAdapter

from chalicelib import ids
from chalicelib.apps.registry import App
from chalicelib.federation.assertions import ClaimMissing
from chalicelib.people import identifiers, profile, space_key
from chalicelib.people.identifiers import Identifier
from chalicelib.people.models import NAME_LENGTH, Name
from chalicelib.storage.spaces import Space

IDENTIFIERS = ("national_id", "phone", "email")  # in the order of their weight
_SUBJECT_LENGTH = 255  # OpenID Connect Core, 2


@dataclass(frozen=True, slots=True)
class SuperAppClaims:
    """What a trusted app says of one of its people, verified. Only :func:`accepted` makes one, and a ticket of ours
    that was sealed with it."""

    app_id: str
    subject: str
    name: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    identifiers: tuple[Identifier, ...] = ()

    @property
    def login(self) -> Identifier:
        """What leads from the app's person to the account here."""
        return Identifier("app", f"{self.app_id}:{self.subject}")

    @property
    def fingerprint(self) -> str:
        """Tells whether the app says the same as the last time."""
        return ids.fingerprint(json.dumps(self.sealed(), sort_keys=True))[:32]

    def sealed(self) -> dict[str, Any]:
        """As plain data, for a ticket."""
        return {
            "app": self.app_id,
            "sub": self.subject,
            "name": self.name,
            "fields": dict(self.fields),
            "identifiers": [each.text for each in self.identifiers],
        }

    @classmethod
    def of_sealed(cls, facts: Mapping[str, Any]) -> SuperAppClaims:
        """What :meth:`sealed` gave."""
        known_by = tuple(identifiers.stored(each) for each in facts["identifiers"])
        return cls(facts["app"], facts["sub"], facts["name"], facts["fields"], known_by)


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of one claim that an app may send; ``fault`` is empty where it was taken."""

    claim: str
    field: str
    value: str | Identifier | None
    fault: str = ""


def accepted(space: Space, app: App, claims: Mapping[str, Any]) -> SuperAppClaims:
    """What is taken of verified claims: what the app was registered for, and reads as what it should be.

    What does not is left out: nobody is kept out of a course by a birthday that the app has wrong.

    Raises: ClaimMissing.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _SUBJECT_LENGTH or not subject.isprintable():
        raise ClaimMissing(claim="sub")
    taken = {each.field: each.value for each in readings(space, app, claims) if not each.fault}
    return SuperAppClaims(
        app.id,
        subject,
        name=cast(str | None, taken.get("name")),
        fields={name: value for name, value in taken.items() if name in profile.FIELDS and isinstance(value, str)},
        identifiers=tuple(each for name in IDENTIFIERS if isinstance(each := taken.get(name), Identifier)),
    )


def readings(space: Space, app: App, claims: Mapping[str, Any]) -> list[Reading]:
    """Each claim that the app may send, as it is read."""
    return [_reading(space, name, claim, claims) for name, claim in app.claims.items()]


def _reading(space: Space, name: str, claim: str, claims: Mapping[str, Any]) -> Reading:
    given = claims.get(claim)
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)  # a year
    if not isinstance(given, str) or not given:
        return Reading(claim, name, None, "claim_absent")
    if name in IDENTIFIERS and claims.get(f"{claim}_verified") is not True:
        return Reading(claim, name, None, "claim_unverified")
    with suppress(ValueError):
        return Reading(claim, name, _read(space, name, given))
    return Reading(claim, name, None, "claim_unreadable")


def _read(space: Space, name: str, text: str) -> str | Identifier:
    """Raises: ValueError."""
    match name:
        case "name":
            return _names().validate_python(text[: NAME_LENGTH * 4])
        case "national_id":
            return space_key.national_id(space, identifiers.national_id(text[:64]))
        case "email" | "phone":
            parse: Callable[[str], str] = getattr(identifiers, name)
            return Identifier(cast(identifiers.Kind, name), parse(text[: identifiers.LOGIN_LENGTH * 2]))
    return profile.parse(name, text[: profile.TEXT_LENGTH * 4])


@lru_cache(maxsize=1)
def _names() -> TypeAdapter[str]:
    """What a name may be: made once, since making it takes longer than verifying a signature."""
    return TypeAdapter(Name)
