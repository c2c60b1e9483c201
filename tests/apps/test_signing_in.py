"""The app as an OpenID provider: a certified one, on loopback, that nobody here wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.federation import pkce
from chalicelib.people import persons
from chalicelib.people.identifiers import Identifier
from tests.api import Api
from tests.apps.superapp import CLAIMS, PURPOSES, SuperApp
from tests.apps.test_linking import listed
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.federation import oidc_provider
from tests.federation.oidc_provider import Browser, OidcProvider, fragment, query

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CITIZENS: dict[str, dict[str, Any]] = {
    "an": {"name": "Nguyễn Văn An", "email": "an@hue.example", "email_verified": True},
    "binh": {"name": "Trần Văn Bình", "email": "an@hue.example", "email_verified": False},
}


@pytest.fixture(scope="module")
def provider() -> Iterator[OidcProvider]:
    with oidc_provider.running(CITIZENS) as found:
        yield found


@dataclass
class OidcApp:
    """A space and an app whose citizens sign in at the provider."""

    hue: OpenedSpace
    provider: OidcProvider
    id: str

    def at(self, path: str = "") -> str:
        """An address of the app here."""
        return self.hue.at(f"/apps/{self.id}{path}")

    def start(self, to: str | None = None) -> str:
        """Where the browser is sent."""
        sent = {"challenge": pkce.challenge(VERIFIER)} | ({"to": to} if to else {})
        address: str = Api().post(self.at("/sign-ins"), sent).ok()["address"]
        return address

    def came_back(self, location: str) -> str:
        """Where the browser goes on to that the provider sent back."""
        reply = Api().get(self.at("/callback"), query=query(location))
        assert reply.status == 303, reply.text
        return reply.headers["location"]

    def landing(self, login: str, browser: Browser | None = None, to: str | None = None) -> str:
        """Where a whole sign-in ends."""
        browser = browser or Browser()
        location = self.start(to)
        for _ in range(4):
            if location.startswith(self.provider.issuer):
                location = browser.sign_in(location, login)
            if "/callback" not in location:
                return location
            location = self.came_back(location)
            if "#" in location:
                return location
        raise AssertionError(location)

    def consented(self, landing: str, verifier: str | None = VERIFIER) -> Any:
        """What comes of consenting on the page that asks."""
        sent = {"ticket": fragment(landing)["ticket"]} | ({"verifier": verifier} if verifier else {})
        return Api().post(self.hue.at("/entries/consent"), sent)


@pytest.fixture
def oidc(aws: Cloud, provider: OidcProvider) -> OidcApp:
    hue = open_space()
    sent = {
        "name": "Hue-S",
        "issuer": provider.issuer,
        "client_id": "later",
        "client_secret": "later on",
        "claims": CLAIMS,
        **PURPOSES,
    }
    made = hue.admin.post(hue.at("/apps"), sent).ok(201)
    client = provider.register(redirect_uris=[made["redirect_uri"]], response_types=["code"])
    credentials = {name: client[name] for name in ("client_id", "client_secret")}
    hue.admin.patch(hue.at(f"/apps/{made['id']}"), credentials, headers={"if-match": "*"}).ok()
    return OidcApp(hue, provider, made["id"])


def test_a_citizen_consents_once_and_is_in(oidc: OidcApp) -> None:
    browser = Browser()
    landing = oidc.landing("an", browser, to="/courses/x")
    assert "/consent#ticket=" in landing
    entered = oidc.consented(landing).ok()
    assert entered["to"] == "/courses/x"
    person = persons.get(oidc.hue.space, entered["person"]["id"])
    assert [each.kind for each in person.identifiers] == ["app", "email"]
    again = oidc.landing("an", browser)
    code = fragment(again)["code"]
    signed_in = Api().post(oidc.hue.at("/sessions/entry"), {"code": code, "verifier": VERIFIER}).ok()
    assert signed_in["person"]["id"] == person.id


def test_who_is_signed_in_at_the_app_sees_nothing_of_it(oidc: OidcApp) -> None:
    browser = Browser()
    oidc.consented(oidc.landing("an", browser)).ok()
    location = browser.visit(oidc.start()).location  # prompt=none: straight back
    assert location is not None
    assert "/callback?code=" in location
    assert "/entry#code=" in oidc.came_back(location)


def test_a_verified_address_leads_to_the_rosters_account(oidc: OidcApp) -> None:
    there = listed(oidc.hue, Identifier("email", "an@hue.example"))
    assert oidc.consented(oidc.landing("an")).ok()["person"]["id"] == there.id
    assert oidc.consented(oidc.landing("binh")).ok()["person"]["id"] != there.id


def test_a_consent_is_the_browsers_that_began(oidc: OidcApp) -> None:
    """A link sent to somebody signs them in as nobody."""
    landing = oidc.landing("an")
    oidc.consented(landing, "x" * 43).refused(400, "ticket_invalid")
    oidc.consented(landing, None).refused(400, "ticket_invalid")
    oidc.consented(landing).ok()


def test_what_went_wrong_is_told_on_the_spaces_page(oidc: OidcApp) -> None:
    location = oidc.start()
    state = query(location)["state"]
    reply = Api().get(
        oidc.at("/callback"), query={"state": state, "error": "access_denied", "iss": oidc.provider.issuer}
    )
    assert fragment(reply.headers["location"]) == {"error": "sign_in_refused", "app": oidc.id}
    reply = Api().get(oidc.at("/callback"), query={"state": "x", "code": "y"})
    assert fragment(reply.headers["location"])["error"] == "ticket_invalid"


def test_an_app_without_a_client_id_has_no_such_way_in(oidc: OidcApp) -> None:
    other = SuperApp.trusted(oidc.hue)
    Api().post(other.at("/sign-ins"), {"challenge": pkce.challenge(VERIFIER)}).refused(404)


def test_the_test_button_reads_the_configuration(oidc: OidcApp) -> None:
    found = oidc.hue.admin.post(oidc.at("/check")).ok()
    assert [each["code"] for each in found["findings"]] == ["discovery_found"]
