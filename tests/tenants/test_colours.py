"""Contrast as WCAG 2.2 defines it, against its known values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from chalicelib.tenants.colours import MINIMUM, WHITE, Colour, contrast, luminance

colour = TypeAdapter[str](Colour)
hexes = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # Computed with the formula of WCAG 2.2 by others: W3C's own examples and WebAIM's checker.
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
        ("#0000ff", "#ffffff", 8.59),
        ("#00ff00", "#ffffff", 1.37),
        ("#ff0000", "#0000ff", 2.15),
    ],
)
def test_known_contrasts(one: str, other: str, expected: float) -> None:
    assert contrast(one, other) == pytest.approx(expected, abs=0.005)


@given(hexes, hexes)
def test_contrast_is_symmetric_and_bounded(one: str, other: str) -> None:
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21.000001
    assert 0 <= luminance(one) <= 1


@given(hexes)
def test_a_colour_is_taken_exactly_when_white_text_on_it_can_be_read(text: str) -> None:
    if contrast(text, WHITE) >= MINIMUM:
        assert colour.validate_python(text.upper()) == text
    else:
        with pytest.raises(ValidationError, match="colour_contrast"):
            colour.validate_python(text)


def test_a_contrast_just_missed_is_not_rounded_up() -> None:
    with pytest.raises(ValidationError) as refused:
        colour.validate_python("#777777")
    assert refused.value.errors()[0]["ctx"]["vi"].count("4,47:1") == 1


@pytest.mark.parametrize(("text", "expected"), [("#a00", "#aa0000"), (" #0B5CAD", "#0b5cad"), ("#0b5cad", "#0b5cad")])
def test_one_form_is_kept(text: str, expected: str) -> None:
    assert colour.validate_python(text.strip()) == expected


@pytest.mark.parametrize("text", ["", "0b5cad", "#0b5ca", "#0b5cadff", "red", "#gggggg", "#0b5cad;", "rgb(0,0,0)"])
def test_anything_else_is_no_colour(text: str) -> None:
    with pytest.raises(ValidationError):
        colour.validate_python(text)
