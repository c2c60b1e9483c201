"""A provider with the staff of a city, and a space that trusts it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.federation import pkce
from tests.api import Api, Reply
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.federation import oidc_provider
from tests.federation.oidc_provider import Browser, OidcProvider, fragment, query

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
STAFF: dict[str, dict[str, Any]] = {
    "hoa": {
        "name": "Nguyễn Thị Hoa",
        "email": "hoa@hue.example",
        "email_verified": True,
        "groups": ["dao-tao-quan-tri"],
        "department": "Thành phố Huế/Sở Nội vụ",
        "title": "Trưởng phòng",
    },
    "binh": {"name": "Trần Văn Bình", "email": "binh@hue.example", "email_verified": False},
    "cuong": {"name": "Lê Cường", "employee_number": "cb 0000007", "identity_number": "046096000123"},
    "dung": {"name": "Phạm Dung", "email": "dung@hue.example", "email_verified": True, "employee_number": "CB9"},
}


@pytest.fixture(scope="module")
def idp() -> Iterator[OidcProvider]:
    with oidc_provider.running(STAFF) as provider:
        yield provider


@dataclass
class Trusted:
    """A space, and one provider that it trusts."""

    hue: OpenedSpace
    idp: OidcProvider
    id: str
    client: dict[str, Any]

    def at(self, path: str = "") -> str:
        """An address of the provider here."""
        return self.hue.at(f"/providers/{self.id}{path}")

    def edit(self, **terms: Any) -> None:
        """Change the provider's terms."""
        self.hue.admin.patch(self.at(), terms, headers={"if-match": "*"}).ok()

    def start(self, to: str | None = None) -> str:
        """Where the browser is sent."""
        sent = {"challenge": pkce.challenge(VERIFIER)} | ({"to": to} if to else {})
        address: str = Api().post(self.at("/sign-ins"), sent).ok()["address"]
        return address

    def came_back(self, location: str) -> str:
        """What the callback does with the browser that a provider sent back: where it goes on to."""
        reply = Api().get(self.at("/callback"), query=query(location))
        assert reply.status == 303, reply.text
        return reply.headers["location"]

    def given(self, login: str) -> dict[str, str]:
        """What the provider sends the browser back with, once the person has signed in there."""
        browser = Browser()
        asked_silently = browser.sign_in(self.start(), login)
        return query(browser.sign_in(self.came_back(asked_silently), login))

    def landing(self, login: str, browser: Browser | None = None, to: str | None = None) -> dict[str, str]:
        """What the space's page is told after a whole sign-in."""
        browser = browser or Browser()
        location = self.start(to)
        for _ in range(3):
            if location.startswith(self.idp.issuer):
                location = browser.sign_in(location, login)
            if "/callback" in location:
                location = self.came_back(location)
            if "/entry#" in location:
                return fragment(location)
        raise AssertionError(location)

    def redeem(self, code: str, verifier: str = VERIFIER) -> Reply:
        """The tokens of an entry code."""
        return Api().post(self.hue.at("/sessions/entry"), {"code": code, "verifier": verifier})

    def signed_in(self, login: str, browser: Browser | None = None) -> Any:
        """The tokens of a person who signs in."""
        return self.redeem(self.landing(login, browser)["code"]).ok()


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


@pytest.fixture
def trusted(hue: OpenedSpace, idp: OidcProvider) -> Trusted:
    """What a ministry's staff does: registers the provider here, us there, and writes down what it was given."""
    return trust(hue, idp)


def trust(hue: OpenedSpace, idp: OidcProvider, registered: dict[str, Any] | None = None, **terms: Any) -> Trusted:
    """A space that trusts a provider; ``registered`` is what we are there besides."""
    given = {"name": "Tài khoản công vụ", "issuer": idp.issuer, "client_id": "chua-co"}
    made = hue.admin.post(hue.at("/providers"), given | terms).ok(201)
    client = idp.register(
        redirect_uris=[made["redirect_uri"]],
        post_logout_redirect_uris=[made["post_logout_redirect_uri"]],
        id_token_signed_response_alg="ES256",
        scope="openid profile email work",
        **(registered or {}),
    )
    trusted = Trusted(hue, idp, made["id"], client)
    trusted.edit(
        client_id=client["client_id"],
        client_secret=client["client_secret"],
        scopes=["openid", "profile", "email", "work"],
    )
    return trusted
