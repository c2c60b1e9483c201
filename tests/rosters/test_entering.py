"""Everyone whom a list brings can come in at once, by the slip that is printed for them."""

from __future__ import annotations

import pytest

from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.identity.test_sheets import file, printed, rows
from tests.rosters.loading import DATA, checked, committed


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


@pytest.fixture(scope="module")
def roster(hue: OpenedSpace, aws: Cloud) -> str:
    """The two thousand people of a list, taken over."""
    made: str = committed(aws, hue, (DATA / "truth.csv").read_bytes())["id"]
    return made


def test_each_of_two_thousand_comes_in_by_their_slip(hue: OpenedSpace, aws: Cloud, roster: str) -> None:
    sheet = printed(hue, aws, roster=roster, format="xlsx")
    assert (sheet["slips"], len(sheet["files"])) == (2_000, 1)
    came_in = set()
    for _, name, login, code, _ in rows(file(hue, sheet))[1:]:
        person = Api().post(hue.at("/sessions/activation"), {"login": login, "code": code}).ok(200)["person"]
        assert person["name"] == name
        came_in.add(person["id"])
    assert len(came_in) == 2_000
    assert printed(hue, aws, roster=roster)["slips"] == 0


def test_a_list_that_is_not_taken_over_has_no_slips(hue: OpenedSpace, aws: Cloud) -> None:
    roster = checked(aws, hue, b"ma;ho ten\nCB999;Le Van Cuong\n")["id"]
    hue.admin.post(hue.at("/activation-sheets"), {"roster": roster}).refused(409, "list_unready")
    hue.admin.post(hue.at("/activation-sheets"), {"roster": "0" * 22}).refused(404, "not_found")
