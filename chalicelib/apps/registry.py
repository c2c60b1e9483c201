"""Which super-apps a space trusts: kept, changed, looked up by the issuer that an assertion names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib import clock, config
from chalicelib.apps import outbox, store
from chalicelib.apps.models import MOST_APPS, AppEdit, AppView, ClaimUseView, NewApp
from chalicelib.errors import Conflict, NotFound, PreconditionFailed, refuse_field
from chalicelib.federation import discovery, keys
from chalicelib.federation.code_flow import Client
from chalicelib.http.caching import Remembered
from chalicelib.identity import sessions
from chalicelib.storage import secrets
from chalicelib.storage.items import Item
from chalicelib.storage.secrets import Purpose
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, TransactionFailed

_FRESH_S = 60
_PURPOSE: Purpose = "client-secret"
_TEXT = "1"  # of the words that surround what an app's registration says (consents.py)
# What a person is told of: when one of these changes, they are asked again.
_TOLD = ("name", "claims", "purpose_vi", "purpose_en")
_known: Remembered[str, dict[str, App]] = Remembered(2_000, fresh_s=_FRESH_S)
_opened: Remembered[tuple[str, str, int], str] = Remembered(2_000, fresh_s=300)


class TooManyApps(Conflict):
    """More than anybody keeps an eye on."""

    code = "too_many_apps"
    vi = "Mỗi không gian có tối đa {most} ứng dụng. Hãy xoá ứng dụng không còn dùng."
    en = "A space has {most} apps at most. Delete one that is no longer used."


class IssuerTaken(Conflict):
    """Another app of the space signs under that name."""

    code = "issuer_taken"
    vi = "Đã có ứng dụng khác trong không gian này dùng bên phát hành (issuer) đó."
    en = "Another app of this space has that issuer."


@dataclass(frozen=True, slots=True)
class App:
    """A super-app as it is registered. ``terms`` are those of ``models.NewApp`` as JSON, pasted keys already read;
    ``number`` is that of the text that people consent to."""

    space: Space
    id: str
    terms: Mapping[str, Any]
    number: int
    version: int
    created_at: str
    secret: Item | None

    @property
    def name(self) -> str:
        """What people know it by."""
        return str(self.terms["name"])

    @property
    def issuer(self) -> str:
        """Under which name it signs."""
        return str(self.terms["issuer"])

    @property
    def keys(self) -> keys.Source:
        """Where its public keys are. An app with no keys of its own signs with those of its OpenID configuration."""
        return keys.Source(self.terms.get("jwks_uri"), tuple(self.terms.get("keys") or ()))

    @property
    def signs(self) -> bool:
        """Whether it may send assertions."""
        return bool(self.terms.get("jwks_uri") or self.terms.get("keys"))

    @property
    def claims(self) -> dict[str, str]:
        """By what is told: the claim that tells it."""
        return {each["field"]: each["claim"] for each in self.terms["claims"]}

    @property
    def consent_version(self) -> str:
        """Of the text that a person reads."""
        return f"{self.number}.{_TEXT}"

    @property
    def etag(self) -> str:
        """The validator of this state."""
        return f'"{self.version}"'

    @property
    def redirect_uri(self) -> str:
        """Where the app, as an OpenID provider, sends people back to."""
        return f"{root(self.space)}/apps/{self.id}/callback"

    def client(self) -> Client:
        """What we are at the app: 0 calls when warm, else 1 to KMS. Raises: NotFound without a client id."""
        if not self.terms.get("client_id"):
            raise NotFound
        return Client(
            party=self.id,
            issuer=self.issuer,
            client_id=str(self.terms["client_id"]),
            secret=self._secret(),
            redirect_uri=self.redirect_uri,
            scopes=("openid", "profile", "email", "phone"),
        )

    def _secret(self) -> str | None:
        kept = self.secret
        if kept is None:
            return None
        place = (self.space.slug, self.id, self.version)
        return _opened.get(place, lambda: secrets.open_shut(kept, _PURPOSE, _sealed_as(self.space, self.id)))


def root(space: Space) -> str:
    """A space's address in this API: the audience of what is signed for it."""
    return f"{config.current().public_url}/v1/spaces/{space.slug}"


def audiences(space: Space) -> frozenset[str]:
    """What ``aud`` of an assertion may be: the space, or the token endpoint (RFC 7523, 3)."""
    return frozenset({root(space), f"{root(space)}/entries"})


def add(space: Space, app_id: str, given: NewApp) -> App:
    """A new app: 3 calls, and 1 to KMS with a secret. Adding the same again gives what is there.

    Raises: TooManyApps, IssuerTaken.
    """
    there = store.apps(space)
    if len(there) >= MOST_APPS:
        raise TooManyApps(most=MOST_APPS)
    facts = _facts(space, app_id, _terms(given.model_dump(mode="json")), 1, 1, clock.timestamp())
    if given.client_secret:
        facts["secret"] = _shut(space, app_id, given.client_secret)
    try:
        store.create_app(space, facts)
    except TransactionFailed:
        found = store.app(space, app_id)
        if found is None:
            raise IssuerTaken from None
        facts = found
    _known.forget(space.slug)
    return _of(space, facts)


def edit(space: Space, app_id: str, given: AppEdit, check: Callable[[str], None]) -> App:
    """Change an app in the state that the admin has seen: 2 calls; new terms ask everyone for consent again.

    Raises: NotFound, PreconditionRequired, PreconditionFailed, InvalidInput.
    """
    old = now(space, app_id)
    check(old.etag)
    facts = _edited(space, old, given)
    try:
        store.replace_app(space, facts, old.version)
    except ConditionFailed:
        raise PreconditionFailed from None
    _known.forget(space.slug)
    discovery.forget(space, old.issuer)
    return _of(space, facts)


def remove(space: Space, app_id: str) -> None:
    """Trust an app no more; nobody enters by it, and the sessions that it began end. Accounts and consents stay. 4
    calls. Raises: NotFound."""
    old = now(space, app_id)
    # First, so that whoever asks again after an interruption finds the app still, and ends what it began.
    sessions.end_by_party(space, old.id)
    store.delete_app(space, {"id": old.id, "issuer": old.issuer})
    outbox.forget_secrets(space, old.id)
    _known.forget(space.slug)


def every(space: Space) -> list[App]:
    """All apps in the order of their making: 0 calls when warm, else 1."""
    return sorted(_all(space).values(), key=lambda app: app.id)


def find(space: Space, app_id: str) -> App:
    """An app: 0 calls when warm (at most a minute old), else 1. Raises: NotFound."""
    app = _all(space).get(app_id)
    if app is None:
        raise NotFound
    return app


def of_issuer(space: Space, issuer: Any) -> App | None:
    """The app that signs under this name: 0 calls when warm, else 1."""
    return next((app for app in _all(space).values() if app.issuer == issuer), None)


def now(space: Space, app_id: str) -> App:
    """An app at this moment: 1 call. Raises: NotFound."""
    item = store.app(space, app_id)
    if item is None:
        raise NotFound
    return _of(space, item)


def shown(app: App) -> AppView:
    """An app, as those who manage the space see it."""
    terms = app.terms
    return AppView(
        id=app.id,
        name=app.name,
        issuer=app.issuer,
        jwks_uri=terms.get("jwks_uri"),
        key_ids=[str(each.get("kid", "")) for each in terms.get("keys") or ()],
        client_id=terms.get("client_id"),
        confidential=app.secret is not None,
        redirect_uri=app.redirect_uri,
        audience=root(app.space),
        origins=list(terms["origins"]),
        claims=[ClaimUseView(claim=each["claim"], field=each["field"]) for each in terms["claims"]],
        purpose_vi=terms["purpose_vi"],
        purpose_en=terms["purpose_en"],
        webhook=terms.get("webhook"),
        terms=app.number,
        created_at=datetime.fromisoformat(app.created_at),
    )


def _all(space: Space) -> dict[str, App]:
    return _known.get(space.slug, lambda: {item["id"]: _of(space, item) for item in store.apps(space)})


def _of(space: Space, item: Mapping[str, Any]) -> App:
    return App(space, item["id"], item["terms"], item["number"], item["v"], item["at"], item.get("secret"))


def _terms(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given as it is kept: pasted keys as they were read, nothing that is absent."""
    terms = {name: value for name, value in given.items() if value is not None and name != "client_secret"}
    pasted = terms.pop("public_keys", None)
    return {**terms, **({"keys": keys.pasted(pasted)} if pasted else {})}


def _edited(space: Space, old: App, given: AppEdit) -> Item:
    changes = given.model_dump(mode="json", exclude_unset=True)
    for name in ("name", "origins", "claims", "purpose_vi", "purpose_en"):
        if name in changes and changes[name] is None:
            raise refuse_field(name, "missing", "Mục này không được để trống.", "This field cannot be removed.")
    kept = {name: value for name, value in old.terms.items() if name not in changes}
    if {"public_keys", "jwks_uri"} & changes.keys():  # one of the two: the newer takes the other's place
        kept.pop("keys", None)
        kept.pop("jwks_uri", None)
    terms = kept | _terms(changes)
    _require_keys(terms)
    number = old.number + any(terms.get(name) != old.terms.get(name) for name in _TOLD)
    facts = _facts(space, old.id, terms, number, old.version + 1, old.created_at)
    if "client_secret" not in changes:
        return facts | ({"secret": old.secret} if old.secret else {})
    secret = changes["client_secret"]
    return facts | ({"secret": _shut(space, old.id, secret)} if secret else {})


def _require_keys(terms: Mapping[str, Any]) -> None:
    if not (terms.get("jwks_uri") or terms.get("keys") or terms.get("client_id")):
        raise refuse_field(
            "",
            "keys_missing",
            "Cần khai jwks_uri, public_keys hoặc client_id.",
            "One of jwks_uri, public_keys and client_id is needed.",
        )


def _facts(space: Space, app_id: str, terms: Mapping[str, Any], number: int, version: int, at: str) -> Item:
    return {
        "id": app_id, "issuer": terms["issuer"], "terms": dict(terms), "number": number, "v": version, "at": at,
    }  # fmt: skip


def _shut(space: Space, app_id: str, secret: str) -> Item:
    return secrets.shut(secret, _PURPOSE, _sealed_as(space, app_id))


def _sealed_as(space: Space, app_id: str) -> str:
    return f"{space.slug}/{app_id}"
