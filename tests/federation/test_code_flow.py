"""The code flow at a provider that lies: what comes back is believed when everything about it is right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from chalicelib.errors import Refusal
from chalicelib.federation import code_flow
from chalicelib.federation.code_flow import Came, Client, Outcome
from chalicelib.storage import acting
from chalicelib.storage.spaces import Space
from tests.emulated import Cloud
from tests.factories import open_space
from tests.federation.oidc_provider import query
from tests.federation.signer import Published, Signer, publishing


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> Iterator[Space]:
    space = open_space().space
    with acting.on_behalf_of(space.slug):
        yield space


@dataclass
class Flow:
    """A provider of our own making, and one sign-in there."""

    space: Space
    published: Published
    signer: Signer
    client: Client

    def come_back(
        self, *, came: dict[str, str] | None = None, header: dict[str, Any] | None = None, **other: Any
    ) -> Any:
        """What becomes of a browser that comes back, when the identity token says ``other`` than it should."""
        asked = query(code_flow.begin(self.space, self.client, {"to": "/x"}, silent=False))
        claims = {"aud": "hocmo", "nonce": asked["nonce"], "email": "an@hue.example"} | other
        token = self.signer.signed(header, **claims)
        self.published.documents["/token"] = {"id_token": token, "access_token": "a"}
        return code_flow.complete(
            self.space, self.client, Came(**({"state": asked["state"], "code": "c"} | (came or {}))), lambda: None
        )

    def refused(self, **other: Any) -> str:
        """The code of the refusal."""
        with pytest.raises(Refusal) as refusal:
            self.come_back(**other)
        return refusal.value.code


@pytest.fixture
def flow(hue: Space) -> Iterator[Flow]:
    with publishing() as published:
        signer = Signer("RS256")
        issuer = signer.issuer = published.provider(signer, userinfo_endpoint=f"{published.address}/me")
        published.documents["/me"] = {"sub": "an", "department": "Sở Y tế", "email": "khac@hue.example"}
        yield Flow(hue, published, signer, Client("p1", issuer, "hocmo", "s:1&2", f"{issuer}/back"))


def test_what_is_right_is_believed(flow: Flow) -> None:
    outcome = flow.come_back()
    assert isinstance(outcome, Outcome)
    assert (outcome.assertion.subject, outcome.facts) == ("an", {"to": "/x"})
    assert "/me" not in flow.published.asked  # the token says all that is wanted


def test_user_information_adds_and_never_overrules(flow: Flow) -> None:
    flow.client = replace(flow.client, wanted=frozenset({"department"}))
    claims = flow.come_back().claims
    assert (claims["department"], claims["email"]) == ("Sở Y tế", "an@hue.example")


def test_user_information_of_another_says_nothing(flow: Flow) -> None:
    flow.client = replace(flow.client, wanted=frozenset({"department"}))
    flow.published.documents["/me"]["sub"] = "binh"
    assert "department" not in flow.come_back().claims


def test_user_information_that_fails_takes_nothing_away(flow: Flow) -> None:
    flow.client = replace(flow.client, wanted=frozenset({"department"}))
    flow.published.documents["/me"] = _failing
    assert flow.refused() == "answer_unfit"
    flow.published.documents.pop("/me")  # 404: there is nothing more to be had
    assert "department" not in flow.come_back().claims


def _failing(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(503)
    handler.send_header("content-length", "0")
    handler.end_headers()


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"nonce": "another"}, "nonce_mismatch"),
        ({"nonce": None}, "nonce_mismatch"),
        ({"aud": "another"}, "audience_mismatch"),
        ({"aud": ["hocmo", "another"], "azp": "another"}, "audience_mismatch"),
        ({"iss": "https://another.example"}, "issuer_mismatch"),
        ({"sub": None}, "claim_missing"),
        ({"exp": 1}, "assertion_expired"),
        ({"header": {"typ": "at+jwt"}}, "assertion_type_refused"),
        ({"header": {"kid": "k9"}}, "key_unknown"),
        ({"came": {"iss": "https://another.example"}}, "issuer_mismatch"),
        ({"came": {"code": "x" * 3_000}}, "sign_in_refused"),
        ({"came": {"error": "access_denied"}}, "sign_in_refused"),
        ({"came": {"error": "login_required"}}, "sign_in_refused"),  # it was asked with the person there
        ({"came": {"state": "AAAA" * 30}}, "ticket_invalid"),
    ],
)
def test_what_is_not_right_is_refused(flow: Flow, other: dict[str, Any], code: str) -> None:
    assert flow.refused(**other) == code


def test_a_word_of_a_stranger_is_shown_only_when_it_is_plain(flow: Flow) -> None:
    with pytest.raises(code_flow.SignInRefused) as refusal:
        flow.come_back(came={"error": "<script>"})
    assert refusal.value.facts["reason"] == "unknown"


def test_a_secret_goes_as_the_provider_takes_it(flow: Flow) -> None:
    seen: list[tuple[str | None, bytes]] = []

    def token(handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["content-length"]))
        seen.append((handler.headers["authorization"], body))
        _failing(handler)

    def exchange() -> tuple[str | None, bytes]:
        asked = query(code_flow.begin(flow.space, flow.client, {}, silent=False))
        flow.published.documents["/token"] = token
        with pytest.raises(Refusal):
            code_flow.complete(flow.space, flow.client, Came(asked["state"], "c"), lambda: None)
        return seen[-1]

    basic, body = exchange()
    assert basic == "Basic aG9jbW86cyUzQTElMjYy"  # hocmo:s%3A1%262 (RFC 6749, 2.3.1)
    assert b"client_secret" not in body
    flow.client = replace(flow.client, secret=None)
    basic, body = exchange()
    assert basic is None
    assert b"client_id=hocmo" in body
