"""Slugs: part of addresses, table names and file keys for ever, so nothing odd may get in."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from chalicelib.http.models import Slug
from chalicelib.storage.files import NATIONAL
from chalicelib.storage.spaces import PLATFORM
from chalicelib.tenants.slugs import MAX_LENGTH, MIN_LENGTH, PATTERN, RESERVED, NewSlug

new_slug = TypeAdapter[str](NewSlug)
any_slug = TypeAdapter[str](Slug)


@pytest.mark.parametrize("slug", ["hue", "bo-noi-vu", "a1b", "trung-uong", "x" * MAX_LENGTH, "tp-ho-chi-minh-2"])
def test_good_slugs(slug: str) -> None:
    assert new_slug.validate_python(slug) == slug


@pytest.mark.parametrize(
    "slug",
    ["", "hu", "x" * (MAX_LENGTH + 1), "Hue", "huế", "1hue", "-hue", "hue-", "hu--e", "xn--hu-jma", "hue_1", "hu e",
     "hue/../x", "hue\n", "hue.vn", "hue#1", "нuе"],
)  # fmt: skip
def test_bad_slugs(slug: str) -> None:
    with pytest.raises(ValidationError):
        new_slug.validate_python(slug)


@pytest.mark.parametrize("slug", sorted(RESERVED))
def test_the_platforms_own_words_are_nobodys(slug: str) -> None:
    with pytest.raises(ValidationError, match="slug_reserved"):
        new_slug.validate_python(slug)


def test_what_the_platform_keeps_things_under_is_reserved() -> None:
    assert {PLATFORM, NATIONAL} <= RESERVED


@given(st.text(st.characters(codec="utf-8"), max_size=45) | st.from_regex(r"\A[a-z0-9-]{1,45}\Z"))
def test_the_rule_is_the_pattern_and_no_reserved_word(text: str) -> None:
    good = (
        MIN_LENGTH <= len(text) <= MAX_LENGTH
        and re.fullmatch(PATTERN.removeprefix("^").removesuffix("$"), text) is not None
        and text not in RESERVED
    )
    try:
        assert new_slug.validate_python(text) == text
        assert good
    except ValidationError:
        assert not good


@given(st.from_regex(re.compile(PATTERN), fullmatch=True).filter(lambda text: 3 <= len(text) <= 40))
def test_every_new_slug_is_an_address(text: str) -> None:
    assert any_slug.validate_python(text) == text
