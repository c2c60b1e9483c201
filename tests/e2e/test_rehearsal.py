"""The deployment's rehearsal, as ``make rehearse`` runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from infra.local.places import REPOSITORY

STEPS = (
    "The stage is deployed",
    "Three spaces are opened by the provisioning function",
    "Keys assumed for hue open nothing of hue-city",
    "No function's own keys open a space",
    "What is not there is told in our own form",
    "The next release is deployed over live data",
    "hue-city is closed",
    "The schedule's function found the job",
    "The stack is deleted",
    "Rehearsed in",
)


def test_the_stack_is_deployed_used_attacked_updated_and_deleted() -> None:
    command = [sys.executable, "-m", "infra.cloud.rehearsal"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [step for step in STEPS if step not in done.stdout] == []


def test_interrupted_it_leaves_neither_processes_nor_files(tmp_path: Path) -> None:
    command = [sys.executable, "-u", "-m", "infra.cloud.rehearsal"]
    its_own = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, cwd=REPOSITORY, env=its_own, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        assert any("signs in at API Gateway … " in line for line in running.stdout), "it ended by itself"
        running.terminate()
    assert running.returncode == 128 + signal.SIGTERM
    assert list(tmp_path.glob("hocmo-rehearsal-*")) == []
    assert _processes_in(tmp_path) == []


def _processes_in(folder: Path) -> list[str]:
    """The processes whose environment names the folder (Linux only; elsewhere nothing is found)."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # ended since it was listed
            if str(folder).encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return found
