"""A space's providers: kept, changed, looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalicelib import clock, config
from chalicelib.errors import Conflict, NotFound, PreconditionFailed
from chalicelib.federation import discovery
from chalicelib.federation.code_flow import Client
from chalicelib.http.caching import Remembered
from chalicelib.identity import sessions
from chalicelib.sso import claims, store
from chalicelib.sso.models import MOST_PROVIDERS, NewProvider, ProviderEdit
from chalicelib.storage import secrets
from chalicelib.storage.items import Item
from chalicelib.storage.secrets import Purpose
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

_FRESH_S = 60
_PURPOSE: Purpose = "client-secret"
_known: Remembered[str, dict[str, Item]] = Remembered(2_000, fresh_s=_FRESH_S)
_opened: Remembered[tuple[str, str, int], str] = Remembered(2_000, fresh_s=300)


class TooManyProviders(Conflict):
    """A sign-in page with more buttons than anybody reads."""

    code = "too_many_providers"
    vi = "Mỗi không gian có tối đa {most} nơi đăng nhập. Hãy xoá nơi không còn dùng."
    en = "A space has {most} providers at most. Delete one that is no longer used."


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as it is kept. ``terms`` are those of the models, as JSON."""

    id: str
    space: Space
    terms: Item
    version: int
    created_at: str
    secret: Item | None

    @property
    def issuer(self) -> str:
        """Its name for itself."""
        return str(self.terms["issuer"])

    @property
    def client_id(self) -> str:
        """Its name for us."""
        return str(self.terms["client_id"])

    @property
    def enabled(self) -> bool:
        """Whether people may sign in there."""
        return bool(self.terms["enabled"])

    @property
    def etag(self) -> str:
        """The validator of this state."""
        return f'"{self.version}"'

    def address(self, what: str) -> str:
        """An address of ours that this provider is told."""
        return f"{config.current().public_url}/v1/spaces/{self.space.slug}/providers/{self.id}/{what}"

    def client(self) -> Client:
        """What we are at this provider: 0 calls when warm, else 1 to KMS. Raises: Unavailable."""
        return Client(
            party=self.id,
            issuer=self.issuer,
            client_id=self.client_id,
            secret=self._secret(),
            redirect_uri=self.address("callback"),
            scopes=tuple(dict.fromkeys(["openid", *self.terms["scopes"]])),
            wanted=claims.wanted(self.terms),
        )

    def _secret(self) -> str | None:
        kept = self.secret
        if kept is None:
            return None
        place = (self.space.slug, self.id, self.version)
        return _opened.get(place, lambda: secrets.open_shut(kept, _PURPOSE, _name(self.space, self.id)))


def add(space: Space, provider_id: str, given: NewProvider) -> Provider:
    """A new provider: 2 calls, and 1 to KMS. Adding the same again gives what is there. Raises: TooManyProviders."""
    if len(store.everything(space)) >= MOST_PROVIDERS:
        raise TooManyProviders(most=MOST_PROVIDERS)
    terms = given.model_dump(mode="json", exclude={"client_secret"})
    facts = {"v": 1, "terms": terms, "at": clock.timestamp(), **_sealed(space, provider_id, given.client_secret)}
    try:
        store.create(space, provider_id, facts)
    except ConditionFailed as there:
        facts = there.item or facts
    _known.forget(space.slug)
    return _of(space, provider_id, facts)


def edit(space: Space, provider_id: str, given: ProviderEdit, check: Callable[[str], None]) -> Provider:
    """Change a provider in the state that the admin has seen: 2 calls. To switch it off ends the sessions that it
    began, 1 call more. Raises: NotFound, PreconditionRequired, PreconditionFailed."""
    old = now(space, provider_id)
    check(old.etag)
    told = given.model_fields_set - {"client_secret"}
    changes = {name: value for name, value in given.model_dump(mode="json", include=told).items() if value is not None}
    if old.enabled and changes.get("enabled") is False:
        sessions.end_by_party(space, provider_id)
    facts: Item = {"v": old.version + 1, "terms": {**old.terms, **changes}, "at": old.created_at}
    if "client_secret" in given.model_fields_set:
        facts |= _sealed(space, provider_id, given.client_secret)
    elif old.secret:
        facts["secret"] = old.secret
    try:
        store.replace(space, provider_id, old.version, facts)
    except ConditionFailed:
        raise PreconditionFailed from None
    _known.forget(space.slug)
    discovery.forget(space, old.issuer)
    return _of(space, provider_id, facts)


def remove(space: Space, provider_id: str) -> None:
    """Forget a provider; nobody signs in there any more, and the sessions that it began end. Accounts stay. 3 calls;
    repeating it changes nothing."""
    if store.get(space, provider_id) is not None:
        sessions.end_by_party(space, provider_id)
    store.delete(space, provider_id)
    _known.forget(space.slug)


def every(space: Space) -> list[Provider]:
    """All providers in the order of their making: 0 calls when warm, else 1."""
    return [_of(space, provider_id, item) for provider_id, item in sorted(_all(space).items())]


def find(space: Space, provider_id: str) -> Provider:
    """A provider where people may sign in: 0 calls when warm, else 1. Raises: NotFound."""
    item = _all(space).get(provider_id)
    if item is None or not item["terms"]["enabled"]:
        raise NotFound
    return _of(space, provider_id, item)


def now(space: Space, provider_id: str) -> Provider:
    """A provider at this moment: 1 call. Raises: NotFound."""
    item = store.get(space, provider_id)
    if item is None:
        raise NotFound
    return _of(space, provider_id, item)


def _all(space: Space) -> dict[str, Item]:
    return _known.get(space.slug, lambda: {item["sk"]: item for item in store.everything(space)})


def _of(space: Space, provider_id: str, item: Item) -> Provider:
    return Provider(provider_id, space, item["terms"], item["v"], item["at"], item.get("secret"))


def _sealed(space: Space, provider_id: str, secret: str | None) -> dict[str, Any]:
    if secret is None:
        return {}
    return {"secret": secrets.shut(secret, _PURPOSE, _name(space, provider_id))}


def _name(space: Space, provider_id: str) -> str:
    return f"{space.slug}/{provider_id}"
