"""Drawing: rules that hold for every pool, seed and wish."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.assessment.drawing import FrozenPart, draw, shortages
from chalicelib.banks.contents import Ref

_REFS = st.builds(Ref, st.sampled_from(["a", "b"]), st.integers(0, 30).map(str), st.integers(1, 3))
_POOLS = st.lists(_REFS, min_size=1, max_size=25, unique_by=lambda ref: (ref.bank, ref.item)).map(tuple)
_PARTS = st.lists(
    st.builds(FrozenPart, _POOLS, st.one_of(st.none(), st.integers(1, 5))), min_size=1, max_size=4
)  # fmt: skip
_SEEDS = st.text(max_size=20)


@given(_PARTS, _SEEDS, st.booleans())
def test_a_paper_has_what_each_part_asks_for_and_nothing_twice(
    parts: list[FrozenPart], seed: str, shuffled: bool
) -> None:
    assume(not list(shortages(parts)))
    paper = draw(parts, seed, shuffled=shuffled)
    assert len(paper) == sum(len(each.pool) if each.count is None else each.count for each in parts)
    assert len({(ref.bank, ref.item) for ref in paper}) == len(paper)
    assert all(any(ref in part.pool for part in parts) for ref in paper)


@given(_PARTS, _SEEDS, st.booleans())
def test_the_same_seed_gives_the_same_paper_whatever_the_pools_order(
    parts: list[FrozenPart], seed: str, shuffled: bool
) -> None:
    again = [each if each.count is None else FrozenPart(each.pool[::-1], each.count) for each in parts]
    assert draw(parts, seed, shuffled=shuffled) == draw(again, seed, shuffled=shuffled)


@given(_PARTS, _SEEDS)
def test_shuffling_changes_the_order_alone(parts: list[FrozenPart], seed: str) -> None:
    straight, shuffled = draw(parts, seed, shuffled=False), draw(parts, seed, shuffled=True)
    assert sorted(straight, key=str) == sorted(shuffled, key=str)


def test_every_item_is_drawn_about_as_often_as_any_other() -> None:
    pool = tuple(Ref("a", str(place), 1) for place in range(10))
    counts = dict.fromkeys(pool, 0)
    for number in range(2_000):
        for ref in draw([FrozenPart(pool, 3)], f"seed {number}", shuffled=True):
            counts[ref] += 1
    assert all(500 < count < 700 for count in counts.values()), counts  # 600 each; 5 standard deviations are 100


def test_a_pool_that_another_part_may_empty_is_short() -> None:
    pool = tuple(Ref("a", str(place), 1) for place in range(4))
    assert not list(shortages([FrozenPart(pool, 4)]))
    (short,) = shortages([FrozenPart(pool[:2]), FrozenPart(pool, 3)])
    assert (short.place, short.wanted, short.left) == (1, 3, 2)
    (repeated,) = shortages([FrozenPart((pool[0], pool[0]))])
    assert (repeated.wanted, repeated.left) == (2, 1)
