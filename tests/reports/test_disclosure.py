"""Nothing that is told of skills shows a group of one to nine people, alone or together with all else that is told."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.reports import disclosure
from chalicelib.reports.disclosure import Counts, Release, Told, gathered, release, told

GROUPS = ("public-sector", "students", "workers", "citizens")
FEW = range(1, 10)

levels = st.lists(st.one_of(st.integers(0, 12), st.integers(0, 200)), min_size=4, max_size=4)
parts = st.fixed_dictionaries(dict.fromkeys(GROUPS, levels))


def added(*many: Counts) -> list[int]:
    return [sum(column) for column in zip(*many, strict=True)]


def another_truth(outside: Counts, groups: dict[str, list[int]]) -> tuple[list[int], dict[str, Counts], Counts]:
    """A space in which no set of levels has one to nine people, in any group that is told of or in what is left of
    everyone; those who are not told of are in none of the groups there."""
    everyone = added(outside, *groups.values())
    shown = {name: groups[name] for name, each in release(everyone, groups).groups.items() if each}
    rest = gathered([of_all - sum(each[level] for each in shown.values()) for level, of_all in enumerate(everyone)])
    elsewhere: dict[str, Counts] = {name: gathered(counts) for name, counts in shown.items()}
    return added(rest, *elsewhere.values()), elsewhere, rest


@given(levels, parts)
def test_what_is_told_is_told_of_a_truth_without_few_people_as_well(
    outside: list[int], groups: dict[str, list[int]]
) -> None:
    """The proof: nobody can tell the space apart from one in which there is no group of a few, at whatever levels, in
    any sum or difference of what is told. So there is nothing from which to conclude that there is one."""
    real = release(added(outside, *groups.values()), groups)
    everyone, elsewhere, rest = another_truth(outside, groups)
    none = dict.fromkeys(GROUPS, [0] * 4)
    if sum(everyone):
        assert release(everyone, none | elsewhere) == real
    else:
        assert real == Release(None, dict.fromkeys(GROUPS))
    for counts in (rest, *elsewhere.values()):
        assert not any(number in FEW for number in counts)


@given(levels, parts)
def test_groups_are_of_ten_and_so_is_everyone_beside_them(outside: list[int], groups: dict[str, list[int]]) -> None:
    everyone = added(outside, *groups.values())
    found = release(everyone, groups)
    shown = [sum(groups[name]) for name, each in found.groups.items() if each]
    assert all(number >= 10 for number in shown)
    assert (sum(everyone) - sum(shown)) not in FEW or not shown
    for name, each in found.groups.items():
        assert each is None or 0 <= sum(groups[name]) - each.people < 10


@given(levels, levels)
def test_groups_that_overlap_are_told_of_each_by_itself(one: list[int], other: list[int]) -> None:
    everyone = [max(pair) for pair in zip(one, other, strict=True)]
    for name, each in release(everyone, {"a": one, "b": other}).groups.items():
        counts = {"a": one, "b": other}[name]
        assert each is None or sum(counts) >= 10
        assert each is None or (sum(everyone) - sum(counts)) not in FEW


def everything(levels_: int, most: int) -> Iterator[tuple[int, ...]]:
    """Every way in which so many people at most stand at so many levels."""
    for counts in itertools.product(range(most + 1), repeat=levels_):
        if sum(counts) <= most:
            yield counts


def test_no_set_of_levels_can_be_pinned_down_to_a_few() -> None:
    """All tables of three levels and up to 29 people, as an intruder who knows the method could go through them: of
    those that lead to one answer, some have nobody or ten at least in any set of levels."""
    told_of: dict[Told, list[tuple[int, ...]]] = {}
    for counts in everything(3, 29):
        if answer := told(gathered(counts)):
            told_of.setdefault(answer, []).append(counts)
    sets = [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2)]
    for tables in told_of.values():
        for which in sets:
            assert not all(sum(table[level] for level in which) in FEW for table in tables)


def upto(counts: Counts) -> list[int]:
    return list(itertools.accumulate(counts))


@given(st.lists(st.integers(0, 400), min_size=2, max_size=10))
def test_gathered_people_are_as_many_and_near_where_they_were(counts: list[int]) -> None:
    after = gathered(counts)
    assert sum(after) == (sum(counts) if sum(counts) >= 10 else 0)
    assert list(gathered(after)) == list(after)
    apart = [abs(one - other) for one, other in zip(upto(counts), upto(after), strict=True)]
    assert not any(after) or max(apart) < 20  # a block at most crosses a level's end


@pytest.mark.parametrize(
    ("counts", "answer"),
    [
        ([0, 0, 9, 0], None),
        ([0, 0, 10, 0], Told(10, 3.0, None)),
        ([1, 2, 4, 5], Told(10, 3.0, None)),
        ([0, 12, 13, 0], Told(20, 2.5, None)),
        ([0, 9, 30, 1], Told(40, 2.8, (0, 25, 75, 0))),
        ([300, 400, 296, 4], Told(1000, 2.0, (30, 40, 30, 0))),
        ([0, 0, 0, 0], None),
    ],
)
def test_what_is_told_of_some(counts: Sequence[int], answer: Told | None) -> None:
    assert told(gathered(counts)) == answer


def test_a_group_that_leaves_a_few_beside_it_is_hidden() -> None:
    everyone = [0, 30, 14, 0]
    assert disclosure.apart(everyone, [0, 30, 10, 0]) is None
    assert disclosure.apart(everyone, [0, 30, 4, 0]) is not None
    assert disclosure.apart(everyone, everyone) == told(gathered(everyone))
