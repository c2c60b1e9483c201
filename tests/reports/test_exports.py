"""A course's learners as a file: what a spreadsheet gets to read, and how large ones are written."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import Any

import moto.s3.models
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import clock, config, ids
from chalicelib.cells import harmless
from chalicelib.jobs import queue
from chalicelib.reports import exports, spreadsheets
from chalicelib.reports.models import Learner
from chalicelib.storage import client, files
from chalicelib.storage.client import METER, Meter
from tests import factories
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import CourseRef, published_course
from tests.reports import classes, learners
from tests.reports.learners import DAY_S, NOON

HEADERS = [
    "Mã học viên",
    "Họ và tên",
    "Trạng thái",
    "Tiến độ (%)",
    "Ngày ghi danh",
    "Hoạt động gần nhất",
    "Ngày hoàn thành",
    "Hạn hoàn thành",
]


def a_learner(name: str | None = "Trần Thị Bích Ngọc", **facts: Any) -> Learner:
    at = datetime.fromtimestamp(NOON, UTC)
    usual = {"state": "active", "percent": 40, "enrolled_at": at, "last_activity_at": at, "completed_at": None}
    usual |= {"due": date(2026, 12, 31)}
    return Learner.model_validate({"person": "1m868j3kq0v7x2c9d4e5fg", "name": name, **usual, **facts})


def read(text: str) -> list[list[str]]:
    """What a spreadsheet reads."""
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))


def crowd(course: CourseRef, number: int) -> list[str]:
    """So many people enrolled in a course, written straight into the tables; gives their ids."""
    people = [ids.derived(course.id, str(each)) for each in range(number)]
    course.space.space.table("people").put_all(
        classes.stored_person(person, f"Học viên {place:05d}") for place, person in enumerate(people)
    )
    course.space.space.table("learning").put_all(learners.enrolment(person, course.id) for person in people)
    return people


def test_the_file_is_what_excel_expects() -> None:
    content = spreadsheets.head() + spreadsheets.rows([a_learner()])
    assert content.encode().startswith(b"\xef\xbb\xbfM\xc3\xa3")
    assert content.endswith("\r\n")
    assert content.count("\r\n") == content.count("\n") == 2
    assert read(content) == [
        HEADERS,
        [
            "1m868j3kq0v7x2c9d4e5fg",
            "Trần Thị Bích Ngọc",
            "Đang học",
            "40",
            "2026-11-24 10:13",
            "2026-11-24 10:13",
            "",
            "2026-12-31",
        ],
    ]


def test_what_is_unknown_is_empty() -> None:
    row = read(spreadsheets.head() + spreadsheets.rows([a_learner(None, percent=None, state="left")]))[1]
    assert row[1:4] == ["", "Đã rời khoá học", ""]


@pytest.mark.parametrize(
    "name",
    ["=1+1", "+84", "-2+3", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x", '=cmd|"/c calc"!A1'],
)
def test_no_cell_is_taken_for_a_formula(name: str) -> None:
    assert harmless(name) == f"'{name}"
    assert read(spreadsheets.head() + spreadsheets.rows([a_learner(name)]))[1][1] == f"'{name}"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_every_name_arrives_and_starts_no_formula(name: str) -> None:
    cell = read(spreadsheets.head() + spreadsheets.rows([a_learner(name)]))[1][1]
    assert cell in (name, f"'{name}")
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("An toàn trên không gian mạng", "Học viên - An toàn trên không gian mạng - 2026-11-24.csv"),
        ('A/B\\C:"D"*?<>|..', "Học viên - A B C D .. - 2026-11-24.csv"),
        ("x" * 300, f"Học viên - {'x' * 100} - 2026-11-24.csv"),
    ],
)
def test_a_file_has_a_name_that_can_be_saved(title: str, name: str) -> None:
    clock.set_source(lambda: NOON)
    assert spreadsheets.file_name(title) == name


def test_a_small_course_is_answered_at_once(aws: Cloud) -> None:
    clock.set_source(lambda: NOON)
    space = factories.open_space()
    course = published_course(space, classes.lessons(2), title="An toàn")
    for number, name in enumerate(["Lê Văn Đạt", '=HYPERLINK("http://x")', 'Trần "Bi", Ngọc']):
        who = classes.pupil(space, name, f"hv{number}@hue.example")
        classes.enrol(course, who)
        if number == 0:
            classes.do(course, who, ["1", "2"])
        if number == 2:
            classes.leave(course, who)
    where = space.at(f"/reports/courses/{course.id}/learners.csv")
    reply = space.tutor.get(where)
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["content-disposition"] == (
        "attachment; filename*=UTF-8''H%E1%BB%8Dc%20vi%C3%AAn%20-%20An%20to%C3%A0n%20-%202026-11-24.csv"
    )
    rows = read(str(reply.text))
    assert rows[0] == HEADERS
    assert {row[1]: row[2:4] for row in rows[1:]} == {
        "Lê Văn Đạt": ["Đã hoàn thành", "100"],
        '\'=HYPERLINK("http://x")': ["Đang học", "0"],
        'Trần "Bi", Ngọc': ["Đã rời khoá học", "0"],
    }
    left = read(str(space.admin.get(where, query={"state": "left"}).text))
    assert [row[1] for row in left[1:]] == ['Trần "Bi", Ngọc']
    space.admin.get(where, query={"state": "lost"}).refused(422, "invalid_input")
    space.learner.get(where).refused(403, "forbidden")
    space.author.get(where).refused(403, "forbidden")


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """S3 that takes pieces of 5 KB, so that a few hundred rows fill several."""
    monkeypatch.setattr(files, "PIECE_BYTES", 5_000)
    monkeypatch.setattr(moto.s3.models, "S3_UPLOAD_PART_MIN_SIZE", 1)


@pytest.mark.parametrize("number", [0, 5, 450])
@pytest.mark.usefixtures("small_pieces")
def test_a_job_writes_the_file_and_hands_out_an_address(aws: Cloud, number: int) -> None:
    space = factories.open_space()
    course = published_course(space, classes.lessons(1), title="Chuyển đổi số")
    people = crowd(course, number)
    admin = space.admin
    reply = admin.post(space.at(f"/reports/courses/{course.id}/exports"))
    started = reply.ok(202)
    assert started["state"] == "queued"
    assert started["download"] is None
    assert reply.headers["location"] == f"/v1{space.at('/reports/exports/' + started['job'])}"
    aws.drain()
    export = admin.get(reply.headers["location"]).ok()
    assert (export["state"], export["rows"], export["rows_expected"]) == ("done", number, number)
    assert export["course"] == course.id
    content = requests.get(export["download"]["url"], timeout=5)
    assert content.headers["content-type"] == "text/csv; charset=utf-8"
    assert "Chuy%E1%BB%83n" in content.headers["content-disposition"]
    rows = read(content.content.decode())
    assert rows[0] == HEADERS
    assert sorted(row[0] for row in rows[1:]) == sorted(people)
    assert all(row[1].startswith("Học viên ") for row in rows[1:])
    tags = files.s3().get_object_tagging(Bucket=config.current().bucket, Key=stored(space.slug, started["job"]))
    assert tags["TagSet"] == [{"Key": "keep", "Value": "week"}]


def the_clock_shows(at: int) -> None:
    """From now on it is this second since 1970."""
    clock.set_source(lambda: at)


def stored(slug: str, job: str) -> str:
    """Where an export is kept: below its tenant's prefix."""
    return f"{slug}/exports/{job}.csv"


def test_only_a_state_that_is_asked_for_is_written(aws: Cloud) -> None:
    space = factories.open_space()
    course = published_course(space, classes.lessons(1))
    who = classes.pupil(space, "Đã xong", "xong@hue.example")
    classes.enrol(course, who)
    classes.do(course, who, ["1"])
    crowd(course, 3)
    aws.drain()
    started = space.admin.post(space.at(f"/reports/courses/{course.id}/exports"), {"state": "completed"}).ok(202)
    aws.drain()
    export = space.admin.get(space.at(f"/reports/exports/{started['job']}")).ok()
    assert (export["rows"], export["rows_expected"]) == (1, 1)
    assert [row[1] for row in read(files.get(stored(space.slug, started["job"])).decode())[1:]] == ["Đã xong"]
    where = space.at(f"/reports/courses/{course.id}/exports")
    space.admin.post(where, {"state": "lost"}).refused(422, "invalid_input")
    space.learner.post(where).refused(403, "forbidden")


@pytest.mark.usefixtures("small_pieces")
def test_killed_at_any_call_the_file_is_whole_in_the_end(aws: Cloud) -> None:
    space = factories.open_space()
    course = published_course(space, classes.lessons(1))
    people = sorted(crowd(course, 130))
    for call in range(1, 200):
        job = space.admin.post(space.at(f"/reports/courses/{course.id}/exports")).ok(202)["job"]
        with killed_at(call) as kill:
            queue.run(space.slug, job)
        if not kill.happened:
            break
        the_clock_shows(clock.epoch_s() + 600)
        queue.run(space.slug, job)
        rows = read(files.get(stored(space.slug, job)).decode())
        assert sorted(row[0] for row in rows[1:]) == people, call
        assert queue.find(space.slug, job).state == "done"
    assert call > 15


@pytest.mark.usefixtures("small_pieces")
def test_an_export_longer_than_an_invocation_goes_on(aws: Cloud) -> None:
    space = factories.open_space()
    course = published_course(space, classes.lessons(1))
    people = sorted(crowd(course, 130))
    job = space.admin.post(space.at(f"/reports/courses/{course.id}/exports")).ok(202)["job"]
    for _ in range(10):
        queue.run(space.slug, job, remaining_ms=0)
        if queue.find(space.slug, job).state == "done":
            break
    rows = read(files.get(stored(space.slug, job)).decode())
    assert sorted(row[0] for row in rows[1:]) == people


def test_an_export_that_fails_says_so(aws: Cloud) -> None:
    """Its table of learning is gone while its export waits, as when a space is closed."""
    space = factories.open_space()
    course = published_course(space, classes.lessons(1))
    job = space.admin.post(space.at(f"/reports/courses/{course.id}/exports")).ok(202)["job"]
    learning = space.space.table_name("learning")
    client.dynamodb().update_table(TableName=learning, DeletionProtectionEnabled=False)
    client.dynamodb().delete_table(TableName=learning)
    queue.run(space.slug, job)
    item = queue.find(space.slug, job)
    assert (item.state, (item.error or {}).get("code")) == ("failed", "not_found")
    export = space.admin.get(space.at(f"/reports/exports/{job}")).ok()
    assert (export["state"], export["error"]["code"], export["download"]) == ("failed", "not_found", None)


def test_a_file_is_kept_for_a_week(aws: Cloud) -> None:
    space = factories.open_space()
    course = published_course(space, classes.lessons(1))
    job = space.admin.post(space.at(f"/reports/courses/{course.id}/exports")).ok(202)["job"]
    aws.drain()
    done = clock.epoch_s()
    clock.set_source(lambda: done + 6 * DAY_S)
    assert space.admin.get(space.at(f"/reports/exports/{job}")).ok()["download"]
    clock.set_source(lambda: done + 8 * DAY_S)
    export = space.admin.get(space.at(f"/reports/exports/{job}")).ok()
    assert (export["state"], export["download"]) == ("expired", None)


def test_a_job_of_another_kind_or_space_is_not_found(aws: Cloud) -> None:
    one, other = factories.open_space(), factories.open_space()
    course = published_course(one, classes.lessons(1))
    job = one.admin.post(one.at(f"/reports/courses/{course.id}/exports")).ok(202)["job"]
    other.admin.get(other.at(f"/reports/exports/{job}")).refused(404, "not_found")
    moving = one.author.post(one.at(f"/courses/{course.id}/migrations")).ok(202)["job"]
    one.admin.get(one.at(f"/reports/exports/{moving}")).refused(404, "not_found")


def test_the_same_idempotency_key_starts_one_export(aws: Cloud) -> None:
    space = factories.open_space()
    course = published_course(space, classes.lessons(1))
    where, headers = space.at(f"/reports/courses/{course.id}/exports"), {"idempotency-key": "xuat-1"}
    admin = space.admin
    jobs = {admin.post(where, headers=headers).ok(202)["job"] for _ in range(2)}
    assert len(jobs) == 1


def test_a_suspended_space_can_still_be_exported(aws: Cloud) -> None:
    space = factories.open_space()
    course = published_course(space, classes.lessons(1))
    crowd(course, 3)
    suspended = factories.register(space.slug, status="suspended")
    job = suspended.admin.post(suspended.at(f"/reports/courses/{course.id}/exports")).ok(202)["job"]
    aws.drain()
    assert suspended.admin.get(suspended.at(f"/reports/exports/{job}")).ok()["rows"] == 3
    assert len(read(str(suspended.admin.get(suspended.at(f"/reports/courses/{course.id}/learners.csv")).text))) == 4
    suspended.learner.get(suspended.at("/reports/summary")).refused(403)


def test_memory_does_not_grow_with_the_file(aws: Cloud, small_pieces: None) -> None:
    """What is held between two pieces is bounded; calls grow by the hundred learners, not by the learner."""
    space = factories.open_space()
    course = published_course(space, classes.lessons(1))
    crowd(course, 1_500)
    job = space.admin.post(space.at(f"/reports/courses/{course.id}/exports")).ok(202)["job"]
    sizes: list[int] = []

    def weigh(params: dict[str, Any], **_: Any) -> None:
        sizes.append(len(params["body"] if isinstance(params["body"], bytes) else params["body"].getvalue()))

    files.s3().meta.events.register("before-call.s3.UploadPart", weigh)
    meter = Meter()
    token = METER.set(meter)
    try:
        queue.run(space.slug, job)
    finally:
        METER.reset(token)
        files.s3().meta.events.unregister("before-call.s3.UploadPart", weigh)
    assert json.dumps(queue.find(space.slug, job).result) == '{"rows": 1500}'
    assert len(sizes) >= 15
    assert max(sizes) < 5_000 + 100 * 150


def test_a_large_course_is_not_answered_at_once(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 120)
    space = factories.open_space()
    course = published_course(space, classes.lessons(1))
    crowd(course, exports.MOST_AT_ONCE)
    where = space.at(f"/reports/courses/{course.id}/learners.csv")
    assert len(read(str(space.admin.get(where).text))) == 121
    classes.enrol(course, classes.pupil(space, "Thêm một", "them@hue.example"))
    problem = space.admin.get(where).refused(409, "too_many_rows")
    assert "120" in problem["detail"]
