"""The whole machine, as `make run` starts it: the demo, the main job over HTTP, a hundred tenants in one go."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.local import ports
from infra.local.demo import client, journey
from infra.local.demo.client import Client
from infra.local.demo.load import OPERATOR, PASSWORD
from infra.local.places import REPOSITORY

TENANTS_AT_ONCE = 100


@pytest.fixture(scope="module")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A machine of the test's own, with the demo loaded; ended by the signal that Ctrl-C sends."""
    home = tmp_path_factory.mktemp("machine")
    port = ports.any_free()
    environment = os.environ | {"HOCMO_HOME": str(home), "PORT": str(port)}
    log = home / "run.log"
    with log.open("wb") as out:
        run = subprocess.Popen(
            [sys.executable, "-m", "infra.local.run"], cwd=REPOSITORY, env=environment, stdout=out, stderr=out
        )
    try:
        client.wait_for("the demo", lambda: _is_up(run, log), patience_s=300)
        yield f"http://localhost:{port}"
    finally:
        run.terminate()
        run.wait(30)


def _is_up(run: subprocess.Popen[bytes], log: Path) -> bool:
    assert run.poll() is None, log.read_text()
    return "Demo accounts" in log.read_text()


def test_the_main_job_from_an_open_space_to_the_national_report(base_url: str) -> None:
    report = journey.walk(base_url)
    assert report["totals"]["completions"] > 0


def test_the_demo_gives_the_reports_something_to_say(base_url: str) -> None:
    admin = client.sign_in(base_url, "hue", "admin@hue.hocmo.local", PASSWORD)
    assert admin
    totals = admin.get("/spaces/hue/reports/summary")["totals"]
    assert totals["registrations"] == 30
    assert 0 < totals["completions"] < totals["enrolments"]


def test_the_demo_has_assessments_questions_and_a_library(base_url: str) -> None:
    tutor, admin = (client.sign_in(base_url, "hue", f"{role}@hue.hocmo.local", PASSWORD) for role in ("tutor", "admin"))
    assert tutor
    assert admin
    for card in client.everything(admin, "/spaces/hue/assessments"):
        sat = client.everything(tutor, f"/spaces/hue/assessments/{card['id']}/sittings?state=submitted")
        assert {each["score"] == 100 for each in sat} == {True, False}, card["title"]
    client.wait_for("what is overdue", lambda: tutor.get("/spaces/hue/thread-queue?of=overdue")["items"])
    found = Client(base_url).get("/spaces/hue/library/matches?q=bon%20soi%20day")["items"]
    assert [each["document"]["kind"] for each in found] == ["pdf"]
    issued = client.everything(admin, "/spaces/hue/credentials")
    assert Client(base_url).get(f"/credentials/{issued[0]['id']}")["state"] == "valid"


def test_a_hundred_tenants_open_in_one_go(base_url: str) -> None:
    operator = client.sign_in(base_url, None, OPERATOR, PASSWORD)
    assert operator
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: _ask_for(operator, number), range(TENANTS_AT_ONCE)))
    client.wait_for("a hundred spaces", lambda: _open(operator) == TENANTS_AT_ONCE, patience_s=240)


def _ask_for(operator: Client, number: int) -> None:
    slug = f"xa-{number:03d}"
    body = {
        "slug": slug,
        "name": f"Xã số {number}",
        "kind": "commune",
        "brand": {"short_name": f"Xã {number}", "colours": {"primary": "#0b5cad"}},
        "first_admin": {"name": "Nguyễn Quản Trị", "email": f"admin@{slug}.hocmo.local"},
    }
    operator.post("/tenants", body)


def _open(operator: Client) -> int:
    found, cursor = 0, ""
    while True:
        page = operator.get(f"/tenants?q=xa-&status=open&limit=100{cursor}")
        found += len(page["items"])
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"
