"""What is installed is pinned, complete and no more; and who lacks Node is told so in one line."""

import json
import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from infra.local import setup
from infra.local.places import REPOSITORY

WANTED = (
    "chalice",
    "boto3",
    "pynamodb",
    "pydantic",
    "joserfc",
    "argon2-cffi",
    "python-calamine",
    "XlsxWriter",
    "pydyf",
    "pillow",
    "segno",
    "PyLD",
    "pypdf",
)


def pins(name: str) -> dict[str, str]:
    """The packages of a requirements file and their versions."""
    lines = (REPOSITORY / name).read_text().splitlines()
    found = [
        re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)", line) for line in lines if line and line[0] not in "#-"
    ]
    assert all(found), f"{name}: a line is not pinned"
    return {normal(each[1]): each[2] for each in found if each}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def brought_by(names: tuple[str, ...]) -> set[str]:
    """`names` and everything that they need here, by what the installed packages say of themselves."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = normal(todo.pop())
        if name not in found:
            found.add(name)
            needs = [Requirement(line) for line in metadata.requires(name) or []]
            todo += [each.name for each in needs if each.marker is None or each.marker.evaluate({"extra": ""})]
    return found


def test_lambda_gets_thirteen_packages_and_exactly_what_they_bring() -> None:
    assert set(pins("requirements.txt")) == brought_by(WANTED)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_what_is_installed_is_what_is_pinned(name: str) -> None:
    assert {package: metadata.version(package) for package in pins(name)} == pins(name)


@pytest.mark.parametrize("folder", ["", "web", "web/tools/lighthouse", "web/tools/old-chromium"])
def test_the_lock_names_no_host(folder: str) -> None:
    lock = (REPOSITORY / folder / "package-lock.json").read_text()
    assert "://" not in lock
    packages = json.loads(lock)["packages"]
    assert all("integrity" in each or each.get("inBundle") for path, each in packages.items() if path)


def test_the_web_client_is_made_of_pinned_packages() -> None:
    wanted = json.loads((REPOSITORY / "web" / "package.json").read_text())["devDependencies"]
    assert not [f"{name} {version}" for name, version in wanted.items() if not version[0].isdigit()]


def test_missing_node_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "there is no node" in (setup.why_node_is_unfit(setup.ENGINE) or "")


@pytest.mark.parametrize(
    ("version", "fitting"),
    [
        ("v18.20.0", set()),
        ("v20.1.0", {setup.ENGINE}),
        ("v20.19.0", {setup.ENGINE, setup.CLIENT}),
        ("v24.0.0", {setup.ENGINE, setup.CLIENT}),
        ("?", set()),
    ],
)
@pytest.mark.parametrize("purpose", [setup.ENGINE, setup.CLIENT])
def test_old_node_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str, fitting: set[str], purpose: str
) -> None:
    for name in ("node", "npm"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho '{version}'\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    problem = setup.why_node_is_unfit(purpose)
    assert (problem is None) == (purpose in fitting)
    assert problem is None or (f"node here is {version}" in problem and purpose in problem)


def test_a_failed_step_shows_its_last_words(capfd: pytest.CaptureFixture[str]) -> None:
    problem = setup.run_showing(["sh", "-c", "echo Collecting x; echo no such release; exit 4"], "^Collecting")
    assert "ended with status 4" in (problem or "")
    told = capfd.readouterr()
    assert "Collecting x" in told.out
    assert "no such release" in told.err
