"""The tree of units over HTTP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.spending import spending


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def make(hue: OpenedSpace, name: str, parent: str | None = None) -> Any:
    return hue.admin.post(hue.at("/units"), {"name": name, "parent": parent}).ok(201)


def names(hue: OpenedSpace, **query: Any) -> list[list[str]]:
    """The names of the units on all pages."""
    found: list[list[str]] = []
    while True:
        page = hue.learner.get(hue.at("/units"), query=query).ok()
        found += [each["names"] for each in page["items"]]
        if not page["next"]:
            return found
        query["cursor"] = page["next"]


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_a_tree_is_made_and_listed_page_by_page(hue: OpenedSpace, limit: int) -> None:
    top = make(hue, "Sở Y tế")
    room = make(hue, " Phòng  Kế hoạch", top["path"])
    make(hue, "Sở Xây dựng")
    assert room["names"] == ["Sở Y tế", "Phòng Kế hoạch"]
    assert room["parent"] == top["path"]
    assert sorted(names(hue, limit=limit)) == [["Sở Xây dựng"], ["Sở Y tế"], ["Sở Y tế", "Phòng Kế hoạch"]]
    assert names(hue, under=top["path"], limit=limit) == [room["names"]]


def test_a_unit_is_made_once_and_under_what_there_is(hue: OpenedSpace) -> None:
    make(hue, "Sở Y tế")
    hue.admin.post(hue.at("/units"), {"name": "SỞ Y TẾ"}).refused(409, "unit_exists")
    hue.admin.post(hue.at("/units"), {"name": "Tổ", "parent": "aaaaaaaa"}).refused(404)
    hue.tutor.post(hue.at("/units"), {"name": "Tổ"}).refused(403)
    for bad in ("", "<b>", "x" * 121):
        hue.admin.post(hue.at("/units"), {"name": bad}).refused(422)
    path = None
    for level in range(8):
        path = make(hue, f"Cấp {level}", path)["path"]
    hue.admin.post(hue.at("/units"), {"name": "Cấp 8", "parent": path}).refused(409, "unit_too_deep")


def test_of_two_who_rename_a_unit_at_once_the_second_is_told(hue: OpenedSpace) -> None:
    path = make(hue, "Xã Phú Lộc")["path"]

    def rename(name: str) -> int:
        return hue.admin.patch(hue.at("/units"), {"path": path, "name": name, "was": "Xã Phú Lộc"}).status

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(rename, ["Phường Phú Lộc", "Phường Phú Lộc Mới"])) == [200, 412]
    hue.admin.patch(hue.at("/units"), {"path": "aaaaaaaa", "name": "A", "was": "B"}).refused(404)
    make(hue, "Xã Lộc An")
    shown = names(hue)
    renamed = next(each[0] for each in shown if each[0].startswith("Phường"))
    hue.admin.patch(hue.at("/units"), {"path": path, "name": "Xã Lộc An", "was": renamed}).ok()


def test_a_page_of_units_costs_one_call(hue: OpenedSpace) -> None:
    top = make(hue, "Sở Y tế")["path"]
    for number in range(30):
        make(hue, f"Phòng {number}", top)
    hue.learner.get(hue.at("/units")).ok()
    with spending() as heard:
        hue.learner.get(hue.at("/units")).ok()
    heard.within_budget()
    assert heard.last["calls"] == 1
