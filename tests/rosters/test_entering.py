"""Everyone whom a list brings can come in at once: by the slip that is printed for them, and by a one-time code."""

from __future__ import annotations

import re
from itertools import islice

import pytest

from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.identity import mailbox
from tests.identity.test_sheets import file, printed, rows
from tests.rosters import lists
from tests.rosters.loading import DATA, checked, committed

AT_ONCE = 50  # letters that wait together
EACH = 8


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def taken_over(hue: OpenedSpace, aws: Cloud) -> str:
    """A list of two thousand people that was taken over."""
    made: str = committed(aws, hue, (DATA / "truth.csv").read_bytes())["id"]
    return made


@pytest.fixture(scope="module")
def roster(hue: OpenedSpace, aws: Cloud) -> str:
    return taken_over(hue, aws)


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


def test_one_in_eight_of_two_thousand_comes_in_by_a_one_time_code(aws: Cloud) -> None:
    """Half of them by mail, half by short message; none has come in before, and each from a network of their own. All
    of them take minutes: three requests and a job each, where a slip takes one."""
    space = open_space()
    taken_over(space, aws)
    people = list(enumerate(islice((values for values, _ in lists.truth().values()), 0, None, EACH)))
    came_in = set()
    waiting = iter(people)
    while some := list(islice(waiting, AT_ONCE)):
        logins = {values["phone" if number % 2 else "email"]: (number, values["name"]) for number, values in some}
        for login, (number, _) in logins.items():
            Api(address=_network(number)).post(space.at("/sessions/codes"), {"login": login}).ok(202)
        sent = mailbox.delivered(aws)
        assert sent.keys() == logins.keys()
        for login, (number, name) in logins.items():
            code = re.findall(r"(?:>|#)(\d{6})(?:<|$)", sent[login])[-1]
            api = Api(address=_network(number))
            person = api.post(space.at("/sessions/code"), {"login": login, "code": code}).ok(200)["person"]
            assert person["name"] == name
            came_in.add(person["id"])
    assert len(came_in) == 2_000 // EACH


def _network(number: int) -> str:
    return f"10.{number // 256}.{number % 256}.1"


def test_a_list_that_is_not_taken_over_has_no_slips(hue: OpenedSpace, aws: Cloud) -> None:
    roster = checked(aws, hue, b"ma;ho ten\nCB999;Le Van Cuong\n")["id"]
    hue.admin.post(hue.at("/activation-sheets"), {"roster": roster}).refused(409, "list_unready")
    hue.admin.post(hue.at("/activation-sheets"), {"roster": "0" * 22}).refused(404, "not_found")
