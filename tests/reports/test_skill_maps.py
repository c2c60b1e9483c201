"""What staff and operators see of skills: levels by audience and area, and nothing of fewer than ten people."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.reports import recount
from chalicelib.storage import spaces
from tests import factories
from tests.audiences.people import made
from tests.emulated import Cloud
from tests.factories import OpenedSpace
from tests.reports import learners
from tests.reports.learners import NOON
from tests.spending import spending

FARMERS = {"op": "in", "field": "occupation", "values": ["farmer"]}
# Of Huế: 25 officials, 10 students, 9 workers and 3 citizens, all measured in the area 1, officials in the area 4 too.
HUE: Mapping[str, list[dict[str, int]]] = {
    "public-sector": [{"1": 3, "4": 7}] * 12 + [{"1": 4, "4": 7}] * 13,
    "students": [{"1": 5}] * 10,
    "workers": [{"1": 8}] * 9,
    "citizens": [{"1": 1}] * 3,
}


@dataclass
class Nation:
    """Two provinces and two ministries. Of Huế's own audiences one has 20 officials, one all but three people."""

    hue: OpenedSpace
    some: str
    most: str


def measured(space: OpenedSpace, people: Mapping[str, list[dict[str, int]]], **own: str) -> None:
    """People of audiences, at their levels by area; of ``some`` are twenty officials, of ``most`` all but citizens."""
    for audience, all_of in people.items():
        for number, levels in enumerate(all_of):
            person = f"{audience}-{number}"
            audiences = [audience]
            audiences += [own["some"]] if own and audience == "public-sector" and number < 20 else []
            audiences += [own["most"]] if own and audience != "citizens" else []
            learners.group(space.space, person, audiences)
            space.space.table("learning").put(learners.measured(levels, " ".join(audiences), person))


@pytest.fixture(scope="module")
def nation(aws: Cloud) -> Nation:
    clock.set_source(lambda: NOON)
    hue = factories.open_space("hue", name="Thành phố Huế")
    some, most = made(hue, FARMERS), made(hue, FARMERS)
    measured(hue, HUE, some=some, most=most)
    measured(factories.open_space("da-nang", name="Thành phố Đà Nẵng"), {"citizens": [{"1": 2}] * 30})
    measured(factories.open_space("bo-noi-vu", kind="ministry", name="Bộ Nội vụ"), {"workers": [{"1": 6}] * 9})
    measured(factories.open_space("bo-y-te", kind="ministry", name="Bộ Y tế"), {"citizens": [{"1": 4}] * 20})
    factories.open_space("xa-vinh-loc", kind="commune", name="Xã Vinh Lộc")
    aws.drain()
    return Nation(hue, some, most)


@pytest.fixture(autouse=True)
def _that_day() -> None:
    clock.set_source(lambda: NOON)


def first_area(groups: list[dict[str, Any]], key: str) -> dict[str, Any]:
    """What is told of the area 1, by group."""
    return {each[key]: tuple(each["areas"][0].get(name) for name in ("people", "average", "shares")) for each in groups}


HIDDEN = (None, None, None)


def test_a_space_by_audiences_and_areas(nation: Nation) -> None:
    report = nation.hue.admin.get(nation.hue.at("/reports/skills")).ok()
    assert first_area(report["items"], "audience") == {
        None: (40, 5.0, [0, 0, 25, 30, 20, 0, 0, 25]),
        "public-sector": (20, 3.5, None),
        "students": (10, 5.0, None),
        "workers": HIDDEN,
        "citizens": HIDDEN,
        nation.some: (20, 3.5, None),
        nation.most: HIDDEN,
    }
    assert [each["name"] for each in report["items"]][:3] == [
        None,
        "Cán bộ, công chức, viên chức",
        "Học sinh, sinh viên",
    ]
    assert [each["code"] for each in report["framework"]["areas"]] == ["1", "2", "3", "4", "5"]
    assert len(report["framework"]["levels"]) == 8
    assert report["as_of"] == "2026-11-24T03:13:20Z"


def test_an_audience_that_everyone_measured_is_in_is_told_of(nation: Nation) -> None:
    """All who were measured in the area 4 are officials: nobody is beside them."""
    everyone, officials, *others = (
        each["areas"][3] for each in nation.hue.admin.get(nation.hue.at("/reports/skills")).ok()["items"]
    )
    assert everyone == officials == {"area": "4", "people": 20, "average": 7.0, "shares": None}
    assert {each["people"] for each in others[:3]} == {None}


def test_nine_people_are_nobody_to_see(nation: Nation) -> None:
    ministry = factories.token_for(spaces.find("bo-noi-vu"), ["admin"])
    report = ministry.get("/spaces/bo-noi-vu/reports/skills", query={"framework": "digcomp-2.2"}).ok()
    assert {area["people"] for each in report["items"] for area in each["areas"]} == {None}


def test_the_nation_by_audiences_areas_and_kinds(nation: Nation) -> None:
    """Workers are nine here and nine there: eighteen together. Nine people of one of two ministries hide the other."""
    report = factories.operator().get("/reports/national/skills").ok()
    assert first_area(report["items"], "audience") == {
        None: (100, 3.7, [0, 30, 10, 35, 10, 15, 0, 0]),
        "public-sector": (20, 3.5, None),
        "students": (10, 5.0, None),
        "workers": (10, 6.0, None),
        "citizens": (50, 2.8, [0, 60, 0, 40, 0, 0, 0, 0]),
    }
    assert first_area(report["kinds"], "kind").keys() == {"ministry", "province"}
    assert first_area(report["kinds"], "kind")["ministry"][0] == 20
    first = factories.operator().get("/reports/national/skills/tenants", query={"limit": 1}).ok()
    with spending() as spent:
        rest = factories.operator().get("/reports/national/skills/tenants", query={"cursor": first["next"]}).ok()
    assert spent.last["calls"] == 0, "the spaces are read once for all pages"
    assert rest["next"] is None
    assert [(each["slug"], each["name"], each["areas"][0]) for each in first["items"] + rest["items"]] == [
        ("da-nang", "Thành phố Đà Nẵng", {"area": "1", "people": 30, "average": 2.0}),
        ("hue", "Thành phố Huế", {"area": "1", "people": 40, "average": 5.0}),
    ]


def sheet(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_both_as_files_for_spreadsheets(nation: Nation) -> None:
    reply = nation.hue.admin.get(nation.hue.at("/reports/skills.csv"))
    assert reply.headers["content-type"].startswith("text/csv")
    headings, *lines = sheet(str(reply.text))
    assert headings[:6] == [
        "Phạm vi", "Tên", "Mã miền năng lực", "Miền năng lực", "Số người (tròn chục)", "Mức trung bình",
    ]  # fmt: skip
    assert len(headings) == 14
    assert len(lines) == 7 * 5
    assert lines[0][:3] + lines[0][4:] == ["Nhóm đối tượng", "Tất cả", "1", "40", "5.0", *"0 0 25 30 20 0 0 25".split()]
    assert lines[5][4:] == ["20", "3.5", *[""] * 8]
    assert set(lines[15][4:]) == {"ẩn"}
    _, *lines = sheet(str(factories.operator().get("/reports/national/skills.csv").text))
    assert [(each[0], each[1], each[4]) for each in lines[25::5]] == [
        ("Loại đơn vị", "Bộ, ngành", "20"),
        ("Loại đơn vị", "Tỉnh, thành phố", "70"),
        ("Đơn vị", "Thành phố Đà Nẵng", "30"),
        ("Đơn vị", "Thành phố Huế", "40"),
    ]


def test_skills_counted_anew_agree(nation: Nation) -> None:
    for slug in ("hue", "bo-y-te"):
        assert recount.recount(slug).wrong == []


@pytest.mark.parametrize("path", ["/reports/skills", "/reports/skills.csv"])
def test_another_tenants_admin_sees_nothing(nation: Nation, path: str) -> None:
    stranger = factories.token_for(spaces.find("bo-y-te"), ["admin"])
    stranger.get(nation.hue.at(path)).refused(401, "invalid_token")
    nation.hue.admin.get(f"/reports/national{path.removeprefix('/reports')}").refused(401, "invalid_token")
    nation.hue.admin.get(nation.hue.at(path), query={"framework": "khong-co"}).refused(404, "not_found")


def test_maps_keep_to_their_budget(nation: Nation) -> None:
    with spending() as spent:
        for path in ("/reports/skills", "/reports/skills.csv"):
            nation.hue.admin.get(nation.hue.at(path))
        for path in ("skills", "skills/tenants", "skills.csv"):
            factories.operator().get(f"/reports/national/{path}")
    spent.within_budget()
    assert max(line["calls"] for line in spent.lines) <= 3
