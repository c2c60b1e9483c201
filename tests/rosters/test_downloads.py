"""Lists that go out: with a column of remarks, to be mended; of everyone, to be uploaded again and change nothing."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import requests
from python_calamine import CalamineWorkbook

from chalicelib import clock
from chalicelib.jobs import queue
from chalicelib.people import persons
from chalicelib.people.identifiers import Identifier
from chalicelib.people.person import Person
from chalicelib.people.profile import Fact
from chalicelib.rosters import exports
from chalicelib.storage import acting
from tests import factories
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import OpenedSpace
from tests.rosters.loading import DATA, checked, committed, problems_of
from tests.rosters.test_crashes import later
from tests.rosters.test_loading import AN, a_list, counts, everyone, stored

REMARKS = "Nhận xét của hệ thống"


def downloaded(space: OpenedSpace, path: str) -> requests.Response:
    """What an address leads to."""
    return requests.get(space.admin.get(space.at(path)).ok()["url"], timeout=10)


def cells_of(content: bytes) -> list[list[str]]:
    """A text's cells."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def sheet_of(content: bytes) -> list[list[Any]]:
    """A workbook's cells."""
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_the_list_comes_back_with_what_is_wrong_beside_each_row(aws: Cloud) -> None:
    space = factories.open_space()
    content = a_list(AN, 'CB02;=HYPERLINK("http://x");;;;;;', "CB03;Lê Thị Lan;123;;;;;")
    roster = checked(aws, space, content, "Cán bộ.csv")
    assert roster["has_remarks"]
    answer = downloaded(space, f"/rosters/{roster['id']}/remarks")
    assert "nh%E1%BA%ADn%20x%C3%A9t.csv" in answer.headers["content-disposition"]
    head, an, formula, number = cells_of(answer.content)
    assert head[0] == "Mã cán bộ"
    assert [head[-1], an[-1]] == [REMARKS, ""]
    assert formula[1] == '\'=HYPERLINK("http://x")'  # no spreadsheet carries it out
    assert formula[-1].startswith("Họ và tên: ")
    assert "12 chữ số" in number[-1]
    assert number[:4] == ["CB03", "Lê Thị Lan", "123", ""]


@pytest.mark.parametrize("name", ["messy.csv", "messy.xlsx"])
def test_a_list_with_remarks_is_a_list_that_says_the_same(aws: Cloud, name: str) -> None:
    space = factories.open_space()
    roster = checked(aws, space, (DATA / name).read_bytes(), name)
    content = downloaded(space, f"/rosters/{roster['id']}/remarks").content
    again = checked(aws, space, content, name)
    assert counts(again) == counts(roster)
    assert again["understood"]["columns"][-1]["field"] is None
    said, told = problems_of(space, roster["id"]), problems_of(space, again["id"])
    assert [(each["row"], each["code"]) for each in told] == [(each["row"], each["code"]) for each in said]


def test_a_list_that_is_well_has_no_remarks(aws: Cloud) -> None:
    space = factories.open_space()
    roster = checked(aws, space, a_list(AN))
    assert not roster["has_remarks"]
    space.admin.get(space.at(f"/rosters/{roster['id']}/remarks")).refused(409, "no_remarks")


def test_after_a_week_a_list_is_gone(aws: Cloud) -> None:
    space = factories.open_space()
    roster = checked(aws, space, a_list(AN, "CB02;;;;;;;"))
    at = clock.epoch_s() + 7 * 24 * 3600
    clock.set_source(lambda: at)
    where = space.at(f"/rosters/{roster['id']}")
    space.admin.get(f"{where}/remarks").refused(409, "no_remarks")
    space.admin.post(f"{where}/commit").refused(409, "roster_expired")
    space.admin.put(f"{where}/mapping", {"columns": {"0": "name"}}).refused(409, "roster_expired")


def exported(aws: Cloud, space: OpenedSpace, form: str) -> bytes:
    """A list of everyone."""
    reply = space.admin.post(space.at("/people-exports"), {"format": form})
    assert reply.ok(202)["state"] == "queued"
    aws.drain()
    made = space.admin.get(reply.headers["location"]).ok()
    assert made["state"] == "done"
    answer = requests.get(made["download"]["url"], timeout=10)
    assert answer.headers["content-disposition"].endswith(form)
    return answer.content


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_everyone_as_a_list_that_changes_nothing(aws: Cloud, form: str) -> None:
    space = factories.open_space()
    committed(aws, space, a_list(AN, "CB02;Trần Thị Bình;046085123456;1985;Sở Y tế;;;Trưởng phòng"))
    with acting.on_behalf_of(space.slug):
        persons.add(space.space, _with_everything())
        persons.add(space.space, persons.new("CÔNG AN XÃ", [Identifier("app", "hues:17")], ["author"]))
    people = {each["id"] for each in everyone(space)}
    before = {each.id: each for each in stored(space, people)}
    content = exported(aws, space, form)
    assert b"046085123456" not in content
    roster = committed(aws, space, content, f"nguoi-dung.{form}")
    assert counts(roster) == {"unchanged": 4}
    assert [each["code"] for each in problems_of(space, roster["id"])] == []
    assert {each.id: each for each in stored(space, people)} == before
    overwriting = committed(aws, space, content, f"nguoi-dung.{form}", overwrite_edits=True)
    assert counts(overwriting) == {"unchanged": 4}


def _with_everything() -> Person:
    told = {"birth": "1996-07-03", "gender": "female", "occupation": "civil_servant", "province": "46"}
    told |= {"ward": "19789", "position": "Tổ phó; kiêm nhiệm"}
    known = [Identifier("email", "hoa@hue.example"), Identifier("phone", "+842343822822")]
    profile = {name: Fact.told(value, "self") for name, value in told.items()}
    return persons.new("Nguyễn Thị Hoa", known, ["learner"], profile=profile, unproven=True)


def test_an_export_as_it_looks(aws: Cloud) -> None:
    space = factories.open_space()
    committed(aws, space, a_list("CB02;Trần Thị Bình;046085123456;1985;Sở Y tế;;;Trưởng phòng", AN))
    head, first, second = sheet_of(exported(aws, space, "xlsx"))
    assert head[:6] == ["Mã tài khoản", "Họ và tên", "Mã cán bộ", "Số CCCD", "Email", "Số điện thoại"]
    assert [first[1], second[1]] == ["Nguyễn Văn An", "Trần Thị Bình"]
    assert second[2:4] == ["CB02", "•••••••••456"]
    assert second[head.index("Đơn vị cấp trên")] == "Sở Y tế"


NAMES = ["Nguyễn Văn An", "Trần Thị Bình", "Lê Văn Cường", "Phạm Thị Dung", "Đỗ Văn Em"]


def several(aws: Cloud) -> OpenedSpace:
    """A space of five people."""
    space = factories.open_space()
    committed(aws, space, a_list(*(f"CB{number};{name};;;Sở Y tế;;;" for number, name in enumerate(NAMES))))
    return space


def names_in(space: OpenedSpace, job: str) -> list[str]:
    """Who is in an export that is done, in its order."""
    made = space.admin.get(space.at(f"/people-exports/{job}")).ok()
    assert (made["state"], made["rows"]) == ("done", 5)
    text = requests.get(made["download"]["url"], timeout=10).content.decode("utf-8-sig")
    return [each[1] for each in csv.reader(io.StringIO(text, newline=""))][1:]


def test_killed_at_any_call_an_export_is_whole(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "PAGE", 2)
    space = several(aws)
    for call in range(1, 40):
        job = space.admin.post(space.at("/people-exports"), {"format": "csv"}).ok(202)["job"]
        with killed_at(call) as kill:
            queue.run(space.slug, job)
        if not kill.happened:
            break
        later(600)
        queue.run(space.slug, job)
        assert names_in(space, job) == NAMES, call
    assert call > 12


def test_an_export_longer_than_an_invocation_goes_on_where_it_stopped(
    aws: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "PAGE", 2)
    space = several(aws)
    job = space.admin.post(space.at("/people-exports"), {"format": "csv"}).ok(202)["job"]
    at = space.at(f"/people-exports/{job}")
    seen: list[int] = []
    while space.admin.get(at).ok()["state"] != "done" and len(seen) < 9:
        queue.run(space.slug, job, remaining_ms=0)
        seen.append(space.admin.get(at).ok()["rows"])
    assert seen == [2, 4, 5, 5]
    assert names_in(space, job) == NAMES


def test_an_export_is_for_those_who_manage_people(aws: Cloud) -> None:
    space, other = factories.open_space(), factories.open_space()
    space.tutor.post(space.at("/people-exports")).refused(403)
    job = space.admin.post(space.at("/people-exports")).ok(202)["job"]
    other.admin.get(other.at(f"/people-exports/{job}")).refused(404)
