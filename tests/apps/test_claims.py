"""Whatever an app sends about a person is read, or passed over; it never breaks anything and never opens a door."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.apps import registry
from chalicelib.apps.claims import SuperAppClaims, accepted
from chalicelib.people.profile import FIELDS
from tests.apps.superapp import CLAIMS, SuperApp

NAMES = [each["claim"] for each in CLAIMS]
TEXTS = st.one_of(
    st.text(max_size=600),
    st.sampled_from(
        ["0912345678", "an@hue.example", "046096660479", "2001-02-03", "male", "student", "<b>x</b>", "=1+1"]
    ),
)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    TEXTS,
    st.lists(TEXTS, max_size=3),
    st.dictionaries(TEXTS, TEXTS),
)
CLAIMED = st.dictionaries(
    st.one_of(st.sampled_from([*NAMES, *(f"{each}_verified" for each in NAMES)]), st.text(max_size=20)), VALUES
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CLAIMED)
def test_any_claims_are_read_or_passed_over(app: SuperApp, claims: dict[str, Any]) -> None:
    registered = registry.find(app.hue.space, app.id)
    told = accepted(app.hue.space, registered, {**claims, "sub": "an"})
    claim_of = {"phone": "phone_number", "email": "email", "national_id": "citizen_id"}
    assert all(claims[f"{claim_of[each.kind]}_verified"] is True for each in told.identifiers)
    assert told.fields.keys() <= FIELDS.keys()
    assert all(FIELDS[name].parse(value) == value for name, value in told.fields.items())
    assert SuperAppClaims.of_sealed(told.sealed()) == told
    assert told.fingerprint == SuperAppClaims.of_sealed(told.sealed()).fingerprint


def test_what_an_app_was_not_registered_for_is_passed_over(app: SuperApp) -> None:
    registered = registry.find(app.hue.space, app.id)
    sent = {"sub": "an", "ward": "Phú Xuân", "position": "Giám đốc", "roles": ["admin"], "unit": "abcd1234"}
    assert accepted(app.hue.space, registered, sent) == SuperAppClaims(app.id, "an")
