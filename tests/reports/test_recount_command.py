"""`make recount TENANT=…`: in the database of what runs, from a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib import config
from chalicelib.storage import tables
from infra.local import lock, places
from infra.local.settings import STAGE, Addresses
from tests.emulated import Cloud, cloud
from tests.reports import learners

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def machine() -> Iterator[Cloud]:
    """An emulated account whose tables are called as those of ``make run``."""
    with cloud() as account:
        os.environ["HOCMO_STAGE"] = STAGE
        config.current.cache_clear()
        tables.create_platform()
        yield account


@pytest.fixture
def home(machine: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(places, "HOME", tmp_path)
    monkeypatch.setattr(places, "LOCK", tmp_path / "lock")
    return tmp_path


def recount(home: Path, slug: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.local.recount", slug],
        env={**os.environ, "HOCMO_HOME": str(home)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def database_port() -> int:
    return int(os.environ["HOCMO_DYNAMODB_URL"].rpartition(":")[2])


def test_a_space_is_counted_anew(home: Path) -> None:
    space = learners.space_of_learners("hue")
    for person in ("an", "binh"):
        learners.register(space, person)
    space.table("learning").put({"pk": "counter#space", "sk": "total", "r": 5})
    with lock.held():
        lock.publish(Addresses(8000, database_port(), 1))
        first, second = recount(home, "hue"), recount(home, "hue")
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.splitlines() == [
        "hue: 3 items read, 1 counters compared, 1 of them wrong, and mended:",
        "  learning: counter#space total, registrations: 5 stored, 0 counted",
    ]
    assert second.stdout.startswith("hue: ")
    assert second.stdout.endswith(": all agree.\n")


def test_an_unknown_space_is_named(home: Path) -> None:
    with lock.held():
        lock.publish(Addresses(8000, database_port(), 1))
        told = recount(home, "khong-co")
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == "make recount: there is no space named khong-co.\n"


@pytest.mark.parametrize("left_over", [None, json.dumps({"port": 8000, "database_port": 1, "aws_port": 1, "pid": 1})])
def test_when_nothing_runs_it_says_so(home: Path, left_over: str | None) -> None:
    if left_over:
        places.LOCK.write_text(left_over)
    told = recount(home, "hue")
    assert told.returncode == 1
    assert told.stderr == "make recount: nothing runs here; start make run first, in another terminal.\n"
