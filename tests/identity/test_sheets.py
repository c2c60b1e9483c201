"""Sheets of activation codes: who is on them, how they read, and that a kill or a reprint changes no code."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import partial
from typing import Any

import boto3
import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from chalicelib import clock, config
from chalicelib.identity import activation, sheets
from chalicelib.jobs import queue
from chalicelib.people import persons, units
from tests.api import Api
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.identity.listed import code_of, listed
from tests.identity.people import PASSWORD, somebody

WARD = ("UBND Thành phố Huế", "Phường Thuận Hoá")
HEALTH = ("Sở Y tế",)


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def printed(hue: OpenedSpace, aws: Cloud, **choice: Any) -> dict[str, Any]:
    """Sheets that are done."""
    sheet = hue.admin.post(hue.at("/activation-sheets"), choice).ok(202)
    while aws.run_jobs():
        pass
    done: dict[str, Any] = hue.admin.get(hue.at(f"/activation-sheets/{sheet['job']}")).ok()
    assert done["state"] == "done", done
    return done


def file(hue: OpenedSpace, sheet: dict[str, Any], number: int = 1) -> bytes:
    key = f"{hue.slug}/sheets/{sheet['job']}-{number}.{sheet['format']}"
    body: bytes = boto3.client("s3").get_object(Bucket=config.current().bucket, Key=key)["Body"].read()
    return body


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def rows(content: bytes) -> list[list[str]]:
    found = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    return [[str(cell) for cell in row] for row in found]


def test_each_unit_has_pages_of_its_own_with_names_logins_and_codes(hue: OpenedSpace, aws: Cloud) -> None:
    ward = [listed(hue, f"CB{n:02d}", name=f"Nguyễn Thị Hoà Bình {n}", unit=WARD) for n in range(11)]
    health = listed(hue, "YT1", name="Đặng Thị Ỷ Lan", unit=HEALTH)
    loose = listed(hue, phone="0912345678", name="Lê Văn Cường")
    sheet = printed(hue, aws)
    assert (sheet["slips"], [each["slips"] for each in sheet["files"]]) == (13, [13])
    first, second, third, fourth = pages(file(hue, sheet))
    assert first.startswith("Thành phố Huế – Sở Y tế")
    assert all(text in first for text in ("Đặng Thị Ỷ Lan", "YT1", code_of(hue, health)))
    assert f"localhost:8000/s/{hue.slug}/activation" in first
    assert second.startswith("Thành phố Huế – UBND Thành phố Huế / Phường Thuận Hoá")
    assert all(code_of(hue, person) in second + third for person in ward)
    assert "2/2" in third
    assert fourth.startswith("Thành phố Huế – Chưa có đơn vị")
    assert "0912345678" in fourth
    assert code_of(hue, loose) in fourth


def test_a_workbook_has_the_same_and_runs_nothing(hue: OpenedSpace, aws: Cloud) -> None:
    person = listed(hue, "CB1", name="Trần Thị Mơ", unit=WARD)
    listed(hue, national_id="046196012479", name="=HYPERLINK(1)", unit=HEALTH)
    head, health, ward = rows(file(hue, printed(hue, aws, format="xlsx")))
    assert head == ["Đơn vị", "Họ và tên", "Tên đăng nhập", "Mã kích hoạt", "Địa chỉ kích hoạt"]
    assert health[:3] == ["Sở Y tế", "=HYPERLINK(1)", "•••••••••479"]
    assert ward == [
        " / ".join(WARD),
        "Trần Thị Mơ",
        "CB1",
        code_of(hue, person),
        f"http://localhost:8000/s/{hue.slug}/activation",
    ]


def test_a_unit_is_printed_with_what_is_under_it(hue: OpenedSpace, aws: Cloud) -> None:
    for unit in (WARD[:1], WARD, HEALTH):
        listed(hue, f"CB{len(unit)}{unit[0][0]}", unit=unit)
    top = units.ensure(hue.space, WARD[:1])
    logins = [row[2] for row in rows(file(hue, printed(hue, aws, unit=top, format="xlsx")))[1:]]
    assert logins == ["CB1U", "CB2U"]
    hue.admin.post(hue.at("/activation-sheets"), {"unit": "aaaaaaaa"}).refused(404)


def test_only_whoever_has_not_come_in_is_printed(hue: OpenedSpace, aws: Cloud) -> None:
    waiting, joined, shut = (listed(hue, f"CB{n}") for n in range(3))
    somebody(hue, "an@hue.example")
    persons.change(hue.space, shut, shut.deactivated())
    code = code_of(hue, joined)
    Api().post(hue.at("/sessions/activation"), {"login": "CB1", "code": code, "password": PASSWORD}).ok(200)
    chosen = [each.id for each in (waiting, joined, shut)]
    for choice in ({}, {"people": chosen}):
        assert [row[2] for row in rows(file(hue, printed(hue, aws, format="xlsx", **choice)))[1:]] == ["CB0"]


def test_whoever_was_invited_by_mail_gets_a_code_too(hue: OpenedSpace, aws: Cloud) -> None:
    invited = {"name": "Lê Thị Bình", "email": "binh@hue.example", "roles": ["learner"]}
    hue.admin.post(hue.at("/people"), invited).ok(201)
    (_, row) = rows(file(hue, printed(hue, aws, format="xlsx")))
    answer = Api().post(hue.at("/sessions/activation"), {"login": row[2], "code": row[3]})
    assert answer.ok(200)["person"]["name"] == "Lê Thị Bình"


def test_printing_again_prints_the_same_codes(hue: OpenedSpace, aws: Cloud) -> None:
    listed(hue, "CB1")
    first, second = (rows(file(hue, printed(hue, aws, format="xlsx"))) for _ in range(2))
    assert first == second
    trail = hue.admin.get(hue.at("/audit")).ok()["items"]
    assert [each["operation"] for each in trail].count("print_activation_sheets") == 2
    assert "read_activation_sheets" in {each["operation"] for each in trail}


def test_nobody_to_print_for_is_no_file(hue: OpenedSpace, aws: Cloud) -> None:
    assert printed(hue, aws)["files"] == []


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of four slips, read two people at a time."""
    monkeypatch.setitem(sheets.MOST, "xlsx", 4)
    monkeypatch.setattr(sheets, "_SLICE", 2)


def _nine(hue: OpenedSpace) -> list[str]:
    """Nine people without a code yet, and what they type."""
    logins = [f"CB{number}" for number in range(9)]
    for number, login in enumerate(logins):
        person = listed(hue, login, name=f"Nguyễn Văn {chr(65 + number)}")
        persons.change(hue.space, person, replace(person, activation=0, version=person.version + 1))
    return logins


def _printed_logins(hue: OpenedSpace, job: str) -> list[str]:
    done = hue.admin.get(hue.at(f"/activation-sheets/{job}")).ok()
    assert done["state"] == "done", done
    assert [each["slips"] for each in done["files"]] == [4, 4, 1]
    return [row[2] for number in (1, 2, 3) for row in rows(file(hue, done, number))[1:]]


@pytest.mark.usefixtures("small_files")
def test_killed_at_any_call_each_is_printed_once_in_the_end(hue: OpenedSpace, aws: Cloud) -> None:
    logins = _nine(hue)
    for call in range(1, 200):
        job = hue.admin.post(hue.at("/activation-sheets"), {"format": "xlsx"}).ok(202)["job"]
        with killed_at(call) as kill:
            queue.run(hue.slug, job)
        if not kill.happened:
            break
        start = clock.epoch_s()
        clock.set_source(partial(float, start + 600))
        queue.run(hue.slug, job)
        assert _printed_logins(hue, job) == logins, call
    assert call > 15
    assert {persons.get(hue.space, each["id"]).activation for each in _waiting(hue)} == {1}


def _waiting(hue: OpenedSpace) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = hue.admin.get(hue.at("/people"), query={"status": "invited"}).ok()["items"]
    return found


@pytest.mark.usefixtures("small_files")
def test_sheets_longer_than_an_invocation_go_on(hue: OpenedSpace, aws: Cloud) -> None:
    logins = _nine(hue)
    job = hue.admin.post(hue.at("/activation-sheets"), {"format": "xlsx"}).ok(202)["job"]
    for _ in range(3):
        assert queue.find(hue.slug, job).state != "done"
        queue.run(hue.slug, job, remaining_ms=0)
    assert _printed_logins(hue, job) == logins


def test_a_choice_is_one(hue: OpenedSpace) -> None:
    both = {"unit": "aaaaaaaa", "people": [hue.people["learner"]]}
    problem = hue.admin.post(hue.at("/activation-sheets"), both).refused(422, "invalid_input")
    assert "sheet_ambiguous" in [each["code"] for each in problem["errors"]]


def test_files_are_kept_a_week(hue: OpenedSpace, aws: Cloud) -> None:
    listed(hue, "CB1")
    sheet = printed(hue, aws)
    start = clock.epoch_s()
    clock.set_source(lambda: float(start + 8 * 24 * 3600))
    admin = hue.admin
    later = admin.get(hue.at(f"/activation-sheets/{sheet['job']}")).ok()
    assert (later["state"], later["files"]) == ("expired", [])


def test_a_scan_fills_in_what_is_typed_and_servers_do_not_see_it(hue: OpenedSpace, aws: Cloud) -> None:
    person = listed(hue, "ĐT 01", unit=WARD)
    (slip,) = sheets._slips(hue.space, [person])
    address, _, typed = slip.scanned.partition("#")
    assert address == activation.page(hue.space)
    assert typed == f"login=%C4%90T01&code={code_of(hue, person).replace('-', '')}"
