"""What claims say, whatever a provider sends."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.people.identifiers import Identifier
from chalicelib.sso import claims
from chalicelib.sso.models import NewProvider

TERMS: dict[str, Any] = NewProvider.model_validate(
    {
        "name": "P",
        "issuer": "https://sso.hue.example",
        "client_id": "hocmo",
        "claims": {
            "staff_code": "employee_number",
            "national_id": "identity_number",
            "unit": "department",
            "fields": {"position": "title", "gender": "gender"},
        },
        "role_rules": [{"claim": "realm_access.roles", "value": "soan", "roles": ["author"]}],
        "unit_rules": [{"claim": "groups", "value": "noi-vu", "unit": ["Thành phố Huế", "Sở Nội vụ"]}],
        "email_domains": ["hue.example"],
    }
).model_dump(mode="json")

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
named = st.sampled_from(
    "name email email_verified phone_number phone_number_verified employee_number identity_number department title "
    "gender realm_access groups sub preferred_username given_name".split()
)


@given(st.dictionaries(named, values))
def test_whatever_claims_say_is_understood(said: dict[str, Any]) -> None:
    told = claims.understood(said, TERMS)
    assert told.name
    assert len(told.name) <= 100
    assert told.roles <= {"author"}


@given(st.dictionaries(named, values))
def test_an_address_is_believed_with_a_word_for_it_alone(said: dict[str, Any]) -> None:
    said = {**said, "email": "an@elsewhere.example", "phone_number": "0912345678"}
    kinds = {each.kind for each in claims.understood(said, TERMS).vouched}
    assert ("email" in kinds) == (said.get("email_verified") is True or said.get("email_verified") == "true")
    assert ("phone" in kinds) == (said.get("phone_number_verified") is True)


def test_a_dot_goes_into_an_object() -> None:
    told = claims.understood({"realm_access": {"roles": ["khac", "soan"]}}, TERMS)
    assert told.roles == {"author"}
    assert claims.understood({"realm_access.roles": "soan"}, TERMS).roles == {"author"}


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ({"department": "Thành phố Huế/Sở Y tế"}, ("Thành phố Huế", "Sở Y tế")),
        ({"department": ["Thành phố Huế", "Sở Y tế"]}, ("Thành phố Huế", "Sở Y tế")),
        ({"department": "Sở Y tế", "groups": ["noi-vu"]}, ("Thành phố Huế", "Sở Nội vụ")),
        ({"department": "<b>"}, ()),
        ({"department": 7}, ()),
        ({}, ()),
    ],
)
def test_a_unit_is_as_the_first_rule_or_the_claim_says(said: dict[str, Any], unit: tuple[str, ...]) -> None:
    assert claims.understood(said, TERMS).unit == unit


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"name": "Nguyễn Văn An"}, "Nguyễn Văn An"),
        ({"family_name": "Nguyễn", "given_name": "Văn An"}, "Nguyễn Văn An"),
        ({"preferred_username": "an.nv"}, "an nv"),
        ({"email": "an@hue.example"}, "an"),
        ({"name": "<script>An</script>"}, "scriptAnscript"),
        ({"name": "www.evil.example"}, "www evil example"),
        ({}, "?"),
    ],
)
def test_somebody_always_has_a_name(said: dict[str, Any], name: str) -> None:
    assert claims.understood(said, TERMS).name == name


def test_numbers_are_taken_as_they_are_written() -> None:
    told = claims.understood({"employee_number": 7, "identity_number": "046 096 000 123"}, TERMS)
    assert told.vouched == (Identifier("staff_code", "7"),)
    assert told.national_id == "046096000123"


def test_what_the_terms_speak_of_is_asked_for() -> None:
    assert claims.wanted(TERMS) == {
        "name", "email", "employee_number", "identity_number", "department", "title", "gender", "realm_access", "groups"
    }  # fmt: skip
