"""An address is known before its code is: a process imports what its first request needs, and answers as any other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chalicelib.http import mounting
from chalicelib.http.endpoint import OPERATIONS
from infra import openapi

ROOT = Path(__file__).resolve().parents[2]
ALONE = sorted({module for *_, module in mounting.index() if module})


def fresh(program: str) -> list[Any]:
    """What a new process says that has imported the app and nothing more: a JSON list on its last line."""
    code = f"import json, sys, app\nfrom chalicelib.http import mounting\n{program}"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    found: list[Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


def test_the_index_is_what_is_declared() -> None:
    """Otherwise: make openapi."""
    assert mounting.INDEX.read_text(encoding="utf-8") == openapi.indexed()


def test_every_address_is_mounted_before_any_feature_is_imported() -> None:
    said = fresh(
        "imported = [name for name in app.FEATURES if name in sys.modules]\n"
        "print(json.dumps([imported, sorted(f'{m} {p}' for p, by in app.app.routes.items() for m in by)]))"
    )
    declared = {f"{each.method} {each.path}" for each in OPERATIONS}
    heads = {f"HEAD {each.path}" for each in OPERATIONS if each.method == "GET"}
    assert said == [[], sorted(declared | heads)]


@pytest.mark.parametrize("module", ALONE)
def test_a_feature_is_found_alone(module: str) -> None:
    """In a process where nothing else was imported before, and without the features of the staff."""
    names = [name for name, *_, of in mounting.index() if of == module]
    said = fresh(
        f"found = [mounting._found(name, {module!r}).name for name in {names!r}]\n"
        "print(json.dumps(found + [name for name in app.FEATURES if name in sys.modules]))"
    )
    assert said[: len(names)] == names
    assert module in said[len(names) :]
    assert "chalicelib.provisioning.routes" not in said


def test_who_acts_for_the_staff_is_asked_of_every_feature() -> None:
    staffs = [name for name, *_, module in mounting.index() if not module]
    assert {each.name for each in OPERATIONS if each.audited} <= set(staffs)
    said = fresh(
        f"mounting._found({staffs[0]!r}, '')\nprint(json.dumps([name for name in app.FEATURES if name in sys.modules]))"
    )
    import app

    assert said == app.FEATURES
