"""What a provider's claims say of a person, by the rules of the space. Pure: claims and rules in, facts out.

A claim is believed as far as the provider vouches for it: an e-mail address or a phone number when it says that it has
verified it, or when the space has named the address's domain as the provider's own; a staff code or an identity number
when an admin has named the claim for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

from chalicelib import vietnamese
from chalicelib.http.permissions import Role
from chalicelib.people import identifiers, profile
from chalicelib.people.identifiers import Identifier
from chalicelib.people.models import NAME_LENGTH

_MOST_VALUES = 200
_LINKING = re.compile(r"\.(?=\w)")  # names stand in our mails, where evil.example would turn into a link


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a person: verified identifiers in the order of their weight (an identity number still as its
    digits), a name, fields of the profile, the names of their unit, and the roles that rules give."""

    name: str
    vouched: tuple[Identifier, ...] = ()
    national_id: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    unit: tuple[str, ...] = ()
    roles: frozenset[Role] = frozenset()


def understood(claims: Mapping[str, Any], terms: Mapping[str, Any]) -> Told:
    """What these claims say by a provider's terms (as ``sso/models.py`` has them, as JSON). What cannot be read is left
    out: a person signs in although their department has a name too long."""
    named = terms["claims"]
    return Told(
        name=_name(claims, named["name"]),
        vouched=tuple(_vouched(claims, terms)),
        national_id=_read(identifiers.national_id, _text(claims, named.get("national_id"))),
        fields=dict(_fields(claims, named.get("fields") or {})),
        unit=_unit(claims, terms),
        roles=_roles(claims, terms),
    )


def wanted(terms: Mapping[str, Any]) -> frozenset[str]:
    """The claims that a provider's terms speak of, by the name of the whole."""
    named = terms["claims"]
    paths = [named["name"], *(named.get(each) for each in ("staff_code", "national_id", "unit"))]
    paths += [*(named.get("fields") or {}).values(), *(rule["claim"] for rule in terms["role_rules"])]
    paths += ["email", *(rule["claim"] for rule in terms["unit_rules"])]
    return frozenset(path.partition(".")[0] for path in paths if path)


def at(claims: Mapping[str, Any], path: str | None) -> Any:
    """The value at a claim's name; a dot goes into an object, unless a claim has that very name."""
    if path is None:
        return None
    if path in claims:
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _vouched(claims: Mapping[str, Any], terms: Mapping[str, Any]) -> Iterator[Identifier]:
    code = _read(identifiers.staff_code, _text(claims, terms["claims"].get("staff_code")))
    if code:
        yield Identifier("staff_code", code)
    address = _read(identifiers.email, _text(claims, "email"))
    if address and _is_verified(claims, address, terms["email_domains"]):
        yield Identifier("email", address)
    number = _read(identifiers.phone, _text(claims, "phone_number"))
    if number and claims.get("phone_number_verified") is True:
        yield Identifier("phone", number)


def _is_verified(claims: Mapping[str, Any], address: str, domains: list[str]) -> bool:
    said = claims.get("email_verified")
    if said is not None:
        return said is True or said == "true"  # some providers write it as a text
    return address.rpartition("@")[2] in domains


def _name(claims: Mapping[str, Any], path: str) -> str:
    given = " ".join(filter(None, (_text(claims, "family_name"), _text(claims, "given_name"))))
    candidates = (_text(claims, path), _text(claims, "name"), given, _text(claims, "preferred_username"))
    local = (_text(claims, "email") or "").partition("@")[0]
    for each in (*candidates, local):
        kept = "".join(mark for mark in vietnamese.clean_line(each or "") if mark.isalnum() or mark in " .,'-()")
        kept = _LINKING.sub(" ", kept)
        if any(mark.isalpha() for mark in kept):
            return kept[:NAME_LENGTH].strip()
    return "?"


def _fields(claims: Mapping[str, Any], named: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, path in named.items():
        value = _read(profile.FIELDS[name].parse, _text(claims, path))
        if value:
            yield name, value


def _unit(claims: Mapping[str, Any], terms: Mapping[str, Any]) -> tuple[str, ...]:
    """By the first rule that fits, else as the claim names it."""
    for rule in terms["unit_rules"]:
        if rule["value"] in _values(claims, rule["claim"]):
            return tuple(rule["unit"])
    told = at(claims, terms["claims"].get("unit"))
    names = told if isinstance(told, list) else str(told).split("/") if isinstance(told, str) else []
    lines = [_read(profile.line, each) for each in names[:8] if isinstance(each, str) and each.strip()]
    return tuple(each for each in lines if each) if all(lines) else ()


def _roles(claims: Mapping[str, Any], terms: Mapping[str, Any]) -> frozenset[Role]:
    given = (rule["roles"] for rule in terms["role_rules"] if rule["value"] in _values(claims, rule["claim"]))
    return frozenset(cast(Role, role) for roles in given for role in roles)


def _values(claims: Mapping[str, Any], path: str) -> list[str]:
    found = at(claims, path)
    listed = found if isinstance(found, list) else [found]
    return [str(each) for each in listed[:_MOST_VALUES] if isinstance(each, str | int) and not isinstance(each, bool)]


def _text(claims: Mapping[str, Any], path: str | None) -> str | None:
    found = at(claims, path)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else None


def _read(parse: identifiers.Parse, text: str | None) -> str | None:
    with suppress(ValueError):
        return parse(text) if text and len(text) <= 1_000 else None
    return None
