"""Credentials as they go out: the page for anyone, the cards of lists, and the documents of an issuer."""

from __future__ import annotations

import json
from collections.abc import Sequence

from chalicelib import clock
from chalicelib.credentials import addresses, documents, keys, register, signing, status, store
from chalicelib.credentials.canonical import Json
from chalicelib.credentials.keys import IssuerKey
from chalicelib.credentials.models import (
    Achieved,
    CredentialCard,
    IssuedCard,
    Issuer,
    IssuerKeyCard,
    IssuerKeys,
    PublicCredential,
)
from chalicelib.credentials.register import Issued
from chalicelib.errors import NotFound
from chalicelib.http import paging
from chalicelib.http.caching import Remembered
from chalicelib.learning.models import instant
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.tenants import registry

PRINTED = frozenset({"valid", "expired"})  # what is shown as a page and a picture; the others are no certificates
_lists: Remembered[tuple[str, int], str] = Remembered(
    50_000_000, fresh_s=status.FRESH_S, weigh=lambda text: 100 + len(text)
)


def page(number: str) -> PublicCredential:
    """What anyone may see of a credential: 1 call, and 1 a minute for what its issuer is called. Raises: NotFound."""
    found = register.find(number)
    slug = addresses.parts(number)[0]
    told = found.signed
    address = addresses.page(number)
    printable = told and found.state in PRINTED
    return PublicCredential(
        id=number,
        state=found.state,
        name=found.name,
        achievement=_achieved(found) if told else None,
        issuer=Issuer(
            id=addresses.did(slug),
            name=told["issuer"]["name"] if told else registry.profile(slug).name,
            profile=addresses.profile(slug),
        ),
        achieved_at=instant(found.achieved_at) if told else None,
        issued_at=instant(found.at),
        valid_until=instant(found.until) if found.until else None,
        score=found.score if told else None,
        hours=round(found.minutes / 60, 1) if found.minutes and told else None,
        revoked_at=instant(found.changed_at) if found.changed_at else None,
        reason=found.reason,
        superseded_by=found.next,
        address=address,
        credential=f"{address}/vc" if told else None,
        token=f"{address}/jwt" if told else None,
        certificate=f"{address}/certificate.pdf" if printable else None,
        picture=f"{address}/share.png" if printable else None,
    )


def signed(number: str) -> str:
    """The credential with its proof: 1 call. Raises: NotFound, also for what was deleted; Unavailable."""
    found = register.find_signed(number)
    if not found.signed:
        raise NotFound
    return _text(found.signed)


def token(number: str) -> str:
    """The credential as a token: 1 call. Raises: NotFound, also for what was deleted; Unavailable."""
    found = register.find_signed(number)
    if not found.token:
        raise NotFound
    return found.token


def did_document(slug: str) -> str:
    """An issuer's DID document: 0 calls when warm. Raises: NotFound, Unavailable."""
    registry.profile(slug)
    return _text(keys.document(slug))


def issuer_profile(slug: str) -> str:
    """An issuer's profile: 0 calls when warm. Raises: NotFound."""
    found = registry.profile(slug)
    support = found.brand.support.model_dump(exclude_none=True) if found.brand.support else {}
    return _text(documents.profile(slug, found.name, support))


def status_list(slug: str, number: int) -> str:
    """A status list, signed: 0 calls when warm (a minute), else 2 and some 15 ms. As long as no bit changes it is the
    same to the last byte, whoever signs it. Raises: NotFound, Unavailable."""
    return _lists.get((slug, number), lambda: _status_list(slug, number))


def _status_list(slug: str, number: int) -> str:
    places = store.places(slug)
    if places is None or number * status.BITS >= places["n"]:
        raise NotFound
    parts = store.revoked(slug, number)
    since = clock.told(max([places["at"], *(part["at"] for part in parts)]))
    bits = [bit for part in parts for bit in part["revoked"]]
    key = keys.current(slug).signing(slug)
    return _text(signing.embedded(status.document(slug, number, bits, since), key, since))


def mine(space: Space, person_id: str, cursor: str | None, limit: int) -> tuple[list[CredentialCard], str | None]:
    """A page of what a person was issued: 2 calls. Raises: BadCursor."""
    found, more = _held(space, person_id, cursor, limit)
    return [card(space, credential_id, issued) for credential_id, issued in found], more


def of_person(space: Space, person_id: str, cursor: str | None, limit: int) -> tuple[list[IssuedCard], str | None]:
    """The same for the staff: 2 calls. Raises: BadCursor."""
    found, more = _held(space, person_id, cursor, limit)
    return [_issued(space, credential_id, issued, person_id) for credential_id, issued in found], more


def listed(space: Space, about: str | None, cursor: str | None, limit: int) -> tuple[list[IssuedCard], str | None]:
    """A page of what a space has issued (for one course), newest first: 3 calls. Raises: BadCursor."""
    after = store.listed_after(about, *paging.decode(cursor, str, str)) if cursor else None
    rows = store.listed(space, about, after, limit)
    issued_ids = [_credential_id(item) for item in rows.items]
    found = register.several(space.slug, issued_ids)
    owners = store.owners(space, issued_ids)
    cards = [_issued(space, each, found[each], owners.get(each)) for each in issued_ids if each in found]
    return cards, _after(rows.after)


def one(space: Space, number: str) -> IssuedCard:
    """One of a space's credentials: 2 calls. Raises: NotFound."""
    slug, credential_id = addresses.parts(number)
    if slug != space.slug:
        raise NotFound
    return _issued(space, credential_id, register.find(number), store.owner(space, credential_id))


def issuer_keys(slug: str) -> IssuerKeys:
    """An issuer's keys, the newest first: 0 calls when warm."""
    found = keys.every(slug)
    now = keys.current(slug).id if found else None
    return IssuerKeys(items=[_key_card(key, now) for key in reversed(found)])


def _key_card(key: IssuerKey, now: str | None) -> IssuerKeyCard:
    return IssuerKeyCard(
        id=key.id,
        since=instant(key.since),
        signs=key.id == now,
        withdrawn_since=None if key.withdrawn is None else instant(key.withdrawn),
    )


def card(space: Space, credential_id: str, issued: Issued) -> CredentialCard:
    """A credential in its holder's list."""
    return CredentialCard(**_card(space, credential_id, issued))


def _issued(space: Space, credential_id: str, issued: Issued, person_id: str | None) -> IssuedCard:
    return IssuedCard(**_card(space, credential_id, issued), person=person_id)


def _card(space: Space, credential_id: str, issued: Issued) -> Json:
    number = addresses.number(space.slug, credential_id)
    return {
        "id": number,
        "state": issued.state,
        "name": issued.name,
        "title": issued.signed["name"] if issued.signed else None,
        "kind": issued.kind,
        "about": issued.about,
        "issued_at": instant(issued.at),
        "valid_until": instant(issued.until) if issued.until else None,
        "revoked_at": instant(issued.changed_at) if issued.changed_at else None,
        "superseded_by": issued.next,
        "address": addresses.page(number),
    }


def _held(space: Space, person_id: str, cursor: str | None, limit: int) -> tuple[list[tuple[str, Issued]], str | None]:
    after = store.HELD + paging.decode(cursor, str)[0] if cursor else None
    rows = store.page_held(space, person_id, after, limit)
    held = [item["sk"].removeprefix(store.HELD) for item in rows.items]
    found = register.several(space.slug, held)
    more = paging.encode(rows.after["sk"].removeprefix(store.HELD)) if rows.after else None
    return [(each, found[each]) for each in held if each in found], more


def _credential_id(listed_item: Item) -> str:
    return str(listed_item["cs"].partition("#")[2])


def _after(key: Item | None) -> str | None:
    if key is None:
        return None
    person = key["pk"].removeprefix("learner#") if key["pk"].startswith("learner#") else "-"
    return paging.encode(person, key["cs"])


def _achieved(found: Issued) -> Achieved:
    told = found.signed["credentialSubject"]["achievement"]
    return Achieved(
        kind=found.kind,
        name=told["name"],
        description=told["description"],
        criteria=told["criteria"]["narrative"],
    )


def _text(content: Json | Sequence[Json]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
