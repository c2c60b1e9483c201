"""What a list would change, and has changed: row by row, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.rosters import walking
from tests import factories
from tests.emulated import Cloud
from tests.factories import OpenedSpace
from tests.rosters.loading import changes_of, checked, committed, roster_of, units_of
from tests.rosters.test_loading import AN, BINH, a_list, everyone

OLD = "CB02;Trần Thị Bình;046185123456;1985;Sở Y tế;binh@hue.example;0912345679;Trưởng phòng"
NEWER = "CB02;Trần Thị Bình;046185123456;1985;Sở Nội vụ;b2@hue.example;0912345679;Phó giám đốc"


def fields(change: dict[str, Any]) -> dict[str, tuple[str | None, str]]:
    """What a row changes, by field."""
    return {each["field"]: (each["old"], each["new"]) for each in change["fields"]}


def known(aws: Cloud) -> OpenedSpace:
    """A space that knows one of the people whom a list is about."""
    space = factories.open_space()
    committed(aws, space, a_list(OLD))
    return space


LIST = a_list("CB03;Lê Thị Lan;046190654321;03/07/1990;Sở Y tế;;;=1+1", NEWER, "CB04;;;;;;;", AN)


def test_a_dry_run_tells_what_would_become_of_whom(aws: Cloud) -> None:
    space = known(aws)
    roster = checked(aws, space, LIST)
    lan, binh, nobody, an = changes_of(space, roster["id"])
    assert [each["outcome"] for each in (lan, binh, nobody, an)] == ["created", "changed", "refused", "created"]
    assert (lan["row"], lan["person"], lan["name"]) == (2, None, "Lê Thị Lan")
    assert fields(lan) == {
        "name": (None, "Lê Thị Lan"),
        "staff_code": (None, "CB03"),
        "national_id": (None, "•••••••••321"),
        "birth": (None, "03/07/1990"),
        "unit": (None, "Sở Y tế"),
    }
    assert fields(an)["phone"] == (None, "0912345678")
    assert binh["person"]
    assert fields(binh) == {
        "email": ("binh@hue.example", "b2@hue.example"),
        "position": ("Trưởng phòng", "Phó giám đốc"),
        "unit": ("Sở Y tế", "Sở Nội vụ"),
    }
    assert (nobody["person"], nobody["name"], nobody["fields"]) == (None, "", [])
    assert [each["names"] for each in units_of(space, roster["id"])] == [["Sở Nội vụ"]]
    assert len(everyone(space)) == 1


def test_a_commit_tells_what_has_become_of_whom(aws: Cloud) -> None:
    space = known(aws)
    dry = changes_of(space, checked(aws, space, LIST)["id"])
    roster = committed(aws, space, LIST)
    done = changes_of(space, roster["id"])
    assert [(each["row"], each["outcome"], each["fields"]) for each in done] == [
        (each["row"], each["outcome"], each["fields"]) for each in dry
    ]
    people = {each["id"] for each in everyone(space)}
    assert {each["person"] for each in done if each["person"]} == people
    (unit,) = units_of(space, roster["id"])
    listed = {each["path"] for each in space.admin.get(space.at("/units")).ok()["items"]}
    assert unit["path"] in listed
    again = committed(aws, space, LIST)
    assert [(each["outcome"], each["fields"]) for each in changes_of(space, again["id"])] == [
        ("unchanged", []), ("unchanged", []), ("refused", []), ("unchanged", []),
    ]  # fmt: skip
    assert units_of(space, again["id"]) == []


def test_an_identity_number_that_becomes_another_is_shown_by_its_end(aws: Cloud) -> None:
    space = known(aws)
    roster = checked(aws, space, a_list(OLD.replace("046185123456", "046185123999")))
    (binh,) = changes_of(space, roster["id"])
    assert fields(binh) == {"national_id": ("•••••••••456", "•••••••••999")}


def test_rows_are_listed_by_what_becomes_of_them(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """In slices of two rows: those without such a row are not opened, and pages are as long as was asked for."""
    monkeypatch.setattr(walking, "SLICE", 2)
    space = known(aws)
    new = [f"N{number:02d};Nguyễn Văn An;;;Sở số {number};n{number}@hue.example;;" for number in range(30)]
    roster = checked(aws, space, a_list(*new[:7], NEWER, *new[7:], "CB99;;;;;;;", OLD.replace("CB02", "cb02")))
    every = changes_of(space, roster["id"], limit=5)
    assert [each["row"] for each in every] == list(range(2, 35))
    created = changes_of(space, roster["id"], "created", limit=7)
    assert [each["row"] for each in created] == [each["row"] for each in every if each["outcome"] == "created"]
    assert [each["row"] for each in changes_of(space, roster["id"], "changed", limit=1)] == [9]
    assert [each["row"] for each in changes_of(space, roster["id"], "refused")] == [33, 34]
    assert changes_of(space, roster["id"], "conflict") == []
    at = space.at(f"/rosters/{roster['id']}/changes")
    (first,) = space.admin.get(at, query={"outcome": "changed", "limit": 1}).ok()["items"]
    assert first["row"] == 9
    assert len(space.admin.get(at, query={"limit": 7}).ok()["items"]) == 7
    space.admin.get(at, query={"outcome": "lost"}).refused(422)
    named = units_of(space, roster["id"], limit=4)
    assert len(named) == len({each["path"] for each in named}) == roster["counts"]["new_units"] == 31


def test_what_is_rare_in_a_long_list_is_found_page_by_page(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "SLICE", 1)
    space = factories.open_space()
    roster = checked(aws, space, a_list(*(f"N{number};Lê Lan;;;;n{number}@hue.example;;" for number in range(12))))
    page = space.admin.get(space.at(f"/rosters/{roster['id']}/changes"), query={"limit": 100}).ok()
    assert len(page["items"]) == 10  # as many files as an answer opens
    assert page["next"]
    assert len(changes_of(space, roster["id"])) == 12


def test_units_under_units_that_are_not_there(aws: Cloud) -> None:
    space = factories.open_space()
    committed(aws, space, a_list(AN))
    content = (
        "Mã CB;Họ tên;Cơ quan chủ quản;Đơn vị;Phòng\nA1;Lê Lan;Sở Y tế;Chi cục Dân số;Văn phòng\nA2;Lê Hà;Sở Y tế;;\n"
    )
    roster = checked(aws, space, content.encode())
    chain = units_of(space, roster["id"])
    assert [each["names"] for each in chain] == [
        ["Sở Y tế", "Chi cục Dân số"],
        ["Sở Y tế", "Chi cục Dân số", "Văn phòng"],
    ]
    assert chain[1]["path"].startswith(chain[0]["path"] + "/")


def test_what_is_told_of_people_is_for_those_who_manage_them(aws: Cloud) -> None:
    space, other = factories.open_space(), factories.open_space()
    roster = committed(aws, space, a_list(AN, BINH))
    path = f"/rosters/{roster['id']}/changes"
    other.admin.get(other.at(path)).refused(404)
    space.author.get(space.at(path)).refused(403)
    assert roster_of(space, roster["id"])["counts"]["created"] == 2
    space.admin.get(space.at(path), query={"cursor": "x"}).refused(400)
    made = space.admin.post(space.at("/rosters"), {"name": "a.csv", "size": 5}).ok(201)
    assert changes_of(space, made["id"]) == units_of(space, made["id"]) == []
