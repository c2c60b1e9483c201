"""Keys that an app publishes: rotated without a word to us, asked for again once, and never for a forger's sake."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from joserfc.jwk import ECKey

from chalicelib import clock
from tests.apps.superapp import SuperApp
from tests.factories import OpenedSpace
from tests.federation.signer import Published, publishing


@pytest.fixture
def site() -> Iterator[Published]:
    with publishing() as found:
        yield found


def shown(app: SuperApp, kid: str) -> dict[str, list[dict[str, object]]]:
    """The app's JWK Set."""
    return {"keys": [{**app.key.as_dict(private=False), "kid": kid, "use": "sig"}]}


@pytest.fixture
def app(hue: OpenedSpace, site: Published) -> SuperApp:
    app = SuperApp.trusted(hue)
    site.documents["/jwks"] = shown(app, "1")
    app.edit(jwks_uri=f"{site.address}/jwks")
    return app


def test_keys_are_fetched_once(app: SuperApp, site: Published) -> None:
    for sub in ("an", "binh", "cuong"):
        app.post(app.signed(sub)).ok(202)
    assert site.asked == ["/jwks"]


def test_a_rotated_key_is_found_by_its_id(app: SuperApp, site: Published) -> None:
    app.post(app.signed()).ok(202)
    app.key = ECKey.generate_key("P-256")
    site.documents["/jwks"] = shown(app, "2")
    app.post(app.signed(header={"kid": "2"})).refused(400, "key_unknown")  # looked for within the minute
    later = clock.epoch_s() + 61
    clock.set_source(lambda: later)
    app.post(app.signed(header={"kid": "2"})).ok(202)
    assert len(site.asked) == 2


def test_a_forgers_ids_are_looked_for_once_a_minute(app: SuperApp, site: Published) -> None:
    app.post(app.signed()).ok(202)
    later = clock.epoch_s() + 61
    clock.set_source(lambda: later)
    for number in range(5):
        app.post(app.signed(header={"kid": f"forged-{number}"})).refused(400, "key_unknown")
    assert len(site.asked) == 2
    app.post(app.signed()).ok(202)


def test_an_app_that_does_not_answer_keeps_its_known_keys(app: SuperApp, site: Published) -> None:
    app.post(app.signed()).ok(202)
    site.documents.clear()
    later = clock.epoch_s() + 700
    clock.set_source(lambda: later)
    app.post(app.signed()).ok(202)


def test_keys_that_never_came_are_told_so(app: SuperApp, site: Published) -> None:
    site.documents.clear()
    app.post(app.signed()).refused(424)
    app.post(app.signed()).refused(424, "keys_unavailable")
    found = app.hue.admin.post(app.at("/check")).ok()
    assert (found["ok"], found["findings"][0]["part"]) == (False, "keys")
