"""Units: one path for one unit, whoever names it and however."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.errors import NotFound
from chalicelib.http import caching
from chalicelib.people import profile, units
from chalicelib.people.units import UnitExists
from tests import walls
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def test_a_unit_is_the_same_in_any_capitals_and_spacing(hue: OpenedSpace) -> None:
    first = units.ensure(hue.space, ["UBND Thành phố Huế", "Phường Thuận Hoá"])
    caching.forget_everything()
    assert units.ensure(hue.space, ["UBND  THÀNH PHỐ HUẾ", " phường\u00a0thuận hoá"]) == first
    assert units.ensure(hue.space, ["UBND Thành phố Huế", "Phường Thuan Hoá"]) != first
    assert profile.parse("unit", first) == first
    assert units.names_of(hue.space, first) == ["UBND Thành phố Huế", "Phường Thuận Hoá"]


def test_everything_under_a_unit_has_a_path_that_begins_with_its_own(hue: OpenedSpace) -> None:
    top = units.ensure(hue.space, ["Sở Y tế"])
    room = units.ensure(hue.space, ["Sở Y tế", "Phòng Kế hoạch"])
    other = units.ensure(hue.space, ["Sở Xây dựng", "Phòng Kế hoạch"])
    assert units.within(room, top)
    assert units.within(top, top)
    assert not units.within(other, top)
    listed, more = units.page(hue.space, top, None, 10)
    assert [each.path for each in listed] == [room]
    assert more is None


def test_finding_writes_nothing(hue: OpenedSpace) -> None:
    path, missing = units.find(hue.space, ["Sở Y tế", "Phòng Kế hoạch"])
    assert len(missing) == 2
    assert units.page(hue.space, None, None, 10) == ([], None)
    assert units.ensure(hue.space, ["Sở Y tế", "Phòng Kế hoạch"]) == path
    assert units.find(hue.space, ["sở y tế", "phòng kế hoạch"]) == (path, [])


def test_a_renamed_unit_is_found_under_both_names(hue: OpenedSpace) -> None:
    path = units.ensure(hue.space, ["Xã Phú Lộc"])
    child = units.ensure(hue.space, ["Xã Phú Lộc", "Trạm y tế"])
    units.rename(hue.space, path, "Phường Phú Lộc")
    caching.forget_everything()
    assert units.ensure(hue.space, ["Phường Phú Lộc"]) == path
    assert units.ensure(hue.space, ["Xã Phú Lộc"]) == path
    assert units.ensure(hue.space, ["Phường Phú Lộc", "Trạm y tế"]) == child
    assert units.names_of(hue.space, child) == ["Phường Phú Lộc", "Trạm y tế"]
    units.rename(hue.space, path, "Phường Phú Lộc")  # again: nothing else happens
    with pytest.raises(NotFound):
        units.rename(hue.space, "a" * 8, "Không có")


def test_a_second_unit_of_the_name_is_refused(hue: OpenedSpace) -> None:
    top = units.create(hue.space, None, "Sở Y tế")
    units.create(hue.space, top.path, "Phòng Kế hoạch")
    with pytest.raises(UnitExists):
        units.create(hue.space, top.path, "Phòng  kế hoạch")
    with pytest.raises(NotFound):
        units.create(hue.space, "a" * 8, "Phòng Kế hoạch")


def test_fifty_at_once_make_one_unit(hue: OpenedSpace) -> None:
    names = ["Sở Y tế", "Phòng Kế hoạch"]
    with ThreadPoolExecutor(10, initializer=walls.stand_outside) as pool:
        found = set(pool.map(lambda _: units.ensure(hue.space, names), range(50)))
    assert len(found) == 1
    assert len(units.page(hue.space, None, None, 10)[0]) == 2
