"""Plain Python to DynamoDB's attribute values and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.storage.items import from_item, from_value, to_item, to_value

scalars = st.text(max_size=50) | st.booleans() | st.integers(-(10**37), 10**37) | st.none() | st.binary(max_size=50)
values = st.recursive(
    scalars | st.sets(st.text(min_size=1, max_size=10), min_size=1, max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_a_value_comes_back_as_it_went(value: Any) -> None:
    assert from_value(to_value(value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_a_fraction_comes_back_equal(value: float) -> None:
    assert from_value(to_value(value)) == value


def test_nothing_is_not_stored() -> None:
    assert to_item({"pk": "a", "gone": None}) == {"pk": {"S": "a"}}
    assert from_item({"pk": {"S": "a"}}) == {"pk": "a"}


def test_what_has_no_form_is_refused() -> None:
    with pytest.raises(TypeError):
        to_value(object())
