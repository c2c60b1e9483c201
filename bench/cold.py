"""Cold start of the packaged zip, import to first answer, against chalice and boto3's DynamoDB client alone.

Each start is a fresh process without this virtualenv's packages: what the zip lacks is missing. Its interpreter is
begun already when the clock starts, as Lambda's is. Starts of all kinds alternate; the median is told.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import chalice

from bench import account, results, world
from bench.caller import Asked
from infra.cloud import build, runtime

STARTS = 15
FEWER_STARTS = 5
GOAL_RATIO = 1.4
GOAL_MB = 90
_BEGIN = """
import sys, time, json
sys.path.insert(0, sys.argv[1])
began, worked = time.perf_counter(), time.process_time()
"""
# The floor: what a function needs before it can answer anything, by the SDK's usual client.
_BARE = """
from chalice.app import Chalice
import boto3
app = Chalice("floor")
client = boto3.client("dynamodb")
"""
_OURS = """
import app
class Context:
    function_name = aws_request_id = "bench"
    memory_limit_in_mb = "1024"
    def get_remaining_time_in_millis(self): return 29_000
answer = app.app(json.loads(sys.argv[2]), Context())
assert answer["statusCode"] == 200, answer
"""
_END = """
taken = time.process_time() - worked, time.perf_counter() - began
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
print(json.dumps([*taken, int(peak)]), file=sys.stderr)
"""
_NAMES = ("cpu_ms", "wall_ms", "memory_mb")


def main(scale: str) -> None:
    """Measure, print and keep."""
    found = run(STARTS if scale == "full" else FEWER_STARTS)
    results.keep("cold", found)
    results.show(tables(found))


def run(starts: int = STARTS) -> dict[str, Any]:
    """Build the package for this machine and start it again and again."""
    package = build.build(runtime.host())
    with tempfile.TemporaryDirectory(prefix="hocmo-cold-") as folder, account.opened() as here:
        with zipfile.ZipFile(package.path) as archive:
            archive.extractall(folder)
        space = world.make(here)
        learner = space.learner()
        first = {
            "brand": Asked("GET", space.at()).event(),
            "my learning": Asked("GET", space.at("/me/enrolments"), token=learner.token).event(),
        }
        begin = {"floor": _bare(), **{name: _ours(folder, event) for name, event in first.items()}}
        taken: dict[str, list[list[float]]] = {name: [] for name in begin}
        for turn in range(starts + 1):  # the first finds files that nobody has read yet
            for name, command in begin.items():
                figures = _start(command)
                if turn:
                    taken[name].append(figures)
    return {"starts": starts, "zip_bytes": package.path.stat().st_size, "first_answer": _medians(taken)}


def _bare() -> list[str]:
    site = Path(chalice.__file__).parents[1]
    return [sys.executable, "-S", "-c", _BEGIN + _BARE + _END, str(site)]


def _ours(folder: str, event: Mapping[str, Any]) -> list[str]:
    return [sys.executable, "-S", "-c", _BEGIN + _OURS + _END, folder, json.dumps(event)]


def _start(command: list[str]) -> list[float]:
    """Seconds of CPU, seconds, and kilobytes at most, of one start."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd="/")
    if done.returncode:
        raise RuntimeError(f"a cold start failed: {done.stdout[-500:]} {done.stderr[-1500:]}")
    figures: list[float] = json.loads(done.stderr.splitlines()[-1])
    return figures


def _medians(taken: Mapping[str, list[list[float]]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, starts in taken.items():
        cpu, wall, kilobytes = (statistics.median(column) for column in zip(*starts, strict=True))
        found[name] = dict(zip(_NAMES, (round(cpu * 1e3), round(wall * 1e3), round(kilobytes / 1024, 1)), strict=True))
        pairs = zip(starts, taken["floor"], strict=True)
        found[name]["ratio"] = round(statistics.median(mine[0] / least[0] for mine, least in pairs), 2)
    return found


def tables(found: dict[str, Any]) -> list[results.Table]:
    """The starts."""
    rows = [
        [name, each["ratio"], *[each[figure] for figure in _NAMES], _verdict(each) if name != "floor" else None]
        for name, each in found["first_answer"].items()
    ]
    title = f"Cold start, import to first answer (zip {found['zip_bytes'] / 1e6:.1f} MB, median of {found['starts']})"
    return [results.Table(title, ["first answer", "× floor", "CPU ms", "wall ms", "MB", "goal"], rows)]


def _verdict(each: Mapping[str, float]) -> str:
    missed = [f"{GOAL_RATIO} ×"] * (each["ratio"] > GOAL_RATIO) + [f"{GOAL_MB} MB"] * (each["memory_mb"] > GOAL_MB)
    return f"misses {' and '.join(missed)}" if missed else "met"
