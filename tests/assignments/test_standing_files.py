"""How those stand of whom a course is asked, as a file that spreadsheets open."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

import pytest
import requests

from chalicelib import clock, ids
from tests.api import Api
from tests.assignments.orders import ordered_and_done
from tests.assignments.people import crowd, person
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, token_for
from tests.learning.courses import publish
from tests.spending import spending

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=clock.VIETNAM).timestamp()
COLUMNS = (
    "Mã học viên;Họ và tên;Đơn vị;Tình trạng;Đã ghi danh;Hạn hoàn thành;Quá hạn;Hoạt động gần nhất;Ngày hoàn thành"
)


@pytest.fixture(autouse=True)
def now(aws: Cloud) -> None:
    clock.set_source(lambda: NOON)


def written(aws: Cloud, space: OpenedSpace, at: str, **wanted: Any) -> list[dict[str, str]]:
    """The rows of the file that was asked for there, by its columns."""
    begun = space.tutor.post(space.at(f"{at}/exports"), wanted)
    job = begun.ok(202)["job"]
    assert begun.headers["location"] == f"/v1{space.at(f'/standings/{job}')}"
    aws.drain()
    with spending() as spent:
        done = space.tutor.get(space.at(f"/standings/{job}")).ok()
    spent.within_budget()
    text = requests.get(done["download"]["url"], timeout=10).content.decode("utf-8-sig")
    rows = [*csv.reader(io.StringIO(text, newline=""), strict=True)]
    assert rows[0] == COLUMNS.split(";")
    assert (done["state"], done["rows"]) == ("done", len(rows) - 1)
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_of_an_order_and_of_an_audience_each_has_a_line(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1 2")
    unit = ("Sở Y tế", "Phòng Kế hoạch")
    an = person(space, "Nguyễn Văn An", audiences=["students"], unit=unit)
    done = person(space, "=1+1", audiences=["students"])
    space.admin.put(
        space.at(f"/courses/{course}/audiences/students"), {"kind": "required", "due_on": "2026-12-24"}
    ).ok()
    order = ordered_and_done(aws, space, course, audience="students", due_on="2026-12-02")
    for lesson in "12":
        at = space.at(f"/me/enrolments/{course}/progress/{lesson}")
        token_for(space, ["learner"], done.id).put(at, {"status": "done"}).ok()
    clock.set_source(lambda: NOON + 2 * 24 * 3_600)
    for place in (f"/orders/{order}", f"/courses/{course}/audiences/students"):
        rows = {each["Mã học viên"]: [*each.values()][1:] for each in written(aws, space, place)}
        assert rows == {
            an.id: ["Nguyễn Văn An", "Sở Y tế / Phòng Kế hoạch", "Chưa học", "Có", "2026-12-02", "Có", "", ""],
            done.id: ["'=1+1", "", "Đã hoàn thành", "Có", "2026-12-02", "", "2026-12-01 12:00", "2026-12-01 12:00"],
        }
        assert [each["Mã học viên"] for each in written(aws, space, place, stage="overdue")] == [an.id]


def test_a_file_of_many_has_everyone_once(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    people = crowd(space, 250, "students")
    order = ordered_and_done(aws, space, course, audience="students")
    rows = written(aws, space, f"/orders/{order}")
    assert sorted(each["Mã học viên"] for each in rows) == sorted(people)


def test_a_file_is_for_who_reads_learners_and_of_what_there_is(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    space.tutor.post(space.at(f"/orders/{ids.new()}/exports"), {}).refused(404)
    space.tutor.post(space.at(f"/courses/{course}/audiences/students/exports"), {}).refused(404)
    space.tutor.get(space.at(f"/standings/{ids.new()}")).refused(404)
    order = ordered_and_done(aws, space, course, people=[person(space).id])
    job = space.tutor.post(space.at(f"/orders/{order}/exports"), {}).ok(202)["job"]
    space.author.get(space.at(f"/standings/{job}")).refused(403)
    other = open_space()
    other.tutor.get(other.at(f"/standings/{job}")).refused(404)
    Api().get(space.at(f"/standings/{job}")).refused(401)
    space.tutor.get(space.at(f"/reports/exports/{job}")).refused(404)  # another kind of file
