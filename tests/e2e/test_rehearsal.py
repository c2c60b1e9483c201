"""The deployment's rehearsal, as ``make rehearse`` runs it."""

from __future__ import annotations

import subprocess
import sys

from infra.local.places import REPOSITORY

STEPS = (
    "The stage is deployed",
    "Three spaces are opened by the provisioning function",
    "Keys assumed for hue open nothing of hue-city",
    "The next release is deployed over live data",
    "The schedule's function found the job",
    "The stack is deleted",
    "Rehearsed in",
)


def test_the_stack_is_deployed_used_attacked_updated_and_deleted() -> None:
    command = [sys.executable, "-m", "infra.cloud.rehearsal"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [step for step in STEPS if step not in done.stdout] == []
