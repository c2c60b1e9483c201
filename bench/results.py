"""Results: what was measured, on which machine, kept as ``bench/results/<part>.json`` and printed as tables."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from infra.local.places import REPOSITORY

RESULTS = REPOSITORY / "bench" / "results"
_PACKAGES = ("chalice", "botocore", "pynamodb", "pydantic", "joserfc", "argon2-cffi", "granian", "ministack")


def machine() -> dict[str, Any]:
    """What the figures were measured on: nothing that names the machine or a person."""
    return {
        "cpu": _said("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "memory_gb": round(int(_said("/proc/meminfo", "MemTotal").split()[0] or 0) / 2**20),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
    }


def _said(path: str, name: str) -> str:
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return "0"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "0")


def keep(part: str, measured: Mapping[str, Any], folder: Path = RESULTS) -> None:
    """Write a part's results, with the machine's description."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": machine(), **measured}, indent=1, ensure_ascii=False)
    (folder / f"{part}.json").write_text(text + "\n", encoding="utf-8")


def read(part: str, folder: Path = RESULTS) -> dict[str, Any]:
    """A part's results as they were kept; empty when there are none."""
    path = folder / f"{part}.json"
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return kept


@dataclass(frozen=True, slots=True)
class Table:
    """What a part tells: a title, rows under columns, and a line about them."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    note: str = ""

    def print(self) -> None:
        """To the screen: the first column to the left, the others to the right."""
        texts = self._texts()
        widths = [max(len(row[place]) for row in texts) for place in range(len(self.columns))]
        print(f"\n{self.title}")
        for row in texts:
            cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
            print("  " + "  ".join([row[0].ljust(widths[0]), *cells[1:]]))
        if self.note:
            print(f"  {self.note}")
        sys.stdout.flush()

    def markdown(self) -> str:
        """For a page."""
        head, *rows = ["| " + " | ".join(row) + " |" for row in self._texts()]
        rule = "|---" + "|---:" * (len(self.columns) - 1) + "|"
        return "\n".join([f"{self.title}", "", head, rule, *rows, *(["", self.note] if self.note else [])])

    def _texts(self) -> list[list[str]]:
        return [list(self.columns), *[[_text(cell) for cell in row] for row in self.rows]]


def show(tables: Sequence[Table]) -> None:
    """Print tables, one below the other."""
    for each in tables:
        each.print()


def _text(cell: object) -> str:
    if cell is None:
        return "–"
    if not isinstance(cell, int | float):
        return str(cell)
    return f"{cell:,.3g}" if isinstance(cell, float) and abs(cell) < 1_000 else f"{cell:,}"
