"""The rules of identifiers, on examples and on what hypothesis thinks up."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from chalicelib.people import identifiers
from chalicelib.people.identifiers import Identifier

MOBILES = st.from_regex(r"\A[35789][0-9]{8}\Z")
LANDLINES = st.from_regex(r"\A2[0-9]{9}\Z")
NATIONAL = MOBILES | LANDLINES
PREFIXES = st.sampled_from(["0", "+84", "84", "0084", "+840", "+84 ", "(+84) ", "84-"])
GAPS = st.lists(st.sampled_from(["", " ", ".", "-", " - ", "\u00a0", "\u2011"]), min_size=10, max_size=10)
WIDE = str.maketrans("0123456789+", "0123456789+")


def code(text: str) -> str:
    with pytest.raises(PydanticCustomError) as refused:
        identifiers.parse(text)
    return refused.value.type


@given(NATIONAL, PREFIXES, GAPS)
def test_a_number_is_one_however_it_is_written(national: str, prefix: str, gaps: list[str]) -> None:
    grouped = "".join(digit + gap for digit, gap in zip(national, [*gaps, ""], strict=False))
    assert identifiers.phone(prefix + grouped) == f"+84{national}"
    assert identifiers.phone((prefix + grouped).translate(WIDE)) == f"+84{national}"


@given(NATIONAL)
def test_a_stored_number_is_itself(national: str) -> None:
    stored = identifiers.phone(f"0{national}")
    assert identifiers.phone(stored) == stored
    assert identifiers.stored(stored) == identifiers.parse(stored) == Identifier("phone", stored)


@given(st.text(max_size=40))
def test_whatever_is_taken_for_a_number_is_one(text: str) -> None:
    try:
        stored = identifiers.phone(text)
    except PydanticCustomError:
        return
    assert re.fullmatch(r"\+84(?:[35789][0-9]{8}|2[0-9]{9})", stored)


@given(st.from_regex(r"\A0[1346][0-9]{8}\Z") | st.from_regex(r"\A0[35789][0-9]{7}\Z|\A0[35789][0-9]{9,10}\Z"))
def test_numbers_of_other_lengths_or_ranges_are_refused(digits: str) -> None:
    if re.fullmatch(r"0[35789]\d{8}", digits):
        return
    assert code(digits) == "phone_invalid"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "phone_invalid"),
        ("an", "phone_invalid"),
        ("912345678", "phone_invalid"),
        ("113", "phone_invalid"),
        ("1900 1234", "phone_invalid"),
        ("01234567890", "phone_invalid"),
        ("+84", "phone_invalid"),
        ("+84 1900 1234", "phone_invalid"),
        ("+84912345678901", "phone_invalid"),
        ("++84912345678", "phone_foreign"),
        ("0912345678;0987654321", "phone_invalid"),
        ("0912345678 ext 5", "phone_invalid"),
        ("٠٩١٢٣٤٥٦٧٨", "phone_invalid"),
        ("+49 151 12345678", "phone_foreign"),
        ("0049 151 12345678", "phone_foreign"),
        ("an@hue", "email_invalid"),
        ("an@", "email_invalid"),
        ("@hue.example", "email_invalid"),
        ("an@hue..example", "email_invalid"),
        ("an@.example", "email_invalid"),
        ("an@hue.example.", "email_invalid"),
        ("an@-hue.example", "email_invalid"),
        ("an@hue.123", "email_invalid"),
        ("an@[127.0.0.1]", "email_invalid"),
        ("an@@hue.example", "email_invalid"),
        (".an@hue.example", "email_invalid"),
        ("an.@hue.example", "email_invalid"),
        ("a..n@hue.example", "email_invalid"),
        ("nguyễn@hue.example", "email_not_ascii"),
        ("an@huế.example", "email_not_ascii"),
        ("an binh@hue.example", "email_invalid"),
        ('"an"@hue.example', "email_invalid"),
        ("an@hue.example,binh@hue.example", "email_invalid"),
        ("an@hue.example\r\nBcc: x@y.vn", "email_invalid"),
        ("x" * 65 + "@hue.example", "email_too_long"),
        ("an@" + "x." * 130 + "vn", "email_too_long"),
    ],
)
def test_what_is_refused_and_why(text: str, why: str) -> None:
    assert code(text) == why


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("An.Nguyen@Hue.Example", "an.nguyen@hue.example"),
        ("  an@hue.example ", "an@hue.example"),
        ("an@hue.example", "an@hue.example"),
        ("operator@hocmo.local", "operator@hocmo.local"),
        ("o'brien+hue@sub.hue-city.gov.vn", "o'brien+hue@sub.hue-city.gov.vn"),
        ("a@xn--hu-fja.example", "a@xn--hu-fja.example"),
    ],
)
def test_addresses_are_stored_in_one_form(text: str, stored: str) -> None:
    assert identifiers.parse(text) == Identifier("email", stored)


LOCALS = st.text(alphabet=string.ascii_letters + string.digits + "!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=20)
LABELS = st.from_regex(r"\A[a-z]([a-z0-9-]{0,10}[a-z0-9])?\Z")


@given(st.lists(LOCALS, min_size=1, max_size=3), st.lists(LABELS, min_size=2, max_size=4))
def test_well_formed_addresses_are_taken_in_any_case(local: list[str], domain: list[str]) -> None:
    address = f"{'.'.join(local)}@{'.'.join(domain)}"
    assert identifiers.email(address.upper()) == identifiers.email(address) == address.lower()
    assert identifiers.email(identifiers.email(address)) == identifiers.email(address)


@given(st.text(max_size=60).map(lambda text: text + "@" + text))
def test_whatever_is_taken_for_an_address_is_plain(text: str) -> None:
    try:
        stored = identifiers.email(text)
    except PydanticCustomError:
        return
    assert stored.isascii()
    assert stored == stored.lower()
    assert not re.search(r"[\s<>,;:\"\\()\[\]]", stored)
    assert len(stored) <= identifiers.EMAIL_LENGTH
