"""Cursors: whatever a list wrote comes back, and nothing else gets in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.http import paging

part = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=100) | st.integers(0, 2**53 - 1)


@given(st.lists(part, min_size=1, max_size=4))
def test_a_cursor_comes_back_as_it_went(position: list[str | int]) -> None:
    assert paging.decode(paging.encode(*position), *(type(each) for each in position)) == position


@given(st.text(max_size=200))
def test_anything_else_is_refused_by_name(cursor: str) -> None:
    try:
        position = paging.decode(cursor, str)
    except paging.BadCursor:
        return
    assert paging.decode(paging.encode(*position), str) == position


@pytest.mark.parametrize(
    ("position", "shape"),
    [
        ([""], str),
        ([True], int),
        ([-1], int),
        ([2**53], int),
        (["a", "b"], str),
        ([None], str),
        ([["a"]], str),
        ([5], str),
    ],
)
def test_positions_no_list_would_write(position: list[object], shape: type) -> None:
    forged = paging.encode(*position)  # type: ignore[arg-type]
    with pytest.raises(paging.BadCursor):
        paging.decode(forged, shape)
